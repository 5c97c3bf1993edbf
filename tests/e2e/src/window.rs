//! The workstation's window as an operator has it: on a display of its own, worked by keys, looked at by its pixels.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{program, run};

/// Size of the display and of the window on it, pixels.
pub const SIZE: (usize, usize) = (1280, 720);

/// A part of the display, pixels.
#[derive(Clone, Debug)]
pub struct Area {
    /// From left to right.
    pub x: std::ops::Range<usize>,
    /// From the top down.
    pub y: std::ops::Range<usize>,
}

impl Area {
    /// Rows of pixels over the whole width.
    #[must_use]
    pub const fn rows(from: usize, upto: usize) -> Self {
        Self { x: 0..SIZE.0, y: from..upto }
    }
}

/// A display whose pixels lie in a file (Xvfb).
pub struct Display {
    server: Child,
    name: String,
    pixels: PathBuf,
}

impl Display {
    /// Starts one; its pixels lie in `folder`.
    ///
    /// # Errors
    /// When Xvfb is missing or does not start within 20 s.
    pub fn start(folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let said = folder.join("display");
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0"])
            .arg(format!("{}x{}x24", SIZE.0, SIZE.1))
            .args(["-nolisten", "tcp", "-noreset", "+extension", "GLX", "-fbdir"])
            .arg(folder)
            .stdout(std::fs::File::create(&said)?)
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb is missing: packaging/prepare test installs it")?;
        let began = Instant::now();
        loop {
            let number = std::fs::read_to_string(&said)?;
            if number.ends_with('\n') {
                return Ok(Self {
                    server,
                    name: format!(":{}", number.trim()),
                    pixels: folder.join("Xvfb_screen0"),
                });
            }
            if let Some(status) = server.try_wait()? {
                bail!("Xvfb ended with {status}");
            }
            ensure!(began.elapsed() < Duration::from_secs(20), "Xvfb does not say its display");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What is in a part of it now, four bytes a pixel.
    ///
    /// # Errors
    /// When the file is not one of `xwd`'s format.
    pub fn pixels(&self, area: &Area) -> Result<Vec<u8>> {
        let file = std::fs::read(&self.pixels)?;
        let word = |at: usize| {
            let bytes = file.get(at * 4..at * 4 + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(|bytes| u32::from_be_bytes(bytes) as usize).context("the picture is cut short")
        };
        // XWDFileHeader: header_size, …, bytes_per_line, …, ncolors; a colour takes 12 bytes.
        let (header, line, colours) = (word(0)?, word(12)?, word(19)?);
        let start = header + colours * 12;
        let mut seen = Vec::with_capacity(area.y.len() * area.x.len() * 4);
        for row in area.y.clone() {
            let begin = start + row * line;
            let bytes = file.get(begin + area.x.start * 4..begin + area.x.end * 4);
            seen.extend_from_slice(bytes.context("the picture is smaller")?);
        }
        Ok(seen)
    }

    fn tool(&self, words: &[&str]) -> Result<String> {
        run(Command::new("xdotool").env("DISPLAY", &self.name).args(words))
    }

    /// Presses a key, by its X name, with modifiers as in `ctrl+1`.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn press(&self, key: &str) -> Result<()> {
        self.tool(&["key", "--clearmodifiers", key]).map(drop)
    }

    /// Gives the keyboard to the window of this name once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub fn focus(&self, name: &str) -> Result<()> {
        self.tool(&["search", "--sync", "--onlyvisible", "--name", name, "windowfocus", "--sync"])
            .map(drop)
    }

    /// Waits until `fits` says yes to a part of the display.
    ///
    /// # Errors
    /// When it does not within `limit`.
    pub fn until(&self, area: &Area, limit: Duration, what: &str, fits: impl Fn(&[u8]) -> bool) -> Result<Duration> {
        let began = Instant::now();
        loop {
            if fits(&self.pixels(area)?) {
                return Ok(began.elapsed());
            }
            if began.elapsed() > limit {
                let picture = self.keep()?;
                bail!("not within {limit:?}: {what}; see {}", picture.display());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits until nothing changes for a while, and gives what is to be seen.
    ///
    /// # Errors
    /// When it goes on changing.
    pub fn still(&self, area: &Area, quiet: Duration, limit: Duration) -> Result<Vec<u8>> {
        let began = Instant::now();
        let (mut seen, mut since) = (self.pixels(area)?, Instant::now());
        while since.elapsed() < quiet {
            ensure!(began.elapsed() < limit, "it goes on changing; see {}", self.keep()?.display());
            std::thread::sleep(Duration::from_millis(10));
            let now = self.pixels(area)?;
            if now != seen {
                (seen, since) = (now, Instant::now());
            }
        }
        Ok(seen)
    }

    /// Copies the picture to where it outlives the test, for whoever looks into a failure.
    fn keep(&self) -> Result<PathBuf> {
        let kept = std::env::temp_dir().join(format!("pedkai-window-{}.xwd", std::process::id()));
        std::fs::copy(&self.pixels, &kept)?;
        Ok(kept)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A workstation on a display.
pub struct Window {
    /// What it is shown on.
    pub display: Display,
    child: Child,
    log: PathBuf,
}

impl Window {
    /// Takes a seat at a collector with a token, with settings and data of its own in `folder`.
    ///
    /// # Errors
    /// When the program has not been built, or there is no display.
    pub fn open(folder: &Path, collector: &str, token: &str, words: &[&str]) -> Result<Self> {
        let display = Display::start(&folder.join("screen"))?;
        let log = folder.join("stderr.log");
        let stderr = std::fs::File::create(&log)?;
        // Nothing blinks, so that what changes is what was said.
        let settings = folder.join("settings/pedkai");
        std::fs::create_dir_all(&settings)?;
        std::fs::write(settings.join("seat.json"), r#"{"layout": {"look": {"motion": false}}}"#)?;
        let child = Command::new(program("pedkai")?)
            .args(["--collector", collector, "--theme", "dark", "--size", &format!("{}x{}", SIZE.0, SIZE.1)])
            .args(words)
            .env("DISPLAY", &display.name)
            .env("PEDKAI_TOKEN", token)
            .env("XDG_CONFIG_HOME", folder.join("settings"))
            .env("XDG_DATA_HOME", folder.join("data"))
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("RUST_LOG", "warn,pedkai_seat=info")
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(stderr)
            .spawn()?;
        Ok(Self { display, child, log })
    }

    /// Gives it the keyboard, once it is there.
    ///
    /// # Errors
    /// When it does not come.
    pub fn focus(&self) -> Result<()> {
        self.display.focus("Pedkai")
    }

    /// What it said on its standard error so far.
    ///
    /// # Errors
    /// When that cannot be read.
    pub fn said(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Processor time of all its threads so far.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        crate::cpu_of(self.child.id())
    }

    /// Resident memory in bytes: all of it, and what is not shared with files (libraries, the picture's buffers).
    #[must_use]
    pub fn memory(&self) -> Option<(u64, u64)> {
        let of = |name| crate::memory_of(self.child.id(), name);
        Some((of("VmRSS:")?, of("RssAnon:")?))
    }

    /// Number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn runs(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
