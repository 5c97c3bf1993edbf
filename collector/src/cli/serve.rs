use std::io::BufRead;
use std::path::PathBuf;

use anyhow::Context;

use super::args::{Reach, Serve};
use crate::config::{Config, Listen, default_data_dir};
use crate::identity::Secret;
use crate::serve::{self, Options};

pub(super) async fn run(reach: &Reach, flags: Serve) -> anyhow::Result<()> {
    anyhow::ensure!(reach.collector.is_none(), "serve runs a collector: --collector names one that runs already");
    crate::telemetry::init("pedkai-collector", "info");
    let seat = flags.seat_token_stdin.then(seat_token).transpose()?;
    let data = match (&reach.data, flags.demo) {
        (None, true) => data_dir(reach)?.join("demo"),
        _ => data_dir(reach)?,
    };
    let config = config_of(flags)?;
    let handle = serve::run(Options {
        data,
        config,
        seat,
        clock: None,
    })
    .await?;
    super::say(&serde_json::to_string(&handle.ready())?)?;
    tracing::info!(api = %handle.api, "ready");
    stop_asked().await?;
    tracing::info!("stopping");
    handle
        .stop()
        .await
        .context("what was answered is on the log; what remains is read again at the next start")?;
    tracing::info!("stopped");
    Ok(())
}

/// The folder that the flags name, or the platform's.
pub(super) fn data_dir(reach: &Reach) -> anyhow::Result<PathBuf> {
    reach
        .data
        .clone()
        .or_else(default_data_dir)
        .context("this machine names no data folder: give one with --data DIR")
}

fn config_of(flags: Serve) -> anyhow::Result<Config> {
    let mut config = match &flags.config {
        Some(file) => Config::read(file)?,
        None if flags.demo => on_free_ports(),
        None => Config::default(),
    };
    if let Some(api) = flags.api {
        config.api.listen = api;
    }
    for (flag, place) in [
        (flags.snmp, &mut config.snmp.listen),
        (flags.syslog_udp, &mut config.syslog.udp),
        (flags.syslog_tcp, &mut config.syslog.tcp),
    ] {
        if let Some(listen) = flag {
            *place = listen;
        }
    }
    if let Some(listen) = flags.syslog_tls {
        anyhow::ensure!(
            listen.address().is_none() || config.syslog.tls_certificate.is_some(),
            "--syslog-tls needs tls_certificate and tls_key in [syslog] of the configuration"
        );
        config.syslog.tls = Some(listen);
    }
    Ok(config)
}

/// The defaults, with free ports in place of the usual ones.
fn on_free_ports() -> Config {
    let mut config = Config::default();
    config.api.listen.set_port(0);
    for listen in [&mut config.snmp.listen, &mut config.syslog.udp, &mut config.syslog.tcp] {
        if let Listen::At(address) = listen {
            address.set_port(0);
        }
    }
    config
}

fn seat_token() -> anyhow::Result<Secret> {
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the seat's token cannot be read from stdin")?;
    Secret::given(&line).context("the seat's token on stdin needs 16 characters or more")
}

/// Waits for SIGTERM or SIGINT, or what the platform has instead.
async fn stop_asked() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
        }
    }
    #[cfg(not(unix))]
    {
        Ok(tokio::signal::ctrl_c().await?)
    }
}
