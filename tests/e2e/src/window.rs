//! The workstation's window as an operator has it: on a display of its own, worked by keys, looked at by its pixels.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{program, run};

/// Size of the display and of the window on it, pixels.
pub const SIZE: (usize, usize) = (1280, 720);

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

    /// What is on it now between two rows of pixels, four bytes a pixel.
    ///
    /// # Errors
    /// When the file is not one of `xwd`'s format.
    pub fn pixels(&self, rows: std::ops::Range<usize>) -> Result<Vec<u8>> {
        let file = std::fs::read(&self.pixels)?;
        let word = |at: usize| {
            let bytes = file.get(at * 4..at * 4 + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(|bytes| u32::from_be_bytes(bytes) as usize).context("the picture is cut short")
        };
        // XWDFileHeader: header_size, …, bytes_per_line, …, ncolors; a colour takes 12 bytes.
        let (header, line, colours) = (word(0)?, word(12)?, word(19)?);
        let start = header + colours * 12;
        let bytes = file.get(start + rows.start * line..start + rows.end * line);
        Ok(bytes.context("the picture has fewer rows")?.to_vec())
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

    /// Waits until `fits` says yes to the rows of pixels.
    ///
    /// # Errors
    /// When it does not within `limit`.
    pub fn until(&self, rows: std::ops::Range<usize>, limit: Duration, what: &str, fits: impl Fn(&[u8]) -> bool) -> Result<Duration> {
        let began = Instant::now();
        loop {
            if fits(&self.pixels(rows.clone())?) {
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
    pub fn still(&self, rows: &std::ops::Range<usize>, quiet: Duration, limit: Duration) -> Result<Vec<u8>> {
        let began = Instant::now();
        let (mut seen, mut since) = (self.pixels(rows.clone())?, Instant::now());
        while since.elapsed() < quiet {
            ensure!(began.elapsed() < limit, "it goes on changing; see {}", self.keep()?.display());
            std::thread::sleep(Duration::from_millis(10));
            let now = self.pixels(rows.clone())?;
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
}

impl Window {
    /// Takes a seat at a collector with a token, with settings and data of its own in `folder`.
    ///
    /// # Errors
    /// When the program has not been built, or there is no display.
    pub fn open(folder: &Path, collector: &str, token: &str, words: &[&str]) -> Result<Self> {
        let display = Display::start(&folder.join("screen"))?;
        let log = std::fs::File::create(folder.join("stderr.log"))?;
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
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        display.focus("Pedkai")?;
        Ok(Self { display, child })
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
