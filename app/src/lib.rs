//! The Pedkai workstation: a window over its own copy of the network's state.

pub mod args;
pub mod handle;
pub mod link;
pub mod logic;
pub mod picture;
pub mod platform;
pub mod replica;
pub mod shelf;
pub mod welcome;
pub mod window;
