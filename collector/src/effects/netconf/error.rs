use std::time::Duration;

use super::reply::RpcError;

/// Why something with a device did not work. Each says what to do where there is something to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What was given cannot be used: a key, a filter, a template, a value.
    #[error("{0}")]
    Input(String),
    /// No connection: refused, no route, no such name.
    #[error("no connection to {address}: {why}; check address and port, and that NETCONF over SSH is switched on there (usually port 830)")]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system said.
        why: String,
    },
    /// The device shows another host key than the one that is known: not connected, nothing sent.
    #[error(
        "the device's host key is not the one that is known: it shows {shown_kind} {shown}, known is {known}. If the device or its key was \
         replaced, compare the fingerprint at its console and change host_key; if not, somebody may stand in between"
    )]
    HostKey {
        /// Algorithm of the key shown.
        shown_kind: String,
        /// SHA256 fingerprint of the key shown.
        shown: String,
        /// SHA256 fingerprint of the known key.
        known: String,
    },
    /// User name with password or key are not taken.
    #[error("the device does not let {user} in by {by}; check user and {by}, and what the device allows (it offers: {offers})")]
    Denied {
        /// User name.
        user: String,
        /// `password` or `key`.
        by: &'static str,
        /// What it would take.
        offers: String,
    },
    /// The SSH session has no `netconf` subsystem.
    #[error("the device has no NETCONF subsystem on this SSH port; switch it on there, or check the port")]
    NoSubsystem,
    /// The SSH protocol itself failed.
    #[error("SSH: {0}")]
    Ssh(String),
    /// No answer in time.
    #[error("no answer to {what} within {} s", after.as_secs_f64())]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long.
        after: Duration,
    },
    /// The connection ended.
    #[error("the device closed the connection during {0}")]
    Closed(&'static str),
    /// An answer larger than allowed.
    #[error("the answer to {what} is larger than {limit} bytes; narrow the filter or raise the limit")]
    TooBig {
        /// What was asked.
        what: &'static str,
        /// Bytes allowed.
        limit: usize,
    },
    /// What came is no well-formed or no acceptable XML or framing: DTDs, entities and too deep nesting are not acceptable.
    #[error("the device sent what cannot be read: {0}")]
    Malformed(String),
    /// What came is not what NETCONF says must come.
    #[error("the device does not keep to NETCONF: {0}")]
    Protocol(String),
    /// The device refused (RFC 6241 section 4.3).
    #[error("the device refused: {}", told(.0))]
    Refused(Vec<RpcError>),
    /// The device cannot do what is asked.
    #[error("the device cannot do this: {0}")]
    NotCapable(String),
    /// Somebody else holds the configuration.
    #[error("another session ({}) holds the lock on the configuration; wait until it is done, or ask whose it is", session.map_or_else(|| "unknown".to_owned(), |id| id.to_string()))]
    Locked {
        /// NETCONF session id of the holder; `None`: not said, or no NETCONF session.
        session: Option<u64>,
    },
    /// The candidate holds changes of somebody else.
    #[error("the candidate configuration holds changes that nobody committed; look at them on the device, and discard or commit them there")]
    StaleCandidate,
    /// The running configuration is not the one that was approved against, or that was left.
    #[error("the running configuration has changed since ({found} instead of {expected}): what was approved no longer holds; look again and approve again")]
    RunningChanged {
        /// Hash expected.
        expected: String,
        /// Hash found.
        found: String,
    },
    /// The difference is not the one that was approved.
    #[error("the change would now do something else than what was approved; look again and approve again")]
    DifferenceChanged,
    /// Nothing would change.
    #[error("nothing to change: the device already is as asked")]
    NoChange,
    /// The device says that it committed, and running is as before.
    #[error("the device said that it committed, but its running configuration is unchanged")]
    NothingDone,
    /// Running after the commit is not what the candidate was.
    #[error("after the commit the running configuration is not what the device said it would be")]
    OtherThanStaged,
    /// After taking back, running is not as before.
    #[error("the change was taken back, but the running configuration is not what it was before")]
    NotRestored,
    /// Running is already as before the change.
    #[error("the device has already taken the change back: nobody confirmed it in time, or somebody cancelled it")]
    AlreadyBack,
    /// The gate was closed (kill switch).
    #[error("stopped: writes to devices are switched off")]
    Stopped,
}

impl Error {
    /// Whether the session can no longer be used.
    #[must_use]
    pub fn ends_session(&self) -> bool {
        matches!(
            self,
            Error::Timeout { .. } | Error::Closed(_) | Error::TooBig { .. } | Error::Malformed(_) | Error::Protocol(_) | Error::Ssh(_)
        )
    }
}

fn told(errors: &[RpcError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
