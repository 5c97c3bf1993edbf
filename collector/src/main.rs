//! The headless service.

use std::process::ExitCode;

/// Small pieces of memory come and go by the million: an allocator made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    pedkai_collector::cli::run(std::env::args_os())
}
