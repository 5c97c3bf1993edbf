//! Commands and questions, sent beside the feed. A command that finds no line waits and is sent again under the same id.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use pedkai_core::{
    model::{CommandKind, CommandTarget, Name},
    wire::{CommandAnswer, CommandOutcome, CommandRequest, Target, TargetKind},
};
use pedkai_ui::{
    intent::{Act, Fetch},
    model::Detail,
};
use tokio::sync::{Notify, mpsc as queue};
use uuid::Uuid;

use super::{
    Herald, News, Order, Outcome,
    auth::{Session, Trouble},
};

/// Targets of one command that are sent at a time.
const AT_ONCE: usize = 16;
/// How often what waits is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Commands that may wait; older ones are told to have failed.
const MOST: usize = 1_000;

/// A command with an id for each target, so that sending it twice does it once.
#[derive(Clone, Debug)]
struct Letter {
    word: &'static str,
    requests: Vec<CommandRequest>,
}

/// Serves orders until the window is gone.
pub(super) async fn serve(session: Arc<Session>, herald: Herald, mut heard: queue::UnboundedReceiver<Order>, again: Arc<Notify>) {
    let mut outbox: VecDeque<Letter> = VecDeque::new();
    let mut questions = stream::FuturesUnordered::new();
    let mut retry = tokio::time::interval(RETRY);
    loop {
        tokio::select! {
            order = heard.recv() => match order {
                None => return,
                Some(Order::Reconnect) => again.notify_one(),
                Some(Order::Fetch(question)) => questions.push(ask(session.clone(), question)),
                Some(Order::Act(act)) => {
                    outbox.push_back(letter(act));
                    send(&session, &herald, &mut outbox).await;
                }
            },
            Some((question, detail)) = questions.next(), if !questions.is_empty() => {
                if !herald.tell(News::Answer(question, detail)).await {
                    return;
                }
            }
            _ = retry.tick(), if !outbox.is_empty() => send(&session, &herald, &mut outbox).await,
        }
    }
}

fn letter(act: Act) -> Letter {
    let word = act.kind.word();
    let request = |target: &CommandTarget| {
        let (kind, id) = match target {
            CommandTarget::Alarm(alarm) => (TargetKind::Alarm, alarm.0),
            CommandTarget::Incident(incident) => (TargetKind::Incident, incident.0),
        };
        let mut request = CommandRequest {
            id: Uuid::new_v4(),
            kind: word.to_owned(),
            target: Some(Target { kind, id }),
            filter: None,
            expect: act.expect,
            text: Name::from(act.text.as_str()),
            until: None,
            to: None,
            status: None,
        };
        match &act.kind {
            CommandKind::Ack { until } => request.until = Some(*until),
            CommandKind::Assign { to } => request.to = Some(to.clone()),
            CommandKind::SetStatus { status } => request.status = Some(status.word().to_owned()),
            CommandKind::OpenIncident { .. } | CommandKind::Unack | CommandKind::Own | CommandKind::Comment | CommandKind::Clear => {}
        }
        request
    };
    Letter {
        word,
        requests: act.targets.iter().map(request).collect(),
    }
}

/// Sends what is in the outbox, oldest first; stops at the first that finds no line.
async fn send(session: &Session, herald: &Herald, outbox: &mut VecDeque<Letter>) {
    while outbox.len() > MOST {
        if let Some(lost) = outbox.pop_front() {
            herald
                .tell(News::Done(Outcome {
                    word: lost.word,
                    done: 0,
                    refused: vec!["too many commands wait".to_owned()],
                }))
                .await;
        }
    }
    while let Some(letter) = outbox.front_mut() {
        let word = letter.word;
        let answers: Vec<_> = stream::iter(letter.requests.clone())
            .map(|request| one(session, request))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut done, mut refused, mut left) = (0, Vec::new(), Vec::new());
        for (request, answer) in letter.requests.drain(..).zip(answers) {
            match answer {
                Ok(None) => done += 1,
                Ok(Some(why)) if refused.contains(&why) => {}
                Ok(Some(why)) => refused.push(why),
                Err(_) => left.push(request),
            }
        }
        if !left.is_empty() {
            letter.requests = left;
            break;
        }
        outbox.pop_front();
        herald.tell(News::Done(Outcome { word, done, refused })).await;
    }
    herald.tell(News::Waiting(outbox.len())).await;
}

/// Sends one command. `Ok(None)`: done. `Ok(Some)`: not done, for this reason. `Err`: nobody answered.
async fn one(session: &Session, request: CommandRequest) -> Result<Option<String>, ()> {
    let response = session.send(session.post("commands").json(&request).timeout(Duration::from_secs(20))).await;
    match response {
        Ok(response) => match response.json::<CommandAnswer>().await {
            Ok(answer) if answer.outcome == CommandOutcome::Done => Ok(None),
            Ok(answer) => Ok(Some(answer.reason)),
            Err(_) => Err(()),
        },
        Err(Trouble::Problem(409, _)) => Ok(Some("it changed meanwhile; look again".to_owned())),
        Err(Trouble::Problem(429 | 503, _) | Trouble::Line(_) | Trouble::Gone) => Err(()),
        Err(Trouble::Problem(_, why) | Trouble::Refused(why)) => Ok(Some(why)),
    }
}

async fn ask(session: Arc<Session>, question: Fetch) -> (Fetch, Detail) {
    let path = match &question {
        Fetch::Event(id) => format!("events/{id}"),
        Fetch::Trace(id) => format!("trace/{id}"),
        Fetch::Impact(id) => format!("entities/{id}/impact"),
        Fetch::DeadLetters => "dead-letters?limit=20".to_owned(),
        Fetch::Stats => "stats".to_owned(),
        Fetch::Storage => "system/storage".to_owned(),
        Fetch::Workers => "system/workers".to_owned(),
    };
    let answer = async {
        Ok::<_, Trouble>(
            session
                .send(session.get(&path).timeout(Duration::from_secs(15)))
                .await?
                .json::<serde_json::Value>()
                .await?,
        )
    };
    let detail = match answer.await {
        Ok(value) => Detail::Here(value),
        Err(trouble) => Detail::Failed(trouble.words()),
    };
    (question, detail)
}
