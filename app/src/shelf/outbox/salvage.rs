use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    path::{Path, PathBuf},
};

use pedkai_core::wire::CommandRequest;
use pedkai_ui::model::Asked;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::{COMMANDS, LETTERS, Letter, RETURNED, Result, Returned, asked_of, command_of, gather, returned_of};

/// What is sound in a damaged outbox.
#[derive(Default)]
pub(super) struct Saved {
    pub(super) letters: Vec<Letter>,
    pub(super) returned: Vec<Returned>,
}

/// Reads what can be read. Only what bears its mark counts: a command that was changed must not be sent.
pub(super) fn read(file: &Path) -> Saved {
    let Ok(connection) = Connection::open(file) else { return Saved::default() };
    let asked: HashMap<i64, (Asked, bool)> = sound(&connection, LETTERS, asked_of, |(number, _)| *number).into_iter().collect();
    let mut commands: Vec<(i64, CommandRequest)> = sound(&connection, COMMANDS, command_of, |(_, request)| request.id);
    commands.sort_by_key(|(letter, _)| *letter);
    Saved {
        letters: gather(commands, &asked),
        returned: sound(&connection, RETURNED, returned_of, |one: &Returned| -> Uuid { one.asked.id }),
    }
}

/// Sound rows of a table, from both its ends up to where it is damaged.
fn sound<T, K: Hash + Eq>(connection: &Connection, sql: &str, read: fn(&Row<'_>) -> Result<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::new();
    let mut end = |sql: &str| {
        let mut found = Vec::new();
        // A damaged table ends with an error instead of its last row; so does one that is not there.
        let _ = connection.prepare(sql).and_then(|mut statement| {
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let marked = row.get::<_, u32>(0).is_ok_and(|mark| mark > 0);
                found.extend(read(row).ok().filter(|_| marked).filter(|one| seen.insert(key(one))));
            }
            Ok(())
        });
        found
    };
    let mut found = end(sql);
    let mut last = end(&format!("{sql} DESC"));
    last.reverse();
    found.append(&mut last);
    found
}

/// Gives the file another name, under which it stays until somebody looks at it.
pub(super) fn put_aside(folder: &Path) -> PathBuf {
    let named = |number: u32| match number {
        1 => "outbox.unreadable".to_owned(),
        _ => format!("outbox.unreadable.{number}"),
    };
    let free = (1..).map(named).find(|name| !folder.join(name).exists()).unwrap_or_else(|| named(1));
    for tail in ["", "-wal", "-shm"] {
        // What is not there need not go; what stays is told by opening it.
        let _ = std::fs::rename(folder.join(format!("outbox.db{tail}")), folder.join(format!("{free}{tail}")));
    }
    folder.join(free)
}
