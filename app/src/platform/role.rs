//! This executable as a collector: the same service that runs headless elsewhere, with a seat of its own for this window.

use std::{
    ffi::OsString,
    io::{BufRead as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context as _;
use clap::Parser;
use pedkai_collector::{
    config::Config,
    identity::Secret,
    serve::{Handle, Options},
};

use super::demo;

/// Words that the window starts the role with.
#[derive(Debug, Parser)]
struct Words {
    /// Folder that holds everything.
    #[arg(long)]
    data: PathBuf,
    /// With a network of our own making.
    #[arg(long)]
    demo: bool,
}

/// The word on stdin that ends the role in good order.
pub const STOP: &str = "stop";

/// Runs the collector's role; the seat's token is the first line of stdin.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let words = std::iter::once(OsString::from("pedkai")).chain(words);
    let served = Words::try_parse_from(words).context("wrong words for the collector's role").and_then(serve);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(words: Words) -> anyhow::Result<()> {
    let mut lines = std::io::stdin().lock().lines();
    let token = lines.next().context("no token on stdin")?.context("the token could not be read")?;
    let seat = Secret::given(token.trim()).context("the token is too short")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no runtime")?;
    if words.demo {
        demo::fresh(&words.data)?;
    }
    let config = if words.demo { demo::config()? } else { config(&words.data)? };
    let options = Options {
        data: words.data.clone(),
        config,
        seat: Some(seat),
        clock: None,
    };
    let handle = runtime.block_on(pedkai_collector::serve::run(options))?;
    let playing = if words.demo {
        Some(demo::play(&runtime, &handle, &words.data)?)
    } else {
        None
    };
    say_ready(&handle)?;
    wait(lines);
    drop(playing);
    runtime.block_on(handle.stop()).context("not everything could be written")
}

/// The file of the data folder, where there is one.
fn config(data: &std::path::Path) -> anyhow::Result<Config> {
    let file = data.join("collector.toml");
    if file.exists() { Ok(Config::read(&file)?) } else { Ok(Config::default()) }
}

fn say_ready(handle: &Handle) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(&handle.ready())?)?;
    out.flush()?;
    Ok(())
}

/// Waits for the word to stop. A window that crashed says nothing: then the collector goes on, and the next window finds it.
fn wait(lines: impl Iterator<Item = std::io::Result<String>>) {
    for line in lines {
        match line {
            Ok(line) if line.trim() == STOP => return,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    tracing::warn!("the window is gone without a word; the collector goes on");
    loop {
        std::thread::park();
    }
}
