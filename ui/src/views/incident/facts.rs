//! What is known for certain: the report, the times, the reach, the trail of the chosen alarm.

use egui::Ui;
use pedkai_core::{model::SitrepSource, screen::IncidentRow};
use uuid::Uuid;

use super::head;
use crate::{
    format::{self, Clock},
    intent::{Fetch, Intent},
    model::{Detail, Model},
    theme::{Icon, Level, Theme, Weight},
    views::{alarms::inside, impact, incidents::capital, promise},
    widgets::{
        button::Button,
        card,
        card::Card,
        text,
        timeline::{Mark, Timeline},
    },
};

/// Draws the situation report.
pub(super) fn sitrep(ui: &mut Ui, incident: &IncidentRow, clock: &Clock) {
    let note = incident.sitrep.as_ref().map(|sitrep| {
        let by = match sitrep.source {
            SitrepSource::Rules => "by rules",
            SitrepSource::Llm => "by a language model",
        };
        format!("{by}, {}", clock.short(sitrep.at))
    });
    Card::new("Situation").icon(Icon::FILE_TEXT).note(note.unwrap_or_default()).show(ui, |ui| {
        let theme = Theme::of(ui);
        let Some(sitrep) = &incident.sitrep else {
            text::soft(ui, "No report yet. It is written a moment after the first diagnosis.");
            return;
        };
        for line in sitrep.text.lines() {
            match line.split_once(": ").filter(|(name, _)| name.len() < 36) {
                Some((name, rest)) => {
                    head(ui, name);
                    text::paragraph(ui, &sentence(rest), theme.palette.text.normal);
                }
                None => drop(text::paragraph(ui, line, theme.palette.text.normal)),
            }
        }
    });
}

/// Words as a sentence of their own; a name that they begin with stays as the network writes it.
fn sentence(words: &str) -> String {
    let first = words.split(' ').next().unwrap_or_default().trim_end_matches(['.', ',', ';', ':']);
    if first.chars().all(char::is_alphabetic) {
        capital(words)
    } else {
        words.to_owned()
    }
}

/// Draws times, reach, comment and trail.
pub(super) fn show(ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock, chosen: Option<Uuid>, intents: &mut Vec<Intent>) {
    promise::cards(ui, incident, clock);
    times(ui, model, incident, clock);
    reach(ui, model, incident, intents);
    if !incident.comment.is_empty() {
        Card::new("Newest comment").icon(Icon::CHAT_TEXT).show(ui, |ui| {
            let theme = Theme::of(ui);
            text::paragraph(ui, &incident.comment, theme.palette.text.normal);
        });
    }
    if let Some(alarm) = chosen.and_then(|id| model.alarms().get(id)) {
        Card::new("Trail of the chosen alarm").icon(Icon::PATH).show(ui, |ui| {
            text::body(ui, &format!("{} on {}", alarm.alarm_type, alarm.entity_name));
            inside::trail(ui, model, clock, alarm, intents);
        });
    }
}

fn times(ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock) {
    let mut marks = Vec::new();
    for alarm in model.alarms_of(incident) {
        let words = format!("{} on {}", alarm.alarm_type, alarm.entity_name);
        marks.push(Mark {
            at: alarm.raised_at,
            level: alarm.severity.into(),
            words: words.clone(),
        });
        marks.extend(alarm.cleared_at.map(|at| Mark {
            at,
            level: Level::Cleared,
            words: format!("cleared: {words}"),
        }));
    }
    Card::new("When")
        .icon(Icon::CLOCK)
        .note(format!("opened {}", clock.short(incident.opened_at)))
        .show(ui, |ui| match Timeline::around(&marks) {
            Some((from, to)) => drop(Timeline { from, to, marks: &marks }.show(ui, clock)),
            None => drop(text::soft(ui, "No alarm of it is kept.")),
        });
}

fn reach(ui: &mut Ui, model: &Model, incident: &IncidentRow, intents: &mut Vec<Intent>) {
    let Some(cause) = incident.hypotheses.first() else { return };
    Card::new("If the first guess is right").icon(Icon::BROADCAST).show(ui, |ui| {
        let question = Fetch::Impact(cause.entity_id);
        if model.details.wanted(&question) {
            intents.push(Intent::Fetch(question.clone()));
        }
        match model.details.get(&question) {
            None | Some(Detail::Waiting) => drop(text::soft(ui, "Asking what depends on it …")),
            Some(Detail::Failed(why)) => drop(text::soft(ui, &format!("Not to be had: {why}"))),
            Some(Detail::Here(impact)) => impact_lists(ui, impact),
        }
        if Button::new("Show on the map").icon(Icon::MAP_PIN).show(ui).clicked() {
            intents.push(Intent::ShowOnMap(cause.entity_id));
        }
    });
}

/// Draws who is hit, worst first.
fn impact_lists(ui: &mut Ui, impact: &serde_json::Value) {
    let theme = Theme::of(ui);
    for hit in impact::hits(impact) {
        let names = hit.named.iter().filter_map(|each| each.get("name")?.as_str());
        let names: Vec<&str> = names.map(format::named).take(6).collect();
        let told = if names.is_empty() {
            hit.count()
        } else {
            format!("{} · {}", hit.count(), names.join(", "))
        };
        card::fact(ui, hit.words, &told);
    }
    text::label(
        ui,
        "Reckoned from the topology",
        Weight::Regular.at(theme.scale.text.caption),
        theme.palette.text.faint,
    );
}
