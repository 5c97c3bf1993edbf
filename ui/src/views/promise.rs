//! How a promise stands: in a cell, on a chip, in a card. Calm grey while there is time; a shape, words and a colour before it breaks.

use egui::Ui;
use pedkai_core::{
    model::{SlaState, Span, Timestamp},
    screen::{IncidentRow, PromiseRow, SlaRow},
};

use super::foretold;
use crate::{
    format::{self, Clock},
    theme::{Icon, Level, Theme, Weight},
    widgets::{
        card::{self, Card},
        chip,
        countdown::Countdown,
        table::Cell,
        text,
    },
};

/// How it stands at an instant: time passes at the seat too.
pub(crate) fn state(row: &SlaRow, now: Timestamp) -> SlaState {
    if row.stopped_at.is_some() || row.state == SlaState::Breached {
        row.state
    } else if now >= row.breach_at {
        SlaState::Breached
    } else if now >= row.warn_at {
        SlaState::AtRisk
    } else {
        SlaState::Running
    }
}

/// Whether an incident that is in work is about to break a promise, or broke it.
pub(crate) fn urgent(incident: &IncidentRow) -> bool {
    let agreed = incident.sla.as_ref().is_some_and(|sla| sla.state >= SlaState::AtRisk);
    let foretold = incident.foreseen.as_ref().is_some_and(|row| row.state >= SlaState::AtRisk);
    incident.status.open() && (agreed || foretold)
}

/// When the first of an incident's promises breaks: by its clock, while that runs, or by what is foretold.
pub(crate) fn breaks_at(incident: &IncidentRow) -> Option<Timestamp> {
    let agreed = incident.sla.as_ref().filter(|sla| sla.stopped_at.is_none()).map(|sla| sla.breach_at);
    let foretold = incident.foreseen.as_ref().and_then(|row| row.predicted_breach_time);
    agreed.into_iter().chain(foretold).min()
}

/// The promise that breaks first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Nearest<'a> {
    /// By its clock.
    Agreed(&'a SlaRow),
    /// By what a measured value does.
    Foretold(&'a PromiseRow),
}

/// Which of an incident's promises breaks first.
pub(crate) fn nearest(incident: &IncidentRow) -> Option<Nearest<'_>> {
    match (incident.sla.as_ref(), incident.foreseen.as_deref()) {
        (Some(agreed), Some(foretold)) => {
            let first = foretold.predicted_breach_time.is_none_or(|at| agreed.breach_at <= at);
            Some(if first && agreed.stopped_at.is_none() {
                Nearest::Agreed(agreed)
            } else {
                Nearest::Foretold(foretold)
            })
        }
        (agreed, foretold) => agreed.map(Nearest::Agreed).or(foretold.map(Nearest::Foretold)),
    }
}

/// Writes into a cell what is left until the first of an incident's promises breaks.
pub(crate) fn nearest_cell(into: &Cell<'_>, incident: &IncidentRow, clock: &Clock) {
    match nearest(incident) {
        Some(Nearest::Agreed(row)) => cell(into, row, clock),
        Some(Nearest::Foretold(row)) => foretold::cell(into, row, clock),
        None => {}
    }
}

/// Chips with what is left: of the clock, and of what is foretold.
pub(crate) fn marks(ui: &mut Ui, incident: &IncidentRow, clock: &Clock) {
    if let Some(row) = &incident.sla {
        mark(ui, row, clock);
    }
    if let Some(row) = &incident.foreseen {
        foretold::mark(ui, row, clock);
    }
}

/// Cards: the promise that is agreed, and what is foretold.
pub(crate) fn cards(ui: &mut Ui, incident: &IncidentRow, clock: &Clock) {
    if let Some(row) = &incident.sla {
        show(ui, row, clock);
    }
    if let Some(row) = &incident.foreseen {
        foretold::show(ui, row, clock);
    }
}

/// The shape and the severity of what is not calm.
pub(crate) fn look(state: SlaState) -> Option<(Icon, Level)> {
    match state {
        SlaState::Kept | SlaState::Running => None,
        SlaState::AtRisk => Some((Icon::HOURGLASS_MEDIUM, Level::Major)),
        SlaState::Breached => Some((Icon::SEAL_WARNING, Level::Critical)),
    }
}

/// What is left, in a word or two.
pub(crate) fn left(row: &SlaRow, now: Timestamp) -> String {
    match (row.stopped_at, state(row, now)) {
        (Some(_), SlaState::Kept) => "kept".to_owned(),
        (Some(_), _) => "broken".to_owned(),
        (None, SlaState::Breached) => format!("over {}", format::span(now.since(row.breach_at))),
        (None, _) => format::span(row.breach_at.since(now)),
    }
}

/// The promise in a sentence: what, to whom, and how it stands.
pub(crate) fn told(row: &SlaRow, clock: &Clock) -> String {
    let stands = match (row.stopped_at, state(row, clock.now)) {
        (Some(at), SlaState::Kept) => format!("kept: service was back at {}", clock.short(at)),
        (Some(at), _) => format!("broken: service was back at {}", clock.short(at)),
        (None, SlaState::Breached) => format!("broken since {}", clock.short(row.breach_at)),
        (None, SlaState::AtRisk) => format!("at risk, breaks at {}", clock.short(row.breach_at)),
        (None, _) => format!("breaks at {}", clock.short(row.breach_at)),
    };
    format!("{} ({}): {}; {stands}", format::named(&row.name), row.tier, row.objective)
}

/// Writes what is left into a cell.
fn cell(cell: &Cell<'_>, row: &SlaRow, clock: &Clock) {
    let ink = &cell.theme.palette.text;
    let (words, told) = (left(row, clock.now), told(row, clock));
    match look(state(row, clock.now)) {
        Some((icon, level)) if row.stopped_at.is_none() => {
            let loud = cell.theme.level(level).text;
            let rest = cell.icon(icon, loud, &told);
            cell.within(rest).write(&words, Weight::Medium, loud);
        }
        _ => cell.write(&words, Weight::Regular, if row.stopped_at.is_some() { ink.faint } else { ink.soft }),
    }
    cell.tip(&told);
}

/// What is left, as a chip beside others.
fn mark(ui: &mut Ui, row: &SlaRow, clock: &Clock) {
    let stands = state(row, clock.now);
    let left = left(row, clock.now);
    let (icon, words, tone) = match look(stands) {
        Some((icon, level)) if row.stopped_at.is_none() => {
            let word = if stands == SlaState::Breached { "Breached" } else { "At risk" };
            (icon, format!("{word} · {left}"), chip::Tone::Level(level))
        }
        _ if row.stopped_at.is_some() => (Icon::TIMER, format!("Promise {left}"), chip::Tone::Quiet),
        _ => (Icon::TIMER, format!("SLA left {left}"), chip::Tone::Quiet),
    };
    chip::chip(ui, Some(icon), &words, tone).on_hover_text(told(row, clock));
}

/// Draws the promise that an incident endangers first.
fn show(ui: &mut Ui, row: &SlaRow, clock: &Clock) {
    Card::new("What was promised").icon(Icon::TIMER).note(row.tier.as_str()).show(ui, |ui| {
        if row.stopped_at.is_none() {
            Countdown {
                then: "the promise is broken",
                left: row.breach_at.since(clock.now),
                whole: row.breach_at.since(row.started_at),
                warn: row.breach_at.since(row.warn_at),
            }
            .show(ui);
        }
        card::fact(ui, "To", format::named(&row.name));
        card::fact(ui, "What", &row.objective);
        card::fact(ui, "Without service", &since(row, clock));
        if row.stopped_at.is_none() {
            card::fact(ui, "Breaks at", &clock.short(row.breach_at));
        }
        if let Some(by) = row.restore_by.filter(|by| *by != row.breach_at) {
            card::fact(ui, "To be back by", &clock.short(by));
        }
        let reach = match row.without {
            0 => "No service or customer is held to be without service".to_owned(),
            number => format!("{} held to be without service", format::counted(number as usize, "service or customer")),
        };
        text::label(
            ui,
            &reach,
            Weight::Regular.at(Theme::of(ui).scale.text.caption),
            Theme::of(ui).palette.text.faint,
        );
    });
}

fn since(row: &SlaRow, clock: &Clock) -> String {
    let until = row.stopped_at.unwrap_or(clock.now);
    let long = until.since(row.started_at).max(Span::ZERO);
    format!("{} since {}", format::span(long), clock.short(row.started_at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;

    #[test]
    fn a_promise_turns_abnormal_at_the_seat_too() {
        let mut row = samples::promise(1).unwrap();
        let now = row.warn_at;
        assert_eq!(state(&row, now.minus(Span::seconds(1))), SlaState::Running);
        assert_eq!((state(&row, now), look(state(&row, now)).is_some()), (SlaState::AtRisk, true));
        assert_eq!(state(&row, row.breach_at), SlaState::Breached);
        assert_eq!(left(&row, row.breach_at.plus(Span::minutes(25))), "over 25 m");
        (row.stopped_at, row.state) = (Some(now), SlaState::Kept);
        assert_eq!((left(&row, row.breach_at), look(state(&row, row.breach_at))), ("kept".to_owned(), None));
    }
}
