//! Devices over NETCONF: a real server behind a real sshd, and a device of our own that does what no device should.

mod audit;
mod fake;
mod hold;
mod hostile;
mod real;
mod server;
