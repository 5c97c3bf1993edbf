//! The built programs with real senders: starts a collector as its users do, and speaks to it with their tools. Knows binaries only.

pub mod window;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A program of this workspace, built beside the tests (`cargo build --workspace` comes first).
///
/// # Errors
/// When it has not been built.
pub fn program(name: &str) -> Result<PathBuf> {
    let me = std::env::current_exe()?;
    let beside = |folders: usize| me.ancestors().nth(folders).map(|folder| folder.join(name)).filter(|path| path.is_file());
    // A program lies in target/<profile>, a test in target/<profile>/deps.
    beside(1)
        .or_else(|| beside(2))
        .with_context(|| format!("{name} is missing beside {}: run 'cargo build --workspace' first", me.display()))
}

/// Runs a command to its end; a failure carries what it printed.
///
/// # Errors
/// When it cannot be started or ends with a failure.
pub fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    done(command, &output)
}

fn done(command: &Command, output: &Output) -> Result<String> {
    if !output.status.success() {
        bail!(
            "{command:?} ended with {}:\n{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command with a text on its standard input.
///
/// # Errors
/// When it cannot be started or ends with a failure.
pub fn run_with_input(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    done(command, &output)
}

/// True when a sender's program is installed here.
#[must_use]
pub fn installed(name: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {name}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Processor time that a process has used so far, all threads, user and system; `None` where the system does not tell.
#[must_use]
pub fn cpu_of(pid: u32) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// Memory of a process in bytes, by the name that the system gives it (`VmRSS:`); `None` where the system does not tell.
#[must_use]
pub fn memory_of(pid: u32, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib * 1024)
}

/// A collector in a data folder of its own.
pub struct Collector {
    child: Option<Child>,
    data: PathBuf,
    config: Option<PathBuf>,
    ready: Value,
    key: String,
}

impl Collector {
    /// Makes a key in `data`, then starts a collector on free ports.
    ///
    /// # Errors
    /// When any of it fails.
    pub fn start(data: &Path, config: Option<&str>) -> Result<Self> {
        std::fs::create_dir_all(data)?;
        let config = match config {
            Some(text) => {
                let path = data.join("test-config.toml");
                std::fs::write(&path, text)?;
                Some(path)
            }
            None => None,
        };
        let mut collector = Self {
            child: None,
            data: data.to_owned(),
            config,
            ready: Value::Null,
            key: String::new(),
        };
        collector.key = collector.new_key("default", "alarm:write,kpi:write,topology:write,read")?;
        collector.serve()?;
        Ok(collector)
    }

    /// The collector's own command line on this data folder.
    ///
    /// # Errors
    /// When the program has not been built.
    pub fn command(&self) -> Result<Command> {
        let mut command = Command::new(program("pedkai-collector")?);
        command.arg("--data").arg(&self.data);
        Ok(command)
    }

    /// A new machine key.
    ///
    /// # Errors
    /// When the command fails.
    pub fn new_key(&self, tenant: &str, scopes: &str) -> Result<String> {
        Ok(run(self.command()?.args(["key", "add", "--tenant", tenant, "--scope", scopes]))?
            .trim()
            .to_owned())
    }

    /// Starts on free ports, or again on the same.
    ///
    /// # Errors
    /// When it does not say that it is ready within 30 s.
    pub fn serve(&mut self) -> Result<()> {
        self.serve_with(&[])
    }

    /// Starts on free ports, or again on the same, with these variables in its environment.
    ///
    /// # Errors
    /// When it does not say that it is ready.
    pub fn serve_with(&mut self, environment: &[(&str, &Path)]) -> Result<()> {
        let mut command = Command::new(program("pedkai-collector")?);
        command.arg("serve");
        for (flag, door) in [
            ("--api", "api"),
            ("--snmp", "snmp"),
            ("--syslog-udp", "syslog_udp"),
            ("--syslog-tcp", "syslog_tcp"),
        ] {
            // Free ports at first, then the same again: its senders must find it after a restart.
            command.arg(flag).arg(self.door(door).unwrap_or_else(|_| "127.0.0.1:0".to_owned()));
        }
        command.arg("--data").arg(&self.data);
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        command.envs(environment.iter().map(|(name, value)| (name, value.as_os_str())));
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.data.join("test-stderr.log"))?;
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn()?;
        let stdout = child.stdout.take().context("stdout is piped")?;
        self.child = Some(child);
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        self.ready = serde_json::from_str(&line).with_context(|| format!("the ready line is '{line}'; see {}", self.data.join("test-stderr.log").display()))?;
        Ok(())
    }

    /// Kills it with SIGKILL, as a power cut would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    ///
    /// # Errors
    /// When it ends with a failure.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            run(Command::new("kill").args(["-TERM", &child.id().to_string()]))?;
            let status = child.wait()?;
            if !status.success() {
                bail!("a graceful stop ended with {status}");
            }
        }
        Ok(())
    }

    /// `127.0.0.1:port` of one of its doors: api, snmp, syslog_udp, syslog_tcp.
    ///
    /// # Errors
    /// When the ready line does not name it.
    pub fn door(&self, name: &str) -> Result<String> {
        let url = self.ready[name]
            .as_str()
            .with_context(|| format!("the ready line has no {name}: {}", self.ready))?;
        Ok(url.rsplit_once("//").map_or(url, |(_, address)| address).to_owned())
    }

    /// Calls the API with curl: status and body.
    ///
    /// # Errors
    /// When curl fails or the body is no JSON.
    pub fn call(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let mut command = Command::new("curl");
        command.args([
            "-sS",
            "-m",
            "30",
            "-X",
            method,
            "-w",
            "\n%{http_code}",
            "-H",
            &format!("Authorization: Bearer {key}"),
        ]);
        let text = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            command.args(["-H", "Content-Type: application/json", "--data-binary", "@-"]);
        }
        command.arg(format!("http://{}{path}", self.door("api")?));
        let answer = run_with_input(&mut command, &text)?;
        let (body, status) = answer.rsplit_once('\n').context("curl prints the status last")?;
        let value = if body.trim().is_empty() {
            Value::Null
        } else {
            serde_json::from_str(body).with_context(|| format!("{path}: {body}"))?
        };
        Ok((status.parse()?, value))
    }

    /// GETs with the collector's own key; anything but 200 is an error.
    ///
    /// # Errors
    /// See above.
    pub fn get(&self, path: &str) -> Result<Value> {
        match self.call("GET", path, &self.key, None)? {
            (200, body) => Ok(body),
            (status, body) => bail!("GET {path}: {status} {body}"),
        }
    }

    /// POSTs with the collector's own key.
    ///
    /// # Errors
    /// When curl fails.
    pub fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        self.call("POST", path, &self.key, Some(body))
    }

    /// Asks again and again until `check` finds what it looks for in the answer.
    ///
    /// # Errors
    /// When it is not there after `limit`; carries the last answer.
    pub fn until<T>(&self, path: &str, limit: Duration, check: impl Fn(&Value) -> Option<T>) -> Result<T> {
        let start = Instant::now();
        loop {
            let answer = self.get(path)?;
            if let Some(found) = check(&answer) {
                return Ok(found);
            }
            if start.elapsed() > limit {
                bail!("not within {limit:?}: {path} says {}", serde_json::to_string_pretty(&answer)?);
            }
            std::thread::yield_now();
        }
    }

    /// What is in a list's `items`, every page of it.
    ///
    /// # Errors
    /// When a page cannot be read.
    pub fn all(&self, path: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let page = self.get(&match &cursor {
                Some(cursor) => format!("{path}{joint}limit=1000&cursor={cursor}"),
                None => format!("{path}{joint}limit=1000"),
            })?;
            items.extend(page["items"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(items),
            }
        }
    }

    /// Processor time that it has used so far, all threads, user and system; `None` where the system does not tell.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        cpu_of(self.child.as_ref()?.id())
    }

    /// Resident memory in bytes; `None` where the system does not tell.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        memory_of(self.child.as_ref()?.id(), "VmRSS:")
    }

    /// The sum of a metric over its labels.
    ///
    /// # Errors
    /// When the metrics cannot be read.
    pub fn metric(&self, name: &str, label: &str) -> Result<f64> {
        let text = run(Command::new("curl").args(["-sS", "-m", "30", &format!("http://{}/metrics", self.door("api")?)]))?;
        let lines = text.lines().filter(|line| line.starts_with(name) && line.contains(label));
        Ok(lines
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .fold(0.0, |sum, value| sum + value))
    }

    /// Number of its process.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Sends an inform once and waits up to `seconds` for its answer; `number` is the interface's.
    ///
    /// # Errors
    /// When none comes.
    pub fn inform(&self, folder: &Path, number: u32, seconds: u32) -> Result<()> {
        let (door, seconds) = (self.door("snmp")?, seconds.to_string());
        let mut command = net_snmp("snmpinform", folder)?;
        command.args(["-v2c", "-c", "public", "-r", "0", "-t", &seconds, &door, "1", "1.3.6.1.6.3.1.1.5.3"]);
        command.args(["1.3.6.1.2.1.2.2.1.1.1", "i", &number.to_string()]);
        run(&mut command).map(drop)
    }

    /// The collector's own key.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// net-snmp's senders with an environment of their own, so that they start at once and leave nothing behind.
///
/// # Errors
/// When the folder cannot be made.
pub fn net_snmp(program: &str, folder: &Path) -> Result<Command> {
    let own = folder.join("net-snmp");
    std::fs::create_dir_all(&own)?;
    let mut command = Command::new(program);
    command.env("MIBS", "").env("SNMP_PERSISTENT_DIR", &own).env("SNMPCONFPATH", &own);
    Ok(command)
}
