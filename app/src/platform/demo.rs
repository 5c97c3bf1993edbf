//! The demo network: devices of our own that speak real SNMP and syslog to our own collector over loopback.

use std::{collections::BTreeMap, net::SocketAddr, path::Path};

use anyhow::Context as _;
use pedkai_collector::{config::Config, engine::Tenant, serve::Handle};
use pedkai_core::{
    identity::Scope,
    model::{Actor, EntityId, Name, Role, Sample, Timestamp},
    pipeline::Input,
    topology::import,
};
use pedkai_simulator::{
    Options, Scenario, Simulation, kpi,
    play::{Playing, Samples, Targets},
    topology::Topology,
};

const NETWORK: &str = "builtin:demo";
const SEED: u64 = 7;
/// Measurements of so many days are there when the demo begins: a week to compare with, and a day more.
const DAYS: i64 = 8;
/// What the demo's samples say they come from.
const SOURCE: &str = "element manager";
/// Samples written at once.
const PIECE: usize = 100_000;

/// Free ports on loopback for everything, so that a demo never stands in the way of a real collector.
pub(super) fn config() -> anyhow::Result<Config> {
    let text = "[api]\nlisten = \"127.0.0.1:0\"\n[snmp]\nlisten = \"127.0.0.1:0\"\n[syslog]\nudp = \"127.0.0.1:0\"\ntcp = \"127.0.0.1:0\"\n";
    Ok(Config::parse(text, Path::new("demo"))?)
}

/// Makes the network known to the collector and lets its story begin.
pub(super) fn play(runtime: &tokio::runtime::Runtime, handle: &Handle, data: &Path) -> anyhow::Result<Playing> {
    let topology = Topology::open(NETWORK, SEED)?;
    let folder = data.join("network");
    topology.write(&folder)?;
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).with_context(|| format!("the demo's {name}"));
    let (entities, relations) = (read("entities.csv")?, read("relations.csv")?);
    let (patch, problems) = import::csv(&entities, &relations).map_err(|problem| anyhow::anyhow!("{problem:?}"))?;
    if !problems.is_empty() {
        tracing::warn!(?problems, "parts of the demo's network were not understood");
    }
    let tenant = handle.engine().find("default").context("no tenant")?;
    let actor = Actor {
        name: Name::from("demo"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    runtime
        .block_on(tenant.input(Input::Topology { patch: Box::new(patch), actor }))
        .context("the demo's network was not taken")?;
    let history = kpi::Kpis::new(&topology, SEED);
    let past = tenant.clone();
    runtime.spawn(async move {
        if let Err(error) = remember(&past, history).await {
            tracing::warn!(%error, "the demo's measurements of the last days could not be kept");
        }
    });
    let samples = measured(runtime, handle, &tenant)?;
    let options = Options {
        seed: SEED,
        kpis: true,
        scenario: Scenario::named("story")?,
        minutes: None,
        origin_micros: super::now().as_micros(),
        ..Options::default()
    };
    let ready = handle.ready();
    let targets = Targets {
        snmp: address(ready.snmp.as_deref()),
        syslog: address(ready.syslog_udp.as_deref()),
    };
    Playing::start(Simulation::new(topology, options), targets, Some(samples), 100)
}

/// Puts the measurements of the last days into the store.
async fn remember(tenant: &Tenant, kpis: kpi::Kpis) -> anyhow::Result<()> {
    let ids: BTreeMap<String, EntityId> = tenant
        .read(|state| {
            state
                .topology()
                .entities()
                .map(|(_, entity)| (entity.external_id.to_string(), entity.id))
                .collect()
        })
        .await?;
    let until = super::now().as_micros();
    tenant
        .ask_kpi(move |store| {
            let mut piece = Vec::with_capacity(PIECE + 1_000);
            for samples in kpis.history(until, DAYS) {
                piece.extend(samples.iter().filter_map(|sample| {
                    Some(Sample {
                        entity: *ids.get(&sample.entity_id)?,
                        metric: Name::from(sample.metric),
                        at: Timestamp::from_micros(sample.at_micros),
                        value: sample.value,
                        source: Name::from(SOURCE),
                    })
                }));
                if piece.len() >= PIECE {
                    store.write(&piece)?;
                    piece.clear();
                }
            }
            store.write(&piece)
        })
        .await?;
    Ok(())
}

/// Hands what is measured to the collector's API, as any system would.
fn measured(runtime: &tokio::runtime::Runtime, handle: &Handle, tenant: &Tenant) -> anyhow::Result<Samples> {
    let (key, _) = handle.identity().add_key(tenant.id(), SOURCE, &[Scope::KpiWrite], "demo")?;
    let (client, url) = (reqwest::Client::new(), format!("{}/api/v1/kpi/ingest", handle.ready().api));
    let runtime = runtime.handle().clone();
    Ok(Box::new(move |bytes| {
        let request = client
            .post(&url)
            .bearer_auth(key.reveal())
            .header("content-type", "application/json")
            .body(bytes.to_vec());
        runtime.spawn(async move {
            let answer = request.send().await.and_then(reqwest::Response::error_for_status);
            if let Err(error) = answer {
                tracing::warn!(%error, "a round of the demo's measurements was not taken");
            }
        });
        true
    }))
}

fn address(url: Option<&str>) -> Option<SocketAddr> {
    url?.split_once("://")?.1.parse().ok()
}

/// A demo begins with nothing: what an earlier one left is removed, and nothing else ever is.
pub(super) fn fresh(data: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(data).context("no folder for the demo")?;
    let marker = data.join("demo");
    let left: Vec<_> = std::fs::read_dir(data)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() != "collector.log")
        .collect();
    anyhow::ensure!(
        left.is_empty() || marker.exists(),
        "{} holds something that is no demo; choose another folder with --data",
        data.display()
    );
    for entry in left {
        let path = entry.path();
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        removed.with_context(|| format!("{} of an earlier demo could not be removed", path.display()))?;
    }
    std::fs::write(marker, "A demo. Everything here is removed when the next one begins.\n").context("no demo could be begun")
}
