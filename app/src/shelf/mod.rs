//! What a seat keeps on its own disk: a copy of the rows it was given, commands that wait for the line, and those that were refused.
//!
//! - does: keeps rows together with the cursor that they reach, gives them back at the next start, holds commands until they are answered, and
//!   refusals until somebody takes note
//! - takes: a folder, rows as the feed wrote them, commands
//! - gives: the rows and the cursor to go on from, commands that nobody answered yet, those that were refused
//! - never knows: sockets, or what a row means

#[cfg(test)]
mod damage;
mod outbox;
mod rows;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

pub use outbox::{Aside, Letter, Outbox, Returned};
pub use rows::{Kept, Rows, Writer};

/// Why the disk does not keep it.
pub type Result<T> = std::result::Result<T, rusqlite::Error>;

/// The folder of a seat below `base`: one for each collector and each name, so that nobody is shown what another was given.
pub fn folder(base: &Path, url: &str, who: &str) -> PathBuf {
    let word = |text: &str| {
        let plain = text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' });
        plain.take(80).collect::<String>()
    };
    let mark = mark(&format!("{url}\n{who}"));
    base.join("seats").join(format!("{}-{}-{mark}", word(url), word(who)))
}

/// A short mark of a text, from which the text cannot be had back: tells apart what looks the same as the name of a file, and who a token
/// belongs to without naming it.
pub fn mark(text: &str) -> String {
    format!("{:08x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()) as u32)
}

/// A mark of what is kept, beside it; never nothing.
fn seal(parts: &[&[u8]]) -> u32 {
    let mut mark = xxhash_rust::xxh3::Xxh3::new();
    for part in parts {
        mark.update(part);
        mark.update(&(part.len() as u64).to_le_bytes());
    }
    (mark.digest() as u32).max(1)
}

/// Whether a file hangs together.
fn sound(connection: &Connection) -> Result<()> {
    let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if sound == "ok" { Ok(()) } else { Err(damaged(&sound)) }
}

fn damaged(how: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(how.to_owned()))
}

/// Opens a file that only this window may use; a second one is refused at once.
fn connect(file: &Path, safe: bool) -> Result<Connection> {
    if let Some(folder) = file.parent() {
        // Opening says what is wrong where this fails.
        let _ = std::fs::create_dir_all(folder).and_then(|()| for_us_alone(folder));
    }
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", if safe { "FULL" } else { "NORMAL" })?;
    Ok(connection)
}

/// What operators see is nobody else's on this machine.
#[cfg(unix)]
fn for_us_alone(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

/// A user's own folders are closed to others already.
#[cfg(not(unix))]
fn for_us_alone(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Why nothing is kept, in words.
pub fn words(error: &rusqlite::Error) -> String {
    if taken(error) {
        "another window of this seat is open and keeps them".to_owned()
    } else {
        error.to_string()
    }
}

/// Says whether another window holds the file.
fn taken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINNED: &str = "703a1982";

    #[test]
    fn collectors_and_names_have_folders_of_their_own() {
        let base = Path::new("base");
        let folders = [
            folder(base, "http://noc:8620", "jan"),
            folder(base, "http://noc_8620", "jan"),
            folder(base, "http://noc:8620", "ann"),
            folder(base, "../..", "/"),
        ];
        assert_eq!(mark("http://noc:8620\njan"), PINNED, "another mark would leave what waits behind");
        for (at, one) in folders.iter().enumerate() {
            assert!(one.starts_with("base/seats") && one.components().count() == 3, "{}", one.display());
            assert!(!folders[at + 1..].contains(one));
        }
    }
}
