//! The Pedkai workstation.

use std::process::ExitCode;

use clap::Parser as _;
use eframe::egui::ViewportBuilder;
use pedkai_seat::{args, picture, platform, window};

/// The map's meshes are some megabytes, made anew for every frame: an allocator that keeps its pages saves half of such a frame.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    if words.next().is_some_and(|word| word == platform::child::ROLE) {
        return platform::role::run(words.collect());
    }
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let args = args::Args::parse();
    let checked = args.check().map_err(str::to_owned).and_then(|()| picture::check(&args));
    let outcome = picture::Outcome::default();
    let ran = checked.and_then(|()| run(args, outcome.clone()).map_err(|error| error.to_string()));
    match ran.and_then(|()| outcome.verdict()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            tracing::error!("{words}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: args::Args, outcome: picture::Outcome) -> Result<(), eframe::Error> {
    let (width, height) = args.size.unwrap_or((1_600.0, 900.0));
    let mut viewport = ViewportBuilder::default()
        .with_title("Pedkai")
        .with_app_id("pedkai")
        .with_inner_size([width, height])
        .with_min_inner_size([800.0, 600.0]);
    if let Some(icon) = platform::icon() {
        viewport = viewport.with_icon(icon);
    }
    if args.wall {
        viewport = viewport.with_fullscreen(true);
        if let Some(monitor) = args.monitor {
            viewport = viewport.with_monitor(monitor);
        }
    }
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native(
        "pedkai",
        options,
        Box::new(move |creation| Ok(Box::new(window::Window::new(&creation.egui_ctx, args, outcome)?))),
    )
}
