//! Series and their samples: asked for beside the feed, read and made ready to be drawn on a thread of their own.

use std::{sync::Arc, time::Duration};

use pedkai_core::model::Span;
use pedkai_ui::model::{KpiQuestion, Learned, learn};
use reqwest::RequestBuilder;

use super::auth::{Session, Trouble};

/// How long an answer is waited for: a year of samples takes its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Buckets that are asked for where there are too many samples.
const BUCKETS: i64 = 4_000;
/// Series of one list.
const MOST: usize = 1_000;

/// Asks, and reads the answer.
pub(super) async fn ask(session: Arc<Session>, question: KpiQuestion) -> (KpiQuestion, Result<Learned, String>) {
    let mut answer = send(&session, &question).await;
    if let (Err(Trouble::Problem(422, _)), Some(coarser)) = (&answer, coarser(&question)) {
        answer = send(&session, &coarser).await;
    }
    let answer = match answer {
        Ok(bytes) => bytes,
        Err(trouble) => return (question, Err(trouble.words())),
    };
    let asked = question.clone();
    // A million samples are not read between two lines of the feed.
    let learned = tokio::task::spawn_blocking(move || learn(&asked, &answer)).await;
    let learned = learned.unwrap_or_else(|error| Err(format!("the answer could not be read: {error}")));
    (question, learned)
}

async fn send(session: &Session, question: &KpiQuestion) -> Result<Vec<u8>, Trouble> {
    let answer = session.send(request(session, question).timeout(PATIENCE)).await?;
    Ok(answer.bytes().await?.into())
}

/// The same in buckets, for what is too much to come one by one.
fn coarser(question: &KpiQuestion) -> Option<KpiQuestion> {
    let mut coarser = question.clone();
    let KpiQuestion::Samples { from, to, step, .. } = &mut coarser else {
        return None;
    };
    let seconds = to.since(*from).as_micros() / 1_000_000 / BUCKETS;
    step.is_none().then(|| *step = Some(Span::seconds(seconds.max(1))))?;
    Some(coarser)
}

fn request(session: &Session, question: &KpiQuestion) -> RequestBuilder {
    match question {
        KpiQuestion::Series { entity, words } => {
            let entity = entity.map(|entity| ("entity_id", entity.to_string()));
            let words = (!words.is_empty()).then(|| ("q", words.clone()));
            let asked: Vec<(&str, String)> = entity.into_iter().chain(words).chain([("limit", MOST.to_string())]).collect();
            session.get("kpi/series").query(&asked)
        }
        KpiQuestion::Samples {
            entity,
            metric,
            from,
            to,
            step,
        } => {
            let step = step.map(|step| ("step", (step.as_micros() / 1_000_000).to_string()));
            let asked = [
                ("entity_id", entity.to_string()),
                ("metric", metric.to_string()),
                ("from", from.to_string()),
                ("to", to.to_string()),
            ];
            let asked: Vec<(&str, String)> = asked.into_iter().chain(step).collect();
            session.get("kpi/query").query(&asked)
        }
    }
}
