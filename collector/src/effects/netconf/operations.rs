//! The operations of RFC 6241 as requests.

use std::sync::Arc;
use std::time::Duration;

use super::config::{Config, Fragment};
use super::error::Error;
use super::reply::{ErrorTag, Reply, RpcError};
use super::session::Wire;
use super::xml::{BASE, Element};

/// A configuration datastore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Datastore {
    /// What the device does.
    Running,
    /// What is prepared.
    Candidate,
    /// What the device starts with.
    Startup,
}

impl Datastore {
    fn word(self) -> &'static str {
        match self {
            Datastore::Running => "running",
            Datastore::Candidate => "candidate",
            Datastore::Startup => "startup",
        }
    }
}

/// What happens to what an edit holds where it does not say so itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultOperation {
    /// It is merged into what is there.
    #[default]
    Merge,
    /// It takes the place of the whole datastore.
    Replace,
    /// Nothing, unless an element carries an operation.
    None,
}

/// How an edit is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TestOption {
    /// As the device does by itself.
    #[default]
    Default,
    /// Checked, then done.
    TestThenSet,
}

/// What happens to an edit of which a part fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrorOption {
    /// It ends there.
    #[default]
    Stop,
    /// It goes on with the rest.
    Continue,
    /// Nothing of it stays.
    Rollback,
}

/// How an edit is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EditOptions {
    /// Where the edit does not say.
    pub default_operation: DefaultOperation,
    /// How it is checked.
    pub test: TestOption,
    /// What happens on failure.
    pub on_error: ErrorOption,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Commit<'a> {
    /// For good; also confirms one of the same session.
    Plain,
    /// Taken back by the device unless confirmed.
    Confirmed { window: Duration, persist: Option<&'a str> },
    /// Confirms one of any session.
    Confirming { persist_id: &'a str },
}

impl Wire {
    fn element(&self, name: &str) -> Element {
        Element::new(&self.base, name)
    }

    fn named(&self, operation: &str, role: &str, datastore: Datastore) -> Element {
        self.element(operation).with(self.element(role).with(self.element(datastore.word())))
    }

    async fn ok(&mut self, operation: Element, what: &'static str) -> Result<Vec<RpcError>, Error> {
        let after = self.timeouts.answer;
        let reply = self.call(operation, what, after).await?;
        sure(reply)
    }

    pub(super) async fn get_config(&mut self, from: Datastore, filter: Option<&Fragment>, ignored: &[String]) -> Result<Config, Error> {
        let mut operation = self.named("get-config", "source", from);
        if let Some(filter) = filter {
            let none: Arc<str> = Arc::from("");
            let inner = self.element("filter").with_attribute(&none, "type", "subtree");
            operation = operation.with(filter.elements().iter().cloned().fold(inner, Element::with));
        }
        let after = self.timeouts.answer;
        let reply = self.call(operation, "get-config", after).await?;
        let data = reply
            .root
            .child(BASE, "data")
            .ok_or_else(|| Error::Protocol("an answer to get-config without data".to_owned()))?;
        Ok(Config::new(data.elements().cloned().collect(), ignored))
    }

    pub(super) async fn lock(&mut self, datastore: Datastore) -> Result<(), Error> {
        let operation = self.named("lock", "target", datastore);
        match self.ok(operation, "lock").await {
            Err(Error::Refused(errors)) => Err(lock_error(errors)),
            other => other.map(drop),
        }
    }

    pub(super) async fn unlock(&mut self, datastore: Datastore) -> Result<(), Error> {
        let operation = self.named("unlock", "target", datastore);
        self.ok(operation, "unlock").await.map(drop)
    }

    pub(super) async fn discard(&mut self) -> Result<(), Error> {
        let operation = self.element("discard-changes");
        self.ok(operation, "discard-changes").await.map(drop)
    }

    pub(super) async fn validate(&mut self) -> Result<Vec<RpcError>, Error> {
        let operation = self.named("validate", "source", Datastore::Candidate);
        self.ok(operation, "validate").await
    }

    pub(super) async fn edit(&mut self, target: Datastore, edit: &Fragment, options: EditOptions) -> Result<Vec<RpcError>, Error> {
        let mut operation = self.named("edit-config", "target", target);
        let words = [
            (
                "default-operation",
                match options.default_operation {
                    DefaultOperation::Merge => None,
                    DefaultOperation::Replace => Some("replace"),
                    DefaultOperation::None => Some("none"),
                },
            ),
            (
                "test-option",
                match options.test {
                    TestOption::Default => None,
                    TestOption::TestThenSet => Some("test-then-set"),
                },
            ),
            (
                "error-option",
                match options.on_error {
                    ErrorOption::Stop => None,
                    ErrorOption::Continue => Some("continue-on-error"),
                    ErrorOption::Rollback => Some("rollback-on-error"),
                },
            ),
        ];
        for (name, word) in words {
            if let Some(word) = word {
                operation = operation.with(self.element(name).with_text(word));
            }
        }
        let config = edit.elements().iter().cloned().fold(self.element("config"), Element::with);
        self.ok(operation.with(config), "edit-config").await
    }

    /// An operation of the vendor's own.
    pub(super) async fn vendor(&mut self, operation: &Element) -> Result<Vec<RpcError>, Error> {
        let after = self.timeouts.answer;
        Ok(self.call(operation.clone(), "an operation of the vendor", after).await?.warnings)
    }

    pub(super) async fn commit(&mut self, commit: &Commit<'_>) -> Result<Vec<RpcError>, Error> {
        let mut operation = self.element("commit");
        match commit {
            Commit::Plain => {}
            Commit::Confirmed { window, persist } => {
                let seconds = window.as_secs().max(1).to_string();
                operation = operation
                    .with(self.element("confirmed"))
                    .with(self.element("confirm-timeout").with_text(&seconds));
                if let Some(persist) = persist {
                    operation = operation.with(self.element("persist").with_text(persist));
                }
            }
            Commit::Confirming { persist_id } => operation = operation.with(self.element("persist-id").with_text(persist_id)),
        }
        let after = self.timeouts.commit;
        let reply = self.call(operation, "commit", after).await?;
        sure(reply)
    }

    pub(super) async fn cancel_commit(&mut self, persist_id: Option<&str>) -> Result<(), Error> {
        let mut operation = self.element("cancel-commit");
        if let Some(id) = persist_id {
            operation = operation.with(self.element("persist-id").with_text(id));
        }
        let after = self.timeouts.commit;
        let reply = self.call(operation, "cancel-commit", after).await?;
        sure(reply).map(drop)
    }

    pub(super) async fn keep_for_start(&mut self) -> Result<(), Error> {
        let target = self.element("target").with(self.element(Datastore::Startup.word()));
        let source = self.element("source").with(self.element(Datastore::Running.word()));
        let operation = self.element("copy-config").with(target).with(source);
        self.ok(operation, "copy-config").await.map(drop)
    }
}

fn sure(reply: Reply) -> Result<Vec<RpcError>, Error> {
    if reply.ok {
        return Ok(reply.warnings);
    }
    // Junos tells the results of a commit in an element of its own, and the ok beside or inside of it.
    let told = reply.root.elements().any(|element| element.name == "commit-results");
    if told {
        Ok(reply.warnings)
    } else {
        Err(Error::Protocol("an answer that is neither ok nor an error".to_owned()))
    }
}

/// A lock that another session holds, told from a candidate that somebody left changed (RFC 6241 section 7.5: session 0, or another tag).
fn lock_error(errors: Vec<RpcError>) -> Error {
    let held = errors.iter().find(|error| error.tag == ErrorTag::LockDenied && error.session != Some(0));
    match held {
        Some(held) => Error::Locked { session: held.session },
        None => Error::Refused(errors),
    }
}
