//! The frame around every screen.
//!
//! - does: draws the rail, the header, what is wrong with what is shown, the palette and the key sheet, and says which screen is shown
//! - takes: what the header tells, key presses
//! - gives: commands that were given, by key, click or palette
//! - never knows: what the screens show

mod header;
mod notice;
mod palette;
mod rail;
mod sheet;
mod status;

use egui::{CentralPanel, Frame, Panel, Ui};

use crate::{
    command::{AppCommand, Command, GoCommand, Presses, Situation},
    format::Clock,
    theme::{Level, Theme},
    views::ViewName,
};

pub use palette::{Found, Target};
pub use status::{Link, Mode, Shut, Status};

/// What the frame remembers.
#[derive(Debug, Default)]
pub struct Shell {
    /// The screen that is shown.
    pub view: ViewName,
    /// Those before it, for going back.
    trail: Vec<ViewName>,
    palette: palette::Palette,
    sheet_open: bool,
    presses: Presses,
}

/// What was done in the frame during one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gestures {
    /// Commands for the screen or for the window.
    pub commands: Vec<Command>,
    /// A severity in the header was clicked.
    pub level: Option<Level>,
    /// Something found by name was chosen.
    pub found: Option<Found>,
    /// Connect again at once.
    pub reconnect: bool,
}

impl Shell {
    /// Shows a screen, remembering the one before.
    pub fn go(&mut self, view: ViewName) {
        if view != self.view {
            self.trail.push(self.view);
            self.trail.drain(..self.trail.len().saturating_sub(32));
            self.view = view;
        }
    }

    /// Shows the screen before.
    pub fn back(&mut self) {
        if let Some(view) = self.trail.pop() {
            self.view = view;
        }
    }

    /// Whether something floats over the screen and takes the keys.
    pub fn covered(&self) -> bool {
        self.palette.open || self.sheet_open
    }

    /// Draws the frame, and `screen` inside it.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        clock: &Clock,
        status: &Status,
        situation: &Situation,
        find: impl Fn(&str) -> Vec<Found>,
        screen: impl FnOnce(&mut Ui, &mut Gestures),
    ) -> Gestures {
        let theme = Theme::of(ui);
        let ctx = ui.ctx().clone();
        let mut done = Gestures::default();
        self.presses.begin(&ctx);
        if !self.covered() && !ctx.memory(|memory| memory.top_modal_layer().is_some()) {
            done.commands = self.presses.take(&ctx, situation);
        }
        let surface = Frame::new().fill(theme.palette.ground.surface);
        let bar = Panel::top("header").exact_size(theme.scale.control.header).resizable(false).frame(surface);
        bar.show_separator_line(true).show(ui, |ui| header::show(ui, clock, status, &mut done));
        notice::show(ui, status, &mut done);
        let rail = Panel::left("rail").exact_size(theme.scale.control.rail).resizable(false).frame(surface);
        rail.show(ui, |ui| rail::show(ui, self.view, status, &mut done));
        let ground = Frame::new().fill(theme.palette.ground.ground);
        CentralPanel::no_frame().frame(ground).show(ui, |ui| screen(ui, &mut done));
        if self.palette.open {
            self.palette.show(&ctx, situation, find, &mut done);
        }
        if self.sheet_open {
            self.sheet_open = sheet::show(&ctx, situation);
        }
        self.carry_out(&mut done);
        done
    }

    fn carry_out(&mut self, done: &mut Gestures) {
        done.commands.retain(|command| {
            match command {
                Command::App(AppCommand::Palette) => self.palette.start(),
                Command::App(AppCommand::KeySheet) => self.sheet_open = true,
                Command::Go(GoCommand::Back) => self.back(),
                Command::Go(go) => {
                    if let Some(view) = go.view() {
                        self.go(view);
                    }
                }
                Command::Alarm(_) | Command::App(_) | Command::Kpi(_) | Command::List(_) | Command::Map(_) | Command::Outbox(_) | Command::Score(_) => {
                    return true;
                }
            }
            false
        });
    }
}
