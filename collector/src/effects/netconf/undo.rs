//! Confirming a change, and taking it back.

use super::config::{Config, Fragment};
use super::device::{Outcome, Pending, Standing, Step};
use super::error::Error;
use super::hello::Protection;
use super::operations::{Commit, Datastore, EditOptions, ErrorOption, TestOption};
use super::reply::ErrorTag;
use super::session::Wire;
use super::tell::{Fault, Teller};

pub(super) async fn running(wire: &mut Wire, pending: &Pending) -> Result<Config, Error> {
    wire.get_config(Datastore::Running, pending.scope.as_ref(), &pending.ignored).await
}

/// Where running stands.
pub(super) async fn standing(wire: &mut Wire, pending: &Pending) -> Result<Standing, Error> {
    let hash = running(wire, pending).await?.hash;
    Ok(if hash == pending.before {
        Standing::Before
    } else if hash == pending.after {
        Standing::After
    } else {
        Standing::Other
    })
}

/// Confirms, and looks whether it held.
pub(super) async fn confirm(wire: &mut Wire, say: &Teller<'_>, pending: &Pending) -> Result<(), Fault> {
    match say.tell(Step::ReadBefore, standing(wire, pending).await, String::new())? {
        Standing::After => {}
        Standing::Before => return say.tell(Step::Confirm, Err(Error::AlreadyBack), String::new()),
        Standing::Other => return say.tell(Step::Confirm, Err(Error::OtherThanStaged), String::new()),
    }
    if let Protection::DeviceTimer { .. } = pending.protection {
        // A confirming commit commits the candidate as it is: it must hold nothing but what is running.
        let locked = lock_for_confirming(wire, say).await?;
        let done = commit_again(wire, say, pending).await;
        if locked && wire.alive() {
            let _ = say.tell(Step::Unlock, wire.unlock(Datastore::Candidate).await, String::new());
        }
        if let Err(Fault { error: Error::Refused(_), .. }) = &done
            && let Ok(Standing::Before) = standing(wire, pending).await
        {
            return say.tell(Step::Confirm, Err(Error::AlreadyBack), String::new());
        }
        done?;
        let held = standing(wire, pending).await.and_then(|found| match found {
            Standing::After => Ok(()),
            Standing::Before => Err(Error::AlreadyBack),
            Standing::Other => Err(Error::OtherThanStaged),
        });
        say.tell(Step::ReadBack, held, "running is as confirmed".to_owned())?;
    }
    if wire.capabilities.startup {
        say.gate(Step::KeepForStart)?;
        let kept = wire.keep_for_start().await;
        say.tell(Step::KeepForStart, kept, String::new())?;
    }
    Ok(())
}

/// Whether the lock was taken: some devices refuse it while a commit waits to be confirmed, and that is no reason to let it lapse.
async fn lock_for_confirming(wire: &mut Wire, say: &Teller<'_>) -> Result<bool, Fault> {
    say.gate(Step::Lock)?;
    match wire.lock(Datastore::Candidate).await {
        Err(Error::Refused(errors)) if errors.iter().any(|error| error.tag != ErrorTag::LockDenied) => {
            say.report(
                Step::Lock,
                Outcome::Skipped,
                "the device gives no lock while a commit waits to be confirmed".to_owned(),
            );
            Ok(false)
        }
        other => say.tell(Step::Lock, other, "candidate".to_owned()).map(|()| true),
    }
}

async fn commit_again(wire: &mut Wire, say: &Teller<'_>, pending: &Pending) -> Result<(), Fault> {
    say.gate(Step::Discard)?;
    let done = wire.discard().await;
    say.tell(Step::Discard, done, "the candidate is as running".to_owned())?;
    say.gate(Step::Confirm)?;
    let commit = match &pending.persist_id {
        Some(persist_id) => Commit::Confirming { persist_id },
        None => Commit::Plain,
    };
    let done = wire.commit(&commit).await.map(drop);
    say.tell(Step::Confirm, done, String::new())
}

/// Takes a change back, and looks whether it is. Never asks the gate. Gives whether running was changed at all.
pub(super) async fn take_back(wire: &mut Wire, say: &Teller<'_>, pending: &Pending, committed: bool) -> Result<bool, Fault> {
    let found = say.tell(Step::ReadBack, running(wire, pending).await, String::new())?;
    let changed = found.hash != pending.before;
    let by_device = matches!(pending.protection, Protection::DeviceTimer { persists: true });
    if !(changed || by_device && committed) {
        return Ok(false);
    }
    say.report(Step::Cancel, Outcome::Begun, String::new());
    let done = if by_device {
        wire.cancel_commit(pending.persist_id.as_deref()).await
    } else {
        edit_back(wire, pending, &found).await
    };
    if !wire.alive() {
        return say.tell(Step::Cancel, done, String::new()).map(|()| changed);
    }
    let after = say.tell(Step::ReadBack, running(wire, pending).await, String::new())?;
    let done = if after.hash == pending.before {
        Ok(())
    } else {
        Err(done.err().unwrap_or(Error::NotRestored))
    };
    say.tell(Step::Cancel, done, "running is as before".to_owned())?;
    Ok(changed)
}

/// Where the device does not take back by itself: the way back as an edit of our own, unless somebody changed the same part since.
async fn edit_back(wire: &mut Wire, pending: &Pending, found: &Config) -> Result<(), Error> {
    let Some(edit) = &pending.way_back else {
        return Err(Error::NotCapable(
            "there is no edit that leads back and is sure to touch nothing else; put it back by hand".to_owned(),
        ));
    };
    if found.hash != pending.after {
        return Err(Error::RunningChanged {
            expected: pending.after.clone(),
            found: found.hash.clone(),
        });
    }
    let target = if wire.capabilities.candidate {
        Datastore::Candidate
    } else {
        Datastore::Running
    };
    // Whoever made the change may still hold the lock in this very session.
    let locked = wire.lock(target).await.is_ok();
    let done = write_back(wire, target, edit).await;
    if locked && wire.alive() {
        let _ = wire.unlock(target).await;
    }
    done
}

async fn write_back(wire: &mut Wire, target: Datastore, edit: &Fragment) -> Result<(), Error> {
    let options = EditOptions {
        test: if wire.capabilities.validate {
            TestOption::TestThenSet
        } else {
            TestOption::Default
        },
        on_error: if wire.capabilities.rollback_on_error {
            ErrorOption::Rollback
        } else {
            ErrorOption::Stop
        },
        ..EditOptions::default()
    };
    if target == Datastore::Running {
        return wire.edit(target, edit, options).await.map(drop);
    }
    wire.discard().await?;
    wire.edit(target, edit, options).await?;
    wire.commit(&Commit::Plain).await.map(drop)
}
