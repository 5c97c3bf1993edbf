use egui::{Align, Frame, Layout, Margin, Panel, Role, Sense, Ui, WidgetInfo};
use pedkai_core::model::Span;

use super::{Gestures, Link, Status};
use crate::{
    format,
    theme::{Icon, Level, Theme, Weight},
    widgets::{button::Button, text},
};

/// A line that is gone for less than this comes back without a word.
const GRACE: Span = Span::seconds(2);

/// What the operator must know whatever screen is shown, and whether connecting again may help.
fn told(status: &Status) -> Option<(Icon, String, bool)> {
    match &status.link {
        Link::Offline(age, why) if *age >= GRACE => {
            let waiting = match status.waiting {
                0 => String::new(),
                1 => " 1 command waits and is sent when it is back.".to_owned(),
                many => format!(" {} commands wait and are sent when it is back.", format::count(many)),
            };
            let words = format!("No connection to the collector. What you see is {} old.{waiting} ({why})", format::span(*age));
            Some((Icon::CLOUD_SLASH, words, true))
        }
        Link::Failing(age, why) if *age >= GRACE => {
            let words = format!("The collector is in trouble: {why}. What you see is {} old.", format::span(*age));
            Some((Icon::WARNING, words, true))
        }
        Link::Stale(age) => {
            let words = format!("Nothing was heard from the collector for {}. What you see may be old.", format::span(*age));
            Some((Icon::HOURGLASS_MEDIUM, words, true))
        }
        Link::Connecting | Link::Failing(..) | Link::Live | Link::Offline(..) | Link::Syncing(_) => {
            let words = status.troubles.first()?;
            let more = match status.troubles.len() {
                1 => String::new(),
                many => format!(" (and {} more)", many - 1),
            };
            Some((Icon::WARNING, format!("The collector is in trouble: {words}{more}"), false))
        }
    }
}

/// Draws a strip under the header while something is wrong with what is shown.
pub(super) fn show(ui: &mut Ui, status: &Status, done: &mut Gestures) {
    let Some((icon, words, reconnect)) = told(status) else { return };
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let ink = theme.level(Level::Critical);
    let frame = Frame::new().fill(ink.tint).inner_margin(Margin::symmetric(space.m as i8, 0));
    let aside = 2.0 * space.m + theme.scale.text.title + 2.0 * space.s + if reconnect { 110.0 } else { 0.0 };
    let font = Weight::Medium.at(theme.scale.text.body);
    let room = (ui.available_width() - aside).max(160.0);
    let told = ui.painter().layout(words.clone(), font, theme.palette.text.strong, room);
    let height = (told.size().y + space.s).max(theme.scale.control.height) + space.s;
    let strip = Panel::top("notice").exact_size(height).resizable(false).frame(frame);
    strip.show_separator_line(false).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space.s;
            if reconnect && Button::new("Reconnect").show(ui).clicked() {
                done.reconnect = true;
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                text::icon(ui, icon, ink.text, "");
                let (place, response) = ui.allocate_exact_size(told.size(), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
                ui.painter().galley(place.min, told, theme.palette.text.strong);
            });
        });
    });
}
