use egui::{Align, Frame, Layout, Margin, Panel, Role, Sense, Ui, WidgetInfo};
use pedkai_core::model::Span;

use super::{Gestures, Link, Shut, Status};
use crate::{
    format,
    theme::{Icon, Level, Theme, Weight},
    widgets::{button::Button, text},
};

/// A line that is gone for less than this comes back without a word.
const GRACE: Span = Span::seconds(2);

/// Lines of the strip; its tooltip has the rest.
const ROWS: usize = 4;

/// What the operator must know whatever screen is shown.
struct Told {
    icon: Icon,
    words: String,
    /// What a press may mend, where one may.
    button: Option<&'static str>,
    level: Level,
}

impl Told {
    fn loud(icon: Icon, words: String, button: Option<&'static str>) -> Self {
        Self {
            icon,
            words,
            button,
            level: Level::Critical,
        }
    }
}

/// Commands that wait, and for what.
fn waiting(status: &Status, when: &str) -> String {
    match status.waiting {
        0 => String::new(),
        1 => format!(" 1 command waits and is sent {when}."),
        many => format!(" {} commands wait and are sent {when}.", format::count(many)),
    }
}

fn told(status: &Status) -> Option<Told> {
    match &status.link {
        Link::Offline(age, why) if *age >= GRACE => {
            let waiting = waiting(status, "when it is back");
            let words = format!("No connection to the collector. What you see is {} old.{waiting} ({why})", format::span(*age));
            Some(Told::loud(Icon::CLOUD_SLASH, words, Some("Reconnect")))
        }
        Link::Failing(age, why) if *age >= GRACE => {
            let words = format!("The collector is in trouble: {why}. What you see is {} old.", format::span(*age));
            Some(Told::loud(Icon::WARNING, words, Some("Reconnect")))
        }
        Link::Shut(age, Shut::Login(why)) => {
            let waiting = waiting(status, "after the login");
            let words = format!("Logged out: {why}. What you see is {} old.{waiting}", format::span(*age));
            Some(Told::loud(Icon::USER, words, Some("Log in")))
        }
        Link::Shut(age, Shut::Version(why)) => {
            let words = format!("{why} What you see is {} old.", format::span(*age));
            Some(Told::loud(Icon::WARNING, words, Some("Reconnect")))
        }
        Link::Stale(age) => {
            let words = format!("Nothing was heard from the collector for {}. What you see may be old.", format::span(*age));
            Some(Told::loud(Icon::HOURGLASS_MEDIUM, words, Some("Reconnect")))
        }
        Link::Connecting | Link::Failing(..) | Link::Live | Link::Offline(..) | Link::Syncing(_) => {
            let more = |all: &[String]| match all.len() {
                0 | 1 => String::new(),
                many => format!(" (and {} more)", many - 1),
            };
            if let Some(words) = status.troubles.first() {
                let words = format!("The collector is in trouble: {words}{}", more(&status.troubles));
                return Some(Told::loud(Icon::WARNING, words, None));
            }
            let words = status.notes.first()?;
            Some(Told {
                icon: Icon::DESKTOP,
                words: format!("{words}{}", more(&status.notes)),
                button: None,
                level: Level::Minor,
            })
        }
    }
}

/// Draws a strip under the header while something is wrong with what is shown.
pub(super) fn show(ui: &mut Ui, status: &Status, done: &mut Gestures) {
    let Some(Told { icon, words, button, level }) = told(status) else { return };
    let theme = Theme::of(ui);
    let space = &theme.scale.space;
    let ink = theme.level(level);
    let frame = Frame::new().fill(ink.tint).inner_margin(Margin::symmetric(space.m as i8, 0));
    let aside = 2.0 * space.m + theme.scale.text.title + 2.0 * space.s + if button.is_some() { 110.0 } else { 0.0 };
    let font = Weight::Medium.at(theme.scale.text.body);
    let room = (ui.available_width() - aside).max(160.0);
    let told = text::block(ui.painter(), &words, font, theme.palette.text.strong, room, ROWS);
    let cut = told.elided;
    let height = (told.size().y + space.s).max(theme.scale.control.height) + space.s;
    let strip = Panel::top("notice").exact_size(height).resizable(false).frame(frame);
    strip.show_separator_line(false).show(ui, |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space.s;
            if let Some(button) = button {
                done.reconnect |= Button::new(button).show(ui).clicked();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                text::icon(ui, icon, ink.text, "");
                let (place, response) = ui.allocate_exact_size(told.size(), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
                ui.painter().galley(place.min, told, theme.palette.text.strong);
                if cut {
                    text::hover(response, &words);
                }
            });
        });
    });
}
