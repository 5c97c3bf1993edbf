//! The Pedkai workstation.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    process::ExitCode,
};

use clap::Parser as _;
use eframe::egui::ViewportBuilder;
use pedkai_seat::{
    args, picture,
    platform::{self, drawing},
    window,
};

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
    match checked.and_then(|()| draw(args)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            tracing::error!("{words}");
            ExitCode::FAILURE
        }
    }
}

/// Opens the window, drawn by whoever can.
fn draw(args: args::Args) -> Result<(), String> {
    let start = match drawing::way(args.drawing, &platform::folders::settings()) {
        drawing::Way::Here(start) => start,
        drawing::Way::Again(reason) => return drawing::again(reason),
    };
    let (wanted, outcome) = (args.drawing, picture::Outcome::default());
    start.begin();
    let ran = catch_unwind(AssertUnwindSafe(|| run(args, outcome.clone(), start.clone())));
    start.leave();
    match ran {
        Ok(Ok(())) => outcome.verdict(),
        Ok(Err(error @ (eframe::Error::Glutin(_) | eframe::Error::NoGlutinConfigs(..) | eframe::Error::OpenGL(_)))) => start.failed(wanted, &error.to_string()),
        Ok(Err(error @ (eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)))) => Err(no_window(&error)),
        Ok(Err(error)) => Err(error.to_string()),
        Err(panic) if start.was_drawn() => resume_unwind(panic),
        Err(_) => start.failed(wanted, "making the window failed, as told above"),
    }
}

fn no_window(error: &eframe::Error) -> String {
    let words = error.to_string();
    let why = words.rsplit(": ").next().unwrap_or_default();
    format!("No window can be opened ({why}). Is there a display? DISPLAY or WAYLAND_DISPLAY name it; without one, Xvfb will do")
}

fn run(args: args::Args, outcome: picture::Outcome, start: drawing::Start) -> Result<(), eframe::Error> {
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
        Box::new(move |creation| Ok(Box::new(window::Window::new(&creation.egui_ctx, args, outcome, start)?))),
    )
}
