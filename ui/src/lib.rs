//! Every view of the Pedkai workstation: functions of the model that return intents. No sockets, no disk, no threads.

pub mod theme;
