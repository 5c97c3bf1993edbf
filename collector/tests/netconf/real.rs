//! Against the real server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pedkai_collector::effects::netconf::profile::Profiles;
use pedkai_collector::effects::netconf::{
    Approved, Change, Device, Edit, Error, ErrorTag, ErrorType, HostKey, Left, Login, Outcome, Pending, Protection, Report, Standing, Step, Validation, Watch,
};
use pedkai_core::model::Timestamp;
use tokio::time::{Instant, sleep};

use crate::audit::Audit;
use crate::hold::Hold;
use crate::server::{interface, key, with_candidate, without_candidate};

const PERSISTS: Protection = Protection::DeviceTimer { persists: true };

#[tokio::test]
async fn a_change_of_a_profile_is_previewed_made_and_confirmed() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let profiles = Profiles::builtin().unwrap();
    let mut session = server.session().await;
    assert_eq!(session.capabilities().protection(), PERSISTS);
    let profile = profiles.of(session.capabilities()).unwrap();
    assert_eq!(profile.name, "ietf");
    let given = BTreeMap::from([("description".to_owned(), "to <Rome> & back".to_owned())]);
    let entity = BTreeMap::from([("interface".to_owned(), "eth0".to_owned())]);
    let mut change = profile
        .draft("set-description", &given, &entity)
        .unwrap()
        .change("a-secret", Duration::from_secs(60));
    let preview = session.preview(&change, &Audit::new()).await.unwrap();
    let told = preview.difference.clone().unwrap();
    assert!(
        told.contains("-    <description>first</description>\n+    <description>to &lt;Rome&gt; &amp; back</description>\n"),
        "{told}"
    );
    assert_eq!(server.description().await.unwrap(), "first");
    change.approved = Approved {
        running: Some(preview.before.hash.clone()),
        difference: preview.difference,
    };
    let audit = Audit::new();
    let pending = session.apply(&change, &audit).await.unwrap();
    assert_eq!((pending.protection, pending.persist_id.as_deref()), (PERSISTS, Some("a-secret")));
    assert_eq!((&pending.before, &pending.difference), (&preview.before.hash, &told));
    assert_eq!(session.standing(&pending).await, Ok(Standing::After));
    session.confirm(&pending, &audit).await.unwrap();
    assert_eq!(
        audit.steps(),
        [
            (Step::Lock, Outcome::Done),
            (Step::ReadBefore, Outcome::Done),
            (Step::Edit, Outcome::Done),
            (Step::Validate, Outcome::Skipped),
            (Step::Compare, Outcome::Done),
            (Step::ReadBefore, Outcome::Done),
            (Step::Commit, Outcome::Done),
            (Step::ReadBack, Outcome::Done),
            (Step::Unlock, Outcome::Done),
            (Step::ReadBefore, Outcome::Done),
            (Step::Lock, Outcome::Skipped),
            (Step::Discard, Outcome::Done),
            (Step::Confirm, Outcome::Done),
            (Step::ReadBack, Outcome::Done),
        ]
    );
    for step in [Step::Edit, Step::Commit, Step::Confirm] {
        assert_eq!(audit.begun(step), 1, "{step}");
    }
    assert_eq!(server.description().await.unwrap(), "to &lt;Rome&gt; &amp; back");
    // Back, by the edit that was kept with it: a change of its own.
    let back = Change {
        edits: vec![Edit::Config(pending.way_back.clone().unwrap())],
        persist_id: "another".to_owned(),
        ..change.clone()
    };
    let back = Change {
        approved: Approved::default(),
        ..back
    };
    let undone = session.apply(&back, &Audit::new()).await.unwrap();
    assert_eq!(undone.after, preview.before.hash);
    session.confirm(&undone, &Audit::new()).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "first");
}

#[tokio::test]
async fn what_nobody_confirms_the_device_takes_back() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let pending = session.apply(&interface("<description>second</description>", 3), &Audit::new()).await.unwrap();
    drop(session);
    assert_eq!(server.description().await.unwrap(), "second");
    let until = Instant::now() + Duration::from_secs(30);
    // This server's timer runs only while nobody asks it anything for a second.
    while server.description().await.unwrap() != "first" {
        assert!(Instant::now() < until, "the device did not take it back");
        sleep(Duration::from_millis(1_500)).await;
    }
    let mut session = server.session().await;
    assert_eq!(session.standing(&pending).await, Ok(Standing::Before));
    let audit = Audit::new();
    assert_eq!(session.confirm(&pending, &audit).await, Err(Error::AlreadyBack));
    assert_eq!(audit.begun(Step::Confirm), 0);
    session.cancel(&pending, &Audit::new()).await.unwrap();
}

#[tokio::test]
async fn another_session_confirms_what_a_killed_one_committed() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let pending = session.apply(&interface("<description>second</description>", 30), &Audit::new()).await.unwrap();
    drop(session);
    let mut session = server.session().await;
    assert_eq!(session.standing(&pending).await, Ok(Standing::After));
    session.confirm(&pending, &Audit::new()).await.unwrap();
    // Nothing waits any more: the device lets the next change begin.
    let next = session.apply(&interface("<description>third</description>", 30), &Audit::new()).await.unwrap();
    session.confirm(&next, &Audit::new()).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "third");
}

/// Dies at the n-th report.
struct Mortal {
    left: AtomicUsize,
}

impl Watch for Mortal {
    fn may_go_on(&self) -> bool {
        true
    }

    fn report(&self, _: Report) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::panic::resume_unwind(Box::new("killed"));
        }
    }
}

#[tokio::test]
async fn killed_at_any_step_the_change_is_found_and_ended_one_way() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut standings = Vec::new();
    for kill in 1.. {
        let change = interface(&format!("<description>try {kill}</description>"), 60);
        let mut session = server.session().await;
        let preview = session.preview(&change, &Audit::new()).await.unwrap();
        // What the log of the caller holds before it begins.
        let pending = Pending::expected(&change, &preview, Timestamp::EPOCH).unwrap();
        let mortal = Mortal { left: AtomicUsize::new(kill) };
        let made = tokio::spawn(async move { session.apply(&change, &mortal).await }).await;
        let mut session = server.session().await;
        let found = session.standing(&pending).await.unwrap();
        standings.push(found);
        if kill % 2 == 0 && found == Standing::After {
            session.confirm(&pending, &Audit::new()).await.unwrap();
            assert_eq!(session.standing(&pending).await, Ok(Standing::After));
        } else {
            session.cancel(&pending, &Audit::new()).await.unwrap();
            assert_eq!(session.standing(&pending).await, Ok(Standing::Before));
        }
        if let Ok(made) = made {
            made.unwrap();
            break;
        }
    }
    // Nothing before the commit, the change after it: no third state at any step.
    let made = standings.iter().filter(|found| **found == Standing::After).count();
    assert!(made >= 3 && standings.len() >= 12, "{standings:?}");
    assert!(
        standings.is_sorted_by_key(|found| *found == Standing::After) && !standings.contains(&Standing::Other),
        "{standings:?}"
    );
}

#[tokio::test]
async fn another_session_cancels() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let pending = session.apply(&interface("<description>second</description>", 60), &Audit::new()).await.unwrap();
    drop(session);
    let mut session = server.session().await;
    let wrong = Pending {
        persist_id: Some("guessed".to_owned()),
        ..pending.clone()
    };
    assert!(matches!(session.cancel(&wrong, &Audit::new()).await, Err(Error::Refused(_))));
    assert_eq!(server.description().await.unwrap(), "second");
    // Also while writes are switched off: taking back is what the switch is for.
    let audit = Audit::closing(Step::ReadBack, Outcome::Done);
    session.cancel(&pending, &audit).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "first");
    session.cancel(&pending, &Audit::new()).await.unwrap();
}

#[tokio::test]
async fn a_host_key_that_is_not_the_known_one_is_refused() {
    let Some(server) = with_candidate().await else { return };
    key(&server.file("other"));
    let other = std::fs::read_to_string(server.file("other.pub")).unwrap();
    let known = HostKey::parse(&server.host_key).unwrap().to_string();
    let print = known.split(' ').next_back().unwrap().to_owned();
    let mut device = server.device();
    device.address.host_key = HostKey::parse(&print).unwrap();
    device.connect(&Audit::new()).await.unwrap().close().await.unwrap();
    let wrong = HostKey::parse(&other).unwrap().to_string();
    for text in [other.as_str(), wrong.split(' ').next_back().unwrap()] {
        device.address.host_key = HostKey::parse(text).unwrap();
        let audit = Audit::new();
        let Err(error) = device.connect(&audit).await else { panic!("let in") };
        assert!(matches!(&error, Error::HostKey { shown, .. } if *shown == print), "{error}");
        assert!(error.to_string().contains("compare the fingerprint at its console"), "{error}");
        assert_eq!(audit.steps(), [(Step::Connect, Outcome::Failed)]);
    }
    let line = format!("[127.0.0.1]:{} {}", server.port, server.host_key);
    assert_eq!(HostKey::parse(&line).unwrap().to_string(), known);
    for text in ["", "ssh-ed25519", "SHA256:short", "MD5:00:11"] {
        assert!(
            matches!(HostKey::parse(text), Err(Error::Input(what)) if what.contains("ssh-keyscan")),
            "{text}"
        );
    }
}

#[tokio::test]
async fn who_is_not_let_in_is_told_so() {
    let Some(server) = with_candidate().await else { return };
    let mut device = server.device();
    device.address.login = Login::Password("wrong".to_owned());
    let refused = |error: &Error, by: &str| matches!(error, Error::Denied { by: with, user, .. } if *with == by && *user == server.user);
    let Err(error) = device.connect(&Audit::new()).await else { panic!("let in") };
    assert!(refused(&error, "password"), "{error}");
    key(&server.file("stranger"));
    device.address.login = Login::KeyFile {
        path: server.file("stranger"),
        passphrase: None,
    };
    let Err(error) = device.connect(&Audit::new()).await else { panic!("let in") };
    assert!(refused(&error, "key"), "{error}");
    device.address.login = Login::KeyFile {
        path: server.file("nowhere"),
        passphrase: None,
    };
    let Err(error) = device.connect(&Audit::new()).await else { panic!("let in") };
    assert!(matches!(&error, Error::Input(what) if what.contains("nowhere")), "{error}");
}

#[tokio::test]
async fn an_approval_is_void_once_the_device_was_changed() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let mut change = interface("<description>second</description>", 30);
    let preview = session.preview(&change, &Audit::new()).await.unwrap();
    let others = session
        .apply(&interface("<description>somebody else's</description>", 30), &Audit::new())
        .await
        .unwrap();
    session.confirm(&others, &Audit::new()).await.unwrap();
    change.approved.running = Some(preview.before.hash);
    let audit = Audit::new();
    let failure = session.apply(&change, &audit).await.unwrap_err();
    assert!(matches!(failure.error, Error::RunningChanged { .. }), "{failure}");
    assert_eq!((failure.step, failure.left), (Step::ReadBefore, Left::Unchanged));
    assert_eq!(audit.begun(Step::Edit), 0);
    change.approved = Approved {
        running: None,
        difference: preview.difference,
    };
    let audit = Audit::new();
    let failure = session.apply(&change, &audit).await.unwrap_err();
    assert_eq!((failure.error, failure.left), (Error::DifferenceChanged, Left::Unchanged));
    assert_eq!(audit.begun(Step::Commit), 0);
    assert_eq!(server.description().await.unwrap(), "somebody else's");
}

#[tokio::test]
async fn a_gate_that_closes_stops_before_the_next_write_and_cleans_up() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let change = interface("<description>second</description>", 30);
    for closes in [Step::Lock, Step::Edit, Step::Compare] {
        let audit = Audit::closing(closes, Outcome::Done);
        let failure = session.apply(&change, &audit).await.unwrap_err();
        assert_eq!((failure.error, failure.left), (Error::Stopped, Left::Unchanged), "{closes}");
        assert_eq!(audit.begun(Step::Commit), 0, "{closes}");
    }
    let audit = Audit::closing(Step::ReadBack, Outcome::Done);
    let failure = session.apply(&change, &audit).await.unwrap_err();
    assert_eq!((failure.error, failure.left), (Error::Stopped, Left::TakenBack), "{:?}", audit.all());
    assert_eq!(server.description().await.unwrap(), "first");
    // No lock, no candidate, no commit that waits: all was let go.
    let mut other = server.session().await;
    let pending = other.apply(&change, &Audit::new()).await.unwrap();
    let audit = Audit::closing(Step::ReadBefore, Outcome::Done);
    assert_eq!(other.confirm(&pending, &audit).await, Err(Error::Stopped));
    assert_eq!(audit.begun(Step::Confirm), 0);
    other.cancel(&pending, &audit).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_another_session_holds_is_left_alone() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut holder = server.session().await;
    let number = holder.capabilities().session;
    let held = Arc::new(Hold::before(Step::Edit));
    let making = tokio::spawn({
        let held = Arc::clone(&held);
        async move {
            let made = holder.apply(&interface("<description>second</description>", 30), &*held).await;
            (holder, made)
        }
    });
    held.reached().await;
    let mut session = server.session().await;
    let audit = Audit::new();
    let failure = session.apply(&interface("<description>third</description>", 30), &audit).await.unwrap_err();
    assert_eq!(
        (failure.step, failure.error, failure.left),
        (Step::Lock, Error::Locked { session: number }, Left::Unchanged)
    );
    assert_eq!(audit.begun(Step::Edit), 0);
    held.let_go();
    let (mut holder, made) = making.await.unwrap();
    holder.confirm(&made.unwrap(), &Audit::new()).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "second");
}

#[tokio::test]
async fn a_candidate_that_somebody_left_changed_stops_the_change_or_is_discarded() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    // A preview that is cut off leaves nothing: the device lets go when the session ends.
    let cut = session
        .preview(&interface("<description>second</description>", 30), &Audit::closing(Step::Edit, Outcome::Begun))
        .await;
    drop((cut, session));
    let mut session = server.session().await;
    let pending = session.apply(&interface("<description>third</description>", 30), &Audit::new()).await.unwrap();
    session.cancel(&pending, &Audit::new()).await.unwrap();
    let change = Change {
        discard_stale: true,
        ..interface("<description>fourth</description>", 30)
    };
    let audit = Audit::new();
    let pending = session.apply(&change, &audit).await.unwrap();
    assert_eq!(audit.begun(Step::Discard), 1);
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "fourth");
}

#[tokio::test]
async fn a_commit_that_changes_nothing_is_found_out_and_cancelled() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    // This server forgets, after a validate, that there is something to commit, and says ok.
    let change = Change {
        validation: Validation::Operation,
        ..interface("<description>second</description>", 60)
    };
    let failure = session.apply(&change, &Audit::new()).await.unwrap_err();
    assert_eq!(
        (failure.step, failure.error, failure.left),
        (Step::ReadBack, Error::NothingDone, Left::Unchanged)
    );
    // The commit that waited was cancelled: the next change is not held up by it.
    let pending = session.apply(&interface("<description>third</description>", 60), &Audit::new()).await.unwrap();
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert_eq!(server.description().await.unwrap(), "third");
}

#[tokio::test]
async fn what_the_device_refuses_is_told_in_its_words_and_leaves_nothing() {
    let Some(server) = with_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    let failure = session.apply(&interface("<colour>red</colour>", 60), &Audit::new()).await.unwrap_err();
    let Error::Refused(errors) = &failure.error else { panic!("{failure}") };
    assert_eq!((failure.step, &failure.left), (Step::Edit, &Left::Unchanged));
    assert_eq!(
        (errors[0].kind, &errors[0].tag, errors[0].warning),
        (ErrorType::Protocol, &ErrorTag::UnknownElement, false)
    );
    assert!(errors[0].path.as_ref().unwrap().contains("interface[if:name='eth0']"), "{failure}");
    let failure = session
        .apply(&interface("<description>first</description>", 60), &Audit::new())
        .await
        .unwrap_err();
    assert_eq!((failure.step, failure.error, failure.left), (Step::Compare, Error::NoChange, Left::Unchanged));
    let pending = session.apply(&interface("<description>second</description>", 60), &Audit::new()).await.unwrap();
    session.confirm(&pending, &Audit::new()).await.unwrap();
}

#[tokio::test]
async fn without_confirmed_commit_the_way_back_is_the_collectors() {
    let Some(server) = without_candidate().await else { return };
    server.with_interface().await;
    let mut session = server.session().await;
    assert_eq!(session.capabilities().protection(), Protection::CollectorTimer);
    let change = interface("<description>second</description><enabled>false</enabled>", 30);
    let audit = Audit::new();
    let failure = session.apply(&change, &audit).await.unwrap_err();
    assert!(
        matches!(&failure.error, Error::NotCapable(what) if what.contains("no confirmed commit")),
        "{failure}"
    );
    assert_eq!(audit.steps(), [(Step::Check, Outcome::Failed)]);
    let change = Change {
        collector_timer_allowed: true,
        ..change
    };
    let preview = session.preview(&change, &Audit::new()).await.unwrap();
    assert_eq!((preview.difference, preview.protection), (None, Protection::CollectorTimer));
    let pending = session.apply(&change, &Audit::new()).await.unwrap();
    assert_eq!((pending.protection, &pending.persist_id), (Protection::CollectorTimer, &None));
    assert!(pending.difference.contains("+    <description>second</description>"), "{}", pending.difference);
    assert_eq!(server.description().await.unwrap(), "second");
    drop(session);
    // The collector died and is back: it looks, then puts back what was.
    let mut session = server.session().await;
    assert_eq!(session.standing(&pending).await, Ok(Standing::After));
    session.cancel(&pending, &Audit::new()).await.unwrap();
    assert_eq!(session.read_running(pending.scope.as_ref(), &[]).await.unwrap(), preview.before);
    assert_eq!(session.standing(&pending).await, Ok(Standing::Before));
    // Not once somebody else has changed the same part: that would undo theirs.
    let pending = session.apply(&change, &Audit::new()).await.unwrap();
    let theirs = Change {
        persist_id: "theirs".to_owned(),
        collector_timer_allowed: true,
        ..interface("<description>theirs</description>", 30)
    };
    session.apply(&theirs, &Audit::new()).await.unwrap();
    assert!(matches!(session.cancel(&pending, &Audit::new()).await, Err(Error::RunningChanged { .. })));
    assert_eq!(server.description().await.unwrap(), "theirs");
}
