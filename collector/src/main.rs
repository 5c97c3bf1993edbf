//! The headless service.

use std::process::ExitCode;

fn main() -> ExitCode {
    pedkai_collector::cli::run(std::env::args_os())
}
