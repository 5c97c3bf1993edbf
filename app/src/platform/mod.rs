//! What differs from machine to machine.
//!
//! - does: knows the clock, the zone, the folders; keeps what the operator chose; runs a collector of our own
//! - takes: the environment
//! - gives: times, paths, settings, the address of our own collector
//! - never knows: alarms, views

pub mod child;
mod clock;
mod demo;
pub mod drawing;
pub mod folders;
pub mod role;
pub mod settings;

pub use clock::{now, wall};

/// The zone of this machine; UTC where it cannot be known.
pub fn zone() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::try_system().unwrap_or(jiff::tz::TimeZone::UTC)
}

/// The product's icon for the window.
pub fn icon() -> Option<eframe::egui::IconData> {
    let picture = image::load_from_memory(include_bytes!("../../../icons/pedkai-256.png")).ok()?.into_rgba8();
    let (width, height) = picture.dimensions();
    Some(eframe::egui::IconData {
        rgba: picture.into_raw(),
        width,
        height,
    })
}
