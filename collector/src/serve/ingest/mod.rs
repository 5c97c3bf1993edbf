//! Alarms in, by webhook.
//!
//! - **does**: reads an alarm or an array of them, hands in the good ones as one piece, answers item by item once they are durable.
//! - **takes**: JSON, a credential, an Idempotency-Key.
//! - **gives**: 202 with ids, or what is wrong with which item.
//! - **never knows**: what an alarm does to those that stand.

mod body;
mod item;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pedkai_core::model::{AlarmReport, Event, Name, Payload, Reason, SourceKind, Timestamp};
use pedkai_core::pipeline;
use pedkai_core::wire::{Accepted, IngestStatus, PartProblem, Rejected};

use super::access::{AlarmWrite, Can, X_EVENT_ID};
use super::body::Whole;
use super::problem::{Answer, Problem};
use super::world::World;
use crate::identity::Caller;

/// Most items of one request: a record numbers its inputs with 20 bits.
const MOST: usize = 1 << 19;
/// Problems named in one answer.
const NAMED: usize = 1_000;

/// Hand in an alarm, or an array of them.
#[utoipa::path(
    post, path = "/api/v1/alarms/ingest", tag = "alarms", extensions(("x-permission" = json!("hand in alarms"))),
    params(("Idempotency-Key" = Option<String>, Header, description = "The sender's own key: the same one again changes nothing and gets the first answer. \
        In an array each item has the key with its number.")),
    request_body(description = "An alarm, or an array of alarms", content = super::openapi::IngestBody),
    responses(
        (status = 202, description = "Durable. An array gives an array, item by item: accepted, or rejected with an error", body = Accepted),
        (status = 400, description = "No JSON"), (status = 413, description = "Larger than the limit"),
        (status = 422, description = "Every item is wrong, or there is none"), (status = 429, description = "Too many, or the queue is full"),
        (status = 503, description = "The log cannot be written"))
)]
pub(super) async fn post(State(world): State<World>, can: Can<AlarmWrite>, headers: HeaderMap, Whole(bytes): Whole) -> Answer<Response> {
    let key = headers.get("idempotency-key").map(HeaderValue::as_bytes).map(<[u8]>::to_vec);
    let body = body::read(&bytes)?;
    drop(bytes);
    if body.items.is_empty() {
        return Err(Problem::unprocessable("the array is empty: send at least one alarm"));
    }
    if body.items.len() > MOST {
        return Err(Problem::unprocessable(format!("an array holds at most {MOST} alarms")));
    }
    world.counters.count_received(SourceKind::Webhook, body.items.len() as u64);
    let now = world.engine.clock().now();
    let source = Name::from(&*can.caller.name());
    let mut events = Vec::with_capacity(body.items.len());
    let mut wrong: Vec<Option<String>> = Vec::with_capacity(body.items.len());
    for (index, item) in body.items.into_iter().enumerate() {
        match item {
            Ok(report) => {
                let key = key.as_deref().map(|key| hash(&can.caller, key, index));
                events.push(event(report, &source, key, now));
                wrong.push(None);
            }
            Err(error) => wrong.push(Some(error)),
        }
    }
    if events.is_empty() {
        return Err(all_wrong(wrong));
    }
    let taken = events.len() as u64;
    let (_, answers) = can.tenant.events(events).await.inspect_err(|_| {
        world.counters.count_dropped(SourceKind::Webhook, crate::listen::Dropped::Queue, taken);
    })?;
    let mut accepted = answers.iter().map(|answer| accepted(&can.caller, answer));
    let mut out = Vec::with_capacity(wrong.len() * 256 + 2);
    let mut first = None;
    for error in wrong {
        out.push(if out.is_empty() { b'[' } else { b',' });
        match error {
            Some(error) => write(&mut out, &rejected(error)),
            None => match accepted.next().flatten() {
                Some(answer) => {
                    first = first.or(Some(answer.event_id));
                    write(&mut out, &answer);
                }
                None => write(&mut out, &rejected("it was not answered: send it again".to_owned())),
            },
        }
    }
    out.push(b']');
    let bytes = if body.many { out } else { out[1..out.len() - 1].to_owned() };
    let mut response = (StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], bytes).into_response();
    if let Some(value) = first.and_then(|id| HeaderValue::from_str(&id.to_string()).ok()) {
        response.headers_mut().insert(X_EVENT_ID, value);
    }
    Ok(response)
}

fn event(report: AlarmReport, source: &Name, key: Option<u64>, now: Timestamp) -> Event {
    Event {
        received_at: now,
        source: SourceKind::Webhook,
        source_address: source.clone(),
        relay: false,
        key,
        payload: Payload::Alarm(Box::new(report)),
    }
}

/// The sender's key, made the credential's own: two senders' equal keys are not the same.
fn hash(caller: &Caller, key: &[u8], index: usize) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&caller.fingerprint().to_le_bytes());
    hasher.update(&(index as u64).to_le_bytes());
    hasher.update(key);
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}

fn accepted(caller: &Caller, answer: &pipeline::Answer) -> Option<Accepted> {
    let pipeline::Answer::Event {
        event_id,
        tracking_id,
        reason,
        unplaced,
    } = answer
    else {
        return None;
    };
    Some(Accepted {
        event_id: event_id.0,
        tracking_id: tracking_id.0,
        tenant_id: caller.tenant.0,
        status: IngestStatus::Accepted,
        entity: unplaced.then(|| "unplaced".to_owned()),
        duplicate: *reason == Reason::Duplicate,
    })
}

fn rejected(error: String) -> Rejected {
    Rejected {
        status: IngestStatus::Rejected,
        error,
    }
}

fn write(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    // These shapes always have a JSON form, and writing to a Vec cannot fail.
    let _ = serde_json::to_writer(out, value);
}

fn all_wrong(wrong: Vec<Option<String>>) -> Problem {
    let count = wrong.len();
    let errors: Vec<PartProblem> = wrong
        .into_iter()
        .enumerate()
        .take(NAMED)
        .filter_map(|(index, error)| {
            Some(PartProblem {
                at: index.to_string(),
                problem: error?,
            })
        })
        .collect();
    let detail = match &errors[..] {
        [only] if count == 1 => format!("the alarm cannot be taken: {}", only.problem),
        _ => "not one alarm can be taken".to_owned(),
    };
    Problem::unprocessable(detail).with_errors(errors)
}
