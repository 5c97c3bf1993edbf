use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::args::Reach;
use super::serve::data_dir;
use super::{note, say};
use crate::config::{create_private, write_private};
use crate::journal::log::LogReader;

/// Pages copied at a time, so that a running collector is not held up.
const PAGES: i32 = 2_048;

/// Copies what cannot be made again: users and audit, each tenant's name and log, the keys that sign and the SNMP engine's identity.
/// Each database is copied as of one moment, also while a collector writes to it. Rows are left out: they are made again from the log.
pub(super) fn run(reach: &Reach, target: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        reach.collector.is_none(),
        "a backup reads the data folder: run it on the collector's machine, with --data"
    );
    let data = data_dir(reach)?;
    anyhow::ensure!(data.join("format").is_file(), "{} is no data folder of a collector", data.display());
    create_private(target).with_context(|| format!("{} cannot be made", target.display()))?;
    if std::fs::read_dir(target)?.next().is_some() {
        bail!("{} is not empty: name an empty folder, or one to be made", target.display());
    }
    for name in ["format", "signing.key"] {
        copy_file(&data, target, Path::new(name))?;
    }
    copy_folder(&data, target, Path::new("snmp"))?;
    copy_database(&data, target, Path::new("system.db"))?;
    let mut tenants = 0;
    for entry in std::fs::read_dir(data.join("tenants"))? {
        let name = entry?.file_name();
        let folder = Path::new("tenants").join(&name);
        if !data.join(&folder).join("tenant.json").is_file() {
            continue;
        }
        create_private(&target.join(&folder))?;
        copy_file(&data, target, &folder.join("tenant.json"))?;
        if data.join(&folder).join("log.db").is_file() {
            let log = folder.join("log.db");
            copy_database(&data, target, &log)?;
            let verified = LogReader::open(&target.join(&log))?.verify().context("the copy of a log does not hold")?;
            note(&format!(
                "{}: {} records copied and their chain checked",
                name.to_string_lossy(),
                verified.records
            ));
        }
        tenants += 1;
    }
    say(&format!("{tenants} tenants copied to {}", target.display()))
}

fn copy_file(from: &Path, to: &Path, name: &Path) -> anyhow::Result<()> {
    match std::fs::read(from.join(name)) {
        Ok(bytes) => Ok(write_private(&to.join(name), &bytes)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", from.join(name).display())),
    }
}

fn copy_folder(from: &Path, to: &Path, name: &Path) -> anyhow::Result<()> {
    let Ok(entries) = std::fs::read_dir(from.join(name)) else { return Ok(()) };
    create_private(&to.join(name))?;
    for entry in entries {
        let path = name.join(entry?.file_name());
        if from.join(&path).is_file() {
            copy_file(from, to, &path)?;
        }
    }
    Ok(())
}

fn copy_database(from: &Path, to: &Path, name: &Path) -> anyhow::Result<()> {
    let (from, to) = (from.join(name), to.join(name));
    if !from.is_file() {
        return Ok(());
    }
    write_private(&to, b"")?;
    let copied = (|| {
        let source = Connection::open_with_flags(&from, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        source.busy_timeout(Duration::from_secs(10))?;
        let mut target = Connection::open(&to)?;
        // One reading view for the whole copy: a writer beside it neither waits nor makes it begin again.
        source.execute_batch("BEGIN")?;
        source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Backup::new(&source, &mut target)?.run_to_completion(PAGES, Duration::ZERO, None)?;
        target.execute_batch("PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;")?;
        target.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
    })();
    match copied {
        Ok(word) if word == "ok" => {}
        Ok(word) => bail!("{} is damaged: {word}", from.display()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be copied", from.display())),
    }
    std::fs::File::open(&to)?.sync_all()?;
    Ok(())
}
