//! What a device says that it can (RFC 6241 section 8).

use super::error::Error;
use super::xml::{BASE, Element, shown};

/// How a change is taken back when nobody confirms it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Nobody takes it back: the device's configuration cannot be written by us, or the change cannot be undone.
    None,
    /// The collector's own timer must: the device has no confirmed commit.
    CollectorTimer,
    /// The device itself does, even when the collector is dead: confirmed commit.
    DeviceTimer {
        /// Whether the window outlives the session that opened it (`persist`, confirmed-commit:1.1).
        persists: bool,
    },
}

/// A device's capabilities.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // one for each capability of the RFC
pub struct Capabilities {
    /// base:1.0.
    pub base_1_0: bool,
    /// base:1.1.
    pub base_1_1: bool,
    /// Running can be edited directly.
    pub writable_running: bool,
    /// There is a candidate.
    pub candidate: bool,
    /// confirmed-commit:1.0 or 1.1.
    pub confirmed_commit: bool,
    /// confirmed-commit:1.1: `persist`, `cancel-commit`.
    pub persist: bool,
    /// `rollback-on-error`.
    pub rollback_on_error: bool,
    /// `<validate>` and `test-then-set`.
    pub validate: bool,
    /// validate:1.1: `test-only`.
    pub validate_1_1: bool,
    /// What starts the device is a datastore of its own.
    pub startup: bool,
    /// The NETCONF session's number on the device.
    pub session: Option<u64>,
    /// All of them as the device wrote them.
    pub all: Vec<String>,
}

// The second is what older Junos writes.
const STARTS: [&str; 2] = ["urn:ietf:params:netconf:", "urn:ietf:params:xml:ns:netconf:"];
const MOST: usize = 5_000;

impl Capabilities {
    /// Reads a `<hello>`.
    ///
    /// # Errors
    /// [`Error::Protocol`]: no hello, or neither base:1.0 nor base:1.1.
    pub(super) fn read(root: &Element) -> Result<Self, Error> {
        if !root.is(BASE, "hello") {
            return Err(Error::Protocol(format!("'{}' where a hello must be", shown(&root.name))));
        }
        let list = root
            .child(BASE, "capabilities")
            .ok_or_else(|| Error::Protocol("a hello without capabilities".to_owned()))?;
        let mut own = Self {
            session: root.child(BASE, "session-id").and_then(|id| id.text().trim().parse().ok()),
            ..Self::default()
        };
        for element in list.elements().filter(|element| element.is(BASE, "capability")).take(MOST) {
            let uri = element.text().trim().to_owned();
            if let Some(word) = STARTS.iter().find_map(|start| uri.strip_prefix(start)) {
                own.take(word.split('?').next().unwrap_or_default());
            }
            own.all.push(uri);
        }
        if !own.base_1_0 && !own.base_1_1 {
            return Err(Error::Protocol("a hello with neither base:1.0 nor base:1.1".to_owned()));
        }
        Ok(own)
    }

    fn take(&mut self, word: &str) {
        match word {
            "base:1.0" => self.base_1_0 = true,
            "base:1.1" => self.base_1_1 = true,
            "capability:writable-running:1.0" => self.writable_running = true,
            "capability:candidate:1.0" => self.candidate = true,
            "capability:confirmed-commit:1.0" => self.confirmed_commit = true,
            "capability:confirmed-commit:1.1" => (self.confirmed_commit, self.persist) = (true, true),
            "capability:rollback-on-error:1.0" => self.rollback_on_error = true,
            "capability:validate:1.0" => self.validate = true,
            "capability:validate:1.1" => (self.validate, self.validate_1_1) = (true, true),
            "capability:startup:1.0" => self.startup = true,
            _ => {}
        }
    }

    /// Who takes a change back that nobody confirms.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match (self.candidate, self.confirmed_commit, self.writable_running) {
            (true, true, _) => Protection::DeviceTimer { persists: self.persist },
            (true, false, _) | (false, _, true) => Protection::CollectorTimer,
            (false, _, false) => Protection::None,
        }
    }

    /// Whether a capability begins with `start` (a namespace, a module).
    #[must_use]
    pub fn has(&self, start: &str) -> bool {
        self.all.iter().any(|uri| uri.starts_with(start))
    }
}
