//! Guesses at the cause, best first, each with what speaks for it and against it.

use egui::{Align, Layout, Rect, Ui, pos2, vec2};
use pedkai_core::{
    model::EvidenceKind,
    screen::{EvidenceRow, HypothesisRow, IncidentRow},
};

use crate::{
    format,
    intent::Intent,
    model::Model,
    theme::{Icon, Theme, Weight},
    views::incidents::bar,
    widgets::{button, card, card::Card, text},
};

/// Draws the guesses.
pub(super) fn show(ui: &mut Ui, model: &Model, incident: &IncidentRow, intents: &mut Vec<Intent>) {
    Card::new("What is guessed").icon(Icon::LIGHTBULB).note("by rules, not a fact").show(ui, |ui| {
        if incident.hypotheses.is_empty() {
            text::soft(ui, "No guess yet: too little was heard.");
        }
        for (place, guess) in incident.hypotheses.iter().enumerate() {
            if place > 0 {
                ui.add_space(6.0);
                ui.separator();
            }
            one(ui, model, place, guess, intents);
        }
    });
}

fn one(ui: &mut Ui, model: &Model, place: usize, guess: &HypothesisRow, intents: &mut Vec<Intent>) {
    let theme = Theme::of(ui);
    let ink = &theme.palette.text;
    ui.horizontal(|ui| {
        ui.set_min_height(theme.scale.control.height);
        text::label(ui, &format!("{}", place + 1), Weight::Strong.at(theme.scale.text.body), ink.faint);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if button::icon(ui, Icon::MAP_PIN, &format!("Show {} on the map", format::named(&guess.name)), false).clicked() {
                intents.push(Intent::ShowOnMap(guess.entity_id));
            }
            sureness(ui, &theme, guess.confidence);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = text::label(ui, format::named(&guess.name), Weight::Strong.at(theme.scale.text.body), ink.strong);
                text::hover(name, &guess.entity_type);
            });
        });
    });
    ui.spacing_mut().interact_size.y = 20.0;
    text::paragraph(ui, &guess.reason, ink.normal);
    for fact in &guess.evidence {
        evidence(ui, &theme, fact);
    }
    if guess.path.len() > 1 {
        let path: Vec<String> = guess.path.iter().map(|entity| model.name_of(*entity)).collect();
        card::fact(ui, "Path", &path.join(" → "));
    }
}

fn sureness(ui: &mut Ui, theme: &Theme, confidence: f64) {
    let (rect, response) = ui.allocate_exact_size(vec2(116.0, 24.0), egui::Sense::hover());
    let words = format::percent(confidence);
    text::paint(
        ui.painter(),
        rect.with_max_x(rect.left() + 48.0),
        &words,
        Weight::Medium.at(theme.scale.text.body),
        theme.palette.text.strong,
        Align::Max,
    );
    let track = Rect::from_min_max(pos2(rect.left() + 56.0, rect.center().y - 2.5), pos2(rect.right(), rect.center().y + 2.5));
    bar(ui.painter(), theme, track, confidence);
    response.on_hover_text(format!("How sure the rules are: {words}"));
}

fn evidence(ui: &mut Ui, theme: &Theme, fact: &EvidenceRow) {
    let (icon, meaning) = match fact.kind {
        EvidenceKind::Explains => (Icon::CHECK, "For it: an alarm that it explains"),
        EvidenceKind::ExpectedUnheard => (Icon::QUESTION, "Against it: an alarm that it should have caused and that nobody heard"),
        EvidenceKind::Unexplained => (Icon::X, "Against it: an alarm that it does not explain"),
        EvidenceKind::Topology => (Icon::GRAPH, "A fact of the topology"),
        EvidenceKind::Timing => (Icon::CLOCK, "What came first"),
        EvidenceKind::Measured => (Icon::CHART_LINE, "What was measured"),
        EvidenceKind::Operator => (Icon::USER, "An operator's word"),
    };
    let against = matches!(fact.kind, EvidenceKind::ExpectedUnheard | EvidenceKind::Unexplained);
    let ink = if against { theme.palette.text.strong } else { theme.palette.text.soft };
    let words = if fact.text.trim().is_empty() { meaning } else { &fact.text };
    ui.horizontal(|ui| {
        text::icon(ui, icon, ink, meaning);
        text::label(ui, words, Weight::Regular.at(theme.scale.text.small), theme.palette.text.normal);
    });
}
