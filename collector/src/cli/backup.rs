use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::args::Reach;
use super::serve::data_dir;
use super::{note, say};
use crate::config::{create_private, write_private};
use crate::journal::TenantInfo;
use crate::journal::log::{Log, LogReader};

/// Pages copied at a time, so that a running collector is not held up.
const PAGES: i32 = 2_048;

/// Copies what cannot be made again: users and audit, each tenant's name, log and KPI samples, the key that signs tokens. Each database is copied as of
/// one moment, also while a collector writes to it. Rows are left out: they are made again from the log. So is the identity of the SNMP
/// engine: one that went back in time would have to be disbelieved (RFC 3414 §2.2), a new one is found anew by its peers.
pub(super) fn run(reach: &Reach, target: &Path) -> anyhow::Result<()> {
    let data = own_data(reach)?;
    empty(target)?;
    for name in ["format", "signing.key"] {
        copy_file(&data, target, Path::new(name))?;
    }
    copy_database(&data.join("system.db"), &target.join("system.db"))?;
    let tenants = tenants(&data)?;
    for (info, folder) in &tenants {
        copy_tenant(info, folder, &target.join("tenants").join(info.id.to_string()))?;
    }
    say(&format!("{} tenants copied to {}", tenants.len(), target.display()))
}

/// The way back: into a data folder that holds nothing yet. Every log begins another life.
pub(super) fn restore(reach: &Reach, source: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(reach.collector.is_none(), "restore makes a data folder: run it on its machine, with --data");
    let data = data_dir(reach)?;
    anyhow::ensure!(source.join("format").is_file(), "{} is no backup of a collector", source.display());
    empty(&data)?;
    for name in ["format", "signing.key"] {
        copy_file(source, &data, Path::new(name))?;
    }
    copy_database(&source.join("system.db"), &data.join("system.db"))?;
    let tenants = tenants(source)?;
    for (info, folder) in &tenants {
        let to = data.join("tenants").join(info.id.to_string());
        copy_tenant(info, folder, &to)?;
        if to.join("log.db").is_file() {
            Log::open(&to.join("log.db"))?.next_epoch()?;
        }
    }
    say(&format!("{} tenants restored to {}", tenants.len(), data.display()))
}

/// One tenant's name and log, for another collector.
pub(super) fn export(reach: &Reach, word: &str, target: &Path) -> anyhow::Result<()> {
    let data = own_data(reach)?;
    let tenants = tenants(&data)?;
    let found = tenants.iter().find(|(info, _)| info.name == word || info.id.to_string() == word);
    let Some((info, folder)) = found else {
        bail!("there is no tenant '{word}': 'tenant list' names those there are");
    };
    anyhow::ensure!(folder.join("log.db").is_file(), "nothing ever came in for '{word}': there is nothing to export");
    empty(target)?;
    copy_tenant(info, folder, target)?;
    note("this collector keeps its copy: point the senders at the other one once it is adopted there");
    say(&format!("{} copied to {}", info.id, target.display()))
}

fn own_data(reach: &Reach) -> anyhow::Result<PathBuf> {
    anyhow::ensure!(
        reach.collector.is_none(),
        "this reads the data folder: run it on the collector's machine, with --data"
    );
    let data = data_dir(reach)?;
    anyhow::ensure!(data.join("format").is_file(), "{} is no data folder of a collector", data.display());
    Ok(data)
}

/// Makes sure that a folder is there and holds nothing.
fn empty(folder: &Path) -> anyhow::Result<()> {
    create_private(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    if std::fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty: name an empty folder, or one to be made", folder.display());
    }
    Ok(())
}

/// The tenants in a data folder or backup, by name, each with its folder.
pub(super) fn tenants(data: &Path) -> anyhow::Result<Vec<(TenantInfo, PathBuf)>> {
    let root = data.join("tenants");
    let mut found: Vec<(TenantInfo, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(&root).with_context(|| format!("{} cannot be read", root.display()))? {
        let folder = entry?.path();
        let file = folder.join("tenant.json");
        if let Ok(bytes) = std::fs::read(&file) {
            let info = serde_json::from_slice(&bytes).with_context(|| format!("{} cannot be read", file.display()))?;
            found.push((info, folder));
        }
    }
    found.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    Ok(found)
}

fn copy_tenant(info: &TenantInfo, from: &Path, to: &Path) -> anyhow::Result<()> {
    create_private(to)?;
    if from.join("log.db").is_file() {
        copy_database(&from.join("log.db"), &to.join("log.db"))?;
        let verified = LogReader::open(&to.join("log.db"))?.verify().context("the copy of a log does not hold")?;
        note(&format!("{}: {} records copied and their chain checked", info.name, verified.records));
    }
    copy_samples(&from.join("kpi"), &to.join("kpi"))?;
    copy_file(from, to, Path::new("tenant.json"))
}

/// The KPI samples. What leaves the front meanwhile is in a day by then, so that the front goes first.
fn copy_samples(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_dir() {
        return Ok(());
    }
    create_private(to)?;
    copy_database(&from.join("front.db"), &to.join("front.db"))?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.extension().is_some_and(|ending| ending == "db") && name != "front.db" {
            copy_database(&path, &to.join(name))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path, name: &Path) -> anyhow::Result<()> {
    match std::fs::read(from.join(name)) {
        Ok(bytes) => Ok(write_private(&to.join(name), &bytes)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", from.join(name).display())),
    }
}

fn copy_database(from: &Path, to: &Path) -> anyhow::Result<()> {
    if !from.is_file() {
        return Ok(());
    }
    write_private(to, b"")?;
    let copied = (|| {
        let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        source.busy_timeout(Duration::from_secs(10))?;
        let mut target = Connection::open(to)?;
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
    std::fs::File::open(to)?.sync_all()?;
    Ok(())
}
