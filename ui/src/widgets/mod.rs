//! The parts that screens are made of.
//!
//! - does: draws one small thing each and says what was done to it
//! - takes: plain values and the theme of the `Ui` it is drawn in
//! - gives: egui responses, each with a name for screen readers and tests
//! - never knows: the model, commands, or which screen it stands on

pub mod badge;
pub mod button;
pub mod card;
pub mod chip;
pub mod countdown;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod key;
pub mod plot;
mod script;
pub mod selection;
pub mod sparkline;
pub mod table;
pub mod text;
pub mod timeline;
pub mod toast;
