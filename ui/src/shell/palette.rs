use egui::{Align, Align2, Area, Context, Id, Key, Modal, Modifiers, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

use super::Gestures;
use crate::{
    command::{Command, Situation},
    format,
    theme::{Icon, Level, Theme, Weight},
    widgets::{badge, dialog, field, key, text},
};

/// Something of the network that was found by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its name.
    pub name: String,
    /// What it is.
    pub what: String,
    /// Its worst alarm.
    pub level: Option<Level>,
    /// Where it leads.
    pub target: Target,
}

/// Where something found leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To an entity on the map.
    Entity(uuid::Uuid),
    /// To an incident.
    Incident(uuid::Uuid),
}

/// The command palette.
#[derive(Debug, Default)]
pub(super) struct Palette {
    pub(super) open: bool,
    written: String,
    place: usize,
}

enum Line {
    Command(Command),
    Found(Found),
}

const ROW: f32 = 34.0;
/// Rows that are seen without scrolling, also after a search that found fewer.
const MOST: f32 = 10.0;

impl Palette {
    pub(super) fn start(&mut self) {
        *self = Self { open: true, ..Self::default() };
    }

    pub(super) fn show(&mut self, ctx: &Context, situation: &Situation, find: impl Fn(&str) -> Vec<Found>, done: &mut Gestures) {
        let theme = Theme::in_context(ctx);
        let lines = self.lines(situation, find);
        let (down, up, enter, escape) = ctx.input_mut(|input| {
            let mut press = |key| input.consume_key(Modifiers::NONE, key);
            (press(Key::ArrowDown), press(Key::ArrowUp), press(Key::Enter), press(Key::Escape))
        });
        self.place = (self.place + usize::from(down))
            .min(lines.len().saturating_sub(1))
            .saturating_sub(usize::from(up));
        let mut chosen = enter.then_some(self.place);
        let area = Area::new(Id::unique("palette"))
            .kind(egui::UiKind::Modal)
            .sense(Sense::hover())
            .order(egui::Order::Foreground);
        let area = area
            .anchor(Align2::CENTER_TOP, [0.0, 90.0])
            .interactable(true)
            .accessible_name("Command palette");
        let frame = dialog::sheet(&theme).inner_margin(theme.scale.space.s);
        let modal = Modal::new(Id::unique("palette"))
            .area(area)
            .frame(frame)
            .backdrop_color(Theme::veil(theme.palette.ground.backdrop, 0.6));
        let shown = modal.show(ctx, |ui| {
            let width = 560.0_f32.min(ctx.content_rect().width() - 40.0);
            ui.set_width(width);
            let written = field::line(ui, &mut self.written, Icon::MAGNIFYING_GLASS, "Find a command, an entity, an incident", width);
            written.response.request_focus();
            if written.response.changed() {
                self.place = 0;
            }
            ui.add_space(theme.scale.space.xs);
            if lines.is_empty() {
                ui.add_space(theme.scale.space.s);
                text::soft(ui, &format!("Nothing is called \"{}\".", self.written));
                ui.add_space(theme.scale.space.s);
            }
            let list = ScrollArea::vertical().max_height(ROW * MOST).min_scrolled_height(ROW * MOST);
            list.auto_shrink([false, true]).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, line) in lines.iter().enumerate() {
                    if draw(ui, &theme, line, index == self.place, down || up) {
                        chosen = Some(index);
                    }
                }
            });
        });
        if let Some(line) = chosen.and_then(|index| lines.into_iter().nth(index)) {
            self.open = false;
            match line {
                Line::Command(command) => done.commands.push(command),
                Line::Found(found) => done.found = Some(found),
            }
        }
        if escape || shown.backdrop_response.clicked() {
            self.open = false;
        }
    }

    fn lines(&self, situation: &Situation, find: impl Fn(&str) -> Vec<Found>) -> Vec<Line> {
        let wanted = self.written.trim().to_lowercase();
        let commands = Command::all().filter(|command| command.why_not(situation).is_none());
        let mut ranked: Vec<(usize, Command)> = commands
            .filter_map(|command| Some((rank(&command.facts().label.to_lowercase(), &wanted)?, command)))
            .collect();
        ranked.sort_by_key(|(rank, _)| *rank);
        let found = if wanted.len() < 2 { Vec::new() } else { find(&wanted) };
        let commands = ranked.into_iter().map(|(_, command)| Line::Command(command));
        commands.chain(found.into_iter().take(20).map(Line::Found)).collect()
    }
}

/// How well a label fits: 0 from its start, 1 from the start of a word, 2 as letters in order.
fn rank(label: &str, wanted: &str) -> Option<usize> {
    if label.starts_with(wanted) {
        Some(0)
    } else if label.split(' ').any(|word| word.starts_with(wanted)) {
        Some(1)
    } else {
        let mut letters = label.chars();
        wanted
            .chars()
            .filter(|letter| *letter != ' ')
            .all(|wanted| letters.any(|letter| letter == wanted))
            .then_some(2)
    }
}

fn draw(ui: &mut Ui, theme: &Theme, line: &Line, here: bool, moved: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    if here && moved {
        response.scroll_to_me(None);
    }
    if here || response.hovered() {
        let ground = if here { theme.palette.ground.selected } else { theme.palette.ground.hover };
        ui.painter().rect_filled(rect, theme.small_corner(), ground);
    }
    let inner = rect.shrink2(vec2(10.0, 0.0));
    let glyph = inner.with_max_x(inner.left() + 18.0);
    let rest = inner.with_min_x(glyph.right() + 10.0);
    let font = Weight::Medium.at(theme.scale.text.body);
    let name = match line {
        Line::Command(command) => {
            let facts = command.facts();
            text::paint_icon(ui.painter(), glyph, facts.icon, 16.0, theme.palette.text.soft);
            text::paint(ui.painter(), rest, facts.label, font, theme.palette.text.strong, Align::Min);
            if let Some(keys) = facts.keys.first() {
                let words = keys.words();
                let width = key::width(ui, &words);
                key::paint(ui, rest.with_min_x(rest.right() - width), &words, theme.palette.text.soft);
            }
            facts.label.to_owned()
        }
        Line::Found(found) => {
            match found.level {
                Some(level) => badge::paint(ui.painter(), theme, Rect::from_center_size(glyph.center(), vec2(16.0, 16.0)), level),
                None => text::paint_icon(ui.painter(), glyph, Icon::MAP_PIN, 16.0, theme.palette.text.soft),
            }
            let what = text::line(
                ui.painter(),
                &found.what,
                Weight::Regular.at(theme.scale.text.small),
                theme.palette.text.soft,
                rest.width() / 2.0,
            );
            let corner = egui::pos2(rest.right() - what.size().x, rest.center().y - what.size().y / 2.0);
            let named = rest.with_max_x(corner.x - theme.scale.space.s);
            ui.painter().galley(corner, what, theme.palette.text.soft);
            let name = format::named(&found.name);
            text::paint(ui.painter(), named, name, font, theme.palette.text.strong, Align::Min);
            format!("{}, {}", found.name, found.what)
        }
    };
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, here, &name));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn the_start_of_a_word_comes_before_scattered_letters() {
        assert_eq!(rank("acknowledge", "ack"), Some(0));
        assert_eq!(rank("show on the map", "map"), Some(1));
        assert_eq!(rank("group by incident", "gbi"), Some(2));
        assert_eq!(rank("own", "zz"), None);
    }
}
