//! Devices that hang, drop, flood, lie: each a clear word, nothing done twice, nothing left that is not told.

use std::time::Duration;

use pedkai_collector::effects::netconf::{
    Approved, Change, DefaultOperation, Device, Edit, Error, ErrorOption, Fragment, Left, Limits, Login, Outcome, Pending, Protection, Session, Standing, Step,
    Timeouts, Validation,
};

use crate::audit::Audit;
use crate::fake::{Fake, Mood, NEW, OLD};

const SHORT: Duration = Duration::from_millis(300);

fn change() -> Change {
    Change {
        edits: vec![Edit::Config(Fragment::parse(NEW).unwrap())],
        scope: Some(Fragment::parse("<box xmlns=\"urn:box\"><name>b</name></box>").unwrap()),
        default_operation: DefaultOperation::Merge,
        on_error: ErrorOption::Rollback,
        validation: Validation::Operation,
        ignored: Vec::new(),
        approved: Approved::default(),
        persist_id: "p-1".to_owned(),
        window: Duration::from_secs(900),
        collector_timer_allowed: false,
        discard_stale: false,
    }
}

async fn refused(fake: &Fake, limits: Limits, timeouts: Option<Timeouts>) -> Error {
    let mut device = fake.device();
    device.limits = limits;
    device.timeouts = timeouts.unwrap_or(device.timeouts);
    match device.connect(&Audit::new()).await {
        Err(error) => error,
        Ok(mut session) => session.read_running(None, &[]).await.unwrap_err(),
    }
}

#[tokio::test]
async fn an_honest_one_is_changed_and_confirmed_with_a_password() {
    let fake = Fake::start(Mood::Honest).await;
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    let audit = Audit::new();
    let pending = session.apply(&change(), &audit).await.unwrap();
    assert_eq!(audit.begun(Step::Commit), 1);
    assert!(audit.steps().contains(&(Step::Validate, Outcome::Done)));
    assert_eq!(fake.held.lock().unwrap().running, NEW);
    session.confirm(&pending, &audit).await.unwrap();
    session.close().await.unwrap();
    {
        let held = fake.held.lock().unwrap();
        assert_eq!((&held.before, held.running.as_str()), (&None, NEW));
        let commit = held.asked.iter().find(|message| message.contains("<confirmed/>")).unwrap();
        assert!(commit.contains("<confirm-timeout>900</confirm-timeout><persist>p-1</persist>"), "{commit}");
    }
    let mut device = fake.device();
    device.address.login = Login::Password("open sesam".to_owned());
    assert!(matches!(device.connect(&Audit::new()).await.err(), Some(Error::Denied { by: "password", .. })));
}

#[tokio::test]
async fn a_password_that_is_asked_for_by_a_prompt_is_given_and_nothing_else_is() {
    let fake = Fake::start(Mood::Prompts).await;
    fake.device().connect(&Audit::new()).await.unwrap();
    let mut device = fake.device();
    device.address.login = Login::Password("open sesam".to_owned());
    assert!(matches!(device.connect(&Audit::new()).await.err(), Some(Error::Denied { by: "password", .. })));
    let fake = Fake::start(Mood::PromptsForMore).await;
    let Some(error) = fake.device().connect(&Audit::new()).await.err() else {
        panic!("let in")
    };
    assert!(error.to_string().contains("it offers: keyboard-interactive"), "{error}");
}

#[tokio::test]
async fn without_persist_the_session_that_committed_confirms_or_edits_back() {
    let fake = Fake::start(Mood::Old).await;
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    let pending = session.apply(&change(), &Audit::new()).await.unwrap();
    assert_eq!((pending.protection, &pending.persist_id), (Protection::DeviceTimer { persists: false }, &None));
    let commits = |fake: &Fake| {
        fake.held
            .lock()
            .unwrap()
            .asked
            .iter()
            .filter(|message| message.contains("<commit"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(
        commits(&fake)[0].contains("<confirmed/><confirm-timeout>900</confirm-timeout></commit>"),
        "{:?}",
        commits(&fake)
    );
    session.cancel(&pending, &Audit::new()).await.unwrap();
    assert_eq!(fake.held.lock().unwrap().running, OLD);
    let pending = session.apply(&change(), &Audit::new()).await.unwrap();
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert!(commits(&fake).last().unwrap().contains("<commit/>"), "{:?}", commits(&fake));
    assert_eq!(fake.held.lock().unwrap().running, NEW);
}

#[tokio::test]
async fn what_is_confirmed_is_kept_where_the_device_starts_from_elsewhere() {
    let fake = Fake::start(Mood::StartsElsewhere).await;
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    let pending = session.apply(&change(), &Audit::new()).await.unwrap();
    assert_eq!(fake.held.lock().unwrap().startup, "");
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert_eq!(fake.held.lock().unwrap().startup, NEW);
}

#[tokio::test]
async fn a_device_that_never_speaks_is_given_up() {
    let short = Timeouts {
        hello: SHORT,
        answer: SHORT,
        ..Timeouts::default()
    };
    let fake = Fake::start(Mood::Mute).await;
    assert_eq!(
        refused(&fake, Limits::default(), Some(short)).await,
        Error::Timeout { what: "hello", after: SHORT }
    );
    let fake = Fake::start(Mood::Hangs("<get-config")).await;
    assert_eq!(
        refused(&fake, Limits::default(), Some(short)).await,
        Error::Timeout {
            what: "get-config",
            after: SHORT
        }
    );
    // After a hang nothing more is sent on the session: a late answer would be taken for another's.
    let mut device = fake.device();
    device.timeouts = short;
    let mut session = device.connect(&Audit::new()).await.unwrap();
    let audit = Audit::new();
    let failure = session.apply(&change(), &audit).await.unwrap_err();
    assert_eq!((failure.step, failure.left), (Step::ReadBefore, Left::Unchanged));
    let asked = fake.held.lock().unwrap().asked.len();
    assert_eq!(
        session.read_running(None, &[]).await.unwrap_err(),
        Error::Timeout {
            what: "get-config",
            after: SHORT
        }
    );
    assert_eq!(fake.held.lock().unwrap().asked.len(), asked);
}

#[tokio::test]
async fn what_is_too_large_or_no_plain_xml_is_refused() {
    fn bomb(id: u64) -> String {
        format!(
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{id}\"><data>&b;</data></rpc-reply>"
        )
    }
    fn entity(id: u64) -> String {
        bomb(id).split_once("]>").unwrap().1.to_owned()
    }
    fn deep(_: u64) -> String {
        "<a>".repeat(100_000)
    }
    fn many(id: u64) -> String {
        format!(
            "<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{id}\"><data>{}</data></rpc-reply>",
            "<a/>".repeat(2_000)
        )
    }
    fn flood(_: u64) -> String {
        "<data>".repeat(300_000)
    }
    let limits = Limits::default();
    let small = Limits {
        message_bytes: 1_000_000,
        elements: 1_000,
        ..limits
    };
    let cases: [(Mood, Limits, &str); 8] = [
        (Mood::BombInHello, limits, "document type"),
        (Mood::LongHello, small, "larger than 1000000 bytes"),
        (Mood::Answers(bomb), limits, "document type"),
        (Mood::Answers(entity), limits, "an entity"),
        (Mood::Answers(deep), limits, "nested more than 128 deep"),
        (Mood::Answers(many), small, "more than 1000 elements"),
        (Mood::Answers(flood), small, "larger than 1000000 bytes"),
        (Mood::Announces, limits, "larger than 10485760 bytes"),
    ];
    for (mood, limits, what) in cases {
        let fake = Fake::start(mood).await;
        let error = refused(&fake, limits, None).await;
        assert!(error.to_string().contains(what), "{what}: {error}");
        assert!(error.ends_session());
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_no_success() {
    fn other(id: u64) -> String {
        format!(
            "<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{}\"><data/></rpc-reply>",
            id + 1
        )
    }
    fn empty(id: u64) -> String {
        format!("<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{id}\"/>")
    }
    fn cut(id: u64) -> String {
        format!("<rpc-reply xmlns=\"urn:ietf:params:xml:ns:netconf:base:1.0\" message-id=\"{id}\"><data><box>")
    }
    fn strange(_: u64) -> String {
        "<ok xmlns=\"urn:x\"/>".to_owned()
    }
    let cases: [(Mood, &str); 5] = [
        (Mood::Answers(other), "an answer to request 2, asked was 1"),
        (Mood::Answers(empty), "an empty answer"),
        (Mood::Answers(cut), "cannot be read"),
        (Mood::Answers(strange), "'ok' where an rpc-reply must be"),
        (Mood::OtherFraming, "does the device speak base:1.0"),
    ];
    for (mood, what) in cases {
        let fake = Fake::start(mood).await;
        let error = refused(&fake, Limits::default(), None).await;
        assert!(error.to_string().contains(what), "{what}: {error}");
    }
}

async fn tried(mood: Mood) -> (Fake, Box<dyn Session>, Audit, Result<Pending, pedkai_collector::effects::netconf::Failure>) {
    let fake = Fake::start(mood).await;
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    let audit = Audit::new();
    let made = session.apply(&change(), &audit).await;
    (fake, session, audit, made)
}

#[tokio::test]
async fn a_device_that_lies_about_what_it_can_is_left_as_it_was() {
    let (fake, _session, audit, made) = tried(Mood::KnowsNoPersist).await;
    let failure = made.unwrap_err();
    assert!(matches!(failure.error, Error::Refused(_)), "{failure}");
    assert_eq!((failure.step, failure.left), (Step::Commit, Left::Unchanged));
    assert!(
        audit
            .steps()
            .ends_with(&[(Step::ReadBack, Outcome::Done), (Step::Discard, Outcome::Done), (Step::Unlock, Outcome::Done)]),
        "{:?}",
        audit.steps()
    );
    assert_eq!(fake.held.lock().unwrap().candidate, OLD);
    let (_fake, _session, audit, made) = tried(Mood::KnowsNoCandidate).await;
    let failure = made.unwrap_err();
    assert_eq!((failure.step, failure.left), (Step::Lock, Left::Unchanged));
    assert_eq!(audit.begun(Step::Edit), 0);
    let (fake, _session, _audit, made) = tried(Mood::CommitsNothing).await;
    let failure = made.unwrap_err();
    assert_eq!(
        (failure.step, failure.error, failure.left),
        (Step::ReadBack, Error::NothingDone, Left::Unchanged)
    );
    assert_eq!(fake.held.lock().unwrap().before, None);
    let (fake, _session, audit, made) = tried(Mood::CommitsOther).await;
    let failure = made.unwrap_err();
    assert_eq!(
        (failure.step, failure.error, failure.left),
        (Step::ReadBack, Error::OtherThanStaged, Left::TakenBack)
    );
    assert!(audit.steps().contains(&(Step::Cancel, Outcome::Done)));
    assert_eq!(fake.held.lock().unwrap().running, OLD);
}

#[tokio::test]
async fn a_connection_that_goes_before_the_commit_changed_nothing() {
    for word in ["<lock>", "<edit-config", "<validate"] {
        let (fake, mut session, audit, made) = tried(Mood::Drops(word)).await;
        let failure = made.unwrap_err();
        assert!(matches!(failure.error, Error::Closed(_)), "{word}: {failure}");
        assert_eq!(failure.left, Left::Unchanged, "{word}");
        assert_eq!(audit.begun(Step::Commit), 0, "{word}");
        assert_eq!(fake.held.lock().unwrap().running, OLD);
        assert!(session.read_running(None, &[]).await.is_err());
    }
}

#[tokio::test]
async fn a_connection_that_goes_in_mid_commit_is_looked_at_again_before_anything_is_done() {
    // The commit arrived, its answer did not.
    let (fake, session, audit, made) = tried(Mood::DropsAfterCommit).await;
    let failure = made.unwrap_err();
    assert_eq!((failure.step, audit.begun(Step::Commit)), (Step::Commit, 1));
    let Left::Unknown(pending) = failure.left else { panic!("{:?}", failure.left) };
    assert_eq!(pending.persist_id.as_deref(), Some("p-1"));
    drop(session);
    fake.feels(Mood::Honest);
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    assert_eq!(session.standing(&pending).await, Ok(Standing::After));
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert_eq!(fake.held.lock().unwrap().running, NEW);
    // The device has it and says nothing more: the same, once its time is over.
    let fake = Fake::start(Mood::Hangs("<commit>")).await;
    let mut device = fake.device();
    device.timeouts.commit = SHORT;
    let mut session = device.connect(&Audit::new()).await.unwrap();
    let failure = session.apply(&change(), &Audit::new()).await.unwrap_err();
    assert_eq!((failure.step, &failure.error), (Step::Commit, &Error::Timeout { what: "commit", after: SHORT }));
    assert!(matches!(failure.left, Left::Unknown(_)));
    // Neither arrived.
    let (fake, _session, _, made) = tried(Mood::Drops("<commit>")).await;
    let Left::Unknown(pending) = made.unwrap_err().left else { panic!() };
    fake.feels(Mood::Honest);
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    assert_eq!(session.standing(&pending).await, Ok(Standing::Before));
    let audit = Audit::new();
    assert_eq!(session.confirm(&pending, &audit).await, Err(Error::AlreadyBack));
    assert_eq!(audit.begun(Step::Confirm), 0);
    assert_eq!(fake.held.lock().unwrap().running, OLD);
}

#[tokio::test]
async fn a_candidate_with_somebody_elses_changes_is_not_committed_with_ours() {
    let fake = Fake::start(Mood::Honest).await;
    fake.held.lock().unwrap().candidate = NEW.to_owned();
    let mut session = fake.device().connect(&Audit::new()).await.unwrap();
    let audit = Audit::new();
    let failure = session.apply(&change(), &audit).await.unwrap_err();
    assert_eq!((failure.error, failure.left), (Error::StaleCandidate, Left::Unchanged));
    assert_eq!(fake.held.lock().unwrap().candidate, NEW);
    // And what somebody puts there during the window is not confirmed with it.
    let discarding = Change {
        discard_stale: true,
        ..change()
    };
    let pending = session.apply(&discarding, &Audit::new()).await.unwrap();
    fake.held.lock().unwrap().candidate = OLD.to_owned();
    session.confirm(&pending, &Audit::new()).await.unwrap();
    assert_eq!(fake.held.lock().unwrap().running, NEW);
}
