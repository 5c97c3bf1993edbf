//! Collectors that are not what the seat expects: of another version, newer, with another clock, or none at all.
#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test fail by panicking")]

mod fake;

use std::{sync::atomic::Ordering, time::Duration};

use fake::{act, collector, open, open_kept, rows, token, until};
use pedkai_core::model::CommandKind;
use pedkai_seat::{
    link::{News, Order, Strange},
    platform,
    replica::Replica,
};
use pedkai_ui::intent::Fetch;

#[test]
fn a_collector_of_another_version_says_which_and_what_to_do_and_commands_wait_for_one_that_fits() {
    let (fake, url) = collector();
    *fake.version.lock().unwrap() = Some("7.2.0".to_owned());
    let link = open(&url, token());
    link.order(act(CommandKind::Unack, 1));
    let news = until(&link, |news| matches!(news, News::Unfit(_)));
    let Some(News::Unfit(words)) = news.last() else { panic!() };
    assert!(
        words.contains("7.2.0") && words.contains(env!("CARGO_PKG_VERSION")) && words.contains("Install a workstation"),
        "{words}"
    );
    until(&link, |news| matches!(news, News::Asked(_)));
    assert!(
        fake.commands.lock().unwrap().is_empty() && fake.cursors.lock().unwrap().is_empty(),
        "it is asked nothing more"
    );
    *fake.version.lock().unwrap() = Some("1.0.0".to_owned());
    link.order(Order::Reconnect);
    until(&link, |news| matches!(news, News::Live));
    until(&link, |news| matches!(news, News::Merged(1)));
}

#[test]
fn what_does_not_give_the_feed_is_told_in_one_sentence() {
    for (status, version, told) in [
        (404, None, "is no collector that this workstation"),
        (400, Some("0.9.0"), "The collector (version 0.9.0) does not give the feed"),
        (410, None, "410"),
        (200, None, "is no page of the feed"),
    ] {
        let (fake, url) = collector();
        *fake.version.lock().unwrap() = version.map(str::to_owned);
        fake.answers.store(status, Ordering::SeqCst);
        let link = open(&url, token());
        let news = until(&link, |news| matches!(news, News::Unfit(_)));
        assert!(
            matches!(news.last(), Some(News::Unfit(words)) if words.contains(told) && words.contains(env!("CARGO_PKG_VERSION"))),
            "{status}: {news:?}"
        );
        fake.answers.store(0, Ordering::SeqCst);
        until(&link, |news| matches!(news, News::Live));
    }
}

#[test]
fn what_a_newer_collector_tells_is_counted_and_shown_as_far_as_it_is_known() {
    let (fake, url) = collector();
    fake.newer.store(true, Ordering::SeqCst);
    let folder = tempfile::tempdir().unwrap();
    let link = open_kept(&url, token(), Some(folder.path()));
    let news = until(&link, |news| matches!(news, News::Live));
    let strange: Vec<&Strange> = news
        .iter()
        .filter_map(|news| if let News::Strange(strange) = news { Some(strange) } else { None })
        .collect();
    assert!(
        matches!(strange[..], [one] if one.kinds.get("slice") == Some(&2) && one.rows == 1),
        "{strange:?}"
    );
    let mut replica = Replica::default();
    for one in news {
        replica.take(one, platform::now());
    }
    assert_eq!((replica.model.sources().len(), replica.notes().len()), (1, 1), "{:?}", replica.notes());
    assert!(
        replica.notes()[0].contains("2 rows of a kind that it does not know (slice)"),
        "{:?}",
        replica.notes()
    );
    link.close(Duration::from_secs(20));
    let away = open_kept("http://127.0.0.1:9", token(), Some(folder.path()));
    let kept = until(&away, |news| matches!(news, News::Kept(_)));
    assert_eq!(rows(&kept), 2, "what is shown is kept too");
}

#[test]
fn a_clock_that_is_an_hour_off_is_told_and_so_is_one_that_is_set_meanwhile() {
    let (fake, url) = collector();
    let mut replica = Replica::default();
    fake.ahead.store(3_600, Ordering::SeqCst);
    let link = open(&url, token());
    for (seconds, words) in [(3_600, Some("behind")), (-3_600, Some("ahead of")), (0, None)] {
        fake.ahead.store(seconds, Ordering::SeqCst);
        link.order(Order::Fetch(Fetch::Stats));
        let right = |news: &News| matches!(news, News::Skew(ahead) if (ahead.as_micros() - seconds * 1_000_000).abs() < 3_000_000);
        for news in until(&link, right) {
            replica.take(news, platform::now());
        }
        for news in until(&link, |news| matches!(news, News::Live)) {
            replica.take(news, platform::now());
        }
        let (now, wall) = (platform::now(), platform::wall());
        assert_eq!(replica.link(now), pedkai_ui::shell::Link::Live, "the line is as live as ever");
        let note = replica.clock_note(now, wall);
        assert_eq!(note.is_some(), words.is_some(), "{note:?}");
        assert!(words.is_none_or(|words| note.is_some_and(|note| note.contains(words) && (note.contains("1 h") || note.contains("59 m")))));
        let off = replica.time(now, wall).since(wall).as_micros() / 1_000_000;
        assert!((off - seconds).abs() < 3, "{off}");
    }
}
