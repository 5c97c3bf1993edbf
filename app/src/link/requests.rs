//! From what an operator asked to the commands of the wire, and what became of them.

use std::time::Duration;

use pedkai_core::{
    model::{CommandKind, Name},
    wire::{CommandAnswer, CommandOutcome, CommandRequest, TargetKind},
};
use pedkai_ui::{intent::Act, model::Aim};
use uuid::Uuid;

use super::auth::{Session, Trouble};

/// Alarms that one command names.
const MANY: usize = 5_000;
/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// What became of a command: how many it changed, and which not, by reason.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Became {
    pub(super) done: usize,
    pub(super) refused: Vec<(String, Vec<Uuid>)>,
}

/// The command, without what it is about.
pub(super) fn template(act: &Act) -> CommandRequest {
    let mut request = CommandRequest {
        id: Uuid::nil(),
        kind: act.kind.word().to_owned(),
        target: None,
        filter: None,
        expect: act.expect.filter(|_| act.aims.len() == 1),
        text: Name::from(act.text.as_str()),
        until: None,
        to: None,
        status: None,
    };
    match &act.kind {
        CommandKind::Ack { until } => request.until = Some(*until),
        CommandKind::Assign { to } => request.to = Some(to.clone()),
        CommandKind::SetStatus { status } => request.status = Some(status.word().to_owned()),
        CommandKind::Change(_) | CommandKind::OpenIncident { .. } | CommandKind::Unack | CommandKind::Own | CommandKind::Comment | CommandKind::Clear => {}
    }
    request
}

/// One command for one aim, one for up to 5,000 alarms, one for each of several incidents. Many alarms are named by a filter of their ids:
/// those that were on screen when it was asked, and none that came since.
pub(super) fn requests(template: &CommandRequest, aims: &[Aim]) -> Vec<CommandRequest> {
    let fresh = || CommandRequest {
        id: Uuid::new_v4(),
        ..template.clone()
    };
    let one = |aim: &Aim| CommandRequest {
        target: Some(aim.target),
        ..fresh()
    };
    if let [only] = aims {
        return vec![one(only)];
    }
    let (alarms, others): (Vec<&Aim>, Vec<&Aim>) = aims.iter().partition(|aim| aim.target.kind == TargetKind::Alarm);
    let named = alarms.chunks(MANY).map(|chunk| {
        let ids: Vec<String> = chunk.iter().map(|aim| aim.target.id.to_string()).collect();
        CommandRequest {
            filter: Some(serde_json::json!({ "id": ids.join(",") })),
            ..fresh()
        }
    });
    named.chain(others.into_iter().map(one)).collect()
}

/// What a command is about.
pub(super) fn about(request: &CommandRequest) -> Vec<Uuid> {
    let named = request.filter.as_ref().and_then(|filter| filter.get("id")).and_then(serde_json::Value::as_str);
    let named = named.into_iter().flat_map(|ids| ids.split(',')).filter_map(|id| Uuid::parse_str(id).ok());
    request.target.map(|target| target.id).into_iter().chain(named).collect()
}

/// Nobody answered a command, and it waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// It did not leave this machine, or was turned away before anybody looked at it.
    Unsent,
    /// It went out: it may be done.
    Sent,
}

/// Sends one command.
pub(super) async fn send(session: &Session, request: &CommandRequest) -> Result<Became, Unanswered> {
    let refused = |why: String| Became {
        done: 0,
        refused: vec![(why, about(request))],
    };
    if !session.fits().await {
        return Err(Unanswered::Unsent);
    }
    let response = session.send(session.post("commands").json(request).timeout(PATIENCE)).await;
    match response {
        Ok(response) => match response.text().await {
            Ok(text) => Ok(answered(&text, refused)),
            Err(_) => Err(Unanswered::Sent),
        },
        Err(Trouble::Problem(409, _)) => Ok(refused("it changed meanwhile; look again".to_owned())),
        Err(Trouble::Problem(404, _)) => Ok(refused("it is not here any more".to_owned())),
        // Who asks too much, and whose credential is not good any more, is turned away before the command is looked at.
        Err(Trouble::Away(_) | Trouble::Problem(429, _) | Trouble::Refused(_)) => Err(Unanswered::Unsent),
        Err(Trouble::Problem(500.., _) | Trouble::Line(_) | Trouble::Gone | Trouble::Unfit(_)) => Err(Unanswered::Sent),
        Err(Trouble::Problem(_, why)) => Ok(refused(why)),
    }
}

fn answered(text: &str, refused: impl FnOnce(String) -> Became) -> Became {
    match serde_json::from_str::<CommandAnswer>(text) {
        Ok(answer) if !answer.refused.is_empty() => Became {
            done: answer.changed as usize,
            refused: answer.refused.into_iter().map(|one| (one.reason, one.ids)).collect(),
        },
        Ok(answer) if answer.outcome == CommandOutcome::Done => Became {
            done: answer.changed as usize,
            refused: Vec::new(),
        },
        Ok(answer) => refused(answer.reason),
        // It is no use to ask again: the same answer would come.
        Err(_) => refused("the collector's answer is not one that this version knows; look at how it stands now".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_core::wire::Target;

    fn aims(kind: TargetKind, count: u128) -> Vec<Aim> {
        let aim = |number| Aim {
            target: Target {
                kind,
                id: Uuid::from_u128(number),
            },
            name: String::new(),
        };
        (0..count).map(aim).collect()
    }

    #[test]
    fn many_alarms_are_one_command_and_none_is_lost_or_named_twice() {
        let act = Act {
            kind: CommandKind::Own,
            aims: Vec::new(),
            expect: None,
            text: String::new(),
        };
        for (kind, count, commands) in [
            (TargetKind::Alarm, 1, 1),
            (TargetKind::Alarm, 2, 1),
            (TargetKind::Alarm, 5_000, 1),
            (TargetKind::Alarm, 12_345, 3),
            (TargetKind::Incident, 3, 3),
        ] {
            let aims = aims(kind, count);
            let requests = requests(&template(&act), &aims);
            assert_eq!(requests.len(), commands);
            let named: Vec<Uuid> = requests.iter().flat_map(about).collect();
            assert_eq!(named, aims.iter().map(|aim| aim.target.id).collect::<Vec<_>>());
            let ids: std::collections::HashSet<Uuid> = requests.iter().map(|request| request.id).collect();
            assert_eq!(ids.len(), commands, "each has an id of its own");
        }
    }
}
