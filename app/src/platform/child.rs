//! A collector of our own: the same executable in another role, which outlives a crash of the window.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use pedkai_core::wire::Ready;
use serde::Deserialize;

use super::role::STOP;

/// First argument that puts this executable into the collector's role.
pub const ROLE: &str = "collector-child";

/// A collector that is starting, or runs.
#[derive(Debug)]
pub struct Collector {
    /// None: it was running when we came.
    child: Option<(Child, ChildStdin)>,
    token: String,
    ready: mpsc::Receiver<anyhow::Result<Ready>>,
}

/// What a running collector writes for its owner's eyes.
#[derive(Deserialize)]
struct RunFile {
    api: String,
    token: String,
    version: String,
}

/// How a collector of our own is wanted.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Where it keeps its data.
    pub data: PathBuf,
    /// With the network that it makes itself.
    pub demo: bool,
}

impl Collector {
    /// Takes over one that a crashed window left behind, or starts one. `wake` is called when there is something to know about it.
    pub fn start(wish: &Wish, wake: impl Fn() + Send + 'static) -> anyhow::Result<Self> {
        match left_behind(&wish.data) {
            Some(run) => Ok(Self::adopt(run)),
            None => Self::spawn(wish, wake),
        }
    }

    fn adopt(run: RunFile) -> Self {
        let (tell, ready) = mpsc::channel();
        let word = Ready {
            ready: true,
            api: run.api,
            snmp: None,
            syslog_udp: None,
            syslog_tcp: None,
            syslog_tls: None,
            version: run.version,
        };
        if tell.send(Ok(word)).is_err() {
            tracing::debug!("nobody waits for the collector");
        }
        Self {
            child: None,
            token: run.token,
            ready,
        }
    }

    fn spawn(wish: &Wish, wake: impl Fn() + Send + 'static) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("our own executable cannot be found")?;
        std::fs::create_dir_all(&wish.data).context("no folder for the collector's data")?;
        let mut command = Command::new(program);
        command.arg(ROLE).arg("--data").arg(&wish.data);
        if wish.demo {
            command.arg("--demo");
        }
        let log = log_file(&wish.data);
        let command = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.map_or_else(Stdio::null, Stdio::from));
        let mut child = command.spawn().context("the collector could not be started")?;
        let token = token();
        let mut pipe = child.stdin.take().context("the collector has no pipe")?;
        writeln!(pipe, "{token}").context("the collector did not take its token")?;
        let stdout = child.stdout.take().context("the collector says nothing")?;
        let (tell, ready) = mpsc::channel();
        let hear = move || {
            let mut lines = BufReader::new(stdout).lines();
            let word = match lines.next() {
                Some(Ok(line)) => serde_json::from_str(&line).context("the collector said something else than that it is ready"),
                _ => Err(anyhow::anyhow!("the collector ended before it was ready; collector.log in its folder says why")),
            };
            if tell.send(word).is_ok() {
                wake();
            }
            lines.for_each(drop);
        };
        std::thread::Builder::new()
            .name("collector's word".to_owned())
            .spawn(hear)
            .context("no thread to hear the collector")?;
        Ok(Self {
            child: Some((child, pipe)),
            token,
            ready,
        })
    }

    /// What it said when it was ready, once.
    pub fn ready(&self) -> Option<anyhow::Result<Ready>> {
        self.ready.try_recv().ok()
    }

    /// The token of our seat.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether it has ended.
    pub fn ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|(child, _)| matches!(child.try_wait(), Ok(Some(_)) | Err(_)))
    }
}

/// How long it may take to write everything.
const GRACE: Duration = Duration::from_secs(5);

impl Drop for Collector {
    fn drop(&mut self) {
        let Some((child, pipe)) = &mut self.child else { return };
        let asked = Instant::now();
        let told = writeln!(pipe, "{STOP}").and_then(|()| pipe.flush()).is_ok();
        while told && asked.elapsed() < GRACE {
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Ok(Some(_)) | Err(_) => return,
            }
        }
        // What was answered is on the log: killing it loses nothing.
        if let Err(error) = child.kill().and_then(|()| child.wait().map(drop)) {
            tracing::warn!(%error, "our collector did not end");
        }
    }
}

/// The collector that still serves this folder, if one does.
fn left_behind(data: &Path) -> Option<RunFile> {
    let text = std::fs::read_to_string(data.join("collector.run")).ok()?;
    let run: RunFile = serde_json::from_str(&text).ok()?;
    let address: SocketAddr = run.api.split_once("://")?.1.parse().ok()?;
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok().map(|_| run)
}

fn token() -> String {
    let half = || uuid::Uuid::new_v4().simple().to_string();
    format!("{}{}", half(), half())
}

fn log_file(data: &Path) -> Option<std::fs::File> {
    std::fs::OpenOptions::new().create(true).append(true).open(data.join("collector.log")).ok()
}
