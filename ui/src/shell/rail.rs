use egui::{Align, Rect, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{Gestures, Status};
use crate::{
    command::{AppCommand, Command, GoCommand},
    format,
    theme::{Icon, Theme, Weight},
    views::ViewName,
    widgets::text,
};

/// An item in a window that is high enough for all of them.
const ITEM: f32 = 60.0;
/// An item is never lower; below `WORDS` it goes without its word.
const LOWEST: f32 = 30.0;
const WORDS: f32 = 42.0;
const ITEMS: f32 = ViewName::RAIL.len() as f32 + 2.0;

/// Draws the rail: the screens above, the window's own switches below.
pub(super) fn show(ui: &mut Ui, view: ViewName, status: &Status, done: &mut Gestures) {
    let theme = Theme::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    let margin = theme.scale.space.s;
    let height = ((ui.available_height() - 2.0 * margin) / ITEMS).clamp(LOWEST, ITEM);
    ui.add_space(margin);
    for go in GoCommand::ALL.iter().filter(|go| go.view().is_some_and(|view| ViewName::RAIL.contains(&view))) {
        let Some(target) = go.view() else { continue };
        let number = match target {
            ViewName::Alarms => status.unacked,
            ViewName::Incidents => status.incidents,
            ViewName::System => status.stale_sources,
            _ => 0,
        };
        let here = target == view || (target == ViewName::Incidents && view == ViewName::Incident);
        let keys = go.facts_keys();
        if item(
            ui,
            &theme,
            height,
            Item {
                icon: target.icon(),
                word: target.word(),
                number,
                here,
                keys: &keys,
            },
        ) {
            done.commands.push(Command::Go(*go));
        }
    }
    let room = ui.available_height() - 2.0 * height - margin;
    ui.add_space(room.max(0.0));
    for (command, icon, word) in [(AppCommand::Theme, Icon::CIRCLE_HALF, "Theme"), (AppCommand::KeySheet, Icon::KEYBOARD, "Keys")] {
        let keys = Command::App(command).facts().keys.first().map_or(String::new(), |keys| keys.words());
        if item(
            ui,
            &theme,
            height,
            Item {
                icon,
                word,
                number: 0,
                here: false,
                keys: &keys,
            },
        ) {
            done.commands.push(Command::App(command));
        }
    }
}

struct Item<'a> {
    icon: Icon,
    word: &'a str,
    number: usize,
    here: bool,
    keys: &'a str,
}

fn item(ui: &mut Ui, theme: &Theme, height: f32, item: Item<'_>) -> bool {
    let Item {
        icon,
        word,
        number,
        here,
        keys,
    } = item;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let painter = ui.painter();
    let inner = rect.shrink2(vec2(6.0, 2.0));
    if here || response.hovered() {
        painter.rect_filled(
            inner,
            theme.corner(),
            if here { theme.palette.ground.hover } else { theme.palette.ground.raised },
        );
    }
    if here {
        let bar = Rect::from_min_max(
            pos2(rect.left(), inner.top() + height / 6.0),
            pos2(rect.left() + 3.0, inner.bottom() - height / 6.0),
        );
        painter.rect_filled(bar, 1.5, theme.palette.text.strong);
    }
    if response.has_focus() {
        painter.rect_stroke(inner, theme.corner(), (1.5, theme.palette.accent.focus), StrokeKind::Inside);
    }
    let ink = if here { theme.palette.text.strong } else { theme.palette.text.soft };
    let worded = height >= WORDS;
    let middle = if worded { inner.top() + inner.height() * 0.34 } else { inner.center().y };
    let glyph = Rect::from_center_size(pos2(rect.center().x, middle), vec2(24.0, 24.0));
    let font = if here { Icon::font_solid(22.0) } else { Icon::font(22.0) };
    painter.text(glyph.center(), egui::Align2::CENTER_CENTER, icon.text(), font, ink);
    if worded {
        let words = Rect::from_center_size(pos2(rect.center().x, inner.bottom() - inner.height() * 0.23), vec2(rect.width() - 8.0, 16.0));
        let weight = if here { Weight::Strong } else { Weight::Medium };
        text::paint(painter, words, word, weight.at(theme.scale.text.caption), ink, Align::Center);
    }
    if number > 0 {
        tally(ui, theme, glyph, number);
    }
    let name = if number > 0 { format!("{word}, {number}") } else { word.to_owned() };
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, &name));
    let clicked = response.clicked();
    response.on_hover_text(if keys.is_empty() { word.to_owned() } else { format!("{word} · {keys}") });
    clicked
}

fn tally(ui: &Ui, theme: &Theme, glyph: Rect, number: usize) {
    let words = format::short(number);
    let font = Weight::Strong.at(10.0);
    let galley = text::line(ui.painter(), &words, font.clone(), theme.palette.text.strong, f32::INFINITY);
    let size = vec2((galley.size().x + 8.0).max(16.0), 15.0);
    let place = Rect::from_min_size(pos2(glyph.right() - 7.0, glyph.top() - 5.0), size);
    ui.painter().rect_filled(place.expand(1.5), 9.0, theme.palette.ground.surface);
    ui.painter().rect_filled(place, 7.5, theme.palette.ground.selected);
    text::paint(ui.painter(), place, &words, font, theme.palette.text.strong, Align::Center);
}
