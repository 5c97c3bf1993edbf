use egui::{Event, InputState, Key, Modifiers};

/// A key with its modifiers, or a character wherever the keyboard has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keys {
    /// A key alone.
    Plain(Key),
    /// A key with Shift.
    Shift(Key),
    /// A key with Control (Command on a Mac).
    Control(Key),
    /// A character, which sits on another key on every keyboard.
    Character(&'static str),
}

impl Keys {
    /// Whether it means the same while text is being written.
    pub(super) fn with_control(self) -> bool {
        matches!(self, Self::Control(_))
    }

    /// Takes the press out of the input; true when there was one.
    pub(super) fn take(self, input: &mut InputState) -> bool {
        match self {
            Self::Plain(key) => !input.modifiers.any() && input.consume_key(Modifiers::NONE, key),
            Self::Shift(key) => input.modifiers.shift && input.consume_key(Modifiers::SHIFT, key),
            Self::Control(key) => input.consume_key(Modifiers::COMMAND, key),
            Self::Character(wanted) => {
                let before = input.events.len();
                input.events.retain(|event| !matches!(event, Event::Text(text) if text == wanted));
                before != input.events.len()
            }
        }
    }

    /// How it is written on a key cap.
    pub fn words(self) -> String {
        match self {
            Self::Plain(key) => name(key).to_owned(),
            Self::Shift(key) => format!("Shift+{}", name(key)),
            Self::Control(key) => format!("Ctrl+{}", name(key)),
            Self::Character(text) => text.to_owned(),
        }
    }
}

fn name(key: Key) -> &'static str {
    match key {
        Key::ArrowDown => "↓",
        Key::ArrowUp => "↑",
        Key::ArrowLeft => "←",
        Key::ArrowRight => "→",
        Key::Escape => "Esc",
        Key::PageDown => "PgDn",
        Key::PageUp => "PgUp",
        _ => key.name(),
    }
}
