use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};

use pedkai_core::model::Timestamp;

use super::args::Reach;
use super::say;
use super::serve::data_dir;
use crate::config::Config;
use crate::engine::{Clock, WallClock};
use crate::journal::log::LogReader;

/// Free room below which a disk is called full, bytes.
const ROOM: u64 = 1 << 30;

/// What was looked at and what was found.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    problems: usize,
}

impl Report {
    fn note(&mut self, what: &str, found: Result<String, String>) {
        match found {
            Ok(fine) => self.lines.push(format!("ok       {what}: {fine}")),
            Err(problem) => {
                self.problems += 1;
                self.lines.push(format!("PROBLEM  {what}: {problem}"));
            }
        }
    }
}

/// Looks at everything that a collector needs; changes nothing.
pub(super) async fn run(reach: &Reach, config: Option<&Path>) -> anyhow::Result<bool> {
    anyhow::ensure!(
        reach.collector.is_none(),
        "doctor looks at this machine: run it on the collector's machine, with --data"
    );
    let data = data_dir(reach)?;
    let mut report = Report::default();
    let config = match config {
        Some(file) => match Config::read(file) {
            Ok(config) => {
                report.note("configuration", Ok(format!("{} can be read", file.display())));
                config
            }
            Err(error) => {
                report.note("configuration", Err(error.to_string()));
                Config::default()
            }
        },
        None => Config::default(),
    };
    report.note("clock", clock(&data));
    let running = data_folder(&data, &mut report);
    report.note("disk", room(&data));
    tenants(&data, &mut report);
    certificates(&config, &mut report);
    if running {
        report.lines.push("ok       ports: a collector is running on this folder".to_owned());
    } else {
        ports(&config, &mut report);
    }
    report.lines.push(match report.problems {
        0 => "no problem found".to_owned(),
        n => format!("{n} problems found"),
    });
    say(&report.lines.join("\n"))?;
    Ok(report.problems == 0)
}

/// The clock must not stand before what was written last, nor absurdly.
fn clock(data: &Path) -> Result<String, String> {
    let now = WallClock.now();
    let built = Timestamp::parse("2026-01-01T00:00:00Z")?;
    if now < built {
        return Err(format!("it says {now}, which is before this program was made: set it, and keep it by NTP"));
    }
    let newest = logs(data)
        .filter_map(|(_, log)| LogReader::open(&log).ok()?.head().ok())
        .map(|head| head.at)
        .max();
    match newest {
        Some(at) if at.since(now).as_seconds() > 60.0 => Err(format!("it says {now}, but the log was written at {at}: the clock went back")),
        _ => Ok(now.to_string()),
    }
}

/// Whether the folder is fit, and whether a collector has it now.
fn data_folder(data: &Path, report: &mut Report) -> bool {
    if !data.exists() {
        let parent = data.ancestors().skip(1).find(|folder| folder.exists());
        let found = match parent {
            Some(parent) => writable(parent).map(|()| format!("{} does not exist yet and can be made", data.display())),
            None => Err(format!("no folder above {} exists", data.display())),
        };
        report.note("data folder", found);
        return false;
    }
    report.note("data folder", writable(data).map(|()| data.display().to_string()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for name in ["signing.key", "system.db", "collector.run"] {
            let path = data.join(name);
            if let Ok(meta) = std::fs::metadata(&path)
                && meta.permissions().mode() & 0o077 != 0
            {
                report.note("secrets", Err(format!("{} can be read by others: chmod 600 it", path.display())));
            }
        }
    }
    let lock = std::fs::File::options().write(true).open(data.join("lock"));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

fn writable(folder: &Path) -> Result<(), String> {
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, b"x")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|error| format!("{} cannot be written to ({error}): check who owns it", folder.display()))
}

fn room(data: &Path) -> Result<String, String> {
    let folder = data.ancestors().find(|folder| folder.exists()).unwrap_or(data);
    let free = fs4::available_space(folder).map_err(|error| format!("its room cannot be asked for: {error}"))?;
    let told = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
    if free < ROOM {
        return Err(format!("{told}: make room, a full disk stops the log"));
    }
    Ok(told)
}

/// The logs in a data folder, each with its tenant's folder name.
fn logs(data: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let mut found: Vec<(String, PathBuf)> = std::fs::read_dir(data.join("tenants"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path().join("log.db")))
        .filter(|(_, log)| log.is_file())
        .collect();
    found.sort();
    found.into_iter()
}

fn tenants(data: &Path, report: &mut Report) {
    for (name, log) in logs(data) {
        let found = LogReader::open(&log)
            .and_then(|log| log.head())
            .map(|head| format!("record {} of {}", head.seq, head.at))
            .map_err(|error| error.to_string());
        report.note(&format!("log of {name}"), found);
    }
}

fn certificates(config: &Config, report: &mut Report) {
    let syslog = &config.syslog;
    for (what, file) in [
        ("certificate", &syslog.tls_certificate),
        ("key", &syslog.tls_key),
        ("client roots", &syslog.tls_client_roots),
    ] {
        let Some(file) = file else { continue };
        let found = match std::fs::read_to_string(file) {
            Ok(text) if text.contains("-----BEGIN ") => Ok(format!("{} is PEM", file.display())),
            Ok(_) => Err(format!("{} holds no PEM block", file.display())),
            Err(error) => Err(format!("{}: {error}", file.display())),
        };
        report.note(&format!("syslog TLS {what}"), found);
    }
}

fn ports(config: &Config, report: &mut Report) {
    let tcp = |address: SocketAddr| TcpListener::bind(address).map(drop);
    let udp = |address: SocketAddr| UdpSocket::bind(address).map(drop);
    let mut check = |what: &str, address: Option<SocketAddr>, open: &dyn Fn(SocketAddr) -> std::io::Result<()>| {
        if let Some(address) = address {
            let found = open(address)
                .map(|()| format!("{address} is free"))
                .map_err(|error| format!("{address} cannot be opened ({error}): stop what uses it, or choose another"));
            report.note(what, found);
        }
    };
    check("API", Some(config.api.listen), &tcp);
    check("SNMP", config.snmp.listen.address(), &udp);
    check("syslog UDP", config.syslog.udp.address(), &udp);
    check("syslog TCP", config.syslog.tcp.address(), &tcp);
    check("syslog TLS", config.syslog.tls_listen().address(), &tcp);
}
