//! Finding a series by typing: a field, and under it the series that fit.

use egui::{Align, Area, Id, Key as Press, Modifiers, Order, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};
use pedkai_core::model::{Span, Timestamp};
use std::collections::BTreeMap;

use super::shown::Key;
use crate::{
    format::{self, Clock},
    intent::Intent,
    model::{Known, KpiQuestion, Model},
    theme::{Icon, Theme, Weight},
    views::topology,
    widgets::{dialog, field, text},
};

/// The field and what it found.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The field wants the keys.
    pub(super) write: bool,
    written: String,
    writing: bool,
    place: usize,
    /// All of them are looked through, without a word.
    browse: bool,
    found: Vec<Hit>,
    found_for: Option<(String, u64, u64)>,
    listed_at: Option<Timestamp>,
}

/// A series that fits.
#[derive(Clone, Debug, PartialEq)]
struct Hit {
    key: Key,
    name: String,
    last_at: Timestamp,
}

const ROW: f32 = 30.0;
/// Series that are offered.
const MOST: usize = 60;
/// Entities whose series are asked for because their names fit.
const ENTITIES: usize = 4;
/// How often what is measured is asked for anew.
const EVERY: Span = Span::seconds(30);

/// The question for every series.
fn everything() -> KpiQuestion {
    KpiQuestion::Series {
        entity: None,
        words: String::new(),
    }
}

/// What is known of every series: none while that is not known.
pub(super) fn any(model: &Model) -> Option<&Known<Vec<pedkai_core::wire::KpiSeries>>> {
    model.kpis.series(&everything())
}

impl Search {
    /// Asks what is measured, now and then.
    pub(super) fn listen(&mut self, clock: &Clock, live: bool, intents: &mut Vec<Intent>) {
        if live && self.listed_at.is_none_or(|at| clock.now.since(at).abs() >= EVERY) {
            self.listed_at = Some(clock.now);
            intents.push(Intent::AskKpi(everything()));
        }
    }

    /// Draws the field; a series that was chosen is returned.
    pub(super) fn show(&mut self, ui: &mut Ui, model: &Model, clock: &Clock, width: f32, shown: &[Key], intents: &mut Vec<Intent>) -> Option<Key> {
        let (down, up, escape) = if self.writing {
            ui.input_mut(|input| {
                let mut press = |key| input.consume_key(Modifiers::NONE, key);
                (press(Press::ArrowDown), press(Press::ArrowUp), press(Press::Escape))
            })
        } else {
            (false, false, false)
        };
        let written = field::line(ui, &mut self.written, Icon::MAGNIFYING_GLASS, "Find an entity or a metric", width);
        if std::mem::take(&mut self.write) {
            written.response.request_focus();
        }
        if escape {
            self.written.clear();
            self.browse = false;
            written.response.surrender_focus();
        }
        if written.response.changed() {
            self.place = 0;
        }
        self.writing = written.response.has_focus() || written.entered;
        if !(self.writing || written.response.lost_focus()) || escape {
            return None;
        }
        self.browse |= down;
        if self.written.trim().is_empty() && !self.browse && !shown.is_empty() {
            return None;
        }
        self.look(model, intents);
        let most = self.found.len().saturating_sub(1);
        self.place = (self.place + usize::from(down)).min(most).saturating_sub(usize::from(up));
        let mut chosen = if written.entered {
            self.found.get(self.place).map(|hit| hit.key.clone())
        } else {
            None
        };
        if let Some(clicked) = self.list(ui, model, clock, written.response.rect, shown, down || up) {
            chosen = Some(clicked);
        }
        if chosen.is_some() {
            // The next one may follow at once.
            self.written.clear();
            (self.place, self.browse) = (0, false);
            self.write = written.entered;
        }
        chosen
    }

    /// Finds what fits, and asks for what may fit too.
    fn look(&mut self, model: &Model, intents: &mut Vec<Intent>) {
        let wanted = (self.written.trim().to_lowercase(), model.kpis.revision(), model.entities().revision());
        if self.found_for.as_ref() == Some(&wanted) {
            return;
        }
        self.found = found(model, &wanted.0);
        let words = wanted.0.clone();
        self.found_for = Some(wanted);
        if words.chars().count() < 2 {
            return;
        }
        let first = words.split_whitespace().next().unwrap_or_default();
        let mut entities = topology::find(model, &words, ENTITIES);
        if entities.is_empty() {
            entities = topology::find(model, first, ENTITIES);
        }
        let of_entities = entities.into_iter().map(|(entity, ..)| KpiQuestion::Series {
            entity: Some(entity),
            words: String::new(),
        });
        let by_words = KpiQuestion::Series { entity: None, words };
        let questions = of_entities.chain([by_words]).filter(|question| model.kpis.series(question).is_none());
        intents.extend(questions.map(Intent::AskKpi));
    }

    fn list(&self, ui: &Ui, model: &Model, clock: &Clock, under: Rect, shown: &[Key], moved: bool) -> Option<Key> {
        let theme = Theme::of(ui);
        let mut chosen = None;
        let width = under.width().max(420.0).min(ui.ctx().content_rect().right() - under.left() - 16.0);
        let area = Area::new(Id::unique("series found"))
            .order(Order::Foreground)
            .fixed_pos(under.left_bottom() + vec2(0.0, 4.0));
        area.show(ui.ctx(), |ui| {
            let frame = dialog::sheet(&theme).corner_radius(theme.corner()).inner_margin(theme.scale.space.xs);
            frame.show(ui, |ui| {
                ui.set_width(width);
                if self.found.is_empty() {
                    let words = if model.kpis.waiting() {
                        "Asking what is measured …"
                    } else {
                        "No series is called so."
                    };
                    text::soft(ui, words);
                }
                ScrollArea::vertical().max_height(ROW * 9.0).show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for (place, hit) in self.found.iter().enumerate() {
                        let response = row(ui, &theme, clock, hit, place == self.place, shown.contains(&hit.key));
                        if place == self.place && moved {
                            response.scroll_to_me(None);
                        }
                        if response.clicked() {
                            chosen = Some(hit.key.clone());
                        }
                    }
                });
            });
        });
        chosen
    }
}

fn row(ui: &mut Ui, theme: &Theme, clock: &Clock, hit: &Hit, here: bool, shown: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    if here || response.hovered() {
        let ground = if here { theme.palette.ground.selected } else { theme.palette.ground.hover };
        ui.painter().rect_filled(rect, theme.small_corner(), ground);
    }
    let inner = rect.shrink2(vec2(theme.scale.space.s, 0.0));
    let glyph = inner.with_max_x(inner.left() + 16.0);
    let icon = if shown { Icon::CHECK } else { Icon::PLUS };
    text::paint_icon(ui.painter(), glyph, icon, 14.0, theme.palette.text.soft);
    let rest = inner.with_min_x(glyph.right() + theme.scale.space.s);
    let small = Weight::Regular.at(theme.scale.text.small);
    let age = format!("{} ago", clock.age(hit.last_at));
    let galley = text::line(ui.painter(), &age, small.clone(), theme.palette.text.faint, rest.width() / 4.0);
    let ink = galley.size();
    ui.painter().galley(
        egui::pos2(rest.right() - ink.x, rest.center().y - ink.y / 2.0),
        galley,
        theme.palette.text.faint,
    );
    let rest = rest.with_max_x(rest.right() - ink.x - theme.scale.space.m);
    let half = rest.center().x;
    let medium = Weight::Medium.at(theme.scale.text.body);
    text::paint(
        ui.painter(),
        rest.with_max_x(half - theme.scale.space.s),
        &hit.name,
        medium,
        theme.palette.text.strong,
        Align::Min,
    );
    text::paint(
        ui.painter(),
        rest.with_min_x(half),
        &hit.key.metric,
        small,
        theme.palette.text.normal,
        Align::Min,
    );
    let name = format!("{}, {}", hit.name, hit.key.metric);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, &name));
    response
}

/// Known series of which every word is in the name, the external id or the metric; those whose name begins so first.
fn found(model: &Model, wanted: &str) -> Vec<Hit> {
    let mut all: BTreeMap<Key, Timestamp> = BTreeMap::new();
    for series in model.kpis.all_series() {
        let key = Key {
            entity: series.entity_id,
            metric: series.metric.clone(),
        };
        let last = all.entry(key).or_insert(series.last_at);
        *last = series.last_at.max(*last);
    }
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let mut hits: Vec<(bool, Hit)> = Vec::new();
    for (key, last_at) in all {
        let row = model.entities().get(key.entity);
        let name = row.map_or_else(|| key.entity.to_string(), |row| format::named(&row.name).to_owned());
        let external = row.map_or("", |row| row.external_id.as_str());
        let text = format!("{name} {external} {}", key.metric).to_lowercase();
        if words.iter().all(|word| text.contains(word)) {
            let begins = words.first().is_none_or(|word| text.starts_with(word));
            hits.push((!begins, Hit { key, name, last_at }));
        }
    }
    hits.sort_by(|(late, one), (later, other)| (late, &one.name, &one.key.metric).cmp(&(later, &other.name, &other.key.metric)));
    hits.into_iter().take(MOST).map(|(_, hit)| hit).collect()
}
