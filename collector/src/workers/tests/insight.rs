use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pedkai_core::model::{Actor, AlarmReport, EntityId, Event, Name, Payload, Role, Sample, Severity, SourceKind, Span, Timestamp};
use pedkai_core::pipeline::Input;
use pedkai_core::topology::import::{ImportFile, import};

use super::super::causality::Causality;
use super::super::sleeping::{SLEEPING, Sleeping};
use super::super::{Job, Round};
use crate::engine::{Clock, Engine, Limits, Tenant};

const ENTITIES: &str = "external_id,name,type,parent,role
core,core,ROUTER,,core
hub,hub,ROUTER,,
bts,bts,BASE_STATION,,
cell-1,cell 1,CELL,bts,
cell-2,cell 2,CELL,bts,
";
const RELATIONS: &str = "source,target,relation
core,hub,connects
hub,bts,connects
bts,cell-1,hosts
bts,cell-2,hosts
";
/// Noon of a Wednesday.
const NOON: i64 = 1_767_787_200_000_000;
const STEP: Span = Span::minutes(5);

struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

struct Desk {
    clock: Arc<SetClock>,
    tenant: Tenant,
    engine: Engine,
    _folder: tempfile::TempDir,
}

fn noise(seed: u64, step: i64) -> f64 {
    let mut z = seed.wrapping_add(step.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a cell usually carries: much at noon, little at midnight.
fn usual(seed: u64, at: Timestamp) -> f64 {
    let minute = at.as_micros() / 60_000_000;
    let from_noon = ((minute.rem_euclid(1_440)) - 720).abs() as f64 / 720.0;
    (900.0 - 600.0 * from_noon) * (0.8 + 0.4 * noise(seed, minute))
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(NOON)));
        let engine = Engine::open(folder.path(), clock.clone(), Limits::default()).unwrap();
        let tenant = engine.find("default").unwrap();
        let files = [("entities.csv", ENTITIES), ("relations.csv", RELATIONS)].map(|(name, text)| ImportFile { name, bytes: text.as_bytes() });
        let actor = Actor {
            name: Name::from("test"),
            role: Role::Admin,
            from: Name::EMPTY,
        };
        let patch = Box::new(import(&files).unwrap().0);
        tenant.input(Input::Topology { patch, actor }).await.unwrap();
        Self {
            clock,
            tenant,
            engine,
            _folder: folder,
        }
    }

    async fn id(&self, external_id: &'static str) -> EntityId {
        let find = move |state: &pedkai_core::pipeline::State| {
            let topology = state.topology();
            topology.entity(topology.by_external(external_id).unwrap()).unwrap().id
        };
        self.tenant.read(find).await.unwrap()
    }

    /// Writes samples of `days` up to now.
    async fn measure(&self, external_id: &'static str, metric: &str, days: i64, value: impl Fn(Timestamp) -> f64) {
        let (entity, now) = (self.id(external_id).await, self.clock.now());
        let steps = days * 86_400_000_000 / STEP.as_micros();
        let samples: Vec<Sample> = (0..=steps)
            .map(|back| now.minus(Span::micros(back * STEP.as_micros())))
            .map(|at| Sample {
                entity,
                metric: Name::from(metric),
                at,
                value: value(at),
                source: Name::from("element manager"),
            })
            .collect();
        self.tenant.ask_kpi(move |store| store.write(&samples)).await.unwrap();
    }

    fn forward(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    async fn done(&self, round: Round) -> u64 {
        round.await.unwrap()
    }

    /// Cells that an alarm holds to be asleep, and what it says.
    async fn asleep(&self) -> Vec<(String, String)> {
        let look = |state: &pedkai_core::pipeline::State| {
            let alarms = state.alarms().iter().map(|(_, alarm)| alarm);
            alarms
                .filter(|alarm| alarm.alarm_type == SLEEPING && !alarm.cleared)
                .map(|alarm| {
                    (
                        state.topology().entity(alarm.anchor.entity).unwrap().external_id.to_string(),
                        alarm.text.to_string(),
                    )
                })
                .collect()
        };
        self.tenant.read(look).await.unwrap()
    }

    async fn raise(&self, entity: &str, kind: &str) {
        let at = self.clock.now();
        let event = Event {
            received_at: at,
            source: SourceKind::Webhook,
            source_address: Name::from("test"),
            relay: false,
            key: None,
            payload: Payload::Alarm(Box::new(AlarmReport {
                entity_id: Name::from(entity),
                alarm_type: Name::from(kind),
                severity: Severity::Critical,
                raised_at: at,
                source_system: Name::from("test"),
                qualifier: Name::EMPTY,
                probable_cause: Name::EMPTY,
                text: Name::EMPTY,
                cleared: false,
                attributes: Vec::new(),
            })),
        };
        self.tenant.events(vec![event]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_falls_asleep_has_an_alarm_within_one_sweep_and_loses_it_when_it_wakes() {
    let desk = Desk::open().await;
    let job = Sleeping::default();
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0, "without samples there is nothing to do");
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 8, move |at| usual(seed, at)).await;
        desk.measure(cell, "rrc_connected_users", 8, move |at| usual(seed, at) / 10.0).await;
    }
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 2);
    assert!(desk.asleep().await.is_empty());
    // One carries nothing any more, but people are still connected to it.
    let asleep_since = Timestamp::from_micros(NOON + 60_000_000);
    desk.forward(15);
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        let carried = move |at: Timestamp| if seed == 1 && at > asleep_since { 0.0 } else { usual(seed, at) };
        desk.measure(cell, "dl_traffic_volume_mb", 1, carried).await;
        desk.measure(cell, "rrc_connected_users", 1, move |at| usual(seed, at) / 10.0).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    let told = desk.asleep().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "cell-1");
    assert!(told[0].1.contains("dl_traffic_volume_mb") && told[0].1.contains("it was 0"), "{}", told[0].1);
    // Nothing new: nothing is said again.
    let seq = desk.tenant.committed();
    desk.done(job.round(desk.tenant.clone())).await;
    assert_eq!(desk.tenant.committed(), seq);
    // It wakes.
    desk.forward(20);
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 0, move |at| usual(seed, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    assert!(desk.asleep().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_keep_no_tenant_from_resting() {
    let desk = Desk::open().await;
    let jobs = super::super::all(desk.engine.clock());
    desk.measure("cell-1", "dl_traffic_volume_mb", 8, |at| usual(1, at)).await;
    let used = desk.tenant.last_use();
    for later in [0, 3 * 24 * 60] {
        desk.forward(later);
        for job in &jobs {
            desk.done(job.round(desk.tenant.clone())).await;
        }
        assert_eq!(desk.tenant.last_use(), used, "rounds are no use of an open tenant");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_that_is_dark_for_a_reason_that_is_known_does_not_sleep() {
    let desk = Desk::open().await;
    let job = Sleeping::default();
    for (cell, seed) in [("cell-1", 1), ("cell-2", 2)] {
        desk.measure(cell, "dl_traffic_volume_mb", 8, move |at| usual(seed, at)).await;
    }
    desk.done(job.round(desk.tenant.clone())).await;
    desk.raise("bts", "POWER_FAILURE").await;
    desk.forward(60);
    desk.measure("cell-2", "dl_traffic_volume_mb", 0, |_| 0.0).await;
    desk.done(job.round(desk.tenant.clone())).await;
    assert!(desk.asleep().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cause_measured_before_what_it_hit_stands_with_the_incident() {
    let desk = Desk::open().await;
    let job = Causality::default();
    let load = |at: Timestamp| 40.0 + 30.0 * noise(9, at.as_micros() / STEP.as_micros());
    desk.measure("hub", "utilisation_pct", 7, load).await;
    // What is left to a user follows ten minutes later.
    let left = move |at: Timestamp| 100.0 - 0.8 * load(at.minus(Span::minutes(10))) + noise(4, at.as_micros() / STEP.as_micros());
    desk.measure("cell-1", "dl_user_throughput_mbps", 7, left).await;
    desk.measure("cell-2", "dl_user_throughput_mbps", 7, |at| 60.0 + noise(5, at.as_micros() / STEP.as_micros()))
        .await;
    desk.raise("hub", "PROCESSOR_FAILURE").await;
    desk.forward(1);
    desk.tenant.input(Input::Clock).await.unwrap();
    desk.done(job.round(desk.tenant.clone())).await;
    let look = |state: &pedkai_core::pipeline::State| {
        let incident = state.incidents().iter().map(|(_, incident)| incident.clone()).next().unwrap();
        let cause = state.topology().entity(incident.hypotheses[0].entity).unwrap().external_id.to_string();
        (incident, cause)
    };
    let (incident, cause) = desk.tenant.read(look).await.unwrap();
    assert_eq!(cause, "hub");
    let finding = incident.finding.as_deref().unwrap();
    assert_eq!(finding.tested, 2, "{finding:?}");
    assert_eq!(finding.links.len(), 1, "{finding:?}");
    let link = &finding.links[0];
    assert_eq!((link.cause.metric.as_str(), link.effect.entity.as_str()), ("utilisation_pct", "cell 1"));
    assert!(link.p < 1e-6 && link.q <= 0.05 && link.lag * link.step_s == 600, "{link:?}");
    // The report is written anew, and nothing more is said while nothing changes.
    desk.forward(1);
    desk.tenant.input(Input::Clock).await.unwrap();
    let report = desk.tenant.read(look).await.unwrap().0.sitrep.unwrap().text.to_string();
    assert!(report.contains("Measured: ") && report.contains("utilisation_pct"), "{report}");
    assert_eq!(desk.done(job.round(desk.tenant.clone())).await, 0);
}
