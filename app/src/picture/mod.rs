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
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use eframe::egui::{ColorImage, Context, ViewportCommand};
use pedkai_ui::{model::Model, views::ViewName};

pub use self::shots::Shot;
use crate::{args::Args, platform, window::Seat};

/// What became of the pictures, for whoever started the program.
#[derive(Clone, Debug, Default)]
pub struct Outcome(Arc<Mutex<Became>>);

#[derive(Debug, Default)]
struct Became {
    wanted: usize,
    written: usize,
    failed: Vec<String>,
}

impl Outcome {
    fn note(&self, what: impl FnOnce(&mut Became)) {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether every picture that was wanted is there.
    ///
    /// # Errors
    /// A sentence that says which is not, and why.
    pub fn verdict(&self) -> Result<(), String> {
        let became = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = became.wanted - became.written;
        match became.failed.first() {
            _ if missing == 0 => Ok(()),
            Some(why) if missing == 1 => Err(why.clone()),
            Some(why) => Err(format!("{missing} of {} pictures are not there: {why}", became.wanted)),
            None => Err(format!("{missing} of {} pictures were not taken: the window was closed before", became.wanted)),
        }
    }
}

/// Makes sure that pictures can be written where the command line wants them, before anybody waits for them.
///
/// # Errors
/// A sentence that says what stands in the way.
pub fn check(args: &Args) -> Result<(), String> {
    let Some(first) = shots::of(args).into_iter().next() else { return Ok(()) };
    let folder = first.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let refused = |error: std::io::Error| format!("{} cannot be written: {error}. Choose another place with --screenshot", first.file.display());
    folder.map_or(Ok(()), std::fs::create_dir_all).map_err(refused)?;
    let there = first.file.exists();
    std::fs::OpenOptions::new().create(true).append(true).open(&first.file).map_err(refused)?;
    if there { Ok(()) } else { std::fs::remove_file(&first.file).map_err(refused) }
}

/// Pictures that are to be taken, one after the other.
pub struct Pictures {
    outcome: Outcome,
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
    pub fn wanted(args: &Args, outcome: Outcome) -> Option<Self> {
        let shots = shots::of(args);
        outcome.note(|became| became.wanted = shots.len());
        (!shots.is_empty()).then(|| Self {
            outcome,
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
                let answered = !seat.replica.model.waiting() || since.elapsed() >= ANSWERED;
                if answered && since.elapsed() >= SETTLED {
                    self.step = Step::Coming(ask(ctx));
                }
                ctx.request_repaint_after(Duration::from_millis(50));
            }
            Step::Coming(coming) => match coming.try_recv() {
                Ok(picture) => {
                    let written = file::write(shot, &picture).map_err(|error| format!("{} could not be written: {error:#}", shot.file.display()));
                    self.outcome.note(|became| match written {
                        Ok(()) => became.written += 1,
                        Err(why) => became.failed.push(why),
                    });
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

/// Writes a picture into a file.
///
/// # Errors
/// What the disk says.
pub fn save(file: &std::path::Path, picture: &ColorImage) -> anyhow::Result<()> {
    file::write(
        &Shot {
            file: file.to_owned(),
            ..Shot::default()
        },
        picture,
    )
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
        (Some(ViewName::Kpis), Some(incident)) => match incident.hypotheses.first() {
            Some(cause) => seat.desk.show_kpis_of(cause.entity_id),
            None => seat.desk.go(ViewName::Kpis),
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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn a_picture_that_is_not_there_is_told() {
        let outcome = Outcome::default();
        assert_eq!(outcome.verdict(), Ok(()), "none was wanted");
        outcome.note(|became| became.wanted = 2);
        assert!(outcome.verdict().is_err_and(|why| why.contains("closed")));
        outcome.note(|became| became.written = 1);
        outcome.note(|became| became.failed.push("a.png could not be written: no room".to_owned()));
        assert_eq!(outcome.verdict(), Err("a.png could not be written: no room".to_owned()));
        outcome.note(|became| became.written = 2);
        assert_eq!(outcome.verdict(), Ok(()));
    }

    #[test]
    fn where_pictures_cannot_be_written_is_known_before_the_window_opens() {
        let folder = tempfile::tempdir().unwrap();
        let args = |file: &str, view: &str| {
            let file = folder.path().join(file);
            Args::try_parse_from(["pedkai", "--screenshot", &file.to_string_lossy(), "--view", view]).unwrap()
        };
        for view in ["alarms", "all"] {
            assert_eq!(check(&args("new/deep/place", view)), Ok(()));
            assert!(!folder.path().join("new/deep/place").is_file(), "nothing is left by looking");
        }
        std::fs::write(folder.path().join("file"), "kept").unwrap();
        assert_eq!(check(&args("file", "alarms")), Ok(()));
        assert_eq!(std::fs::read_to_string(folder.path().join("file")).unwrap(), "kept");
        for (file, view) in [("file/a.png", "alarms"), ("file", "all"), ("file/deep", "all")] {
            assert!(check(&args(file, view)).is_err_and(|why| why.contains("cannot be written")), "{file} {view}");
        }
    }
}
