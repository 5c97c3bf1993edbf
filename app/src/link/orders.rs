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
const MOST: usize = 10_000;

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

    /// Lets the oldest go where too many wait, and says so.
    async fn bound(&mut self, herald: &Herald) {
        while self.letters.len() > MOST {
            // The first may be under way.
            let Some(lost) = self.letters.remove(1) else { return };
            self.answered(&lost.requests);
            let refused = vec!["too many commands wait".to_owned()];
            herald
                .tell(News::Done(Outcome {
                    word: word(&lost),
                    done: 0,
                    refused,
                }))
                .await;
        }
    }

    /// Takes in what became of the oldest letter. False when a part of it found no line.
    async fn settle(&mut self, herald: &Herald, answers: Vec<Answered>) -> bool {
        let Some(letter) = self.letters.front_mut() else { return true };
        let word = word(letter);
        let (mut done, mut refused, mut left, mut answered) = (0, Vec::new(), Vec::new(), Vec::new());
        for (request, answer) in answers {
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
        self.answered(&answered);
        if whole {
            self.letters.pop_front();
            herald.tell(News::Done(Outcome { word, done, refused })).await;
        }
        herald.tell(News::Waiting(self.letters.len())).await;
        whole
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
    // At most one at a time, oldest first; beside it orders are still heard, and kept.
    let mut attempts = stream::FuturesUnordered::new();
    let mut resting = false;
    let mut retry = tokio::time::interval(RETRY);
    loop {
        if let Some(letter) = waiting.letters.front().filter(|_| attempts.is_empty() && !resting) {
            attempts.push(attempt(session.clone(), letter.requests.clone()));
        }
        tokio::select! {
            order = heard.recv() => match order {
                None => return,
                Some(Order::Reconnect) => again.notify_one(),
                Some(Order::Fetch(question)) => questions.push(ask(session.clone(), question)),
                Some(Order::Act(act)) => {
                    waiting.put(&herald, requests(&act)).await;
                    waiting.bound(&herald).await;
                    resting = false;
                }
            },
            Some(answers) = attempts.next(), if !attempts.is_empty() => resting = !waiting.settle(&herald, answers).await,
            Some((question, detail)) = questions.next(), if !questions.is_empty() => {
                if !herald.tell(News::Answer(question, detail)).await {
                    return;
                }
            }
            _ = retry.tick(), if resting => resting = false,
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

/// A command with what became of it.
type Answered = (CommandRequest, Result<Option<String>, ()>);

/// Sends the commands of one letter.
async fn attempt(session: Arc<Session>, requests: Vec<CommandRequest>) -> Vec<Answered> {
    let session = &session;
    let one = |request: CommandRequest| async move {
        let answer = one(session, &request).await;
        (request, answer)
    };
    stream::iter(requests).map(one).buffered(AT_ONCE).collect().await
}

fn word(letter: &Letter) -> String {
    letter.requests.first().map(|request| request.kind.clone()).unwrap_or_default()
}

/// Sends one command. `Ok(None)`: done. `Ok(Some)`: not done, for this reason. `Err`: nobody answered.
async fn one(session: &Session, request: &CommandRequest) -> Result<Option<String>, ()> {
    let response = session.send(session.post("commands").json(request).timeout(Duration::from_secs(20))).await;
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
        Fetch::Seats => "system/seats".to_owned(),
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
