//! Every view of the Pedkai workstation: functions of the model that return intents. No sockets, no disk, no threads.

pub mod command;
pub mod desk;
pub mod format;
pub mod intent;
pub mod model;
pub mod shell;
#[cfg(test)]
mod testing;
pub mod theme;
pub mod views;
pub mod widgets;
