use egui::{Event, Key, Modifiers};

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

    /// Whether the event is this press.
    pub(super) fn fit(self, event: &Event) -> bool {
        let press = |wanted: Key, modifiers: fn(&Modifiers) -> bool| matches!(event, Event::Key { key, pressed: true, modifiers: held, .. } if *key == wanted && modifiers(held));
        match self {
            Self::Plain(key) => press(key, Modifiers::is_none),
            Self::Shift(key) => press(key, |held| held.matches_logically(Modifiers::SHIFT)),
            Self::Control(key) => press(key, |held| held.matches_logically(Modifiers::COMMAND)),
            Self::Character(wanted) => matches!(event, Event::Text(text) if text == wanted),
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
