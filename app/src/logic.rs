//! What goes on whether or not the window is seen: news are taken in, our own collector is watched.

use std::time::{Duration, Instant};

use eframe::egui::Context;

use crate::{
    link::{Credential, News},
    platform,
    replica::Word,
    welcome::Welcome,
    window::Seat,
};

/// Longest that news are taken in at a time, so that a storm leaves the window usable.
const SLICE: Duration = Duration::from_millis(6);

/// One round.
pub fn run(ctx: &Context, seat: &mut Seat) {
    watch_collector(ctx, seat);
    for told in seat.files.written() {
        match told {
            Ok(words) => seat.desk.tell(true, words),
            Err(words) => seat.desk.tell(false, words),
        }
    }
    let began = Instant::now();
    while let Some(news) = seat.link.as_ref().and_then(|link| link.news.try_recv().ok()) {
        if seat.stands_still() && !matches!(news, News::Answer(..) | News::Kpi(..)) {
            continue;
        }
        match seat.replica.take(news, platform::now()) {
            Some(Word::Done(words)) => seat.desk.tell(true, words),
            Some(Word::Refused(words)) => seat.desk.tell(false, words),
            Some(Word::LoginNeeded(why)) => {
                let url = seat.address.clone();
                seat.welcome = Some(Welcome::login(url, seat.settings.name.clone(), Some(why)));
            }
            None => {}
        }
        if began.elapsed() > SLICE {
            ctx.request_repaint();
            break;
        }
    }
}

fn watch_collector(ctx: &Context, seat: &mut Seat) {
    let Some(collector) = &mut seat.collector else { return };
    match collector.ready() {
        Some(Ok(ready)) => {
            let token = collector.token().to_owned();
            seat.user = "this seat".to_owned();
            seat.connect(ctx, ready.api, Credential::Token(token));
        }
        Some(Err(error)) => {
            seat.collector = None;
            seat.welcome = Some(Welcome::failed(format!("{error:#}")));
        }
        None if seat.link.is_some() && collector.ended() => {
            tracing::warn!("our collector ended and is started again");
            seat.restart_collector(ctx);
        }
        None => {}
    }
}
