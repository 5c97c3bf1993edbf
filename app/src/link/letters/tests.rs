use std::sync::{Arc, atomic::Ordering, mpsc};

use pedkai_core::model::CommandKind;

use super::*;

fn herald() -> (Herald, mpsc::Receiver<News>) {
    let (tell, news) = mpsc::sync_channel(64);
    let herald = Herald {
        news: tell,
        wake: Arc::new(|_| {}),
        skew: Arc::default(),
        pace: Arc::default(),
    };
    (herald, news)
}

fn later(herald: &Herald, seconds: i64) {
    herald.skew.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
}

fn act(kind: CommandKind, number: u128) -> Act {
    let target = Target {
        kind: TargetKind::Alarm,
        id: Uuid::from_u128(number),
    };
    Act {
        kind,
        aims: vec![Aim {
            target,
            name: "FAN on R1".to_owned(),
        }],
        expect: Some(Timestamp::from_micros(1)),
        text: String::new(),
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn refusals(news: &mpsc::Receiver<News>) -> Vec<String> {
    let fate = |news| match news {
        News::Asked(asked) => match asked.fate {
            Fate::Refused { why, .. } => Some(why),
            Fate::Waiting { .. } => None,
        },
        _ => None,
    };
    news.try_iter().filter_map(fate).collect()
}

#[test]
fn what_waited_too_long_comes_back_and_is_not_sent() {
    run(async {
        let (herald, news) = herald();
        let mut waiting = Waiting::open(&herald, None).await;
        waiting.put(&herald, &act(CommandKind::Own, 1), "ann".to_owned()).await;
        waiting.put(&herald, &act(CommandKind::Own, 2), "ann".to_owned()).await;
        assert_eq!(
            waiting.send_out(&herald).await.map(|requests| requests.len()),
            Some(1),
            "it goes out, and no answer comes"
        );
        later(&herald, 11 * 3_600);
        assert!(waiting.send_out(&herald).await.is_some());
        waiting.put(&herald, &act(CommandKind::Unack, 3), "ann".to_owned()).await;
        later(&herald, 2 * 3_600);
        let next = waiting.send_out(&herald).await.unwrap();
        assert_eq!(next[0].kind, "unack", "what was asked two hours ago");
        let back = refusals(&news);
        assert_eq!(back.len(), 2, "{back:?}");
        assert!(back[0].contains("may be done") && !back[1].contains("may be done"), "{back:?}");
    });
}

#[test]
fn an_act_of_ours_is_no_change_that_we_have_to_look_at() {
    run(async {
        let (herald, _news) = herald();
        let mut waiting = Waiting::open(&herald, None).await;
        let expects = |waiting: &Waiting, place: usize| waiting.letters[place].letter.requests[0].expect.is_some();
        waiting.put(&herald, &act(CommandKind::Unack, 1), "ann".to_owned()).await;
        waiting.put(&herald, &act(CommandKind::Own, 1), "ann".to_owned()).await;
        waiting.put(&herald, &act(CommandKind::Own, 2), "ann".to_owned()).await;
        assert_eq!([0, 1, 2].map(|place| expects(&waiting, place)), [true, false, true]);
        let first = waiting.send_out(&herald).await.unwrap().remove(0);
        let done = Became { done: 1, refused: Vec::new() };
        waiting.settle(&herald, vec![(first, Ok(done))]).await;
        waiting.letters.clear();
        waiting.put(&herald, &act(CommandKind::Comment, 1), "ann".to_owned()).await;
        assert!(!expects(&waiting, 0), "its row may not be here yet");
        later(&herald, 60);
        waiting.letters.clear();
        waiting.put(&herald, &act(CommandKind::Comment, 1), "ann".to_owned()).await;
        assert!(expects(&waiting, 0));
    });
}

#[test]
fn an_acknowledgement_for_an_hour_is_for_an_hour_when_it_is_tried_again() {
    run(async {
        let (herald, _news) = herald();
        let mut waiting = Waiting::open(&herald, None).await;
        let hour = Span::seconds(3_600);
        let until = AckUntil::Time(herald.now().plus(hour));
        waiting.put(&herald, &act(CommandKind::Ack { until }, 1), "ann".to_owned()).await;
        let request = waiting.send_out(&herald).await.unwrap().remove(0);
        let no = Became {
            done: 0,
            refused: vec![("it changed meanwhile".to_owned(), about(&request))],
        };
        waiting.settle(&herald, vec![(request, Ok(no))]).await;
        later(&herald, 2 * 3_600);
        let ids: Vec<Uuid> = waiting.returned.keys().copied().collect();
        waiting.again(&herald, &ids, "ann").await;
        let again = waiting.send_out(&herald).await.unwrap().remove(0);
        let Some(AckUntil::Time(end)) = again.until else { panic!("{again:?}") };
        let left = end.since(herald.now());
        assert!(left > Span::seconds(3_500) && left < Span::seconds(3_700), "{left:?}");
    });
}
