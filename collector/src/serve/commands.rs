use axum::extract::State;
use axum::http::StatusCode;
use pedkai_core::model::{AckUntil, AlarmId, Command, CommandId, CommandKind, CommandTarget, IncidentId, Name, Outcome};
use pedkai_core::pipeline::{self, Input};
use pedkai_core::wire::{CommandAnswer, CommandOutcome, CommandRequest, RefusedTargets, TargetKind};
use serde_json::{Value, json};

use super::access::{Can, Work, charge};
use super::alarms::{AlarmQuery, MOST};
use super::body::Json;
use super::incidents::{STATUS_WORDS, status_of};
use super::problem::{Answer, Problem};
use super::world::{Note, World};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::journal::rows::AlarmFilter;

/// Kinds that this build carries out, for messages.
const KINDS: &str = "ack, unack, own, assign, comment, clear, set_status";

/// So many targets cost as much as a request.
const TARGETS: usize = 100;

/// Act on alarms and incidents.
#[utoipa::path(post, path = "/api/v1/commands", tag = "commands", request_body = CommandRequest, extensions(("x-permission" = json!("work"))),
    responses((status = 200, description = "Durable. A refusal of the state machine is an answer too", body = CommandAnswer),
        (status = 404, description = "No such target here"), (status = 409, description = "`expect` is not met: look again"),
        (status = 422, description = "Not a command that is known")))]
pub(super) async fn post(State(world): State<World>, can: Can<Work>, Json(asked): Json<CommandRequest>) -> Answer<axum::Json<CommandAnswer>> {
    let kind = kind_of(&asked)?;
    let targets = targets_of(&can.tenant, &asked).await?;
    if asked.expect.is_some() && targets.len() != 1 {
        return Err(Problem::unprocessable("expect goes with one target"));
    }
    // The first is paid for by the request.
    charge(&world, &can.caller, (targets.len() / TARGETS) as u32)?;
    let id = CommandId(asked.id);
    let answered = can.tenant.read(move |state| state.command_seq(id).is_some()).await?;
    let found = targets.len();
    let command = Command {
        id,
        actor: can.caller.actor(),
        kind,
        targets,
        expect: asked.expect,
        text: asked.text.clone(),
    };
    let word = command.kind.word();
    // A filter that finds nothing any more may have found it when the same command came first.
    if found == 0 && !answered {
        let nothing = Outcome::Refused(Name::from("the filter finds nothing to act on"));
        return told(can.tenant.committed(), nothing).map(axum::Json);
    }
    let before = before(&can.tenant, &asked).await?;
    let (seq, answer) = can.tenant.input(Input::Command(Box::new(command))).await?;
    let seq = can.tenant.read(move |state| state.command_seq(id)).await?.unwrap_or(seq);
    let pipeline::Answer::Command(outcome) = answer else {
        return Err(Problem::unavailable(1, "the command was not answered: send it again with the same id"));
    };
    note(&world, &can, &asked, word, before, &outcome).await?;
    told(seq, outcome).map(axum::Json)
}

/// The answer in the words of the wire.
fn told(seq: u64, outcome: Outcome) -> Answer<CommandAnswer> {
    let answer = |outcome, reason: &str, changed, refused| CommandAnswer {
        seq,
        outcome,
        reason: reason.to_owned(),
        changed,
        refused,
    };
    match outcome {
        Outcome::Done(changed) => Ok(answer(CommandOutcome::Done, "", changed, Vec::new())),
        Outcome::Opened(_) => Ok(answer(CommandOutcome::Done, "", 1, Vec::new())),
        Outcome::Refused(reason) => Ok(answer(CommandOutcome::Refused, &reason, 0, Vec::new())),
        Outcome::Conflict(reason) => Err(Problem::new(StatusCode::CONFLICT, reason.to_string())),
        Outcome::NotFound => Err(Problem::not_found("target")),
        Outcome::Partly { done, refused } => {
            let id = |target: &CommandTarget| match target {
                CommandTarget::Alarm(id) => id.0,
                CommandTarget::Incident(id) => id.0,
                CommandTarget::Change(id) => id.0,
            };
            let by_reason = refused.into_iter().map(|one| RefusedTargets {
                reason: one.reason.to_string(),
                ids: one.targets.iter().map(id).collect(),
            });
            let refused: Vec<RefusedTargets> = by_reason.collect();
            let nothing = refused.first().filter(|_| done == 0).map(|first| first.reason.clone());
            Ok(match nothing {
                Some(reason) => answer(CommandOutcome::Refused, &reason, 0, refused),
                None => answer(CommandOutcome::Done, "", done, refused),
            })
        }
    }
}

fn kind_of(asked: &CommandRequest) -> Answer<CommandKind> {
    Ok(match asked.kind.as_str() {
        "ack" => CommandKind::Ack {
            until: asked.until.unwrap_or(AckUntil::Clear),
        },
        "unack" => CommandKind::Unack,
        "own" => CommandKind::Own,
        "assign" => CommandKind::Assign {
            to: Name::cut(asked.to.as_ref().ok_or_else(|| missing("assign", "to"))?, 100),
        },
        "comment" => CommandKind::Comment,
        "clear" => CommandKind::Clear,
        "set_status" => {
            let word = asked.status.as_deref().ok_or_else(|| missing("set_status", "status"))?;
            CommandKind::SetStatus {
                status: status_of(word).ok_or_else(|| Problem::unprocessable(format!("status '{word}' is none of {STATUS_WORDS}")))?,
            }
        }
        other => {
            return Err(Problem::unprocessable(format!("kind '{}' is none of {KINDS}", Name::cut(other, 40))));
        }
    })
}

fn missing(kind: &str, field: &str) -> Problem {
    Problem::unprocessable(format!("{kind} needs {field}"))
}

async fn targets_of(tenant: &Tenant, asked: &CommandRequest) -> Answer<Vec<CommandTarget>> {
    match (asked.target, &asked.filter) {
        (Some(target), None) => Ok(vec![match target.kind {
            TargetKind::Alarm => CommandTarget::Alarm(AlarmId(target.id)),
            TargetKind::Incident => CommandTarget::Incident(IncidentId(target.id)),
        }]),
        (None, Some(filter)) => found(tenant, filter).await,
        _ => Err(Problem::unprocessable("give a target, or a filter, and not both")),
    }
}

/// The alarms that a filter names, or finds now; an empty one is refused, as it would mean all of them.
async fn found(tenant: &Tenant, filter: &Value) -> Answer<Vec<CommandTarget>> {
    let query: AlarmQuery = serde_json::from_value(Value::Object(conditions(filter)?)).map_err(|error| Problem::unprocessable(format!("filter: {error}")))?;
    let Some(filter) = query.filter(tenant).await? else { return Ok(Vec::new()) };
    let everything = AlarmFilter {
        history: filter.history,
        ..AlarmFilter::default()
    };
    if filter == everything {
        return Err(Problem::unprocessable("an empty filter would mean every alarm: say which"));
    }
    let named = AlarmFilter {
        ids: filter.ids.clone(),
        ..AlarmFilter::default()
    };
    if filter == named {
        return Ok(filter.ids.into_iter().map(|id| CommandTarget::Alarm(AlarmId(id))).collect());
    }
    let ids = tenant
        .ask(move |rows| {
            let mut ids = Vec::new();
            let mut cursor: Option<String> = None;
            loop {
                let page = rows.alarms(&filter, cursor.as_deref(), 1_000)?;
                ids.extend(page.items.iter().map(|row| CommandTarget::Alarm(AlarmId(row.id))));
                if ids.len() > MOST {
                    return Err(JournalError::BadRequest(format!("the filter finds more than {MOST} alarms: narrow it")));
                }
                match page.next {
                    Some(next) => cursor = Some(next),
                    None => return Ok(ids),
                }
            }
        })
        .await?;
    Ok(ids)
}

/// The conditions of a filter by name. One that is not known, empty or given twice is refused: passed over, it would let other alarms in than
/// were meant.
fn conditions(filter: &Value) -> Answer<serde_json::Map<String, Value>> {
    let wrong = || Problem::unprocessable("filter is a text such as severity=minor&cleared=true, or an object of the same");
    let pairs: Vec<(String, Value)> = match filter {
        Value::String(text) => {
            let pairs = form_urlencoded::parse(text.trim_start_matches('?').as_bytes());
            pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
        }
        Value::Object(fields) => fields.clone().into_iter().collect(),
        _ => return Err(wrong()),
    };
    let mut known = serde_json::Map::new();
    for (name, value) in pairs {
        if !AlarmQuery::CONDITIONS.contains(&name.as_str()) {
            let name = Name::cut(&name, 40);
            return Err(Problem::unprocessable(format!(
                "filter: '{name}' is none of {}",
                AlarmQuery::CONDITIONS.join(", ")
            )));
        }
        let value = match value {
            Value::String(text) => text,
            Value::Bool(truth) => truth.to_string(),
            _ => return Err(wrong()),
        };
        if value.split(',').all(|word| word.trim().is_empty()) {
            return Err(Problem::unprocessable(format!("filter: '{name}' is empty: leave it out, or say which")));
        }
        if known.contains_key(&name) {
            return Err(Problem::unprocessable(format!("filter: '{name}' is given twice")));
        }
        known.insert(name, Value::String(value));
    }
    Ok(known)
}

/// What the audit log says of the target before.
async fn before(tenant: &Tenant, asked: &CommandRequest) -> Answer<Value> {
    let Some(target) = asked.target else { return Ok(Value::Null) };
    let id = target.id;
    Ok(match target.kind {
        TargetKind::Alarm => match tenant.ask(move |rows| rows.alarm(id)).await? {
            Some(row) => json!({"ack_state": row.ack_state, "owner": row.owner, "cleared": row.cleared, "changed_at": row.changed_at}),
            None => Value::Null,
        },
        TargetKind::Incident => match tenant.ask(move |rows| rows.incident(id)).await? {
            Some(row) => json!({"status": row.status, "owner": row.owner, "changed_at": row.changed_at}),
            None => Value::Null,
        },
    })
}

/// So many of the ids that a filter names are told in the audit log; all of them are on the tenant's own log.
const TOLD: usize = 20;

fn shorten(filter: &mut Value) {
    let text = match filter {
        Value::String(text) => text,
        Value::Object(fields) => match fields.get_mut("id") {
            Some(Value::String(ids)) => ids,
            _ => return,
        },
        _ => return,
    };
    let words: Vec<&str> = text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    if words.len() > TOLD {
        *text = format!("{} and {} more", words[..TOLD].join(","), words.len() - TOLD);
    }
}

async fn note(world: &World, can: &Can<Work>, asked: &CommandRequest, word: &'static str, before: Value, how: &Outcome) -> Answer<()> {
    let (outcome, reason) = match how {
        Outcome::Done(changed) => ("done", changed.to_string()),
        Outcome::Opened(id) => ("done", id.to_string()),
        Outcome::Refused(reason) => ("refused", reason.to_string()),
        Outcome::Conflict(reason) => ("conflict", reason.to_string()),
        Outcome::NotFound => ("not_found", String::new()),
        Outcome::Partly { done: 0, refused } => ("refused", refused.first().map(|one| one.reason.to_string()).unwrap_or_default()),
        Outcome::Partly { done, .. } => ("done", done.to_string()),
    };
    let (resource_type, resource_id) = match asked.target {
        Some(target) => (if target.kind == TargetKind::Alarm { "alarm" } else { "incident" }, target.id.to_string()),
        None => ("alarm", String::new()),
    };
    let mut after = json!({"command": asked, "outcome": outcome});
    shorten(&mut after["command"]["filter"]);
    if !reason.is_empty() {
        after[if outcome == "done" { "changed" } else { "reason" }] = reason.into();
    }
    if let Outcome::Partly { refused, .. } = how {
        after["not_changed"] = refused.iter().map(|one| one.targets.len()).sum::<usize>().into();
    }
    world
        .audit(
            &can.caller,
            Note {
                action: word,
                resource_type,
                resource_id,
                before,
                after,
            },
        )
        .await
}
