//! What waits can be taken back until it goes out, and never after.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod fake;

use std::{path::Path, sync::atomic::Ordering, time::Duration};

use fake::{act, collector, not_done, open_kept, token, until};
use pedkai_core::model::CommandKind;
use pedkai_seat::{
    link::{Link, News, Order},
    shelf::Outbox,
};
use uuid::Uuid;

const NOBODY: &str = "http://127.0.0.1:9";

/// The ids of so many that wait.
fn waiting(link: &Link, count: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = Vec::new();
    while ids.len() < count {
        let news = until(link, |news| matches!(news, News::Asked(_)));
        ids.extend(not_done(&news).iter().map(|asked| asked.id));
    }
    ids
}

fn left(folder: &Path) -> usize {
    Outbox::open(folder).unwrap().letters().unwrap().len()
}

#[test]
fn what_waits_without_a_collector_is_taken_back_and_the_rest_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept(NOBODY, token(), Some(folder.path()));
    for _ in 0..3 {
        link.order(act(CommandKind::Unack, 1));
    }
    let ids = waiting(&link, 3);
    // The first one is tried again and again: between two tries it can be taken back too.
    let mut wanted = vec![ids[0]];
    while !wanted.is_empty() {
        link.order(Order::Withdraw(wanted.clone()));
        let news = until(&link, |news| matches!(news, News::Withdrawn(..)));
        if matches!(news.last(), Some(News::Withdrawn(1, 0))) {
            assert!(news.iter().any(|news| matches!(news, News::Settled(id) if *id == ids[0])));
            wanted.clear();
        }
    }
    link.order(Order::Withdraw(vec![ids[2], Uuid::nil()]));
    until(&link, |news| matches!(news, News::Withdrawn(1, 0)));
    link.close(Duration::from_secs(20));
    assert_eq!(left(folder.path()), 1);
    let (fake, url) = collector();
    let link = open_kept(&url, token(), Some(folder.path()));
    until(&link, |news| matches!(news, News::Merged(1)));
    assert_eq!(fake.commands.lock().unwrap().len(), 1);
}

#[test]
fn what_went_out_is_not_taken_back_not_even_by_the_next_window() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, url) = collector();
    fake.silent.store(true, Ordering::SeqCst);
    let link = open_kept(&url, token(), Some(folder.path()));
    link.order(act(CommandKind::Unack, 1));
    let ids = waiting(&link, 1);
    while fake.commands.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
    link.order(Order::Withdraw(ids.clone()));
    until(&link, |news| matches!(news, News::Withdrawn(0, 1)));
    link.close(Duration::from_secs(20));
    let link = open_kept(NOBODY, token(), Some(folder.path()));
    assert_eq!(waiting(&link, 1), ids);
    until(&link, |news| matches!(news, News::Broken(_)));
    link.order(Order::Withdraw(ids));
    until(&link, |news| matches!(news, News::Withdrawn(0, 1)));
    link.close(Duration::from_secs(20));
    assert_eq!(left(folder.path()), 1);
    fake.silent.store(false, Ordering::SeqCst);
    let link = open_kept(&url, token(), Some(folder.path()));
    until(&link, |news| matches!(news, News::Merged(1)));
}
