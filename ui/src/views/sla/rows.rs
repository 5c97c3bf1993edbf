use pedkai_core::{
    model::{Name, SlaPromise, SlaState, Span, Timestamp},
    policy::Direction,
    screen::{IncidentRow, PromiseRow, SlaMethod, SlaRow},
};
use std::cmp::Ordering;
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::Model,
    theme::Weight,
    views::promise,
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
            who: sla.name.clone(),
            tier: sla.tier.clone(),
            what: sla.objective.to_string(),
            value: format!("gone {}", format::span(now.since(sla.started_at))),
        }
    }

    fn of_promise(row: &PromiseRow) -> Self {
        let limit = &row.objective;
        let side = if limit.direction == Direction::Above { "at most" } else { "at least" };
        let (what, value) = match limit.metric.as_str() {
            "availability" => (format!("{} % of the month", limit.threshold), row.value.map(|value| format!("{value:.3} %"))),
            metric => (format!("{metric} {side} {}", figure(limit.threshold)), row.value.map(figure)),
        };
        Self {
            id: row.id,
            entity: row.entity_id,
            incident: row.incident_id,
            state: row.state,
            warn_at: None,
            breach_at: row.predicted_breach_time,
            interval: row.low.zip(row.high).filter(|_| row.method == SlaMethod::Drift),
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

fn figure(value: f64) -> String {
    if value.abs() >= 1e6 {
        format!("{value:.3e}")
    } else {
        format!("{:.1}", value)
    }
}

/// Every promise: the clocks of incidents as the feed tells them, the rest as the collector answered.
pub(super) fn lines(model: &Model, answered: &[PromiseRow], sort: &[SortKey], now: Timestamp) -> Vec<Line> {
    let open = model.incidents().iter().filter(|incident| incident.status.open());
    let mut lines: Vec<Line> = open
        .filter_map(|incident| Some(Line::of_incident(incident, incident.sla.as_ref()?, now)))
        .collect();
    let told = |row: &PromiseRow| row.objective.metric.as_str() != SlaPromise::TimeToRestore.word();
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
                let words = match line.breach_at {
                    Some(at) if self.clock.now >= at => format!("over {}", format::span(self.clock.now.since(at).max(Span::ZERO))),
                    Some(at) => format::span(at.since(self.clock.now)),
                    None => String::new(),
                };
                cell.write(&words, weight, loud);
            }
            "who" => cell.write(format::named(&line.who), weight, if look.is_some() { ink.strong } else { ink.normal }),
            "tier" => cell.soft(&line.tier),
            "what" => cell.text(&line.what),
            "value" => cell.write(&line.value, Weight::Regular, ink.normal),
            "sure" => cell.soft(&line.sure(self.clock)),
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
