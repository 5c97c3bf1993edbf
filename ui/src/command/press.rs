//! Which commands key presses give, in the order in which they were made.

use std::collections::VecDeque;

use egui::{Context, Event, InputState, Key};

use super::{Command, Situation};

/// Key presses that wait for the next frame, because one before them changes what they mean: after a command the rows, the screen or what is being
/// written are others. A slow frame holds several presses; each must find what its operator saw, or would have seen.
#[derive(Debug, Default)]
pub struct Presses {
    held: VecDeque<Event>,
}

impl Presses {
    /// Puts what was held back before what came since, for whoever reads keys in this frame.
    pub fn begin(&mut self, ctx: &Context) {
        if !self.held.is_empty() {
            ctx.input_mut(|input| {
                let since = std::mem::take(&mut input.events);
                input.events.extend(self.held.drain(..));
                input.events.extend(since);
            });
        }
    }

    /// Commands whose keys were pressed: steps in a list, as many as come in a row, or one of any other kind. While text is being written only
    /// those with Control; Enter and Space belong to what has the focus.
    pub fn take(&mut self, ctx: &Context, situation: &Situation) -> Vec<Command> {
        let focus = Focus {
            writing: ctx.text_edit_focused(),
            on: ctx.memory(|memory| memory.focused().is_some()),
        };
        let given = ctx.input_mut(|input| self.sort(input, situation, focus));
        if !self.held.is_empty() {
            ctx.request_repaint();
        }
        given
    }

    fn sort(&mut self, input: &mut InputState, situation: &Situation, focus: Focus) -> Vec<Command> {
        let (mut given, mut rest): (Vec<Command>, Vec<Event>) = (Vec::new(), Vec::new());
        let (mut full, mut taken) = (false, false);
        for event in std::mem::take(&mut input.events) {
            let keyboard = matches!(
                event,
                Event::Key { .. } | Event::Text(_) | Event::Paste(_) | Event::Copy | Event::Cut | Event::Ime(_)
            );
            // The letter of a press that was taken goes with it.
            if std::mem::take(&mut taken) && matches!(event, Event::Text(_)) {
                continue;
            }
            if full && keyboard {
                self.held.push_back(event);
                continue;
            }
            let meant = commands_of(&event, focus);
            if !given.is_empty() && meant.iter().any(|command| !command.steps()) {
                // Whether it can be given is known when the steps before it are done.
                full = true;
                self.held.push_back(event);
                continue;
            }
            let Some(command) = meant.into_iter().find(|command| command.why_not(situation).is_none()) else {
                rest.push(event);
                continue;
            };
            taken = matches!(event, Event::Key { .. });
            full = !command.steps();
            given.push(command);
        }
        input.events = rest;
        given
    }
}

/// What the keyboard belongs to.
#[derive(Clone, Copy)]
struct Focus {
    writing: bool,
    on: bool,
}

/// The commands that a press may mean, on one screen or another.
fn commands_of(event: &Event, focus: Focus) -> Vec<Command> {
    let presses = matches!(event, Event::Key { pressed: true, .. } | Event::Text(_));
    let kept = focus.on && matches!(event, Event::Key { key: Key::Enter | Key::Space, modifiers, .. } if modifiers.is_none());
    if !presses || kept {
        return Vec::new();
    }
    let meant = Command::all().filter(|command| {
        let keys = command.facts().keys;
        keys.iter().filter(|keys| !focus.writing || keys.with_control()).any(|keys| keys.fit(event))
    });
    meant.collect()
}
