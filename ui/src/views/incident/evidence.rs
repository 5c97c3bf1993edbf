//! What measurements tell about an incident: which series told of another's future, both drawn, with the lag and the sentence.

use egui::Ui;
use pedkai_core::{
    model::{CausalLink, Finding, SeriesName, Span, Timestamp},
    screen::IncidentRow,
};
use std::sync::Arc;

use crate::{
    format::{self, Clock},
    intent::Intent,
    model::{Known, KpiQuestion, Model},
    theme::{Icon, Theme, Weight},
    widgets::{
        button::Button,
        card::Card,
        plot::{axis, curve::Curve, evidence::Evidence},
        text,
    },
};

/// Pairs that are drawn, the surest ones; more are told by number.
const DRAWN: usize = 3;
/// Suspects that are told.
const TOLD: usize = 4;

/// Draws it, where anything was looked at.
pub(super) fn show(ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock, intents: &mut Vec<Intent>) {
    let Some(finding) = &incident.finding else { return };
    let note = format!(
        "{} series over {}",
        format::count(finding.series as usize),
        axis::length(finding.to.since(finding.from))
    );
    Card::new("What was measured").icon(Icon::CHART_LINE).note(note).show(ui, |ui| {
        let theme = Theme::of(ui);
        if finding.links.is_empty() && finding.suspects.is_empty() {
            text::soft(ui, "No series told of another, and none left its usual range.");
        }
        for (number, link) in finding.links.iter().take(DRAWN).enumerate() {
            if number > 0 {
                ui.separator();
            }
            pair(ui, &theme, model, clock, finding, link, intents);
        }
        if finding.links.len() > DRAWN {
            text::soft(
                ui,
                &format!(
                    "and {} of {} tested",
                    format::counted(finding.links.len() - DRAWN, "more pair"),
                    format::count(finding.tested as usize)
                ),
            );
        }
        for suspect in finding.suspects.iter().take(TOLD) {
            ui.horizontal(|ui| {
                let (icon, meaning) = match suspect.quiet {
                    true => (Icon::X, "Against it as a cause: it stayed within its usual range"),
                    false => (Icon::MAGNIFYING_GLASS, "Left its usual range"),
                };
                text::icon(ui, icon, theme.palette.text.soft, meaning);
                text::label(
                    ui,
                    format::named(&suspect.entity),
                    Weight::Medium.at(theme.scale.text.small),
                    theme.palette.text.strong,
                );
                text::label(ui, &suspect.why, Weight::Regular.at(theme.scale.text.small), theme.palette.text.normal);
            });
        }
        if !finding.note.is_empty() {
            text::paragraph(ui, &finding.note, theme.palette.text.soft);
        }
    });
}

fn pair(ui: &mut Ui, theme: &Theme, model: &Model, clock: &Clock, finding: &Finding, link: &CausalLink, intents: &mut Vec<Intent>) {
    let both = [&link.cause, &link.effect].map(|name| samples(model, name, finding.from, finding.to, intents));
    match both {
        [Ok(Some(causes)), Ok(Some(effects))] => {
            let evidence = Evidence {
                cause: &words(&link.cause),
                effect: &words(&link.effect),
                causes: &causes,
                effects: &effects,
                lag: Span::seconds(i64::from(link.lag) * i64::from(link.step_s)),
                sentence: &link.sentence,
            };
            evidence.show(ui, clock);
        }
        [cause, effect] => {
            text::paragraph(ui, &link.sentence, theme.palette.text.normal);
            match cause.err().or(effect.err()) {
                Some(why) => drop(text::soft(ui, &format!("Its values are not to be had: {why}"))),
                None => drop(text::soft(ui, "Asking for its values …")),
            }
        }
    }
    ui.horizontal(|ui| {
        for name in [&link.cause, &link.effect] {
            let label = format!("KPIs of {}", format::named(&name.entity));
            if Button::new(&label).icon(Icon::CHART_LINE).bare().show(ui).clicked() {
                intents.push(Intent::ShowKpis(name.entity_id.0));
            }
        }
    });
    for warning in &link.warnings {
        text::soft(ui, warning);
    }
}

fn words(name: &SeriesName) -> String {
    format!("{}, {}", format::named(&name.entity), name.metric)
}

/// The values of a series, none while they are awaited.
fn samples(model: &Model, name: &SeriesName, from: Timestamp, to: Timestamp, intents: &mut Vec<Intent>) -> Result<Option<Arc<Curve>>, Arc<str>> {
    let question = KpiQuestion::Samples {
        entity: name.entity_id.0,
        metric: name.metric.clone(),
        from,
        to,
        step: None,
    };
    match model.kpis.samples(&question) {
        None => {
            intents.push(Intent::AskKpi(question));
            Ok(None)
        }
        Some(Known::Waiting) => Ok(None),
        Some(Known::Here(curve)) => Ok(Some(curve.clone())),
        Some(Known::Failed(why)) => Err(why.clone()),
    }
}
