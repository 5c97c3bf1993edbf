use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pedkai_core::identity::Permission;
use pedkai_core::model::{Payload, SourceKind, Timestamp};
use pedkai_core::pipeline;
use pedkai_core::wire::Page;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::access::{Can, Read, Redrive};
use super::events::payload;
use super::problem::{Answer, Problem};
use super::query;
use super::world::{Note, World};
use crate::config::DEFAULT_TENANT;
use crate::identity::Caller;
use crate::journal::rows::Letter;
use crate::journal::system_letters::SystemLetter;
use crate::listen::{Redriven, Transport};

/// What could not be read, or belongs to no tenant.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub(super) struct DeadLetter {
    /// Id.
    id: Uuid,
    /// `tenant`: it could not be read; `system`: it belongs to no tenant, and only admins of the tenant `default` see it.
    scope: &'static str,
    /// When it came in.
    at: Timestamp,
    /// The way it came: `snmp`, `syslog`, `webhook`, `syslog-udp`, `syslog-tcp`, `syslog-tls`.
    source: String,
    /// Who sent it.
    source_address: String,
    /// Why it is here.
    reason: String,
    /// All of it, base64.
    bytes: Option<String>,
    /// … as text, where it is one.
    text: Option<String>,
    /// … taken apart, where that is possible.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// When it was handed in anew.
    redriven_at: Option<Timestamp>,
}

/// Which letters.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LetterQuery {
    /// `snmp`, `syslog` or `webhook`.
    source: Option<String>,
    /// Items on a page: 100 unless said, at most 1,000.
    limit: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Dead letters, newest first.
#[utoipa::path(get, path = "/api/v1/dead-letters", tag = "events", params(LetterQuery), extensions(("x-permission" = json!("read"))),
    responses((status = 200, body = Page<DeadLetter>)))]
pub(super) async fn list(State(world): State<World>, can: Can<Read>, Query(asked): Query<LetterQuery>) -> Answer<axum::Json<Page<DeadLetter>>> {
    let limit = query::limit(asked.limit.as_deref())?;
    let doors = [SourceKind::Snmp, SourceKind::Syslog, SourceKind::Webhook, SourceKind::Internal];
    let source = query::words(
        "source",
        asked.source.as_deref(),
        |word| doors.into_iter().find(|door| door.word() == word),
        "snmp, syslog, webhook",
    )?
    .pop();
    let from = Place::read(asked.cursor.as_deref())?;
    let mut own = match &from.own {
        Some(cursor) => letters(&can, source, cursor.clone(), limit).await?,
        None => Vec::new(),
    };
    let mut system = match from.system {
        Some(before) if sees_system(&world, &can.caller) => system_letters(&world, source, before, limit).await?,
        _ => Vec::new(),
    };
    // Two lists by time, merged; what is left of either comes with the next page.
    let mut items: Vec<DeadLetter> = Vec::new();
    let (mut own_taken, mut newest_left) = (0, None);
    own.reverse();
    system.reverse();
    while items.len() < limit {
        let take_own = match (own.last(), system.last()) {
            (Some(letter), Some((_, other))) => letter.at >= other.at,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => break,
        };
        if take_own {
            own_taken += 1;
            items.extend(own.pop().map(of_tenant));
        } else if let Some((number, letter)) = system.pop() {
            newest_left = Some(number);
            items.push(of_system(letter));
        }
    }
    let own_next = match (&from.own, own_taken) {
        (Some(cursor), 0) => Some(cursor.clone()).filter(|_| !own.is_empty()),
        (Some(cursor), taken) => next_of(&can, source, cursor.clone(), taken).await?.map(Some),
        (None, _) => None,
    };
    let system_next = if system.is_empty() && items.len() < limit {
        None
    } else {
        newest_left.map(Some).or(from.system.filter(|_| !system.is_empty()))
    };
    let more = own_next.is_some() || !system.is_empty();
    let next = more.then(|| {
        Place {
            own: own_next,
            system: system_next,
        }
        .write()
    });
    Ok(axum::Json(Page { items, next }))
}

/// Where a page begins in both lists; `None`: that list is done, `Some(None)`: at its start.
struct Place {
    own: Option<Option<String>>,
    system: Option<Option<i64>>,
}

impl Place {
    fn read(text: Option<&str>) -> Answer<Self> {
        let wrong = || Problem::unprocessable("this cursor cannot be read: take 'next' of the page before as it is");
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return Ok(Self {
                own: Some(None),
                system: Some(None),
            });
        };
        let (own, system) = text.split_once('.').ok_or_else(wrong)?;
        let side = |text: &str| match text {
            "x" => None,
            "" => Some(None),
            other => Some(Some(other.to_owned())),
        };
        let system = match side(system) {
            Some(Some(number)) => Some(Some(number.parse().map_err(|_| wrong())?)),
            Some(None) => Some(None),
            None => None,
        };
        Ok(Self { own: side(own), system })
    }

    fn write(&self) -> String {
        let side = |side: Option<Option<String>>| match side {
            None => "x".to_owned(),
            Some(place) => place.unwrap_or_default(),
        };
        format!(
            "{}.{}",
            side(self.own.clone()),
            side(self.system.map(|place| place.map(|number| number.to_string())))
        )
    }
}

fn sees_system(world: &World, caller: &Caller) -> bool {
    caller.may(Permission::SystemDeadLetters) && world.engine.find(DEFAULT_TENANT).is_some_and(|tenant| tenant.id() == caller.tenant)
}

async fn letters(can: &Can<Read>, source: Option<SourceKind>, cursor: Option<String>, limit: usize) -> Answer<Vec<Letter>> {
    Ok(can.tenant.ask(move |rows| rows.letters(source, cursor.as_deref(), limit)).await?.items)
}

/// The cursor after `taken` letters.
async fn next_of(can: &Can<Read>, source: Option<SourceKind>, cursor: Option<String>, taken: usize) -> Answer<Option<String>> {
    Ok(can.tenant.ask(move |rows| rows.letters(source, cursor.as_deref(), taken)).await?.next)
}

async fn system_letters(world: &World, source: Option<SourceKind>, before: Option<i64>, limit: usize) -> Answer<Vec<(i64, SystemLetter)>> {
    let store = world.letters.clone();
    let listed =
        tokio::task::spawn_blocking(move || {
            let mut found = Vec::new();
            let mut before = before;
            loop {
                let page = store.list(before, limit)?;
                before = page.last().map(|(number, _)| Some(*number)).unwrap_or(before);
                let end = page.len() < limit;
                found.extend(page.into_iter().filter(|(_, letter)| {
                    source.is_none_or(|source| Transport::of_word(&letter.transport).is_some_and(|transport| transport.source() == source))
                }));
                if end || found.len() >= limit {
                    return Ok::<_, crate::journal::JournalError>(found);
                }
            }
        });
    match listed.await {
        Ok(found) => Ok(found?),
        Err(_) => Err(Problem::unavailable(1, "the system's dead letters cannot be read now")),
    }
}

fn of_tenant(letter: Letter) -> DeadLetter {
    let bytes = match &letter.event.payload {
        Payload::Syslog(bytes) | Payload::Unreadable { bytes, .. } => Some(bytes.as_slice()),
        Payload::Snmp(_) | Payload::Alarm(_) => None,
    };
    DeadLetter {
        id: letter.id,
        scope: "tenant",
        at: letter.at,
        source: letter.event.source.word().to_owned(),
        source_address: letter.event.source_address.to_string(),
        reason: letter.reason.to_string(),
        bytes: bytes.map(|bytes| STANDARD.encode(bytes)),
        text: bytes.and_then(text_of),
        payload: Some(payload(&letter.event)),
        redriven_at: letter.redriven_at,
    }
}

fn of_system(letter: SystemLetter) -> DeadLetter {
    DeadLetter {
        id: letter.id,
        scope: "system",
        at: letter.at,
        source: letter.transport,
        source_address: letter.address,
        reason: letter.reason,
        bytes: Some(STANDARD.encode(&letter.bytes)),
        text: text_of(&letter.bytes),
        payload: None,
        redriven_at: None,
    }
}

fn text_of(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!text.chars().any(|c| c.is_control() && !c.is_whitespace())).then(|| text.to_owned())
}

/// What became of a letter that was handed in anew.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RedriveAnswer {
    /// `accepted`.
    status: &'static str,
    /// The new event; of a system letter: not known here, as it may belong to any tenant.
    event_id: Option<Uuid>,
    /// Its trail.
    tracking_id: Option<Uuid>,
}

/// Hand a dead letter in anew, with the mapping and the configuration of now. Asked again it changes nothing more.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/redrive", tag = "events", params(("id" = String, Path, description = "Id")),
    extensions(("x-permission" = json!("redrive"))),
    responses((status = 202, description = "Durable", body = RedriveAnswer), (status = 404, description = "No such letter here"),
        (status = 422, description = "It cannot be read now either")))]
pub(super) async fn redrive(State(world): State<World>, can: Can<Redrive>, Path(id): Path<String>) -> Answer<(StatusCode, axum::Json<RedriveAnswer>)> {
    let id = query::id(&id, "dead letter")?;
    let answer = match can.tenant.redrive(id).await? {
        Some(taken) => match taken?.1 {
            pipeline::Answer::Event { event_id, tracking_id, .. } => RedriveAnswer {
                status: "accepted",
                event_id: Some(event_id.0),
                tracking_id: Some(tracking_id.0),
            },
            _ => return Err(Problem::unavailable(1, "it was not answered: try again")),
        },
        None if sees_system(&world, &can.caller) => redrive_system(&world, id).await?,
        None => return Err(Problem::not_found("dead letter")),
    };
    let note = Note {
        action: "dead_letter.redrive",
        resource_type: "dead_letter",
        resource_id: id.to_string(),
        before: Value::Null,
        after: json!({"event_id": answer.event_id}),
    };
    world.audit(&can.caller, note).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(answer)))
}

async fn redrive_system(world: &World, id: Uuid) -> Answer<RedriveAnswer> {
    let store = world.letters.clone();
    let found = tokio::task::spawn_blocking(move || store.get(id)).await;
    let letter = match found {
        Ok(found) => found?.ok_or_else(|| Problem::not_found("dead letter"))?,
        Err(_) => return Err(Problem::unavailable(1, "the system's dead letters cannot be read now")),
    };
    let (Some(transport), Ok(peer)) = (Transport::of_word(&letter.transport), letter.address.parse()) else {
        return Err(Problem::unprocessable("it does not say where it came from: it cannot be handed in anew"));
    };
    let Some(listeners) = world.listeners() else {
        return Err(Problem::unavailable(1, "the listeners are not running yet"));
    };
    match listeners.redrive(transport, peer, letter.at, &letter.bytes).await {
        Ok(()) => {}
        Err(Redriven::NotTaken(why)) => return Err(why.into()),
        Err(other) => return Err(Problem::unprocessable(other.to_string())),
    }
    let store = world.letters.clone();
    let removed = tokio::task::spawn_blocking(move || store.remove(id)).await;
    if !matches!(removed, Ok(Ok(()))) {
        tracing::warn!(letter = %id, "a dead letter that was handed in anew could not be taken out of the list");
    }
    Ok(RedriveAnswer {
        status: "accepted",
        event_id: None,
        tracking_id: None,
    })
}
