//! The API over real HTTP, by the contract.

mod access;
mod alarms;
mod bench;
mod commands;
mod feed;
mod isolation;
mod rules;
mod topology;
