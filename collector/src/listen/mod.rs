//! Ears: SNMP notifications and syslog.
//!
//! - **does**: opens the sockets, authenticates and unframes what comes in, finds its tenant, hands it in as events; answers informs
//!   once they are durable, holds TCP senders back while a queue is full, counts what is dropped and keeps what cannot be read.
//! - **takes**: addresses, communities, users and sources; a door to each tenant; a store for dead letters; a clock.
//! - **gives**: events, dead letters, counters, the addresses it really listens on.
//! - **never knows**: what an event means, the topology, how anything is stored.

mod counters;
mod dead;
mod door;
mod gather;
mod handle;
mod kernel;
mod params;
mod post;
pub mod snmp;
pub mod syslog;
mod udp;

pub use counters::{Counters, Dropped};
pub use dead::{DeadLetter, DeadLetters, DeadReason, Transport};
pub use door::{Door, Doors, Durable};
pub use handle::{Handle, Redriven, World, start};
pub use params::{CommunityParams, Network, Params, SnmpParams, SourceParams, StartError, SyslogParams, TlsParams, UserParams};
pub use post::Post;
