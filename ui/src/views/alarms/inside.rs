//! The inside of an alarm: what it is made of, when it happened there and here, and the trail of its newest event.

use egui::{ScrollArea, Ui, vec2};
use pedkai_core::{model::StatusChange, screen::AlarmRow};

use crate::{
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Theme},
    widgets::{
        button::{self, Button},
        card, text,
    },
};

/// How high the inside is, in points.
pub(super) const HEIGHT: f32 = 236.0;

/// Draws the inside of a row.
pub(super) fn show(ui: &mut Ui, model: &Model, clock: &Clock, alarm: &AlarmRow, intents: &mut Vec<Intent>) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing = vec2(theme.scale.space.xl, 1.0);
    let height = ui.available_height();
    ui.columns(4, |columns| {
        for (index, column) in columns.iter_mut().enumerate() {
            column.spacing_mut().item_spacing = vec2(theme.scale.space.s, 1.0);
            ScrollArea::vertical()
                .id_salt(index)
                .max_height(height)
                .auto_shrink(false)
                .show(column, |ui| match index {
                    0 => identity(ui, alarm, intents),
                    1 => times(ui, clock, alarm),
                    2 => events(ui, alarm, intents),
                    _ => trail(ui, model, clock, alarm, intents),
                });
        }
    });
}

fn identity(ui: &mut Ui, alarm: &AlarmRow, intents: &mut Vec<Intent>) {
    text::caption(ui, "One alarm for the same …");
    card::fact(ui, "Entity", &alarm.external_id);
    card::fact(ui, "Type", &alarm.alarm_type);
    card::fact(ui, "Qualifier", if alarm.qualifier.is_empty() { "none" } else { &alarm.qualifier });
    ui.add_space(6.0);
    text::caption(ui, "Made by");
    card::fact(ui, "Rule", &alarm.rule);
    card::fact(ui, "Reported by", &format!("{} {}", alarm.source.word(), alarm.source_system));
    card::fact(ui, "Cause", &alarm.probable_cause);
    ui.horizontal(|ui| {
        if Button::new("Map").icon(Icon::MAP_PIN).bare().show(ui).clicked() {
            intents.push(Intent::ShowOnMap(alarm.entity_id));
        }
        if Button::new("KPIs").icon(Icon::CHART_LINE).bare().show(ui).clicked() {
            intents.push(Intent::ShowKpis(alarm.entity_id));
        }
        if let Some(incident) = alarm.incident_id
            && Button::new("Incident").icon(Icon::STACK).bare().show(ui).clicked()
        {
            intents.push(Intent::OpenIncident(incident));
        }
    });
}

fn times(ui: &mut Ui, clock: &Clock, alarm: &AlarmRow) {
    text::caption(ui, "At the source");
    card::fact(ui, "First raised", &clock.exact(alarm.raised_at));
    card::fact(ui, "Last raised", &clock.exact(alarm.last_raised_at));
    card::fact(ui, "Cleared", &alarm.cleared_at.map_or("no".to_owned(), |at| clock.exact(at)));
    ui.add_space(6.0);
    text::caption(ui, "Here");
    card::fact(ui, "Last change", &clock.exact(alarm.changed_at));
    if let Some(ack) = &alarm.ack {
        card::fact(ui, "Acked by", &format!("{} at {}", ack.by, clock.short(ack.at)));
        card::fact(ui, "Note", if ack.note.is_empty() { "none" } else { &ack.note });
    }
    if !alarm.comment.is_empty() {
        card::fact(ui, "Comment", &alarm.comment);
    }
    ui.add_space(6.0);
    text::caption(ui, "History, newest first");
    for (at, change) in alarm.history.iter().rev() {
        let words = match change {
            StatusChange::Raised(severity) => format!("raised, {severity}"),
            StatusChange::Severity(severity) => format!("became {severity}"),
            StatusChange::Cleared => "cleared".to_owned(),
        };
        card::fact(ui, &clock.short(*at), &words);
    }
}

fn events(ui: &mut Ui, alarm: &AlarmRow, intents: &mut Vec<Intent>) {
    text::caption(
        ui,
        &format!(
            "Newest events, {} of {}",
            alarm.event_ids.len(),
            format::count(alarm.event_ids.len().max(alarm.count as usize))
        ),
    );
    for event in &alarm.event_ids {
        ui.horizontal(|ui| {
            let id = event.to_string();
            if button::icon(ui, Icon::COPY, &format!("Copy the id of event {id}"), false).clicked() {
                intents.push(Intent::Copy(id.clone()));
            }
            text::mono(ui, &id).on_hover_text(&id);
        });
    }
}

pub(crate) fn trail(ui: &mut Ui, model: &Model, clock: &Clock, alarm: &AlarmRow, intents: &mut Vec<Intent>) {
    text::caption(ui, "Trail of the newest event");
    let Some(tracking) = alarm.tracking_ids.first() else {
        text::soft(ui, "No event is kept.");
        return;
    };
    let question = Fetch::Trace(tracking.to_string());
    match model.details.get(&question) {
        None => {
            text::soft(ui, "Asking …");
            intents.push(Intent::Fetch(question));
        }
        Some(Detail::Waiting) => drop(text::soft(ui, "Asking …")),
        Some(Detail::Failed(why)) => drop(text::soft(ui, &format!("Not to be had: {why}"))),
        Some(Detail::Here(trace)) => steps(ui, clock, trace),
    }
}

/// The share of a line that a reason may take from the stage that gave it.
const REASON: f32 = 0.62;

/// Draws the steps of a trace: when, which stage, which reason.
pub(crate) fn steps(ui: &mut Ui, clock: &Clock, trace: &serde_json::Value) {
    let steps = trace.get("steps").and_then(serde_json::Value::as_array);
    for step in steps.into_iter().flatten() {
        let word = |name: &str| step.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
        let at = pedkai_core::model::Timestamp::parse(word("at")).map(|at| clock.short(at)).unwrap_or_default();
        ui.spacing_mut().interact_size.y = 18.0;
        ui.horizontal(|ui| {
            text::soft(ui, &at);
            match word("reason") {
                "" => drop(text::body(ui, word("stage"))),
                reason => {
                    let room = ui.available_width() * REASON;
                    ui.scope(|ui| {
                        ui.set_max_width(room);
                        text::body(ui, &reason.replace('_', " "));
                    });
                    text::soft(ui, word("stage"));
                }
            }
        });
    }
    if steps.is_none_or(Vec::is_empty) {
        text::soft(ui, "No step is kept.");
    }
}
