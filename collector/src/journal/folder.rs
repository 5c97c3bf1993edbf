use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use pedkai_core::model::{TenantId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::JournalError;

/// Newest layout of a data folder that this build knows.
const FORMAT: i64 = 1;

/// A data folder, held against any other process while this lives.
///
/// Inside: `lock`, `format`, `system.db`, and `tenants/<uuid>/` with `tenant.json`, `log.db`, `rows.db` and `kpi/`.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

/// What a tenant is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantInfo {
    /// Its id, which is also its folder's name.
    pub id: TenantId,
    /// Its label.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The folder of one tenant.
#[derive(Clone, Debug)]
pub struct TenantFolder(PathBuf);

impl TenantFolder {
    /// The folder at a path.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("log.db")
    }

    /// The folder of the KPI samples.
    #[must_use]
    pub fn kpi(&self) -> PathBuf {
        self.0.join("kpi")
    }

    /// The rows.
    #[must_use]
    pub fn rows(&self) -> PathBuf {
        self.0.join("rows.db")
    }
}

impl DataFolder {
    /// Takes hold of a data folder, and makes it where there is none.
    ///
    /// # Errors
    /// In use by another process, written by a newer version, or not usable.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let io = |error: std::io::Error| JournalError::io(path, &error);
        std::fs::create_dir_all(path.join("tenants")).map_err(io)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        let file = path.join("format");
        match std::fs::read_to_string(&file) {
            Ok(text) => {
                let found = text
                    .trim()
                    .parse::<i64>()
                    .map_err(|_| JournalError::corrupt(&file, "it should hold a number"))?;
                if found > FORMAT {
                    return Err(JournalError::Newer { file, found, known: FORMAT });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => write_whole(&file, format!("{FORMAT}\n").as_bytes())?,
            Err(error) => return Err(JournalError::io(&file, &error)),
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of a tenant, which need not exist.
    #[must_use]
    pub fn tenant(&self, id: TenantId) -> TenantFolder {
        TenantFolder(self.path.join("tenants").join(id.0.to_string()))
    }

    /// Every tenant, by name.
    ///
    /// # Errors
    /// A folder or `tenant.json` that cannot be read.
    pub fn tenants(&self) -> Result<Vec<TenantInfo>, JournalError> {
        let root = self.path.join("tenants");
        let io = |error: std::io::Error| JournalError::io(&root, &error);
        let mut tenants = Vec::new();
        for entry in std::fs::read_dir(&root).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let Some(id) = path.file_name().and_then(|name| name.to_str()).and_then(|name| Uuid::parse_str(name).ok()) else {
                continue;
            };
            let file = path.join("tenant.json");
            let text = match std::fs::read(&file) {
                Ok(text) => text,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(JournalError::io(&file, &error)),
            };
            let info: TenantInfo = serde_json::from_slice(&text).map_err(|error| JournalError::corrupt(&file, error.to_string()))?;
            if info.id.0 != id {
                return Err(JournalError::corrupt(&file, "its id is not its folder's name"));
            }
            tenants.push(info);
        }
        tenants.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(tenants)
    }

    /// Makes a tenant's folder.
    ///
    /// # Errors
    /// A name that is empty, too long or taken, or a disk that refuses.
    pub fn create_tenant(&self, info: &TenantInfo) -> Result<(), JournalError> {
        let name = info.name.trim();
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(JournalError::BadRequest(
                "a tenant's name has 1 to 100 characters and no control characters".to_owned(),
            ));
        }
        if self.tenants()?.iter().any(|other| other.name == info.name || other.id == info.id) {
            return Err(JournalError::BadRequest(format!("a tenant named '{name}' exists already")));
        }
        let folder = self.tenant(info.id);
        std::fs::create_dir_all(folder.path()).map_err(|error| JournalError::io(folder.path(), &error))?;
        let text = serde_json::to_vec_pretty(info).map_err(|error| JournalError::corrupt(folder.path(), error.to_string()))?;
        write_whole(&folder.path().join("tenant.json"), &text)
    }
}

/// Writes a small file so that it is there whole or not at all.
fn write_whole(file: &Path, content: &[u8]) -> Result<(), JournalError> {
    use std::io::Write;
    let io = |error: std::io::Error| JournalError::io(file, &error);
    let beside = file.with_extension("new");
    let mut handle = File::create(&beside).map_err(io)?;
    handle.write_all(content).map_err(io)?;
    handle.sync_all().map_err(io)?;
    drop(handle);
    std::fs::rename(&beside, file).map_err(io)?;
    if let Some(parent) = file.parent() {
        sync_folder(parent);
    }
    Ok(())
}

/// Makes names in a folder durable where the platform can (Windows does it by itself).
pub(crate) fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Ok(handle) = File::open(folder)
        && let Err(error) = handle.sync_all()
    {
        tracing::warn!(folder = %folder.display(), %error, "the folder's entries could not be synced");
    }
}
