//! The configuration of a collector.
//!
//! - **does**: reads the TOML file, refuses what it does not know with file and line, fills in defaults, names the data folder.
//! - **takes**: the file's text, or nothing.
//! - **gives**: plain values that the other rooms take what is theirs from.
//! - **never knows**: sockets, or whether a tenant of a given name exists.

mod address;
mod data;
mod poll;
mod sections;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use address::Listen;
pub use data::{create_private, default_data_dir, write_private};
pub use poll::{Poll, PollKind, PollList, PollObject, PollTarget, PollUser};
pub use sections::{
    Api, AuthProtocol, Community, DEFAULT_TENANT, Limits, Llm, Notify, PrivProtocol, Retention, Snmp, SnmpUser, Syslog, SyslogSource, Tenants, Trust,
};

/// Everything that may be configured.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The HTTP API.
    pub api: Api,
    /// SNMP notifications.
    pub snmp: Snmp,
    /// Syslog.
    pub syslog: Syslog,
    /// Devices that are asked by SNMP.
    pub poll: Poll,
    /// Tenants that exist from the start.
    pub tenants: Tenants,
    /// How long things are kept.
    pub retention: Retention,
    /// Sizes, rates and counts.
    pub limits: Limits,
    /// Language models; nothing can be set yet.
    pub llm: Llm,
    /// Notifications; nothing can be set yet.
    pub notify: Notify,
    /// Who may speak for others.
    pub trust: Trust,
}

/// A configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A line of it is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong there and what to write.
        problem: String,
    },
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, holds a key that is not known, or a value that makes no sense; with the line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            problem: error.to_string(),
        })?;
        Self::parse(&text, path)
    }

    /// Reads a file's text; `path` is for messages.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let wrong = |at: usize, problem: String| ConfigError::Wrong {
            path: path.to_owned(),
            line: text[..text.floor_char_boundary(at.min(text.len()))].matches('\n').count() + 1,
            problem,
        };
        let config: Config = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, error.message().trim().to_owned())
        })?;
        config.check().map_err(|(section, problem)| {
            let at = text.find(&format!("[{section}]")).or_else(|| text.find(&format!("[[{section}."))).unwrap_or(0);
            wrong(at, problem)
        })?;
        Ok(config)
    }

    /// Checks what one key alone cannot tell; the error names the section.
    fn check(&self) -> Result<(), (&'static str, String)> {
        self.syslog.check().map_err(|problem| ("syslog", problem))?;
        self.snmp.check().map_err(|problem| ("snmp", problem))?;
        self.poll.check().map_err(|problem| ("poll", problem))?;
        self.limits.check().map_err(|problem| ("limits", problem))?;
        self.retention.check().map_err(|problem| ("retention", problem))?;
        self.api.check().map_err(|problem| ("api", problem))?;
        self.tenants.check().map_err(|problem| ("tenants", problem))
    }

    /// The tenants that the file names anywhere, each once, in order.
    #[must_use]
    pub fn named_tenants(&self) -> Vec<String> {
        let mut names: Vec<String> = std::iter::once(DEFAULT_TENANT.to_owned())
            .chain(self.tenants.create.iter().cloned())
            .chain(self.snmp.users.iter().map(|user| user.tenant.clone()))
            .chain(self.snmp.communities.iter().flatten().map(|community| community.tenant.clone()))
            .chain(self.poll.targets.iter().map(|target| target.tenant.clone()))
            .chain(self.syslog.sources.iter().map(|source| source.tenant.clone()))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
