//! Commands and questions, sent beside the feed. A command that finds no line waits and is sent again under the same id.

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, stream};
use pedkai_core::wire::CommandRequest;
use pedkai_ui::{intent::Fetch, model::Detail};
use tokio::sync::{Notify, mpsc as queue};

use super::{
    Herald, News, Order,
    auth::{Session, Trouble},
    groups, kpis,
    letters::{Answered, Waiting},
    requests,
};

/// Commands about one target each that are sent at a time.
const AT_ONCE: usize = 16;
/// How often what waits is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Serves orders until the window is gone; commands that wait are kept in `folder`.
pub(super) async fn serve(session: Arc<Session>, herald: Herald, mut heard: queue::UnboundedReceiver<Order>, again: Arc<Notify>, folder: Option<PathBuf>) {
    let mut waiting = Waiting::open(&herald, folder.as_deref()).await;
    let mut questions = stream::FuturesUnordered::new();
    let mut series = stream::FuturesUnordered::new();
    // At most one at a time, oldest first; beside it orders are still heard, and kept.
    let mut attempts = stream::FuturesUnordered::new();
    let mut resting = false;
    let mut retry = tokio::time::interval(RETRY);
    loop {
        if attempts.is_empty()
            && !resting
            && let Some(next) = waiting.send_out(&herald).await
        {
            attempts.push(attempt(session.clone(), next));
        }
        tokio::select! {
            order = heard.recv() => match order {
                None => return,
                Some(Order::Reconnect) => {
                    session.again();
                    again.notify_one();
                    resting = false;
                }
                Some(Order::Login(credential)) => {
                    session.admit(credential);
                    again.notify_one();
                    resting = false;
                }
                Some(Order::AskKpi(question)) => series.push(kpis::ask(session.clone(), question)),
                Some(Order::Fetch(question)) => questions.push(ask(session.clone(), question)),
                Some(Order::Act(act, by)) => {
                    waiting.put(&herald, &act, by).await;
                    resting = false;
                    retry.reset();
                }
                Some(Order::Retry(ids, by)) => {
                    waiting.again(&herald, &ids, &by).await;
                    resting = false;
                    retry.reset();
                }
                Some(Order::Withdraw(ids)) => waiting.withdraw(&herald, &ids).await,
                Some(Order::Dismiss(ids)) => waiting.dismiss(&herald, &ids).await,
            },
            Some(answers) = attempts.next(), if !attempts.is_empty() => {
                resting = !waiting.settle(&herald, answers).await;
                // From now on: what went by while nothing waited does not count.
                retry.reset();
            }
            Some((question, detail)) = questions.next(), if !questions.is_empty() => {
                if !herald.tell(News::Answer(question, detail)).await {
                    return;
                }
            }
            Some((question, answer)) = series.next(), if !series.is_empty() => {
                if !herald.tell(News::Kpi(question, Box::new(answer))).await {
                    return;
                }
            }
            _ = retry.tick(), if resting || waiting.unseen() => {
                resting = false;
                waiting.show(&herald).await;
            }
        }
    }
}

/// Sends commands of one letter: those that name many alarms one by one, so that what comes meanwhile is not held up.
async fn attempt(session: Arc<Session>, requests: Vec<CommandRequest>) -> Vec<Answered> {
    let session = &session;
    let one = |request: CommandRequest| async move {
        let became = requests::send(session, &request).await;
        (request, became)
    };
    stream::iter(requests).map(one).buffered(AT_ONCE).collect().await
}

async fn ask(session: Arc<Session>, question: Fetch) -> (Fetch, Detail) {
    let path = match &question {
        Fetch::Attributes | Fetch::Cohorts(..) | Fetch::Groups(_) => {
            let detail = groups::ask(&session, &question).await;
            return (question, detail);
        }
        Fetch::Event(id) => format!("events/{id}"),
        Fetch::Trace(id) => format!("trace/{id}"),
        Fetch::Impact(id) => format!("entities/{id}/impact"),
        Fetch::DeadLetters => "dead-letters?limit=20".to_owned(),
        Fetch::Stats => "stats".to_owned(),
        Fetch::Seats => "system/seats".to_owned(),
        Fetch::Scorecard(period) => format!("scorecard?days={}&limit=1000", period.days()),
        Fetch::Sla => "sla?limit=1000".to_owned(),
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
