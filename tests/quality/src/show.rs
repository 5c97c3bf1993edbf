//! Figures and differences, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use pedkai_core::model::{AlarmId, IncidentId};

use crate::campaign::Summary;
use crate::run::Played;
use crate::score::{Score, labels, score};

/// One line a run.
#[must_use]
pub fn line(score: &Score) -> String {
    format!(
        "{:<28} alarms {:>5}  f1 {:.3}  largest {:>4}/{:<4} first {:>2}/{:<2} third {:>2}/{:<2}",
        score.run,
        score.alarms,
        score.f1,
        score.largest,
        score.largest_true,
        score.faults.iter().filter(|fault| fault.first).count(),
        score.faults.len(),
        score.faults.iter().filter(|fault| fault.third).count(),
        score.faults.len()
    )
}

/// A table of what many runs come to.
#[must_use]
pub fn table(summary: &Summary) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} runs, {} alarms            mean  worst tenth  its best", summary.runs, summary.alarms);
    let rows = [
        ("pairwise F1", summary.f1),
        ("largest incident / true", summary.overgrown),
        ("root first", summary.first),
        ("root in first three", summary.third),
    ];
    for (name, figure) in rows {
        let _ = writeln!(out, "  {name:<28} {:.3}  {:.3}        {:.3}", figure.mean, figure.worst, figure.tenth);
    }
    for (kind, by) in &summary.kinds {
        let _ = writeln!(
            out,
            "  {kind:<20} faults {:>4}  first {:.3}  third {:.3}  alarms {:>5}, together {:.3}",
            by.faults,
            by.first as f64 / by.faults as f64,
            by.third as f64 / by.faults as f64,
            by.alarms,
            by.together as f64 / by.alarms.max(1) as f64
        );
    }
    for (tenth, (n, confidence, right)) in summary.calibration.iter().enumerate().filter(|(_, (n, _, _))| *n > 0) {
        let _ = writeln!(
            out,
            "  said {:.1}–{:.1}: {n:>4} times, {confidence:.2} on average, right {right:.2}",
            tenth as f64 / 10.0,
            (tenth + 1) as f64 / 10.0
        );
    }
    out
}

/// The faults of a run whose root was not named first (or every one), with what was named and every alarm.
#[must_use]
pub fn misses(played: &Played, score: &Score, everything: bool) -> String {
    let mut out = String::new();
    let labels = labels(played);
    for judged in score.faults.iter().filter(|judged| everything || !judged.first) {
        let Some(fault) = played.faults.iter().find(|fault| fault.id == judged.fault) else {
            continue;
        };
        let _ = writeln!(
            out,
            "{} {} root {} {} {:.0}–{:.0} s{}",
            score.run,
            judged.kind,
            fault.root,
            fault.part,
            fault.start_micros as f64 / 1e6,
            fault.end_micros as f64 / 1e6,
            if judged.third { "" } else { " NOT NAMED" }
        );
        let incident = judged.incident.and_then(|id| played.incidents.get(&id));
        for (entity, confidence, reason) in incident.into_iter().flat_map(|incident| &incident.hypotheses) {
            let _ = writeln!(out, "    {confidence:.3} {entity}: {reason}");
        }
        let mine = |id: &&AlarmId| played.alarms[*id].incident == judged.incident || labels[*id] == Some(judged.fault);
        for id in labels.keys().filter(mine) {
            let alarm = &played.alarms[id];
            let whose = labels[id].map_or("stray".to_owned(), |fault| format!("fault {fault}"));
            let where_ = if alarm.incident == judged.incident { "" } else { " ELSEWHERE" };
            let _ = writeln!(
                out,
                "      {:>7.1} {whose} {:<8} {:<12} {} x{}{where_}",
                alarm.at,
                alarm.severity,
                alarm.link,
                alarm.name,
                alarm.raised_by.len()
            );
        }
    }
    out
}

/// What differs between the truth and a run: every fault with where its alarms went, every incident of more than one fault.
#[must_use]
pub fn difference(played: &Played, everything: bool) -> String {
    let mut out = String::new();
    let labels = labels(played);
    let score = score(played);
    let mut by_fault: BTreeMap<Option<u32>, Vec<AlarmId>> = BTreeMap::new();
    for (id, label) in &labels {
        by_fault.entry(*label).or_default().push(*id);
    }
    let mut short: BTreeMap<IncidentId, String> = BTreeMap::new();
    for (n, id) in played.incidents.keys().enumerate() {
        short.insert(*id, format!("I{n}"));
    }
    for judged in &score.faults {
        let Some(fault) = played.faults.iter().find(|fault| fault.id == judged.fault) else {
            continue;
        };
        if !everything && judged.first && judged.together == judged.alarms {
            continue;
        }
        let _ = writeln!(
            out,
            "fault {} {} root {} {:?} {} from {:.0} s to {:.0} s, {} heard: {}{}",
            fault.id,
            judged.kind,
            fault.root,
            fault.accepted,
            fault.part,
            fault.start_micros as f64 / 1e6,
            fault.end_micros as f64 / 1e6,
            fault.heard,
            if judged.first {
                "named first"
            } else if judged.third {
                "NAMED LATER"
            } else {
                "NOT NAMED"
            },
            if judged.together == judged.alarms { "" } else { ", SCATTERED" }
        );
        if let Some(incident) = judged.incident.and_then(|id| played.incidents.get(&id)) {
            let _ = writeln!(out, "    {}", incident.title);
            for (entity, confidence, reason) in &incident.hypotheses {
                let _ = writeln!(out, "      {confidence:.3} {entity}: {reason}");
            }
        }
        for id in by_fault.get(&Some(fault.id)).into_iter().flatten() {
            alarm(&mut out, played, id, &short);
        }
    }
    mixed(&mut out, played, &labels, &short);
    for unmapped in &played.unmapped {
        let _ = writeln!(out, "unmapped: {unmapped}");
    }
    out
}

fn alarm(out: &mut String, played: &Played, id: &AlarmId, short: &BTreeMap<IncidentId, String>) {
    let alarm = &played.alarms[id];
    let incident = alarm.incident.and_then(|id| short.get(&id)).map_or("-", String::as_str);
    let _ = writeln!(
        out,
        "      {incident:>4} {:>7.1} {:<8} {:<12} {} x{}",
        alarm.at,
        alarm.severity,
        alarm.link,
        alarm.name,
        alarm.raised_by.len()
    );
}

/// Incidents that hold alarms of several faults, or strays beside a fault.
fn mixed(out: &mut String, played: &Played, labels: &BTreeMap<AlarmId, Option<u32>>, short: &BTreeMap<IncidentId, String>) {
    let mut inside: BTreeMap<IncidentId, Vec<(Option<u32>, AlarmId)>> = BTreeMap::new();
    for (id, label) in labels {
        if let Some(incident) = played.alarms[id].incident {
            inside.entry(incident).or_default().push((*label, *id));
        }
    }
    for (incident, members) in inside {
        let first = members[0].0;
        let several = members.iter().any(|(label, _)| *label != first) || first.is_none() && members.len() > 1;
        if several {
            let _ = writeln!(out, "mixed incident {} {}", short[&incident], played.incidents[&incident].title);
            for (label, id) in members {
                let _ = write!(out, "  {:>5}", label.map_or("stray".to_owned(), |fault| fault.to_string()));
                alarm(out, played, &id, short);
            }
        }
    }
}
