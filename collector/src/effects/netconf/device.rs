//! Devices as the rest of the collector sees them, whatever they speak.

use std::fmt;
use std::time::Duration;

use pedkai_core::model::Timestamp;

use super::config::{Config, Fragment, way_back};
use super::error::Error;
use super::hello::{Capabilities, Protection};
use super::operations::{DefaultOperation, ErrorOption};
use super::session::Doing;

/// A device that can be changed.
pub trait Device: Send + Sync {
    /// Its name for people.
    fn name(&self) -> &str;

    /// Opens a session.
    fn connect<'a>(&'a self, watch: &'a dyn Watch) -> Doing<'a, Box<dyn Session>>;
}

/// A session with a device. One that is dropped is closed without a word, and a device then lets go of its locks and of what is not committed.
pub trait Session: Send {
    /// What the device says that it can.
    fn capabilities(&self) -> &Capabilities;

    /// Reads running; `scope` selects a part (subtree filter), attributes of namespaces that begin with one of `ignored` are left out.
    fn read_running<'a>(&'a mut self, scope: Option<&'a Fragment>, ignored: &'a [String]) -> Doing<'a, Config>;

    /// What a change would do, as the device itself says: staged, compared, discarded. Nothing is committed.
    fn preview<'a>(&'a mut self, change: &'a Change, watch: &'a dyn Watch) -> Doing<'a, Preview, Failure>;

    /// Makes a change; where the device can, it takes it back by itself unless confirmed within the window.
    fn apply<'a>(&'a mut self, change: &'a Change, watch: &'a dyn Watch) -> Doing<'a, Pending, Failure>;

    /// Where running stands now, measured against a change: looked at after every reconnection before anything is done.
    fn standing<'a>(&'a mut self, pending: &'a Pending) -> Doing<'a, Standing>;

    /// Confirms a change for good, from this session or any other with its persist id.
    fn confirm<'a>(&'a mut self, pending: &'a Pending, watch: &'a dyn Watch) -> Doing<'a, ()>;

    /// Takes a change back now; also past its window, also while the gate is closed.
    fn cancel<'a>(&'a mut self, pending: &'a Pending, watch: &'a dyn Watch) -> Doing<'a, ()>;

    /// Ends the session.
    fn close(self: Box<Self>) -> Doing<'static, ()>;
}

/// Who looks on: the gate (kill switch), asked immediately before each write, and the audit, told each step as it happens.
pub trait Watch: Send + Sync {
    /// Whether writes are allowed at this moment.
    fn may_go_on(&self) -> bool;

    /// A step.
    fn report(&self, report: Report);
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub step: Step,
    /// When, by the collector's clock.
    pub at: Timestamp,
    /// How it went.
    pub outcome: Outcome,
    /// For people.
    pub detail: String,
}

/// A step of acting on a device, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Connection, host key, login, hello.
    Connect,
    /// Whether the device can what is asked.
    Check,
    /// The lock on a datastore.
    Lock,
    /// Throwing away what is prepared and not committed.
    Discard,
    /// Reading running before the change, and comparing with what was approved.
    ReadBefore,
    /// The change, into the candidate or, where there is none, into running.
    Edit,
    /// The device checks the candidate.
    Validate,
    /// Reading the candidate, and what it has other than running.
    Compare,
    /// The commit.
    Commit,
    /// Reading running after it.
    ReadBack,
    /// Letting go of the lock.
    Unlock,
    /// Confirming.
    Confirm,
    /// Taking back.
    Cancel,
    /// Copying running to what the device starts with.
    KeepForStart,
}

impl Step {
    /// Its name for the audit.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Step::Connect => "connect",
            Step::Check => "check",
            Step::Lock => "lock",
            Step::Discard => "discard",
            Step::ReadBefore => "read before",
            Step::Edit => "edit",
            Step::Validate => "validate",
            Step::Compare => "compare",
            Step::Commit => "commit",
            Step::ReadBack => "read back",
            Step::Unlock => "unlock",
            Step::Confirm => "confirm",
            Step::Cancel => "cancel",
            Step::KeepForStart => "keep for start",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How a step went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// About to be sent: told before every write, so that the audit knows of it even if nothing follows.
    Begun,
    /// Done.
    Done,
    /// Not needed, or the device cannot.
    Skipped,
    /// Failed or refused.
    Failed,
    /// The gate was closed: not sent.
    Stopped,
}

/// One edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Configuration for `edit-config`.
    Config(Fragment),
    /// Operations of the vendor's own that load the candidate (Junos `load-configuration rollback="1"`).
    Vendor(Fragment),
}

/// How the device is made to check a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validation {
    /// `<validate>` on the candidate.
    #[default]
    Operation,
    /// `test-then-set` with the edit: for devices whose commit does nothing after `<validate>`.
    WithEdit,
}

/// A change and all that goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What to do, in order.
    pub edits: Vec<Edit>,
    /// The part of the configuration that is read, compared and taken back; `None`: all of it.
    pub scope: Option<Fragment>,
    /// For `edit-config`.
    pub default_operation: DefaultOperation,
    /// For `edit-config`; rollback-on-error becomes stop-on-error where the device cannot.
    pub on_error: ErrorOption,
    /// How it is checked.
    pub validation: Validation,
    /// Namespaces (by their beginning) of attributes that are no configuration.
    pub ignored: Vec<String>,
    /// What was approved; anything else voids the approval.
    pub approved: Approved,
    /// Chosen by the caller and kept by it before it calls, so that a change can be found again after a crash. Whoever knows it can
    /// confirm: it must not be guessable.
    pub persist_id: String,
    /// Time for confirming; the device counts whole seconds.
    pub window: Duration,
    /// Whether policy lets the collector's own timer stand in where the device has no confirmed commit.
    pub collector_timer_allowed: bool,
    /// Whether a candidate that somebody left changed is discarded; otherwise it stops the change.
    pub discard_stale: bool,
}

/// What people saw when they approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approved {
    /// Hash of running within the scope.
    pub running: Option<String>,
    /// The difference as shown.
    pub difference: Option<String>,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Running within the scope; its hash is what an approval is for.
    pub before: Config,
    /// What running would be; `None`: the device has no candidate, so it cannot say.
    pub after: Option<Config>,
    /// The one against the other, unified lines; `None`: as above.
    pub difference: Option<String>,
    /// Who takes it back unless confirmed.
    pub protection: Protection,
    /// What the device warned of.
    pub warnings: Vec<String>,
}

/// A change that is made and not confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Who takes it back.
    pub protection: Protection,
    /// With which any session confirms or cancels; `None`: only this session can confirm (confirmed-commit:1.0).
    pub persist_id: Option<String>,
    /// When the window ends, by the collector's clock; the device's own may be a little later, never earlier than it got the commit.
    pub until: Timestamp,
    /// Hash of running before, within the scope.
    pub before: String,
    /// Hash of running with the change, within the scope.
    pub after: String,
    /// As in the change.
    pub scope: Option<Fragment>,
    /// As in the change.
    pub ignored: Vec<String>,
    /// The edit that leads back; `None`: none that is sure to touch nothing else.
    pub way_back: Option<Fragment>,
    /// What the device says has changed.
    pub difference: String,
    /// What the device warned of.
    pub warnings: Vec<String>,
}

impl Pending {
    /// What a change would leave pending, by its preview: to be kept before the change is made, so that it is found, confirmed or cancelled
    /// by whoever comes after a crash. `None`: the device could not say what it would be.
    #[must_use]
    pub fn expected(change: &Change, preview: &Preview, until: Timestamp) -> Option<Self> {
        let after = preview.after.as_ref()?;
        Some(Self {
            protection: preview.protection,
            persist_id: (preview.protection == Protection::DeviceTimer { persists: true }).then(|| change.persist_id.clone()),
            until,
            before: preview.before.hash.clone(),
            after: after.hash.clone(),
            scope: change.scope.clone(),
            ignored: change.ignored.clone(),
            way_back: way_back(change.scope.as_ref(), &preview.before, after),
            difference: preview.difference.clone().unwrap_or_default(),
            warnings: preview.warnings.clone(),
        })
    }
}

/// Where running stands, measured against a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As before it: never made, or taken back.
    Before,
    /// With it.
    After,
    /// Neither: somebody else changed the same part.
    Other,
}

/// A change that was not made, or not as it was to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step}: {error}")]
pub struct Failure {
    /// Where it stopped.
    pub step: Step,
    /// Why.
    pub error: Error,
    /// What the device was left in.
    pub left: Left,
}

/// What a device was left in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Running is as before; nothing is pending.
    Unchanged,
    /// Running was changed, and is as before again.
    TakenBack,
    /// Not known: the connection went after a commit was sent, or taking back failed. Connect again and look ([`Session::standing`]);
    /// a device with its own timer takes it back by itself.
    Unknown(Box<Pending>),
}
