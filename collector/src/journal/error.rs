use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why something could not be kept or read. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// No room left.
    #[error("the disk that holds {} is full: make room there; nothing that was answered is lost, and writing goes on by itself", .0.display())]
    Full(PathBuf),
    /// A file's content is damaged.
    #[error("{} is damaged ({problem}): stop the collector, keep a copy of the file, and restore it from a backup", file.display())]
    Corrupt {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The operating system refused.
    #[error("{} cannot be used ({problem}): check that the folder exists, who owns it, and that it is not mounted read-only", file.display())]
    Unusable {
        /// Which file.
        file: PathBuf,
        /// What it said.
        problem: String,
    },
    /// Written by a newer build.
    #[error("{} was written by a newer version of Pedkai (format {found}, this one knows {known}): run that version or a newer one", file.display())]
    Newer {
        /// Which file.
        file: PathBuf,
        /// Format found.
        found: i64,
        /// Newest format that this build knows.
        known: i64,
    },
    /// Another process has the folder.
    #[error("another collector is using {}: stop it first, or give this one another --data folder", .0.display())]
    InUse(PathBuf),
    /// The hash chain does not hold.
    #[error("the log {} is not what was written: record {seq} {problem}; restore it from a backup", file.display())]
    Chain {
        /// Which file.
        file: PathBuf,
        /// The first record that is wrong.
        seq: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// No such tenant.
    #[error("there is no tenant {0} in this data folder")]
    NoTenant(String),
    /// A cursor that cannot be continued.
    #[error("this cursor is unknown or too old: begin again without one")]
    Gone,
    /// A cursor, id or filter that cannot be read.
    #[error("{0}")]
    BadRequest(String),
}

impl JournalError {
    pub(crate) fn io(file: &Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull || error.kind() == std::io::ErrorKind::QuotaExceeded {
            return Self::Full(file.to_owned());
        }
        Self::Unusable {
            file: file.to_owned(),
            problem: error.to_string(),
        }
    }

    pub(crate) fn sqlite(file: &Path, error: &rusqlite::Error) -> Self {
        // Opening a database on a full disk fails at the file beside it that its readers share.
        let shared = error
            .sqlite_error()
            .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full(file.to_owned()),
            _ if shared => Self::Full(file.to_owned()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::corrupt(file, error.to_string()),
            _ => match error {
                rusqlite::Error::FromSqlConversionFailure(..) | rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::IntegralValueOutOfRange(..) => {
                    Self::corrupt(file, error.to_string())
                }
                _ => Self::Unusable {
                    file: file.to_owned(),
                    problem: error.to_string(),
                },
            },
        }
    }

    pub(crate) fn corrupt(file: &Path, problem: impl Into<String>) -> Self {
        Self::Corrupt {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }
}
