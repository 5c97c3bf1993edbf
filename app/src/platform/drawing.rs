//! Who draws: the graphics card, or the processor where the card's driver fails.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Who is to draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drawing {
    /// The graphics card, and the processor where its driver fails.
    #[default]
    Auto,
    /// The graphics card, whatever happened before.
    Card,
    /// The processor.
    Processor,
}

/// Says to the program that it was started again to be drawn by the processor, and why.
const REASON: &str = "PEDKAI_DRAWING";
/// Makes Mesa draw by the processor, whatever vendor's driver is preferred.
const SOFTWARE: [(&str, &str); 3] = [
    ("LIBGL_ALWAYS_SOFTWARE", "1"),
    ("GALLIUM_DRIVER", "llvmpipe"),
    ("__GLX_VENDOR_LIBRARY_NAME", "mesa"),
];
/// Choices of a driver that would lead Mesa elsewhere.
const OTHERWISE: [&str; 6] = [
    "DRI_PRIME",
    "GBM_BACKEND",
    "LIBGL_DRIVERS_PATH",
    "MESA_GL_VERSION_OVERRIDE",
    "MESA_LOADER_DRIVER_OVERRIDE",
    "__EGL_VENDOR_LIBRARY_FILENAMES",
];
/// Starts that ended before anything was drawn, after which the card is not tried again by itself.
const ENOUGH: usize = 2;

/// A start of the window.
#[derive(Clone, Debug)]
pub struct Start {
    folder: PathBuf,
    by_processor: bool,
    note: Option<String>,
    drawn: Arc<AtomicBool>,
}

/// How a window is to be begun.
#[derive(Debug)]
pub enum Way {
    /// In this process.
    Here(Start),
    /// By the processor, in this program started again; because of this.
    Again(&'static str),
}

const CRASHED: &str = "crashed";
const FAILED: &str = "failed";
const WANTED: &str = "wanted";

/// How to begin. Starts that ended before anything was drawn left a file in `folder`.
pub fn way(drawing: Drawing, folder: &Path) -> Way {
    let reason = std::env::var(REASON).ok();
    decide(drawing, folder, reason.as_deref(), alive)
}

fn decide(drawing: Drawing, folder: &Path, reason: Option<&str>, alive: impl Fn(u32) -> bool) -> Way {
    let start = |note: Option<&str>| {
        Way::Here(Start {
            folder: folder.to_owned(),
            by_processor: reason.is_some(),
            note: note.map(str::to_owned),
            drawn: Arc::default(),
        })
    };
    match (reason, drawing) {
        (Some(CRASHED), _) => start(Some(
            "The last start ended before anything was drawn, so the processor draws this window: large maps may be slow. \
             Start it with --drawing card to try the graphics card again.",
        )),
        (Some(FAILED), _) => start(Some(
            "The driver of the graphics card gives no picture, so the processor draws this window: large maps may be slow.",
        )),
        (Some(_), _) => start(None),
        (None, Drawing::Processor) => Way::Again(WANTED),
        (None, Drawing::Card) => {
            forget(folder);
            start(None)
        }
        (None, Drawing::Auto) => match ended_early(folder, alive) {
            Early::Never => start(None),
            Early::Before if failures(folder).len() < ENOUGH => start(None),
            Early::Before | Early::Last => Way::Again(CRASHED),
        },
    }
}

/// Whether starts ended before anything was drawn.
#[derive(Debug, PartialEq, Eq)]
enum Early {
    Never,
    /// Some before the last one.
    Before,
    /// The last one.
    Last,
}

fn named(folder: &Path, begins: &str) -> Vec<(PathBuf, u32)> {
    let files = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let number = |name: &OsStr| name.to_str()?.strip_prefix(begins)?.parse().ok();
    files.filter_map(|file| Some((file.path(), number(&file.file_name())?))).collect()
}

fn failures(folder: &Path) -> Vec<(PathBuf, u32)> {
    named(folder, "drawing-failed-")
}

fn ended_early(folder: &Path, alive: impl Fn(u32) -> bool) -> Early {
    let mut last = false;
    for (file, process) in named(folder, "drawing-starts-") {
        if !alive(process) {
            // Where it cannot be renamed it is found the next time too, which is as right.
            let number = failures(folder).len() + 1;
            last |= std::fs::rename(&file, folder.join(format!("drawing-failed-{number}"))).is_ok();
        }
    }
    match (last, failures(folder).is_empty()) {
        (true, _) => Early::Last,
        (false, false) => Early::Before,
        (false, true) => Early::Never,
    }
}

fn forget(folder: &Path) {
    for (file, _) in failures(folder) {
        // What stays is tried again with the next start.
        let _ = std::fs::remove_file(file);
    }
}

/// Whether a process of this program runs under a number. Where that cannot be known, it does.
fn alive(process: u32) -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    match (std::fs::read_link(format!("/proc/{process}/exe")), std::env::current_exe()) {
        (Ok(theirs), Ok(ours)) => theirs == ours,
        _ => false,
    }
}

impl Start {
    fn marker(&self) -> PathBuf {
        self.folder.join(format!("drawing-starts-{}", std::process::id()))
    }

    /// The window is about to be made. A driver that ends the program from here on leaves a file behind.
    pub fn begin(&self) {
        let words = "While this file is here, nothing was drawn yet.\n";
        let kept = std::fs::create_dir_all(&self.folder).and_then(|()| std::fs::write(self.marker(), words));
        if let Err(error) = kept {
            tracing::warn!(%error, "should the graphics driver end the program now, the next start will not know");
        }
    }

    /// A frame was drawn.
    pub fn drawn(&self) {
        if !self.drawn.swap(true, Ordering::Relaxed) {
            self.leave();
            if !self.by_processor {
                forget(&self.folder);
            }
        }
    }

    /// Whether a frame was drawn.
    pub fn was_drawn(&self) -> bool {
        self.drawn.load(Ordering::Relaxed)
    }

    /// The program ends in good order, drawn or not.
    pub fn leave(&self) {
        // It may be gone already.
        let _ = std::fs::remove_file(self.marker());
    }

    /// A sentence for the operator, where the processor draws and nobody asked it to.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// What to do when no picture can be made: the program once more, drawn by the processor, which does not come back where it works.
    ///
    /// # Errors
    /// A message for whoever started the program.
    pub fn failed(&self, drawing: Drawing, why: &str) -> Result<(), String> {
        self.leave();
        if self.by_processor || drawing == Drawing::Card || cfg!(not(target_os = "linux")) {
            return Err(nothing_draws(why));
        }
        tracing::warn!(
            why,
            "the graphics driver gives no picture: the program is started again and drawn by the processor"
        );
        again(FAILED)
    }
}

/// The same program with the same words, drawn by the processor. On Unix it takes this one's place.
///
/// # Errors
/// It could not be started.
pub fn again(reason: &'static str) -> Result<(), String> {
    if cfg!(not(target_os = "linux")) {
        return Err(nothing_draws("drawing by the processor is not part of this system"));
    }
    let program = std::env::current_exe().map_err(|error| format!("the program cannot find itself to start again: {error}"))?;
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).envs(SOFTWARE).env(REASON, reason);
    for variable in OTHERWISE {
        command.env_remove(variable);
    }
    let mesa = "/usr/share/glvnd/egl_vendor.d/50_mesa.json";
    if Path::new(mesa).exists() {
        command.env("__EGL_VENDOR_LIBRARY_FILENAMES", mesa);
    }
    replace(&mut command)
}

#[cfg(unix)]
fn replace(command: &mut Command) -> Result<(), String> {
    use std::os::unix::process::CommandExt as _;
    // It comes back only where that failed.
    Err(format!("the program could not be started again: {}", command.exec()))
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the program that was started again ended with {status}")),
        Err(error) => Err(format!("the program could not be started again: {error}")),
    }
}

/// What is said when neither card nor processor gives a picture.
fn nothing_draws(why: &str) -> String {
    let what = if cfg!(windows) {
        "Install the driver of the graphics card's maker; on a machine without one put Mesa's opengl32.dll beside pedkai.exe"
    } else {
        "Install Mesa: 'apt install libgl1 libegl1 libgl1-mesa-dri' on Debian and Ubuntu, 'dnf install mesa-libGL mesa-libEGL mesa-dri-drivers' on Fedora"
    };
    format!("No picture can be drawn on this machine: OpenGL does not work ({why}). {what}, then start the workstation again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(folder: &Path, reason: Option<&str>) -> Start {
        match decide(Drawing::Auto, folder, reason, |_| false) {
            Way::Here(start) => start,
            Way::Again(why) => panic!("{why}"),
        }
    }

    fn crashes(folder: &Path) {
        begun(folder, None).begin();
        assert!(matches!(decide(Drawing::Auto, folder, None, |_| false), Way::Again(CRASHED)));
    }

    #[test]
    fn a_start_that_ends_before_the_first_frame_is_followed_by_one_of_the_processor() {
        let folder = tempfile::tempdir().unwrap();
        crashes(folder.path());
        let start = begun(folder.path(), Some(CRASHED));
        assert!(start.note().is_some_and(|note| note.contains("--drawing card")));
        start.begin();
        start.drawn();
        crashes(folder.path());
        assert!(
            matches!(decide(Drawing::Auto, folder.path(), None, |_| false), Way::Again(CRASHED)),
            "a card that ended two starts is not tried again by itself"
        );
        assert!(matches!(decide(Drawing::Card, folder.path(), None, |_| false), Way::Here(_)));
        let start = begun(folder.path(), None);
        assert_eq!(start.note(), None, "and by word it is");
    }

    #[test]
    fn a_card_that_draws_again_is_forgiven_and_so_is_an_end_in_good_order() {
        let folder = tempfile::tempdir().unwrap();
        crashes(folder.path());
        let start = begun(folder.path(), None);
        start.begin();
        start.drawn();
        assert!(start.was_drawn() && std::fs::read_dir(folder.path()).unwrap().next().is_none());
        let start = begun(folder.path(), None);
        start.begin();
        start.leave();
        assert_eq!(begun(folder.path(), None).note(), None);
    }

    #[test]
    fn another_window_that_is_just_starting_is_no_crash() {
        let folder = tempfile::tempdir().unwrap();
        begun(folder.path(), None).begin();
        assert!(matches!(decide(Drawing::Auto, folder.path(), None, |_| true), Way::Here(_)));
        assert!(alive(std::process::id()) || cfg!(not(target_os = "linux")));
    }

    #[test]
    fn the_processor_that_was_asked_for_says_nothing_and_one_that_fails_too_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(decide(Drawing::Processor, folder.path(), None, |_| false), Way::Again(WANTED)));
        assert_eq!(begun(folder.path(), Some(WANTED)).note(), None);
        let told = begun(folder.path(), Some(FAILED)).failed(Drawing::Auto, "GLXBadFBConfig");
        assert!(told.is_err_and(|words| words.contains("Install") && words.contains("GLXBadFBConfig")));
    }
}
