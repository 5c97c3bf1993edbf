//! One line that says what is wrong where.

use super::{Matter, name};
use crate::model::{AlarmFacts, Counted, EntityIx, Subject, Trouble};
use crate::topology::Entity;

/// From so many raises an alarm on, a link is said to go up and down.
const FLAPS: u32 = 4;

pub(super) fn title(matter: &Matter<'_>) -> String {
    let Some(first) = matter.hypotheses.first() else { return plain(matter) };
    let cause = first.entity;
    match matter.topology.entity(cause) {
        Some(entity) if entity.is_link() => link(matter, cause),
        Some(entity) if entity.is_place() => format!("Site {}: {} affected", entity.name, elements(matter)),
        Some(_) => device(matter, cause),
        None => plain(matter),
    }
}

fn elements(matter: &Matter<'_>) -> Counted {
    let mut devices: Vec<EntityIx> = matter.alarms.iter().map(|alarm| alarm.anchor.device).collect();
    devices.sort_unstable();
    devices.dedup();
    Counted(devices.len(), "element", "elements")
}

fn plain(matter: &Matter<'_>) -> String {
    match matter.alarms.first() {
        Some(alarm) => format!("{} on {}", alarm.alarm_type, name(matter, alarm.anchor.entity)),
        None => matter.incident.title.to_string(),
    }
}

fn link(matter: &Matter<'_>, link: EntityIx) -> String {
    let mut told: Vec<EntityIx> = Vec::new();
    let (mut down, mut worse, mut raises, mut alarms) = (false, false, 0, 0);
    for alarm in matter.alarms {
        match alarm.subject() {
            Subject::Line {
                link: Some(about),
                near,
                told: other,
                ..
            } if about == link => {
                down = true;
                raises += alarm.count;
                alarms += 1;
                if !other && !told.contains(&near) {
                    told.push(near);
                }
            }
            Subject::Worse { link: about, .. } if about == link => worse = true,
            _ => {}
        }
    }
    let what = match (down, worse) {
        (true, _) if raises >= FLAPS * alarms => "goes up and down".to_owned(),
        (true, _) => format!("down ({})", if told.len() >= 2 { "both ends" } else { "one end heard" }),
        (false, true) => "getting worse".to_owned(),
        (false, false) => "suspected".to_owned(),
    };
    format!("Link {} {what}", name(matter, link))
}

/// What the alarms say about a device.
#[derive(Default)]
struct Says {
    own: Vec<Trouble>,
    links: Vec<(Option<EntityIx>, EntityIx)>,
    spoke: bool,
    lost: bool,
}

fn says(alarms: &[AlarmFacts<'_>], device: EntityIx) -> Says {
    let mut says = Says::default();
    for alarm in alarms {
        match alarm.subject() {
            Subject::Line { link, near, far, told } if near == device || far == Some(device) => {
                says.spoke |= near == device && !told;
                let other = if near == device { far.unwrap_or(device) } else { near };
                if !says.links.contains(&(link, other)) {
                    says.links.push((link, other));
                }
            }
            Subject::Gone { lost, .. } if lost == device => says.lost = true,
            Subject::Own { entity, device: of, trouble } if entity == device || of == device => says.own.push(trouble),
            _ => {}
        }
    }
    says
}

fn device(matter: &Matter<'_>, cause: EntityIx) -> String {
    let entity = name(matter, cause);
    let device = if matter.topology.entity(cause).is_some_and(Entity::is_part) {
        matter.topology.device_of(cause)
    } else {
        cause
    };
    let says = says(matter.alarms, device);
    let has = |trouble: Trouble| says.own.contains(&trouble);
    let links = if says.links.is_empty() {
        String::new()
    } else {
        format!(", {} down", Counted(says.links.len(), "link", "links"))
    };
    let what = if has(Trouble::Dark) {
        "power lost"
    } else if has(Trouble::Hardware) {
        "part broken"
    } else if !says.links.is_empty() && !says.spoke {
        if has(Trouble::Restart) {
            "was down, started again"
        } else {
            "does not answer"
        }
    } else if has(Trouble::Power) {
        "on battery or one feed"
    } else if has(Trouble::Environment) {
        "climate alarm"
    } else if says.links.len() > 1 {
        "lost several links"
    } else if has(Trouble::Service) {
        "service down"
    } else if has(Trouble::Restart) {
        "started again"
    } else if has(Trouble::Port) {
        "port down"
    } else if says.lost {
        "cannot be reached"
    } else {
        return format!("{entity}: {} hit", elements(matter));
    };
    format!("{entity}: {what}{links}")
}
