use pedkai_core::{
    model::{Name, SlaPromise, SlaState, Span, Timestamp},
    screen::{IncidentRow, PromiseRow, SlaMethod, SlaRow},
};
use std::{cmp::Ordering, collections::BTreeMap};
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::Model,
    theme::Weight,
    views::{foretold, promise},
    widgets::{
        selection::Selection,
        table::{Cell, Column, Rows, SortKey},
    },
};

pub(super) const COLUMNS: [Column; 8] = [
    Column::new("state", "State", 104.0).hint("How the promise stands"),
    Column::new("left", "Left", 104.0).hint("Time until it is broken"),
    Column::new("who", "Promised to", 180.0).hint("Service or customer").stretches(),
    Column::new("tier", "By", 80.0).hint("Tier, type or contract"),
    Column::new("what", "Promise", 190.0).hint("What was promised").stretches(),
    Column::new("value", "Stands at", 110.0).hint("Where it stands now").right(),
    Column::new("sure", "Breaks at", 190.0).hint("When it is broken, and how that is known"),
    Column::new("why", "What breaks it", 180.0).hint("The incident that endangers it").grows(),
];

/// A promise on the screen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// Of the incident, or of whom it was promised to.
    pub(super) id: Uuid,
    pub(super) entity: Uuid,
    pub(super) incident: Option<Uuid>,
    state: SlaState,
    /// From here on little is left, where that is known.
    warn_at: Option<Timestamp>,
    breach_at: Option<Timestamp>,
    interval: Option<(Timestamp, Timestamp)>,
    /// When the newest value was measured that it rests on.
    seen_at: Option<Timestamp>,
    who: Name,
    tier: Name,
    what: String,
    value: String,
}

impl Line {
    /// How it stands: time passes at the seat too.
    pub(super) fn state(&self, now: Timestamp) -> SlaState {
        match self.breach_at {
            Some(at) if now >= at && self.interval.is_none() => SlaState::Breached,
            _ if self.state == SlaState::Running && self.warn_at.is_some_and(|warn| now >= warn) => SlaState::AtRisk,
            _ => self.state,
        }
    }

    /// What breaks first comes first, then what is broken for the month; what is not endangered comes last.
    fn urgency(&self) -> Timestamp {
        let none = match self.state {
            SlaState::Breached => Timestamp::MAX.minus(Span::seconds(2)),
            SlaState::AtRisk => Timestamp::MAX.minus(Span::seconds(1)),
            SlaState::Running | SlaState::Kept => Timestamp::MAX,
        };
        self.breach_at.unwrap_or(none)
    }

    fn of_incident(incident: &IncidentRow, sla: &SlaRow, now: Timestamp) -> Self {
        Self {
            id: incident.id,
            entity: sla.entity_id,
            incident: Some(incident.id),
            state: sla.state,
            warn_at: Some(sla.warn_at),
            breach_at: Some(sla.breach_at),
            interval: None,
            seen_at: None,
            who: sla.name.clone(),
            tier: sla.tier.clone(),
            what: sla.objective.to_string(),
            value: format!("gone {}", format::span(now.since(sla.started_at))),
        }
    }

    fn of_promise(row: &PromiseRow) -> Self {
        let (what, value) = match row.objective.metric.as_str() {
            "availability" => (
                format!("{} % of the month", row.objective.threshold),
                row.value.map(|value| format!("{value:.3} %")),
            ),
            _ => (foretold::limit(row), row.value.map(foretold::figure)),
        };
        Self {
            id: row.id,
            entity: row.entity_id,
            incident: row.incident_id,
            state: row.state,
            warn_at: row.warn_at,
            breach_at: row.predicted_breach_time,
            interval: row.low.zip(row.high).filter(|_| row.method == SlaMethod::Drift),
            seen_at: row.seen_at,
            who: row.service.clone(),
            tier: row.tier.clone(),
            what,
            value: value.unwrap_or_default(),
        }
    }

    /// How sure it is that it breaks then.
    fn sure(&self, clock: &Clock) -> String {
        match (self.breach_at, self.interval) {
            (None, _) => String::new(),
            (Some(at), None) => format!("{}, if nothing is done", clock.short(at)),
            (Some(_), Some((low, high))) => format!("{} to {}, by its drift", clock.minute(low), clock.minute(high)),
        }
    }
}

/// Every promise: the clocks of incidents and what is foretold as the feed tells them, the rest as the collector answered.
pub(super) fn lines(model: &Model, answered: &[PromiseRow], sort: &[SortKey], now: Timestamp) -> Vec<Line> {
    let open = model.incidents().iter().filter(|incident| incident.status.open());
    let mut lines: Vec<Line> = open
        .filter_map(|incident| Some(Line::of_incident(incident, incident.sla.as_ref()?, now)))
        .collect();
    let nearest = model.incidents().iter().filter_map(|incident| incident.foreseen.as_ref());
    let endangers: BTreeMap<Uuid, Uuid> = nearest.filter_map(|row| Some((row.id, row.incident_id?))).collect();
    lines.extend(model.foretold().iter().map(|row| Line {
        incident: endangers.get(&row.id).copied(),
        ..Line::of_promise(row)
    }));
    // A collector of before tells what is foretold by its answer alone.
    let fed = !model.foretold().is_empty();
    let told = |row: &PromiseRow| row.objective.metric.as_str() != SlaPromise::TimeToRestore.word() && !(fed && row.method == SlaMethod::Drift);
    lines.extend(answered.iter().filter(|row| told(row)).map(Line::of_promise));
    lines.sort_by(|a, b| order(sort, a, b, now));
    lines
}

fn order(sort: &[SortKey], a: &Line, b: &Line, now: Timestamp) -> Ordering {
    let by = |column: &str| match column {
        "state" => b.state(now).cmp(&a.state(now)),
        "left" | "sure" => a.urgency().cmp(&b.urgency()),
        "who" => a.who.cmp(&b.who),
        "tier" => a.tier.cmp(&b.tier),
        "what" => a.what.cmp(&b.what),
        "value" => a.value.cmp(&b.value),
        "why" => a.incident.cmp(&b.incident),
        _ => Ordering::Equal,
    };
    SortKey::order(sort, by).then_with(|| a.urgency().cmp(&b.urgency()).then(a.id.cmp(&b.id)))
}

/// The list as the table asks for it.
pub(super) struct Promises<'a> {
    pub(super) model: &'a Model,
    pub(super) clock: &'a Clock,
    pub(super) lines: &'a [Line],
    pub(super) selection: &'a Selection<(Uuid, Uuid)>,
}

impl Line {
    /// What it is known by in the list.
    pub(super) fn key(&self) -> (Uuid, Uuid) {
        (self.id, self.entity)
    }
}

fn word(state: SlaState) -> &'static str {
    match state {
        SlaState::Kept => "Kept",
        SlaState::Running => "Running",
        SlaState::AtRisk => "At risk",
        SlaState::Breached => "Broken",
    }
}

impl Rows for Promises<'_> {
    fn len(&self) -> usize {
        self.lines.len()
    }

    fn name(&self, row: usize) -> String {
        let told = |line: &Line| format!("{}: {} for {}", word(line.state(self.clock.now)), line.what, line.who);
        self.lines.get(row).map(told).unwrap_or_default()
    }

    fn selected(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|line| self.selection.contains(line.key()))
    }

    fn cursor(&self, row: usize) -> bool {
        self.lines.get(row).is_some_and(|line| self.selection.cursor() == Some(line.key()))
    }

    fn cell(&self, cell: &Cell<'_>, row: usize, column: &str) {
        let Some(line) = self.lines.get(row) else { return };
        let ink = &cell.theme.palette.text;
        let state = line.state(self.clock.now);
        let look = promise::look(state);
        let loud = look.map_or(ink.soft, |(_, level)| cell.theme.level(level).text);
        let weight = if look.is_some() { Weight::Medium } else { Weight::Regular };
        match column {
            "state" => match look {
                Some((icon, _)) => {
                    let rest = cell.icon(icon, loud, word(state));
                    cell.within(rest).write(word(state), weight, loud);
                }
                None => cell.soft(word(state)),
            },
            "left" => {
                let now = self.clock.now;
                let words = match (line.interval, line.breach_at) {
                    (Some((low, high)), _) => format::between(low.since(now), high.since(now)),
                    (None, Some(at)) if now >= at => format!("over {}", format::span(now.since(at).max(Span::ZERO))),
                    (None, Some(at)) => format::span(at.since(now)),
                    (None, None) => String::new(),
                };
                cell.write(&words, weight, loud);
            }
            "who" => cell.write(format::named(&line.who), weight, if look.is_some() { ink.strong } else { ink.normal }),
            "tier" => cell.soft(&line.tier),
            "what" => cell.text(&line.what),
            "value" => cell.write(&line.value, Weight::Regular, ink.normal),
            "sure" => {
                cell.soft(&line.sure(self.clock));
                if let Some(seen) = line.seen_at {
                    cell.tip(&format!("9 in 10; by values up to {}, {} ago", self.clock.short(seen), self.clock.age(seen)));
                }
            }
            "why" => {
                let incident = line.incident.and_then(|id| self.model.incidents().get(id));
                cell.soft(incident.map_or("", |incident| format::named(&incident.title)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn what_breaks_first_stands_above() {
        let model = samples::overfull();
        let now = crate::testing::clock().now;
        let lines = lines(&model, &samples::promised(40), &[], now);
        let urgency: Vec<Timestamp> = lines.iter().map(Line::urgency).collect();
        assert!(urgency.is_sorted() && lines.len() > 60);
        assert_eq!(lines[0].state(now), SlaState::Breached);
    }

    #[test]
    fn what_the_feed_foretells_stands_without_any_answer_and_names_the_incident() {
        let model = samples::typical();
        let clock = crate::testing::clock();
        let row = model.foretold().iter().next().unwrap();
        let told = |answered: &[PromiseRow]| {
            let all = lines(&model, answered, &[], clock.now).into_iter();
            all.filter(|line| line.interval.is_some()).collect::<Vec<_>>()
        };
        let fed = told(&[]);
        assert_eq!((fed.len(), fed[0].id, fed[0].incident), (1, row.id, row.incident_id));
        assert_eq!(fed[0].state(row.warn_at.unwrap()), SlaState::AtRisk, "time passes at the seat too");
        assert_eq!(told(&samples::promised(12)).len(), 1, "the feed goes before the answer, which tells the same");
    }

    #[test]
    fn a_breach_that_is_foretold_is_never_a_bare_instant() {
        let clock = crate::testing::clock();
        let mut foretold = 0;
        for line in samples::promised(40).iter().map(Line::of_promise).filter(|line| line.interval.is_some()) {
            foretold += 1;
            assert!(
                line.sure(&clock).contains(" to ") && line.sure(&clock).ends_with("by its drift"),
                "{}",
                line.sure(&clock)
            );
        }
        assert!(foretold > 2);
    }
}
