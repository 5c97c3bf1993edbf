//! Commands and questions, sent beside the feed. A command that finds no line waits and is sent again under the same id.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

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
use crate::shelf::{self, Letter, Outbox};

/// Targets of one command that are sent at a time.
const AT_ONCE: usize = 16;
/// How often what waits is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Commands that may wait; older ones are told to have failed.
const MOST: usize = 1_000;

/// Commands that wait, and where they are kept meanwhile.
struct Waiting {
    letters: VecDeque<Letter>,
    outbox: Option<Outbox>,
}

impl Waiting {
    /// What an earlier window left, and a place for more; in memory alone where the disk refuses.
    async fn open(herald: &Herald, folder: Option<&Path>) -> Self {
        let kept = folder.map(|folder| Outbox::open(folder).and_then(|outbox| Ok((outbox.letters()?, outbox))));
        let (letters, outbox) = match kept {
            Some(Ok((letters, outbox))) => (letters, Some(outbox)),
            Some(Err(error)) => {
                herald.tell(News::Unkept(shelf::words(&error))).await;
                (Vec::new(), None)
            }
            None => (Vec::new(), None),
        };
        Self {
            letters: letters.into(),
            outbox,
        }
    }

    async fn put(&mut self, herald: &Herald, requests: Vec<CommandRequest>) {
        let number = match self.outbox.as_mut().map(|outbox| outbox.put(&requests)) {
            Some(Ok(number)) => number,
            Some(Err(error)) => {
                herald.tell(News::Unkept(shelf::words(&error))).await;
                0
            }
            None => 0,
        };
        self.letters.push_back(Letter { number, requests });
    }

    /// These were answered, or given up.
    fn answered(&mut self, requests: &[CommandRequest]) {
        if let Some(Err(error)) = self.outbox.as_mut().map(|outbox| outbox.answered(requests)) {
            tracing::warn!(%error, "an answered command stays in the outbox: it is sent again under the same id, which does nothing");
        }
    }
}

/// Serves orders until the window is gone; commands that wait are kept in `folder`.
pub(super) async fn serve(session: Arc<Session>, herald: Herald, mut heard: queue::UnboundedReceiver<Order>, again: Arc<Notify>, folder: Option<PathBuf>) {
    let mut waiting = Waiting::open(&herald, folder.as_deref()).await;
    let mut questions = stream::FuturesUnordered::new();
    let mut retry = tokio::time::interval(RETRY);
    loop {
        tokio::select! {
            order = heard.recv() => match order {
                None => return,
                Some(Order::Reconnect) => again.notify_one(),
                Some(Order::Fetch(question)) => questions.push(ask(session.clone(), question)),
                Some(Order::Act(act)) => {
                    waiting.put(&herald, requests(&act)).await;
                    send(&session, &herald, &mut waiting).await;
                }
            },
            Some((question, detail)) = questions.next(), if !questions.is_empty() => {
                if !herald.tell(News::Answer(question, detail)).await {
                    return;
                }
            }
            _ = retry.tick(), if !waiting.letters.is_empty() => send(&session, &herald, &mut waiting).await,
        }
    }
}

fn requests(act: &Act) -> Vec<CommandRequest> {
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
    act.targets.iter().map(request).collect()
}

/// Sends what is in the outbox, oldest first; stops at the first that finds no line.
async fn send(session: &Session, herald: &Herald, waiting: &mut Waiting) {
    while waiting.letters.len() > MOST {
        if let Some(lost) = waiting.letters.pop_front() {
            waiting.answered(&lost.requests);
            herald
                .tell(News::Done(Outcome {
                    word: word(&lost),
                    done: 0,
                    refused: vec!["too many commands wait".to_owned()],
                }))
                .await;
        }
    }
    while let Some(letter) = waiting.letters.front_mut() {
        let word = word(letter);
        let answers: Vec<_> = stream::iter(letter.requests.clone())
            .map(|request| one(session, request))
            .buffered(AT_ONCE)
            .collect()
            .await;
        let (mut done, mut refused, mut left, mut answered) = (0, Vec::new(), Vec::new(), Vec::new());
        for (request, answer) in letter.requests.drain(..).zip(answers) {
            match answer {
                Ok(None) => done += 1,
                Ok(Some(why)) if refused.contains(&why) => {}
                Ok(Some(why)) => refused.push(why),
                Err(()) => {
                    left.push(request);
                    continue;
                }
            }
            answered.push(request);
        }
        letter.requests = left;
        let whole = letter.requests.is_empty();
        waiting.answered(&answered);
        if !whole {
            break;
        }
        waiting.letters.pop_front();
        herald.tell(News::Done(Outcome { word, done, refused })).await;
    }
    herald.tell(News::Waiting(waiting.letters.len())).await;
}

fn word(letter: &Letter) -> String {
    letter.requests.first().map(|request| request.kind.clone()).unwrap_or_default()
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
