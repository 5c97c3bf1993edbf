use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use pedkai_core::model::{Actor, Alarm, AlarmReport, EntityId, Event, Incident, Name, Payload, Role, Sample, Severity, SourceKind, Span, Timestamp};
use pedkai_core::pipeline::{Documents, Input, State};
use pedkai_core::topology::import::{ImportFile, import};

use super::super::Round;
use super::super::sleeping::SLEEPING;
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
pub(super) const NOON: i64 = 1_767_787_200_000_000;
pub(super) const STEP: Span = Span::minutes(5);

pub(super) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed))
    }
}

pub(super) struct Desk {
    pub(super) clock: Arc<SetClock>,
    pub(super) tenant: Tenant,
    pub(super) engine: Engine,
    _folder: tempfile::TempDir,
}

pub(super) fn noise(seed: u64, step: i64) -> f64 {
    let mut z = seed.wrapping_add(step.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a cell usually carries: much at noon, little at midnight.
pub(super) fn usual(seed: u64, at: Timestamp) -> f64 {
    let minute = at.as_micros() / 60_000_000;
    let from_noon = ((minute.rem_euclid(1_440)) - 720).abs() as f64 / 720.0;
    (900.0 - 600.0 * from_noon) * (0.8 + 0.4 * noise(seed, minute))
}

pub(super) fn actor() -> Actor {
    Actor {
        name: Name::from("test"),
        role: Role::Admin,
        from: Name::EMPTY,
    }
}

/// Gives a tenant the network.
pub(super) async fn dress(tenant: &Tenant) {
    let files = [("entities.csv", ENTITIES), ("relations.csv", RELATIONS)].map(|(name, text)| ImportFile { name, bytes: text.as_bytes() });
    let patch = Box::new(import(&files).unwrap().0);
    tenant.input(Input::Topology { patch, actor: actor() }).await.unwrap();
}

impl Desk {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock(AtomicI64::new(NOON)));
        let engine = Engine::open(folder.path(), clock.clone(), Limits::default()).unwrap();
        let tenant = engine.find("default").unwrap();
        dress(&tenant).await;
        Self {
            clock,
            tenant,
            engine,
            _folder: folder,
        }
    }

    pub(super) async fn id(&self, external_id: &'static str) -> EntityId {
        let find = move |state: &pedkai_core::pipeline::State| {
            let topology = state.topology();
            topology.entity(topology.by_external(external_id).unwrap()).unwrap().id
        };
        self.tenant.read(find).await.unwrap()
    }

    /// Writes samples of `days` up to now.
    pub(super) async fn measure(&self, external_id: &'static str, metric: &str, days: i64, value: impl Fn(Timestamp) -> f64) {
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

    pub(super) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn forward(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    pub(super) async fn done(&self, round: Round) -> u64 {
        round.await.unwrap()
    }

    /// Cells that an alarm holds to be asleep, and what it says.
    pub(super) async fn asleep(&self) -> Vec<(String, String)> {
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

    pub(super) async fn raise(&self, entity: &str, kind: &str) {
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

    pub(super) async fn policy(&self, text: &str) {
        let documents = Documents {
            files: vec![(Name::from("policy.toml"), text.to_owned())],
            actor: actor(),
        };
        self.tenant.input(Input::Policy(Box::new(documents))).await.unwrap();
    }

    /// Alarms of a type that stand: of whom, about what, and the alarm.
    pub(super) async fn standing(&self, kind: &'static str) -> Vec<(String, String, Alarm)> {
        let look = move |state: &State| {
            let alarms = state.alarms().iter().map(|(_, alarm)| alarm.clone());
            let alarms = alarms.filter(|alarm| alarm.alarm_type == kind && !alarm.cleared);
            let named = |alarm: Alarm| {
                let entity = state.topology().entity(alarm.anchor.entity).unwrap();
                (entity.external_id.to_string(), alarm.qualifier.to_string(), alarm)
            };
            alarms.map(named).collect()
        };
        self.tenant.read(look).await.unwrap()
    }

    pub(super) async fn incidents(&self) -> Vec<Incident> {
        let look = |state: &State| state.incidents().iter().map(|(_, incident)| incident.clone()).collect();
        self.tenant.read(look).await.unwrap()
    }

    /// Time goes on, and what falls due in it is done.
    pub(super) async fn pass(&self, minutes: i64) {
        self.forward(minutes);
        self.tenant.input(Input::Clock).await.unwrap();
    }
}
