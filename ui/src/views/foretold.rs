//! What is foretold of measured values: when each will be beyond its promised limit, never without how sure that is.

use egui::Ui;
use pedkai_core::{
    model::{SlaState, Timestamp},
    policy::Direction,
    screen::PromiseRow,
};

use super::promise::look;
use crate::{
    format::{self, Clock},
    theme::{Icon, Weight},
    widgets::{
        card::{self, Card},
        chip,
        table::Cell,
    },
};

/// How it stands at an instant: time passes at the seat too.
pub(crate) fn state(row: &PromiseRow, now: Timestamp) -> SlaState {
    let soon = row.warn_at.is_some_and(|warn_at| now >= warn_at);
    if soon { row.state.max(SlaState::AtRisk) } else { row.state }
}

/// What is left, as an interval.
pub(crate) fn left(row: &PromiseRow, now: Timestamp) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => format::between(low.since(now), high.since(now)),
        _ if row.state == SlaState::Breached => "beyond limit".to_owned(),
        _ => String::new(),
    }
}

/// A measured figure.
pub(crate) fn figure(value: f64) -> String {
    if value.abs() >= 1e6 { format!("{value:.3e}") } else { format!("{value:.1}") }
}

/// The limit in words.
pub(crate) fn limit(row: &PromiseRow) -> String {
    let limit = &row.objective;
    let side = if limit.direction == Direction::Above { "at most" } else { "at least" };
    format!("{} {side} {}", limit.metric, figure(limit.threshold))
}

/// When it is crossed, and how sure that is.
fn crossed(row: &PromiseRow, clock: &Clock) -> String {
    match (row.low, row.high) {
        (Some(low), Some(high)) => format!("{} to {}, 9 in 10", clock.minute(low), clock.minute(high)),
        _ if row.state == SlaState::Breached => "beyond it now".to_owned(),
        _ => "not foretold".to_owned(),
    }
}

/// All of it in a sentence.
pub(crate) fn told(row: &PromiseRow, clock: &Clock) -> String {
    let stands = row.value.map(|value| format!(": {} now", figure(value))).unwrap_or_default();
    let since = row
        .since
        .map(|since| format!(", by its drift since {}", clock.short(since)))
        .unwrap_or_default();
    let seen = row.seen_at.map(|seen| format!("; newest value of {}", clock.short(seen))).unwrap_or_default();
    let (who, what) = (format::named(&row.service), limit(row));
    format!("{what} of {who}{stands}, crosses it {}{since}{seen}", crossed(row, clock))
}

/// Writes what is left into a cell.
pub(crate) fn cell(cell: &Cell<'_>, row: &PromiseRow, clock: &Clock) {
    let (words, told) = (left(row, clock.now), told(row, clock));
    let (icon, ink) = match look(state(row, clock.now)) {
        Some((icon, level)) => (icon, cell.theme.level(level).text),
        None => (Icon::TREND_UP, cell.theme.palette.text.soft),
    };
    let rest = cell.icon(icon, ink, &told);
    cell.within(rest).write(&words, Weight::Medium, ink);
    cell.tip(&told);
}

/// What is left, as a chip beside others.
pub(crate) fn mark(ui: &mut Ui, row: &PromiseRow, clock: &Clock) {
    let left = left(row, clock.now);
    let stands = state(row, clock.now);
    let (icon, words, tone) = match look(stands) {
        Some((icon, level)) if stands == SlaState::Breached => (icon, format!("KPI {left}"), chip::Tone::Level(level)),
        Some((icon, level)) => (icon, format!("KPI at risk · {left}"), chip::Tone::Level(level)),
        None => (Icon::TREND_UP, format!("KPI limit in {left}"), chip::Tone::Quiet),
    };
    chip::chip(ui, Some(icon), &words, tone).on_hover_text(told(row, clock));
}

/// Draws it as a card.
pub(crate) fn show(ui: &mut Ui, row: &PromiseRow, clock: &Clock) {
    Card::new("What a measurement foretells")
        .icon(Icon::TREND_UP)
        .note(row.tier.as_str())
        .show(ui, |ui| {
            card::fact(ui, "Of", format::named(&row.service));
            card::fact(ui, "Promised", &limit(row));
            if let Some(value) = row.value {
                card::fact(ui, "Stands at", &figure(value));
            }
            card::fact(ui, "Left", &left(row, clock.now));
            card::fact(ui, "Crosses it", &crossed(row, clock));
            if let Some(since) = row.since {
                card::fact(ui, "Drifts since", &clock.short(since));
            }
            if let Some(seen) = row.seen_at {
                card::fact(ui, "Newest value", &format!("{} ago, of {}", clock.age(seen), clock.short(seen)));
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples;
    use pedkai_core::model::Span;

    #[test]
    fn what_is_foretold_comes_nearer_at_the_seat_and_is_never_a_bare_instant() {
        let clock = crate::testing::clock();
        let row = samples::foretold(0);
        let (low, high) = (row.low.unwrap(), row.high.unwrap());
        assert_eq!(state(&row, clock.now), SlaState::Running);
        assert_eq!(state(&row, row.warn_at.unwrap()), SlaState::AtRisk);
        assert_eq!(
            left(&row, low.minus(Span::minutes(30))),
            format!("30–{:.0} m", (high.since(low).as_seconds() / 60.0).ceil() + 30.0)
        );
        assert_eq!(left(&row, high), "any moment");
        let told = told(&row, &clock);
        assert!(told.contains(" to ") && told.contains("9 in 10") && told.contains("newest value of"), "{told}");
    }
}
