use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use pedkai_core::wire::Problem;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::args::Reach;
use super::serve::data_dir;
use crate::config::{Config, Listen};
use crate::journal::JournalError;
use crate::serve::{self, Handle, Options, StartError};

/// How long a collector that is just starting or stopping is waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// A collector to speak to: one that runs, or one that runs for this command alone, with no ears.
pub(super) struct Link {
    client: reqwest::Client,
    url: String,
    token: String,
    own: Option<Handle>,
}

/// What a running collector leaves in its data folder.
#[derive(Deserialize)]
struct RunFile {
    api: String,
    token: String,
}

impl Link {
    pub(super) async fn open(reach: &Reach) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        if let Some(url) = &reach.collector {
            let token = std::env::var("PEDKAI_TOKEN").context("--collector needs a credential in the environment's PEDKAI_TOKEN")?;
            return Ok(Self {
                client,
                url: url.trim_end_matches('/').to_owned(),
                token,
                own: None,
            });
        }
        let data = data_dir(reach)?;
        let start = Instant::now();
        loop {
            match quiet(&data).await {
                Ok(own) => {
                    return Ok(Self {
                        client,
                        url: format!("http://{}", own.api),
                        token: own.identity().local_token().reveal().to_owned(),
                        own: Some(own),
                    });
                }
                Err(StartError::Journal(JournalError::InUse(_))) => {}
                Err(other) => return Err(other.into()),
            }
            if let Some(run) = running(&client, &data).await {
                return Ok(Self {
                    client,
                    url: run.api,
                    token: run.token,
                    own: None,
                });
            }
            if start.elapsed() > PATIENCE {
                bail!(
                    "another process holds {} and does not answer: wait for it to be ready, or stop it",
                    data.display()
                );
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks in the name of a tenant (of the credential's own, where none is named); anything but success is an error in words.
    pub(super) async fn call<T: DeserializeOwned>(&self, method: Method, path: &str, tenant: Option<&str>, body: Option<&Value>) -> anyhow::Result<T> {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request, path, tenant).await
    }

    /// As [`Link::call`], with a body of CSV.
    pub(super) async fn csv<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)], tenant: &str, body: Vec<u8>) -> anyhow::Result<T> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        let request = self.client.post(format!("{}{path}?{query}", self.url));
        self.send(request.header("content-type", "text/csv").body(body), path, Some(tenant)).await
    }

    async fn send<T: DeserializeOwned>(&self, request: reqwest::RequestBuilder, path: &str, tenant: Option<&str>) -> anyhow::Result<T> {
        let mut request = request.bearer_auth(&self.token);
        if let Some(tenant) = tenant {
            request = request.header("x-tenant", tenant);
        }
        let response = request.send().await.with_context(|| format!("{} does not answer", self.url))?;
        let status = response.status();
        let bytes = response.bytes().await?;
        if !status.is_success() {
            bail!("{}", in_words(status, &bytes, tenant));
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{path} answered something else than expected"))
    }

    /// Stops what was started for this command.
    pub(super) async fn close(self) -> anyhow::Result<()> {
        if let Some(own) = self.own {
            own.stop().await?;
        }
        Ok(())
    }
}

/// A collector that hears nothing and serves only this command.
async fn quiet(data: &Path) -> Result<Handle, StartError> {
    let mut config = Config::default();
    config.api.listen.set_port(0);
    config.snmp.listen = Listen::Off;
    config.syslog.udp = Listen::Off;
    config.syslog.tcp = Listen::Off;
    config.limits.body_mib = 1_024;
    serve::run(Options {
        data: data.to_owned(),
        config,
        seat: None,
        clock: None,
    })
    .await
}

async fn running(client: &reqwest::Client, data: &Path) -> Option<RunFile> {
    let text = std::fs::read(data.join("collector.run")).ok()?;
    let run: RunFile = serde_json::from_slice(&text).ok()?;
    let me = client.get(format!("{}/api/v1/auth/me", run.api)).bearer_auth(&run.token);
    // An old file may name an address where something else answers by now: it is ours only if it knows the token.
    let known = me
        .timeout(Duration::from_secs(5))
        .send()
        .await
        .is_ok_and(|answer| answer.status() == StatusCode::OK);
    known.then_some(run)
}

fn in_words(status: StatusCode, bytes: &[u8], tenant: Option<&str>) -> String {
    let Ok(problem) = serde_json::from_slice::<Problem>(bytes) else {
        return format!("{status}: {}", String::from_utf8_lossy(bytes).trim());
    };
    if let (StatusCode::FORBIDDEN, Some(tenant)) = (status, tenant) {
        return format!("tenant '{tenant}': {}; 'tenant list' names those there are", problem.detail);
    }
    let errors: String = problem.errors.iter().map(|error| format!("\n  {}: {}", error.at, error.problem)).collect();
    format!("{}{errors}", problem.detail)
}
