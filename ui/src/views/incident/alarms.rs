//! The alarms of an incident: the likely root first, its symptoms folded under it.

use egui::{Align, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use pedkai_core::{
    model::LinkReason,
    screen::{AlarmRow, IncidentRow},
};
use uuid::Uuid;

use crate::{
    format::{self, Clock},
    model::{Model, Standing},
    theme::{Icon, Level, Theme, Weight},
    views::acting::standing_icon,
    widgets::{badge, selection::Selection, text},
};

/// The alarms in the order they are drawn in.
pub(super) struct Order {
    roots: usize,
    symptoms: usize,
    /// Those that are drawn.
    pub(super) shown: Vec<Uuid>,
}

/// What was done to the alarms.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) fold: bool,
    pub(super) clicked: Option<Uuid>,
    pub(super) opened: Option<Uuid>,
}

/// Symptoms that are drawn without being asked for.
const FEW: usize = 3;
/// Alarms that are drawn at most; the list has them all.
const MOST: usize = 200;

/// Alarms on the likely cause first, then the others in the order they joined.
pub(super) fn order(model: &Model, incident: &IncidentRow, unfolded: bool) -> Order {
    let cause = incident.hypotheses.first().map(|cause| cause.entity_id);
    let on_cause = |alarm: &AlarmRow| cause.is_some_and(|cause| alarm.entity_id == cause);
    let known: Vec<&AlarmRow> = model.alarms_of(incident).collect();
    let mut roots: Vec<Uuid> = known.iter().filter(|alarm| on_cause(alarm)).map(|alarm| alarm.id).collect();
    let mut symptoms: Vec<Uuid> = known.iter().filter(|alarm| !on_cause(alarm)).map(|alarm| alarm.id).collect();
    if roots.is_empty() && !symptoms.is_empty() {
        roots.push(symptoms.remove(0));
    }
    let (root_count, symptom_count) = (roots.len(), symptoms.len());
    let drawn = if unfolded { MOST } else { FEW };
    roots.extend(symptoms.into_iter().take(drawn));
    Order {
        roots: root_count,
        symptoms: symptom_count,
        shown: roots,
    }
}

/// Draws them.
pub(super) fn show(ui: &mut Ui, model: &Model, incident: &IncidentRow, clock: &Clock, order: &Order, selection: &Selection<Uuid>) -> Done {
    let theme = Theme::of(ui);
    let mut done = Done::default();
    ui.spacing_mut().item_spacing.y = 0.0;
    for (place, id) in order.shown.iter().enumerate() {
        let Some(alarm) = model.alarms().get(*id) else { continue };
        if place == order.roots {
            fold(ui, &theme, order, &mut done);
        }
        let response = row(ui, &theme, model, incident, clock, alarm, place < order.roots, selection.contains(*id));
        if response.double_clicked() {
            done.opened = Some(*id);
        } else if response.clicked() {
            done.clicked = Some(*id);
        }
    }
    let unknown = incident.alarm_ids.len().saturating_sub(order.roots + order.symptoms);
    if incident.alarm_ids.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(theme.scale.space.m);
            text::soft(ui, "No alarm is left in it.");
        });
    }
    if unknown > 0 {
        ui.horizontal(|ui| {
            ui.add_space(theme.scale.space.m);
            text::soft(ui, &format!("{} no longer kept", format::counted(unknown, "alarm")));
        });
    }
    ui.add_space(theme.scale.space.s);
    done
}

fn fold(ui: &mut Ui, theme: &Theme, order: &Order, done: &mut Done) {
    let drawn = order.shown.len() - order.roots;
    let folds = order.symptoms > FEW;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 26.0), if folds { Sense::click() } else { Sense::hover() });
    let hidden = order.symptoms - drawn;
    let icon = if hidden > 0 { Icon::CARET_RIGHT } else { Icon::CARET_DOWN };
    let mut words = format!("Because of it, likely: {}", format::counted(order.symptoms, "symptom"));
    if hidden > 0 {
        words = format!("{words}, {} folded", format::count(hidden));
    }
    let inner = rect.shrink2(vec2(theme.scale.space.m, 0.0));
    if folds {
        text::paint_icon(ui.painter(), inner.with_max_x(inner.left() + 14.0), icon, 13.0, theme.palette.text.soft);
    }
    let ink = if response.hovered() && folds {
        theme.palette.text.strong
    } else {
        theme.palette.text.soft
    };
    text::paint(
        ui.painter(),
        inner.with_min_x(inner.left() + 20.0),
        &words,
        Weight::Medium.at(theme.scale.text.small),
        ink,
        Align::Min,
    );
    if folds {
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, hidden == 0, &words));
    }
    done.fold |= response.clicked();
}

#[expect(clippy::too_many_arguments, reason = "a row needs all of what it tells")]
fn row(ui: &mut Ui, theme: &Theme, model: &Model, incident: &IncidentRow, clock: &Clock, alarm: &AlarmRow, root: bool, selected: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::CLICK);
    if selected || response.hovered() {
        let ground = if selected {
            theme.palette.ground.selected
        } else {
            theme.palette.ground.hover
        };
        ui.painter().rect_filled(rect, 0.0, ground);
    }
    let standing = Standing::of(alarm);
    if standing.waits() {
        let level = if alarm.cleared { Level::Cleared } else { alarm.severity.into() };
        ui.painter()
            .rect_filled(rect.with_max_x(rect.left() + 3.0).shrink2(vec2(0.0, 4.0)), 1.5, theme.level(level).fill);
    }
    let ink = &theme.palette.text;
    let painter = ui.painter();
    let left = rect.left() + theme.scale.space.m + if root { 0.0 } else { 20.0 };
    let upper = Rect::from_min_max(pos2(left, rect.top() + 4.0), pos2(rect.right() - theme.scale.space.m, rect.center().y));
    let lower = Rect::from_min_max(pos2(left + 24.0, rect.center().y), pos2(upper.right(), rect.bottom() - 4.0));
    badge::paint(
        painter,
        theme,
        Rect::from_min_size(pos2(left, upper.center().y - 8.0), vec2(16.0, 16.0)),
        alarm.severity.into(),
    );
    let age = format!("{}  {}", clock.short(alarm.raised_at), standing.word());
    text::paint(
        painter,
        upper.with_min_x(upper.right() - 150.0),
        &age,
        Weight::Regular.at(theme.scale.text.small),
        ink.soft,
        Align::Max,
    );
    let name = if alarm.qualifier.is_empty() {
        format::named(&alarm.entity_name).to_owned()
    } else {
        format!("{}  {}", format::named(&alarm.entity_name), alarm.qualifier)
    };
    let words = Rect::from_min_max(pos2(left + 24.0, upper.top()), pos2(upper.right() - 156.0, upper.bottom()));
    let loud = if standing == Standing::New { ink.strong } else { ink.normal };
    text::paint(painter, words, &name, Weight::Medium.at(theme.scale.text.body), loud, Align::Min);
    let why = incident
        .links
        .iter()
        .find(|link| link.alarm_id == alarm.id)
        .map(|link| reason(model, link.reason, link.through))
        .unwrap_or_default();
    let why_width = (lower.width() * 0.42).min(300.0);
    let small = Weight::Regular.at(theme.scale.text.small);
    text::paint(
        painter,
        lower.with_max_x(lower.right() - why_width - 8.0),
        &alarm.text,
        small.clone(),
        ink.soft,
        Align::Min,
    );
    text::paint(painter, lower.with_min_x(lower.right() - why_width), &why, small, ink.faint, Align::Max);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, selected, format!("{} on {}: {}", alarm.severity, name, alarm.text)));
    text::hover_at_pointer(response, &format!("{}\n{}\n{}", alarm.text, standing_icon(standing).1, why))
}

/// Why an alarm is in the incident, in words.
pub(super) fn reason(model: &Model, reason: LinkReason, through: Option<Uuid>) -> String {
    let words = match reason {
        LinkReason::First => return "opened the incident".to_owned(),
        LinkReason::ByOperator => return "put here by hand".to_owned(),
        LinkReason::Relapse => return "came back".to_owned(),
        LinkReason::SameEntity => "same entity",
        LinkReason::SameLink => "other end of",
        LinkReason::SameNeighbour => "names the same neighbour",
        LinkReason::DependsOn => "depends on",
        LinkReason::SameSite => "same site",
        LinkReason::PathLost => "lost its path through",
    };
    match through {
        Some(through) => format!("{words} {}", model.name_of(through)),
        None => words.to_owned(),
    }
}
