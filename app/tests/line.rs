//! The line against a collector that does what a collector may do: pages, tails, restarts, refusals.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod fake;

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use fake::{act, aim, collector, not_done, open, open_kept, rows, token, until};
use pedkai_core::model::{CommandKind, Span, Timestamp};
use pedkai_seat::link::{Credential, News, Order};
use pedkai_ui::{
    intent::Fetch,
    model::{Change, Detail, Fate, Kind, KpiQuestion, Learned},
};

#[test]
fn a_collector_that_answers_with_a_problem_is_not_told_to_be_away() {
    let (fake, url) = collector();
    fake.full.store(true, Ordering::SeqCst);
    let link = open(&url, token());
    let first = until(&link, |news| matches!(news, News::Failing(_)));
    assert!(matches!(first.last(), Some(News::Failing(why)) if why == "the disk is full"));
    let rest = until(&link, |news| matches!(news, News::Live));
    assert!(rest.iter().all(|news| !matches!(news, News::Broken(_))));
}

#[test]
fn pages_then_the_tail_and_a_broken_line_of_the_feed_breaks_nothing() {
    let (fake, url) = collector();
    let link = open(&url, token());
    let synced = until(&link, |news| matches!(news, News::Live));
    assert!(synced.iter().any(|news| matches!(news, News::Reset)) && synced.iter().any(|news| matches!(news, News::Syncing(2))));
    assert!(synced.iter().any(|news| matches!(news, News::Unreadable(_))));
    assert_eq!(rows(&synced), 3);
    let tail = until(&link, |news| matches!(news, News::Changes(_)));
    assert!(matches!(tail.last(), Some(News::Changes(changes)) if matches!(changes[..], [Change::Gone(Kind::Alarm, _)])));
    until(&link, |news| matches!(news, News::Live));
    let cursors = fake.cursors.lock().unwrap().clone();
    assert_eq!(cursors[..4], ["", "p1", "p2", "t0"], "after an idle end it goes on from the newest event's id");
}

#[test]
fn a_collector_that_forgot_is_copied_anew() {
    let (fake, url) = collector();
    let link = open(&url, token());
    until(&link, |news| matches!(news, News::Live));
    fake.forget.store(true, Ordering::SeqCst);
    until(&link, |news| matches!(news, News::Broken(_)));
    let again = until(&link, |news| matches!(news, News::Live));
    assert!(again.iter().any(|news| matches!(news, News::Reset)));
}

#[test]
fn a_login_is_made_once_and_a_wrong_one_is_not_repeated() {
    let (fake, url) = collector();
    let login = |password: &str| Credential::Login {
        name: "mira".to_owned(),
        password: password.to_owned(),
    };
    let link = open(&url, login("right"));
    until(&link, |news| matches!(news, News::Live));
    assert_eq!(fake.logins.load(Ordering::SeqCst), 1);
    let wrong = open(&url, login("wrong"));
    let news = until(&wrong, |news| matches!(news, News::Refused(_)));
    assert!(matches!(news.last(), Some(News::Refused(why)) if why.contains("wrong")));
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(
        fake.logins.load(Ordering::SeqCst),
        2,
        "nobody is locked out by a window that tries again and again"
    );
}

#[test]
fn commands_say_what_was_done_and_what_was_not() {
    let (fake, url) = collector();
    let link = open(&url, token());
    link.order(act(CommandKind::Unack, 3));
    let done = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(done.last(), Some(News::Done(outcome)) if outcome.done == 3 && outcome.refused.is_empty()));
    link.order(act(CommandKind::Own, 1));
    let refused = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(refused.last(), Some(News::Done(outcome)) if outcome.refused == ["owned by jan"]));
    link.order(act(CommandKind::Clear, 1));
    let conflict = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(conflict.last(), Some(News::Done(outcome)) if outcome.refused[0].contains("changed meanwhile")));
    let ids: std::collections::HashSet<String> = fake.commands.lock().unwrap().iter().map(|command| command["id"].to_string()).collect();
    assert_eq!(ids.len(), 3, "what was asked at one stroke is one command");
}

#[test]
fn of_many_those_that_refused_are_kept_by_name_and_asked_again_as_they_are_now() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, url) = collector();
    let link = open_kept(&url, token(), Some(folder.path()));
    link.order(act(CommandKind::Own, 5));
    let news = until(&link, |news| matches!(news, News::Done(_)));
    assert!(matches!(news.last(), Some(News::Done(outcome)) if outcome.done == 3 && outcome.refused == ["owned by jan"]));
    let kept = not_done(&news);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!((kept[0].aims.clone(), kept[0].by.as_str()), (vec![aim(0), aim(2)], "mira"));
    assert!(matches!(&kept[0].fate, Fate::Refused { why, .. } if why == "owned by jan"));
    link.close(Duration::from_secs(20));
    let link = open_kept(&url, token(), Some(folder.path()));
    let again = not_done(&until(&link, |news| matches!(news, News::Asked(_))));
    assert_eq!(again, kept, "the next window has it too");
    link.order(Order::Retry(vec![kept[0].id], "mira".to_owned()));
    let news = until(&link, |news| matches!(news, News::Settled(id) if *id == kept[0].id));
    assert!(!news.iter().any(|news| matches!(news, News::Unkept(_))));
    let news = until(&link, |news| matches!(news, News::Done(_)));
    let commands = fake.commands.lock().unwrap().clone();
    let last = commands.last().unwrap();
    assert_ne!(last["id"], commands[0]["id"], "a new command");
    assert_eq!(last["filter"]["id"], format!("{},{}", aim(0).target.id, aim(2).target.id), "{last}");
    let left = not_done(&news);
    assert!(matches!(&left[..], [one] if one.aims == [aim(0)]), "one was owned by jan still: {left:?}");
    link.order(Order::Dismiss(vec![left[0].id]));
    until(&link, |news| matches!(news, News::Settled(id) if *id == left[0].id));
    link.close(Duration::from_secs(20));
    assert_eq!(pedkai_seat::shelf::Outbox::open(folder.path()).unwrap().returned().unwrap(), []);
}

#[test]
fn questions_are_answered_or_failed() {
    let (_fake, url) = collector();
    let link = open(&url, token());
    link.order(Order::Fetch(Fetch::Stats));
    let news = until(&link, |news| matches!(news, News::Answer(Fetch::Stats, _)));
    assert!(matches!(news.last(), Some(News::Answer(_, Detail::Here(value))) if value["events"] == 12));
    link.order(Order::Fetch(Fetch::Workers));
    let news = until(&link, |news| matches!(news, News::Answer(Fetch::Workers, _)));
    assert!(matches!(news.last(), Some(News::Answer(_, Detail::Failed(_)))));
}

#[test]
fn series_and_samples_come_ready_to_be_drawn_and_too_many_come_in_buckets() {
    let (_fake, url) = collector();
    let link = open(&url, token());
    let ask = |question: KpiQuestion| {
        link.order(Order::AskKpi(question.clone()));
        let mut news = until(&link, |news| matches!(news, News::Kpi(..)));
        let Some(News::Kpi(answered, answer)) = news.pop() else { panic!("{news:?}") };
        assert_eq!(answered, question);
        *answer
    };
    let words = "ß & ?x=1".to_owned();
    let found = ask(KpiQuestion::Series {
        entity: None,
        words: words.clone(),
    });
    assert!(matches!(&found, Ok(Learned::Series(series)) if series[0].metric.as_str() == words), "{found:?}");
    let from = Timestamp::parse("2026-11-20T00:00:00Z").unwrap();
    let samples = |metric: &str| KpiQuestion::Samples {
        entity: uuid::Uuid::from_u128(1),
        metric: metric.into(),
        from,
        to: from.plus(Span::seconds(40_000)),
        step: None,
    };
    let Ok(Learned::Samples(curve)) = ask(samples("big, (50 %)")) else {
        panic!("no samples")
    };
    assert_eq!(
        curve.dots().iter().map(|dot| (dot.at, dot.value)).collect::<Vec<_>>(),
        [(from.plus(Span::seconds(5)), 4.0)]
    );
    assert!(ask(samples("none")).is_err());
}

#[test]
fn a_command_waits_for_a_collector_that_is_away() {
    let link = open("http://127.0.0.1:9", token());
    until(&link, |news| matches!(news, News::Broken(_)));
    link.order(act(CommandKind::Unack, 1));
    let news = until(&link, |news| matches!(news, News::Asked(_)));
    assert!(!news.iter().any(|news| matches!(news, News::Done(_))), "it is not told to have failed");
    let waits = not_done(&news);
    assert!(
        matches!(&waits[..], [one] if one.fate == Fate::Waiting { answered: 0 } && one.aims == [aim(0)]),
        "{waits:?}"
    );
}

#[test]
fn what_was_given_before_is_there_before_the_collector_is_and_the_line_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, url) = collector();
    let link = open_kept(&url, token(), Some(folder.path()));
    until(&link, |news| matches!(news, News::Live));
    drop(link);
    let away = until_kept(folder.path());
    assert_eq!(rows(&away), 1, "what was deleted is not kept");
    assert!(away.iter().any(|news| matches!(news, News::Kept(at) if at.as_micros() > 0)), "{away:?}");
    fake.cursors.lock().unwrap().clear();
    let link = open_kept(&url, token(), Some(folder.path()));
    let again = until(&link, |news| matches!(news, News::Live));
    assert!(!again.iter().any(|news| matches!(news, News::Reset)));
    let cursors = fake.cursors.lock().unwrap().clone();
    assert!(!cursors[0].is_empty(), "it goes on from where it was: {cursors:?}");
    fake.forget.store(true, Ordering::SeqCst);
    until(&link, |news| matches!(news, News::Reset));
}

/// Everything that a line to nobody tells before it breaks, once the window before has let go of its folder.
fn until_kept(folder: &std::path::Path) -> Vec<News> {
    let began = Instant::now();
    loop {
        let link = open_kept("http://127.0.0.1:9", token(), Some(folder));
        let news = until(&link, |news| matches!(news, News::Broken(_)));
        if !news.iter().any(|news| matches!(news, News::Unkept(_))) {
            return news;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{news:?}");
    }
}

#[test]
fn a_command_given_without_a_collector_is_sent_by_the_next_window_under_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    link.order(act(CommandKind::Unack, 2));
    until(&link, |news| matches!(news, News::Asked(_)));
    drop(link);
    until_kept(folder.path());
    let (fake, url) = collector();
    let mut done = Vec::new();
    while done.is_empty() {
        let link = open_kept(&url, token(), Some(folder.path()));
        done = until(&link, |news| matches!(news, News::Merged(_) | News::Unkept(_)));
        done.retain(|news| matches!(news, News::Merged(_)));
    }
    assert!(
        matches!(done.last(), Some(News::Merged(1))),
        "what merged well says so once, and quietly: {done:?}"
    );
    assert_eq!(fake.commands.lock().unwrap().len(), 1);
    let outbox = pedkai_seat::shelf::Outbox::open(folder.path());
    assert!(outbox.is_err() || outbox.unwrap().letters().unwrap().is_empty(), "nothing is sent once more");
}

#[test]
fn what_was_ordered_last_is_kept_when_the_window_closes() {
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    for _ in 0..50 {
        link.order(act(CommandKind::Unack, 1));
    }
    link.close(Duration::from_secs(20));
    let letters = pedkai_seat::shelf::Outbox::open(folder.path()).unwrap().letters().unwrap();
    assert_eq!(letters.len(), 50);
}
