//! What is going on, in words.
//!
//! - **does**: writes an incident's title and situation report by rules: what, where, who is hit, likely cause, evidence, next step.
//! - **takes**: the incident, the facts of its alarms, its hypotheses, the topology and what the cause takes down.
//! - **gives**: text.
//! - **never knows**: language models, networks, or who reads it.

mod next;
#[cfg(test)]
mod tests;
mod title;

use std::fmt::{self, Write};

use crate::model::{AlarmFacts, Counted, EntityIx, Evidence, EvidenceKind, Hypothesis, Incident, Name, Severity, Timestamp};
use crate::topology::{Impact, Topology};

/// An incident's title and report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One line.
    pub title: Name,
    /// The report, at most [`LONGEST`] bytes.
    pub text: Name,
}

/// What a report is written from.
#[derive(Clone, Copy)]
pub struct Matter<'a> {
    /// The graph.
    pub topology: &'a Topology,
    /// The incident.
    pub incident: &'a Incident,
    /// Its alarms.
    pub alarms: &'a [AlarmFacts<'a>],
    /// Its causes, best first.
    pub hypotheses: &'a [Hypothesis],
    /// What the first of them takes down.
    pub impact: &'a Impact,
}

/// Longest report, bytes.
pub const LONGEST: usize = 1_500;
/// Longest title, bytes.
const TITLE: usize = 120;
/// So many names are written out.
const NAMES: usize = 4;
/// A cause this sure is called likely; below, it is one of several.
const LIKELY: f64 = 0.5;

/// Writes them.
#[must_use]
pub fn write(matter: &Matter<'_>) -> Report {
    let title = if matter.incident.by_hand {
        matter.incident.title.clone()
    } else {
        Name::cut(&title::title(matter), TITLE)
    };
    let mut text = String::with_capacity(LONGEST);
    for part in ["What: ", &title, ".\n"] {
        text.push_str(part);
    }
    place(matter, &mut text);
    since(matter, &mut text);
    hit(matter, &mut text);
    causes(matter, &mut text);
    let _ = write!(text, "Next: {}", next::step(matter));
    Report {
        title,
        text: Name::cut(&text, LONGEST),
    }
}

fn name<'a>(matter: &Matter<'a>, entity: EntityIx) -> &'a str {
    matter.topology.entity(entity).map_or("?", |entity| entity.name.as_str())
}

/// A few names, and how many more there are.
struct Names<'a>(&'a Matter<'a>, &'a [EntityIx]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(matter, entities) = self;
        for (place, entity) in entities.iter().take(NAMES).enumerate() {
            if place > 0 {
                f.write_str(", ")?;
            }
            f.write_str(name(matter, *entity))?;
        }
        match entities.len().saturating_sub(NAMES) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// Seconds are enough for people.
fn moment(at: Timestamp) -> String {
    let mut text = at.to_string();
    if let Some(end) = text.find(['.', 'Z']) {
        text.truncate(end);
    }
    if let Some(between) = text.find('T') {
        text.replace_range(between..=between, " ");
    }
    text.push_str(" UTC");
    text
}

/// A share in whole percent.
fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

fn place(matter: &Matter<'_>, text: &mut String) {
    let mut devices: Vec<EntityIx> = Vec::new();
    for alarm in matter.alarms {
        if devices.len() <= 64 && !devices.contains(&alarm.anchor.device) {
            devices.push(alarm.anchor.device);
        }
    }
    let mut sites: Vec<EntityIx> = devices.iter().filter_map(|device| matter.topology.site_of(*device)).collect();
    sites.sort_unstable();
    sites.dedup();
    let _ = write!(text, "Where: told by {}", Names(matter, &devices));
    match sites.as_slice() {
        [] => {}
        some => {
            let _ = write!(text, "; {} {}", if some.len() == 1 { "site" } else { "sites" }, Names(matter, some));
        }
    }
    text.push_str(".\n");
}

fn since(matter: &Matter<'_>, text: &mut String) {
    let standing = matter.alarms.iter().filter(|alarm| !alarm.cleared);
    let critical = standing.clone().filter(|alarm| alarm.severity == Severity::Critical).count();
    let _ = write!(
        text,
        "Since: {}; {}, ",
        moment(matter.incident.first_at),
        Counted(matter.alarms.len(), "alarm", "alarms")
    );
    match standing.count() {
        0 => text.push_str("all cleared"),
        n => {
            let _ = write!(text, "{n} standing");
        }
    }
    if critical > 0 {
        let _ = write!(text, ", {critical} critical");
    }
    text.push_str(".\n");
}

fn hit(matter: &Matter<'_>, text: &mut String) {
    let impact = matter.impact;
    if matter.incident.emergency {
        text.push_str("EMERGENCY SERVICES ARE TOUCHED.\n");
    }
    let link = |entity: &EntityIx| matter.topology.nature(*entity).link();
    let special = |entity: &EntityIx| link(entity) || impact.services.contains(entity) || impact.customers.contains(entity);
    let down: Vec<EntityIx> = impact.down.iter().map(|(entity, _)| *entity).filter(|entity| !special(entity)).collect();
    let degraded: Vec<EntityIx> = impact.degraded.iter().copied().filter(|entity| !link(entity)).collect();
    let parts: [(&[EntityIx], &str, &str, &str); 4] = [
        (&down, "element", "elements", " cut off"),
        (&impact.services, "service", "services", ""),
        (&impact.customers, "customer", "customers", ""),
        (&degraded, "element", "elements", " without redundancy now"),
    ];
    let mut before = "Hit, if the first cause holds: ";
    for (entities, one, many, how) in parts.into_iter().filter(|(entities, ..)| !entities.is_empty()) {
        let _ = write!(text, "{before}{}{how} ({})", Counted(entities.len(), one, many), Names(matter, entities));
        before = "; ";
    }
    match (before, matter.hypotheses.is_empty()) {
        ("; ", _) => text.push_str(".\n"),
        (_, false) => text.push_str("Hit: nothing else that the inventory knows loses its way.\n"),
        (_, true) => {}
    }
}

fn causes(matter: &Matter<'_>, text: &mut String) {
    let Some(first) = matter.hypotheses.first() else {
        text.push_str("Cause: not known; no alarm points at anything in the inventory.\n");
        return;
    };
    let sure = if first.confidence >= LIKELY { "Likely cause" } else { "Perhaps" };
    let _ = writeln!(
        text,
        "{sure}: {} ({} %). {}",
        name(matter, first.entity),
        percent(first.confidence),
        first.reason
    );
    for other in matter.hypotheses.iter().skip(1).filter(|other| other.confidence >= 0.05) {
        let _ = writeln!(text, "Or: {} ({} %). {}", name(matter, other.entity), percent(other.confidence), other.reason);
    }
    facts(text, "Facts", first, 4, |fact| {
        matches!(
            fact.kind,
            EvidenceKind::Explains | EvidenceKind::Timing | EvidenceKind::Topology | EvidenceKind::Operator
        )
    });
    measured(matter, text);
    facts(text, "Expected and not heard", first, 3, |fact| fact.kind == EvidenceKind::ExpectedUnheard);
    facts(text, "Does not fit", first, 2, |fact| fact.kind == EvidenceKind::Unexplained);
}

/// What measurements told, whether or not it speaks for a cause.
fn measured(matter: &Matter<'_>, text: &mut String) {
    let Some(finding) = matter.incident.finding.as_deref() else { return };
    let links = finding.links.iter().map(|link| ("", "", &link.sentence));
    // One that stayed near its usual is told where it does not fit.
    let departed = finding.suspects.iter().filter(|suspect| !suspect.quiet);
    let departed = departed.map(|suspect| (suspect.entity.as_str(), ": ", &suspect.why));
    let mut told = links.chain(departed).take(2).peekable();
    if told.peek().is_none() {
        return;
    }
    text.push_str("Measured:");
    for (name, between, sentence) in told {
        let _ = write!(text, " {name}{between}{}.", sentence.trim_end_matches('.'));
    }
    text.push('\n');
}

fn facts(text: &mut String, head: &str, hypothesis: &Hypothesis, most: usize, kind: impl Fn(&Evidence) -> bool) {
    let mut facts = hypothesis.evidence.iter().filter(|fact| kind(fact)).take(most).peekable();
    if facts.peek().is_none() {
        return;
    }
    text.push_str(head);
    text.push(':');
    for fact in facts {
        text.push(' ');
        text.push_str(&fact.text);
    }
    text.push('\n');
}
