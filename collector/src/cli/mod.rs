//! The command line.
//!
//! - **does**: reads arguments, starts the collector or speaks to one (starting it for the moment where none runs), prints what was asked.
//! - **takes**: arguments, standard input, environment.
//! - **gives**: one thing on stdout, everything else on stderr, an exit code.
//! - **never knows**: how anything that it asks for is done.

mod analyze;
mod args;
mod audit;
mod backup;
mod doctor;
mod kpi;
mod people;
mod policy;
mod reach;
mod replay;
mod serve;
mod topology;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

/// Runs a command line, its first word the program's name.
#[must_use]
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(words) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no failure; clap knows which is which.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error).context("no runtime")),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error),
    }
}

async fn dispatch(arguments: Arguments) -> anyhow::Result<bool> {
    let reach = &arguments.reach;
    match arguments.command {
        Command::Serve(options) => serve::run(reach, options).await.map(|()| true),
        Command::Tenant(command) => people::tenant(reach, command).await.map(|()| true),
        Command::User(command) => people::user(reach, command).await.map(|()| true),
        Command::Key(command) => people::key(reach, command).await.map(|()| true),
        Command::Kpi(command) => kpi::run(reach, command).await,
        Command::Topology(command) => topology::run(reach, command).await,
        Command::Policy(command) => policy::run(command),
        Command::Audit(command) => audit::run(reach, command).await,
        Command::Backup { folder } => backup::run(reach, &folder).map(|()| true),
        Command::Restore { folder } => backup::restore(reach, &folder).map(|()| true),
        Command::Doctor { config } => doctor::run(reach, config.as_deref()).await,
        Command::Replay(command) => replay::run(reach, &command),
        Command::Analyze(command) => analyze::run(command).map(|()| true),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    note(&format!("pedkai-collector: {error:#}"));
    ExitCode::FAILURE
}

/// What was asked for, on stdout.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

/// What else there is to say, on stderr.
fn note(text: &str) {
    // There is nowhere to say that stderr is gone.
    let _ = writeln!(std::io::stderr(), "{text}");
}
