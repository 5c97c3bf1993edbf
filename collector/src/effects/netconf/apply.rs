//! A change from lock to unlock, with the way out of every step.

use std::time::Duration;

use pedkai_core::model::Timestamp;

use super::config::{Config, difference, way_back};
use super::device::{Change, Edit, Failure, Left, Outcome, Pending, Preview, Step, Validation};
use super::error::Error;
use super::hello::Protection;
use super::operations::{Commit, Datastore, EditOptions, ErrorOption, TestOption};
use super::reply::{ErrorTag, RpcError};
use super::session::Wire;
use super::tell::{Fault, Teller};
use super::undo;

/// What the candidate would change.
struct Staged {
    before: Config,
    candidate: Config,
    difference: String,
}

pub(super) struct Work<'a> {
    wire: &'a mut Wire,
    say: Teller<'a>,
    change: &'a Change,
    protection: Protection,
    locked: Vec<Datastore>,
    staged: bool,
    warnings: Vec<String>,
    /// Set immediately before what may change running is sent.
    pending: Option<Pending>,
    /// Running as it was, where it is written directly.
    before: Option<Config>,
    /// Whether the device said that it committed.
    committed: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(wire: &'a mut Wire, say: Teller<'a>, change: &'a Change) -> Self {
        Self {
            protection: wire.capabilities.protection(),
            wire,
            say,
            change,
            locked: Vec::new(),
            staged: false,
            warnings: Vec::new(),
            pending: None,
            before: None,
            committed: false,
        }
    }

    /// Makes the change.
    pub(super) async fn apply(mut self) -> Result<Pending, Failure> {
        let done = if self.wire.capabilities.candidate {
            self.by_candidate().await
        } else {
            self.directly().await
        };
        match done {
            Ok(pending) => {
                self.unlock().await;
                Ok(pending)
            }
            Err(fault) => Err(self.clean_up(fault).await),
        }
    }

    /// Stages the change, compares, discards.
    pub(super) async fn preview(mut self) -> Result<Preview, Failure> {
        match self.look().await {
            Ok(preview) => {
                self.let_go().await;
                Ok(preview)
            }
            Err(fault) => Err(self.clean_up(fault).await),
        }
    }

    async fn look(&mut self) -> Result<Preview, Fault> {
        let (before, after, told) = if self.wire.capabilities.candidate {
            self.lock_both().await?;
            let staged = self.stage().await?;
            (staged.before, Some(staged.candidate), Some(staged.difference))
        } else {
            (self.read(Step::ReadBefore, Datastore::Running).await?, None, None)
        };
        Ok(Preview {
            before,
            after,
            difference: told,
            protection: self.protection,
            warnings: std::mem::take(&mut self.warnings),
        })
    }

    fn check(&self) -> Result<(), Fault> {
        let refuse = |what: &str| self.say.tell(Step::Check, Err(Error::NotCapable(what.to_owned())), String::new());
        match self.protection {
            Protection::None => refuse("it has neither a candidate configuration nor a running one that may be written"),
            Protection::CollectorTimer if !self.change.collector_timer_allowed => {
                refuse("it has no confirmed commit, so it would not take the change back by itself, and policy allows no timer of the collector for it")
            }
            Protection::DeviceTimer { .. } if self.change.window < Duration::from_secs(1) => refuse("a window below one second"),
            _ => Ok(()),
        }
    }

    async fn by_candidate(&mut self) -> Result<Pending, Fault> {
        self.check()?;
        self.lock_both().await?;
        let staged = self.stage().await?;
        // Much may have happened on the device while it checked.
        let now = self.read(Step::ReadBefore, Datastore::Running).await?;
        self.unchanged(&staged.before.hash, &now)?;
        self.say.gate(Step::Commit)?;
        let pending = self.pending(&staged);
        self.pending = Some(pending.clone());
        let persist = pending.persist_id.as_deref();
        let commit = match self.protection {
            Protection::DeviceTimer { .. } => Commit::Confirmed {
                window: self.change.window,
                persist,
            },
            Protection::CollectorTimer | Protection::None => Commit::Plain,
        };
        let done = self.wire.commit(&commit).await;
        let warned = self.say.tell(Step::Commit, done, self.committing())?;
        self.committed = true;
        self.warn(&warned);
        self.staged = false;
        let after = self.wire.get_config(Datastore::Running, self.change.scope.as_ref(), &self.change.ignored).await;
        let held = after.and_then(|after| match after.hash {
            hash if hash == staged.candidate.hash => Ok(()),
            hash if hash == staged.before.hash => Err(Error::NothingDone),
            _ => Err(Error::OtherThanStaged),
        });
        self.say.tell(Step::ReadBack, held, "running is as staged".to_owned())?;
        self.say.still_open(Step::ReadBack)?;
        self.pending.take().ok_or(Fault {
            step: Step::ReadBack,
            error: Error::NothingDone,
        })
    }

    fn pending(&self, staged: &Staged) -> Pending {
        let window = i64::try_from(self.change.window.as_micros()).unwrap_or(i64::MAX);
        Pending {
            protection: self.protection,
            persist_id: (self.protection == Protection::DeviceTimer { persists: true }).then(|| self.change.persist_id.clone()),
            until: Timestamp::from_micros(self.say.now().as_micros().saturating_add(window)),
            before: staged.before.hash.clone(),
            after: staged.candidate.hash.clone(),
            scope: self.change.scope.clone(),
            ignored: self.change.ignored.clone(),
            way_back: way_back(self.change.scope.as_ref(), &staged.before, &staged.candidate),
            difference: staged.difference.clone(),
            warnings: self.warnings.clone(),
        }
    }

    fn committing(&self) -> String {
        match self.protection {
            Protection::DeviceTimer { .. } => format!("the device takes it back unless confirmed within {} s", self.change.window.as_secs()),
            Protection::CollectorTimer | Protection::None => "for good, as far as the device knows: the collector's timer runs".to_owned(),
        }
    }

    /// Locks the candidate, and running where somebody else could write it past us.
    async fn lock_both(&mut self) -> Result<(), Fault> {
        self.say.gate(Step::Lock)?;
        let mut taken = self.wire.lock(Datastore::Candidate).await;
        if let Err(Error::Refused(errors)) = &taken
            && !errors.iter().any(|error| error.tag == ErrorTag::InUse)
        {
            // The RFC lets a device refuse the lock of a candidate that somebody left changed.
            if self.change.discard_stale {
                self.discard().await?;
                taken = self.wire.lock(Datastore::Candidate).await;
            } else if errors.iter().any(|error| matches!(error.tag, ErrorTag::LockDenied | ErrorTag::ResourceDenied)) {
                taken = Err(Error::StaleCandidate);
            }
        }
        self.say.tell(Step::Lock, taken, "candidate".to_owned())?;
        self.locked.push(Datastore::Candidate);
        if self.wire.capabilities.writable_running {
            let taken = self.wire.lock(Datastore::Running).await;
            self.say.tell(Step::Lock, taken, "running".to_owned())?;
            self.locked.push(Datastore::Running);
        }
        Ok(())
    }

    async fn discard(&mut self) -> Result<(), Fault> {
        self.say.gate(Step::Discard)?;
        let done = self.wire.discard().await;
        self.say.tell(Step::Discard, done, "the candidate is as running".to_owned())
    }

    async fn stage(&mut self) -> Result<Staged, Fault> {
        if self.change.discard_stale {
            self.discard().await?;
        }
        let before = self.read(Step::ReadBefore, Datastore::Running).await?;
        self.approved(&before)?;
        if !self.change.discard_stale {
            let candidate = self.read(Step::ReadBefore, Datastore::Candidate).await?;
            if candidate.hash != before.hash {
                return self.say.tell(Step::ReadBefore, Err(Error::StaleCandidate), String::new());
            }
        }
        self.edit(Datastore::Candidate).await?;
        self.validate().await?;
        let candidate = self
            .wire
            .get_config(Datastore::Candidate, self.change.scope.as_ref(), &self.change.ignored)
            .await;
        let told = candidate
            .map(|candidate| (difference(&before, &candidate), candidate))
            .and_then(|(told, candidate)| {
                if told.is_empty() {
                    return Err(Error::NoChange);
                }
                let differs = self.change.approved.difference.as_ref().is_some_and(|approved| *approved != told);
                if differs { Err(Error::DifferenceChanged) } else { Ok((told, candidate)) }
            });
        let detail = told.as_ref().map(|(told, _)| told.clone()).unwrap_or_default();
        let (difference, candidate) = self.say.tell(Step::Compare, told, detail)?;
        Ok(Staged { before, candidate, difference })
    }

    async fn edit(&mut self, target: Datastore) -> Result<(), Fault> {
        let tests = self.change.validation == Validation::WithEdit || target == Datastore::Running;
        let options = EditOptions {
            default_operation: self.change.default_operation,
            test: if tests && self.wire.capabilities.validate {
                TestOption::TestThenSet
            } else {
                TestOption::Default
            },
            on_error: match self.change.on_error {
                ErrorOption::Rollback if !self.wire.capabilities.rollback_on_error => ErrorOption::Stop,
                other => other,
            },
        };
        for edit in &self.change.edits {
            self.say.gate(Step::Edit)?;
            self.staged = target == Datastore::Candidate;
            let done = match edit {
                Edit::Config(config) => self.wire.edit(target, config, options).await,
                Edit::Vendor(_) if target == Datastore::Running => Err(Error::NotCapable(
                    "this operation prepares a candidate configuration, and it has none".to_owned(),
                )),
                Edit::Vendor(operations) => {
                    let mut done = Ok(Vec::new());
                    for operation in operations.elements() {
                        done = self.wire.vendor(operation).await;
                        if done.is_err() {
                            break;
                        }
                    }
                    done
                }
            };
            let warned = self.say.tell(Step::Edit, done, String::new())?;
            self.warn(&warned);
        }
        Ok(())
    }

    async fn validate(&mut self) -> Result<(), Fault> {
        let how = match (self.wire.capabilities.validate, self.change.validation) {
            (false, _) => "the device cannot check without committing",
            (true, Validation::WithEdit) => "checked with the edit",
            (true, Validation::Operation) => "",
        };
        if !how.is_empty() {
            self.say.report(Step::Validate, Outcome::Skipped, how.to_owned());
            return Ok(());
        }
        let done = self.wire.validate().await;
        let warned = self.say.tell(Step::Validate, done, String::new())?;
        self.warn(&warned);
        Ok(())
    }

    fn approved(&self, before: &Config) -> Result<(), Fault> {
        match &self.change.approved.running {
            Some(approved) => self.unchanged(approved, before),
            None => Ok(()),
        }
    }

    fn unchanged(&self, expected: &str, now: &Config) -> Result<(), Fault> {
        if now.hash == expected {
            return Ok(());
        }
        let error = Error::RunningChanged {
            expected: expected.to_owned(),
            found: now.hash.clone(),
        };
        self.say.tell(Step::ReadBefore, Err(error), String::new())
    }

    async fn read(&mut self, step: Step, from: Datastore) -> Result<Config, Fault> {
        let read = self.wire.get_config(from, self.change.scope.as_ref(), &self.change.ignored).await;
        let detail = read
            .as_ref()
            .map(|config| format!("{} bytes, {}", config.text.len(), config.hash))
            .unwrap_or_default();
        self.say.tell(step, read, detail)
    }

    /// Where there is no candidate: into running, with the way back kept.
    async fn directly(&mut self) -> Result<Pending, Fault> {
        self.check()?;
        self.say.gate(Step::Lock)?;
        let taken = self.wire.lock(Datastore::Running).await;
        self.say.tell(Step::Lock, taken, "running".to_owned())?;
        self.locked.push(Datastore::Running);
        let before = self.read(Step::ReadBefore, Datastore::Running).await?;
        self.approved(&before)?;
        let nothing = Staged {
            candidate: before.clone(),
            before: before.clone(),
            difference: String::new(),
        };
        self.pending = Some(self.pending(&nothing));
        self.before = Some(before.clone());
        self.edit(Datastore::Running).await?;
        self.committed = true;
        let after = self.read(Step::ReadBack, Datastore::Running).await?;
        let told = difference(&before, &after);
        let staged = Staged {
            before,
            candidate: after,
            difference: told,
        };
        let pending = self.pending(&staged);
        self.pending = Some(pending.clone());
        let changed = if staged.difference.is_empty() { Err(Error::NoChange) } else { Ok(()) };
        self.say.tell(Step::Compare, changed, staged.difference.clone())?;
        self.say.still_open(Step::ReadBack)?;
        Ok(pending)
    }

    fn warn(&mut self, warned: &[RpcError]) {
        self.warnings.extend(warned.iter().map(ToString::to_string));
    }

    async fn clean_up(&mut self, fault: Fault) -> Failure {
        let left = self.leave().await;
        Failure {
            step: fault.step,
            error: fault.error,
            left,
        }
    }

    async fn leave(&mut self) -> Left {
        let Some(mut pending) = self.pending.take() else {
            self.let_go().await;
            return Left::Unchanged;
        };
        if let (Some(before), true) = (&self.before, self.wire.alive())
            && let Ok(now) = undo::running(self.wire, &pending).await
        {
            // An edit of running that failed may have done a part.
            pending.way_back = way_back(pending.scope.as_ref(), before, &now);
            pending.after = now.hash;
        }
        if !self.wire.alive() {
            return Left::Unknown(Box::new(pending));
        }
        let left = match undo::take_back(self.wire, &self.say, &pending, self.committed).await {
            Ok(changed) => {
                if changed {
                    Left::TakenBack
                } else {
                    Left::Unchanged
                }
            }
            Err(_) => Left::Unknown(Box::new(pending)),
        };
        self.let_go().await;
        left
    }

    /// Throws away what is prepared and lets go of the locks. Not asked of the gate: it undoes, and a device does the same at the end of a session.
    async fn let_go(&mut self) {
        if self.staged && self.wire.alive() {
            let done = self.wire.discard().await;
            let _ = self.say.tell(Step::Discard, done, "what was prepared is thrown away".to_owned());
            self.staged = false;
        }
        self.unlock().await;
    }

    async fn unlock(&mut self) {
        while let Some(datastore) = self.locked.pop() {
            if self.wire.alive() {
                let done = self.wire.unlock(datastore).await;
                let _ = self.say.tell(Step::Unlock, done, String::new());
            }
        }
    }
}
