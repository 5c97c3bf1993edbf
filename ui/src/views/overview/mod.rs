//! What needs me now: incidents nobody has, alarms nobody acknowledged, sources gone silent, how busy it is, and what was done by itself.

mod figures;
mod itself;

use egui::{Align, Frame, Margin, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};
use pedkai_core::screen::{IncidentRow, SourceRow};

use self::figures::Figures;
use super::ViewName;
use crate::{
    format::{self, Clock},
    intent::Intent,
    model::{self, Model},
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, card::Card, sparkline, text},
};

/// The overview.
#[derive(Debug, Default)]
pub struct Overview {
    figures: Option<Figures>,
}

impl Overview {
    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock) -> Vec<Intent> {
        let mut intents = Vec::new();
        if self.figures.as_ref().is_none_or(|figures| !figures.fresh(model, clock)) {
            self.figures = Some(Figures::of(model, clock));
        }
        let Some(figures) = &self.figures else { return intents };
        let theme = Theme::of(ui);
        let gap = theme.scale.space.m;
        let most = ((ui.available_height() - REST) / LINE).clamp(8.0, 30.0) as usize;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            Frame::new().inner_margin(Margin::same(gap as i8)).show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(gap, gap);
                head_figures(ui, model, figures);
                if ui.available_width() < NARROW {
                    incidents(ui, model, clock, most, &mut intents);
                    silent(ui, model, clock, &mut intents);
                    bad_actors(ui, model, figures, &mut intents);
                    rate(ui, figures);
                    itself::show(ui, figures);
                    return;
                }
                let width = (ui.available_width() - gap) * 0.6;
                ui.horizontal_top(|ui| {
                    ui.vertical(|ui| {
                        ui.set_width(width);
                        incidents(ui, model, clock, most, &mut intents);
                        bad_actors(ui, model, figures, &mut intents);
                    });
                    ui.vertical(|ui| {
                        ui.set_width(ui.available_width());
                        silent(ui, model, clock, &mut intents);
                        rate(ui, figures);
                        itself::show(ui, figures);
                    });
                });
            });
        });
        intents
    }
}

/// Below this width everything stands under each other.
const NARROW: f32 = 880.0;
/// Height of a line that leads somewhere.
const LINE: f32 = 30.0;
/// Height of everything in the left column but the incidents.
const REST: f32 = 440.0;

fn head_figures(ui: &mut Ui, model: &Model, figures: &Figures) {
    let nobodys = || model.open_incidents().filter(|incident| incident.owner.is_empty());
    let cells = [
        (
            "Incidents in work",
            model.open_incidents().count(),
            model.open_incidents().map(|incident| incident.severity.into()).min(),
        ),
        ("of them nobody's", nobodys().count(), nobodys().map(|incident| incident.severity.into()).min()),
        ("Alarms unacknowledged", model.tallies().unacked(), None),
        ("Sources silent", figures.silent, (figures.silent > 0).then_some(Level::Major)),
        ("Flapping", figures.flapping, None),
        ("Active for over 24 h", figures.old, None),
    ];
    let theme = Theme::of(ui);
    let gap = theme.scale.space.m;
    let beside = if ui.available_width() < NARROW { cells.len() / 2 } else { cells.len() };
    let width = (ui.available_width() - gap * (beside - 1) as f32) / beside as f32;
    for row in cells.chunks(beside) {
        ui.horizontal(|ui| {
            for (words, number, level) in row {
                figure(ui, &theme, width, words, *number, *level);
            }
        });
    }
}

fn figure(ui: &mut Ui, theme: &Theme, width: f32, words: &str, number: usize, level: Option<Level>) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, 72.0), Sense::hover());
    let painter = ui.painter();
    painter.rect(rect, theme.corner(), theme.palette.ground.surface, theme.line(), egui::StrokeKind::Inside);
    let inner = rect.shrink2(vec2(theme.scale.space.m, theme.scale.space.s));
    let ink = if number == 0 { theme.palette.text.faint } else { theme.palette.text.strong };
    let upper = inner.with_max_y(inner.bottom() - 20.0);
    text::paint(
        painter,
        upper,
        &format::count(number),
        Weight::Strong.at(theme.scale.text.display),
        ink,
        Align::Min,
    );
    text::paint(
        painter,
        inner.with_min_y(inner.bottom() - 18.0),
        words,
        Weight::Regular.at(theme.scale.text.small),
        theme.palette.text.soft,
        Align::Min,
    );
    if let Some(level) = level.filter(|_| number > 0) {
        badge::paint(
            painter,
            theme,
            Rect::from_min_size(pos2(inner.right() - 18.0, inner.top() + 2.0), vec2(18.0, 18.0)),
            level,
        );
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{words}: {number}")));
}

/// A line that leads somewhere: shape, words, more words at the right.
fn line(ui: &mut Ui, level: Option<Level>, words: &str, loud: bool, more: &str) -> egui::Response {
    let theme = Theme::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(rect, theme.small_corner(), theme.palette.ground.hover);
    }
    if response.has_focus() {
        ui.painter()
            .rect_stroke(rect, theme.small_corner(), (1.5, theme.palette.accent.focus), egui::StrokeKind::Inside);
    }
    let inner = rect.shrink2(vec2(theme.scale.space.xs, 0.0));
    if let Some(level) = level {
        badge::paint(
            ui.painter(),
            &theme,
            Rect::from_center_size(pos2(inner.left() + 8.0, inner.center().y), vec2(16.0, 16.0)),
            level,
        );
    }
    let right = (inner.width() * 0.42).min(280.0);
    let left = Rect::from_min_max(pos2(inner.left() + 26.0, inner.top()), pos2(inner.right() - right - 8.0, inner.bottom()));
    let (weight, ink) = if loud {
        (Weight::Medium, theme.palette.text.strong)
    } else {
        (Weight::Regular, theme.palette.text.normal)
    };
    let cut = text::paint(ui.painter(), left, words, weight.at(theme.scale.text.body), ink, Align::Min);
    let cut_more = text::paint(
        ui.painter(),
        inner.with_min_x(inner.right() - right),
        more,
        Weight::Regular.at(theme.scale.text.small),
        theme.palette.text.soft,
        Align::Max,
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{words}, {more}")));
    if cut || cut_more {
        text::hover_at_pointer(response, &format!("{words}\n{more}"))
    } else {
        response
    }
}

fn incidents(ui: &mut Ui, model: &Model, clock: &Clock, most: usize, intents: &mut Vec<Intent>) {
    let mut open: Vec<&IncidentRow> = model.open_incidents().collect();
    open.sort_by_key(|incident| {
        (
            Level::from(incident.severity),
            !incident.owner.is_empty(),
            std::cmp::Reverse(incident.opened_at),
        )
    });
    Card::new("What needs you now")
        .icon(Icon::STACK)
        .note(format::counted(open.len(), "incident"))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if open.is_empty() {
                calm(ui, model, "Nothing. Every incident is resolved.");
            }
            for incident in open.iter().take(most) {
                let owner = if incident.owner.is_empty() {
                    "nobody's"
                } else {
                    format::named(&incident.owner)
                };
                let cause = incident
                    .hypotheses
                    .first()
                    .map(|cause| format!("{} {} · ", format::named(&cause.name), format::percent(cause.confidence)))
                    .unwrap_or_default();
                let more = format!("{cause}{owner} · {}", clock.age(incident.opened_at));
                if line(
                    ui,
                    Some(incident.severity.into()),
                    format::named(&incident.title),
                    incident.owner.is_empty(),
                    &more,
                )
                .clicked()
                {
                    intents.push(Intent::OpenIncident(incident.id));
                }
            }
            let more = format!("and {} more", format::count(open.len().saturating_sub(most)));
            if open.len() > most && line(ui, None, &more, false, "all incidents").clicked() {
                intents.push(Intent::Go(ViewName::Incidents));
            }
        });
}

const UNKNOWN: &str = "Not known: nothing has come from the collector yet.";

fn calm(ui: &mut Ui, model: &Model, words: &str) {
    if model.whole {
        quiet(ui, Icon::CHECK, words);
    } else {
        quiet(ui, Icon::MINUS, UNKNOWN);
    }
}

fn quiet(ui: &mut Ui, icon: Icon, words: &str) {
    ui.horizontal(|ui| {
        ui.set_min_height(30.0);
        let theme = Theme::of(ui);
        text::icon(ui, icon, theme.palette.text.faint, "");
        text::soft(ui, words);
    });
}

fn bad_actors(ui: &mut Ui, model: &Model, figures: &Figures, intents: &mut Vec<Intent>) {
    Card::new("Loudest entities")
        .icon(Icon::TREND_UP)
        .note("raises counted in active alarms")
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if figures.loudest.is_empty() {
                calm(ui, model, "No entity has an active alarm.");
            }
            for (entity, raises) in &figures.loudest {
                let more = format!(
                    "{} · {}",
                    format::counted(*raises, "raise"),
                    format::counted(model.tallies().of(*entity).total(), "alarm")
                );
                if line(ui, model.tallies().of(*entity).worst(), &model.name_of(*entity), false, &more).clicked() {
                    intents.push(Intent::ShowAlarmsOf(*entity));
                }
            }
        });
}

fn silent(ui: &mut Ui, model: &Model, clock: &Clock, intents: &mut Vec<Intent>) {
    let mut silent: Vec<(&SourceRow, pedkai_core::model::Span)> = model
        .sources()
        .iter()
        .filter_map(|source| Some((source, model::silence(source, clock.now)?)))
        .collect();
    silent.sort_by_key(|(_, silence)| std::cmp::Reverse(*silence));
    let note = format!("{} of {}", silent.len(), format::counted(model.sources().len(), "source"));
    Card::new("Gone silent").icon(Icon::HOURGLASS_MEDIUM).note(note).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        if model.sources().is_empty() {
            quiet(ui, Icon::MINUS, if model.whole { "No source has spoken yet." } else { UNKNOWN });
        } else if silent.is_empty() {
            calm(ui, model, "Every source has spoken within its usual time.");
        }
        for (source, silence) in silent.iter().take(8) {
            let name = if source.entity_name.is_empty() {
                &source.address
            } else {
                &source.entity_name
            };
            let name = format::named(name);
            let more = format!("{} · STALE {}", source.source.word(), format::span(*silence));
            if line(ui, Some(Level::Major), name, true, &more).clicked() {
                intents.push(Intent::Go(ViewName::System));
            }
        }
    });
}

fn rate(ui: &mut Ui, figures: &Figures) {
    Card::new("How busy it is")
        .icon(Icon::PULSE)
        .note("alarms raised in 10 minutes")
        .show(ui, |ui| {
            let theme = Theme::of(ui);
            let now = figures.per_ten_minutes.last().copied().unwrap_or_default();
            let (level, words) = match now as usize {
                0..=1 => (None, "as calm as it should be"),
                2..=10 => (Some(Level::Minor), "more than one in 10 minutes: busy"),
                _ => (Some(Level::Major), "more than ten in 10 minutes: a flood"),
            };
            ui.horizontal(|ui| {
                text::label(
                    ui,
                    &format::count(now as usize),
                    Weight::Strong.at(theme.scale.text.display),
                    theme.palette.text.strong,
                );
                text::soft(ui, words);
            });
            let size = vec2(ui.available_width(), 56.0);
            sparkline::sparkline(
                ui,
                &figures.per_ten_minutes,
                size,
                level,
                "Alarms raised per 10 minutes over 24 hours, of those that are kept",
            );
            text::caption(ui, "24 hours, of the alarms that are kept");
        });
}
