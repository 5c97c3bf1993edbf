//! This executable as a collector.

use std::{ffi::OsString, process::ExitCode};

/// The word on stdin that ends the role in good order.
pub const STOP: &str = "stop";

/// Runs the collector's role with these arguments; the seat's token is the first line of stdin.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let _ = words;
    ExitCode::FAILURE
}
