//! Pictures of the window, then the end.
//!
//! - does: waits for the moment of each picture, shows what it is of, takes it and writes it
//! - takes: the command line, the seat that is photographed
//! - gives: files, and a summary of what they show
//! - never knows: how anything is drawn

mod file;
mod shots;

use std::{
    collections::VecDeque,
    io::Write,
    sync::{Arc, mpsc},
    time::{Duration, Instant},
};

use eframe::egui::{ColorImage, Context, ViewportCommand};
use pedkai_ui::{model::Model, views::ViewName};

pub use self::shots::Shot;
use crate::{args::Args, platform, window::Seat};

/// Pictures that are to be taken, one after the other.
pub struct Pictures {
    shots: VecDeque<Shot>,
    began: Instant,
    step: Step,
}

enum Step {
    Waiting,
    Settling(Instant),
    Coming(mpsc::Receiver<Arc<ColorImage>>),
}

/// Longest to wait for a line that does not come up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a screen is drawn before its picture is taken, so that it has asked what it wants to know.
const SETTLED: Duration = Duration::from_millis(600);
/// Longest to wait for the collector's answers to a screen's questions.
const ANSWERED: Duration = Duration::from_secs(5);

impl Pictures {
    /// Those that the command line asks for.
    pub fn wanted(args: &Args) -> Option<Self> {
        let shots = shots::of(args);
        (!shots.is_empty()).then(|| Self {
            shots: shots.into(),
            began: Instant::now(),
            step: Step::Waiting,
        })
    }

    /// Goes one step on; the window closes after the last one.
    pub fn advance(&mut self, ctx: &Context, seat: &mut Seat) {
        let Some(shot) = self.shots.front() else { return };
        match &self.step {
            Step::Waiting => {
                let waited = self.began.elapsed();
                let something = seat.replica.is_live() || seat.welcome.is_some();
                if waited >= shot.after && (something || waited >= shot.after + PATIENCE) {
                    pose(ctx, seat, shot);
                    self.step = Step::Settling(Instant::now());
                }
                ctx.request_repaint_after(Duration::from_millis(50));
            }
            Step::Settling(since) => {
                let answered = !seat.replica.model.details.waiting() || since.elapsed() >= ANSWERED;
                if answered && since.elapsed() >= SETTLED {
                    self.step = Step::Coming(ask(ctx));
                }
                ctx.request_repaint_after(Duration::from_millis(50));
            }
            Step::Coming(coming) => match coming.try_recv() {
                Ok(picture) => {
                    if let Err(error) = file::write(shot, &picture) {
                        tracing::error!("{} could not be written: {error:#}", shot.file.display());
                    }
                    self.shots.pop_front();
                    self.step = Step::Waiting;
                    if self.shots.is_empty() {
                        ctx.send_viewport_cmd(ViewportCommand::Close);
                    }
                    ctx.request_repaint();
                }
                Err(_) => ctx.request_repaint(),
            },
        }
    }
}

fn ask(ctx: &Context) -> mpsc::Receiver<Arc<ColorImage>> {
    let (tell, coming) = mpsc::channel();
    let wake = ctx.clone();
    ctx.request_screenshot(move |picture| {
        if tell.send(picture).is_ok() {
            wake.request_repaint();
        }
    });
    coming
}

/// Lets the seat show what a picture is of.
fn pose(ctx: &Context, seat: &mut Seat, shot: &Shot) {
    if shot.still {
        seat.stand_still(platform::now());
    }
    if let Some(theme) = shot.theme {
        seat.desk.wear(ctx, theme);
    }
    let foremost = seat.replica.model.foremost_incident();
    match (shot.view, foremost) {
        (Some(ViewName::Incident), Some(incident)) => seat.desk.open_incident(incident.id),
        (Some(ViewName::Topology), Some(incident)) if shot.reach => match incident.hypotheses.first() {
            Some(cause) => seat.desk.show_reach(cause.entity_id),
            None => seat.desk.go(ViewName::Topology),
        },
        (Some(view), _) => seat.desk.go(view),
        (None, _) => {}
    }
}

/// Says on standard output what was seen last: which screen, how many alarms and incidents there are, and of each incident its severity,
/// title, number of alarms and likeliest cause.
pub fn summary(view: ViewName, model: &Model) {
    let mut out = std::io::stdout().lock();
    // Nobody may be reading; the picture is what was asked for.
    let _ = writeln!(out, "view: {}", view.word().to_lowercase());
    let _ = writeln!(out, "alarms: {}", model.alarms().len());
    let _ = writeln!(out, "incidents: {}", model.incidents().len());
    for incident in model.incidents().iter() {
        let _ = write!(
            out,
            "  {} · {} · {} · {} alarms",
            incident.severity,
            incident.status.word(),
            incident.title,
            incident.alarm_ids.len()
        );
        let _ = match incident.hypotheses.first() {
            Some(cause) => writeln!(out, " · likely {} ({:.0} %)", cause.name, cause.confidence * 100.0),
            None => writeln!(out),
        };
    }
}
