//! One run: a simulated network speaks, core listens, both tell what happened.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use pedkai_core::correlation::IncidentDelta;
use pedkai_core::ingest::Mapping;
use pedkai_core::invariants;
use pedkai_core::model::{Actor, AlarmId, AlarmIx, Event, IncidentId, Name, Payload, Role, SourceKind, Span, TenantId, Timestamp};
use pedkai_core::pipeline::{Delta, Input, State, decide};
use pedkai_core::topology::import::{ImportFile, import};
use pedkai_simulator::forms::{Polarity, Transport};
use pedkai_simulator::topology::Topology;
use pedkai_simulator::{Cause, Emission, Fault, Options, Scenario, Simulation};
use uuid::Uuid;

use crate::snmp;

/// Promises are checked after every so many messages.
const CHECKED: usize = 500;

/// A message as it bore on an alarm.
#[derive(Debug, Clone)]
pub struct Bearing {
    /// Why it was said.
    pub cause: Cause,
    /// It only informs.
    pub informs: bool,
}

/// An alarm that core made.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// External id of its entity, its type and qualifier, for people.
    pub name: String,
    /// Its severity.
    pub severity: String,
    /// The messages that raised it.
    pub raised_by: Vec<Bearing>,
    /// The incident it was in last.
    pub incident: Option<IncidentId>,
    /// Why it is there.
    pub link: String,
    /// When it was raised first, seconds since the start.
    pub at: f64,
}

/// An incident that core made.
#[derive(Debug, Clone, Default)]
pub struct Incident {
    /// Its newest title.
    pub title: String,
    /// Its newest hypotheses: external id, confidence, reason.
    pub hypotheses: Vec<(String, f64, String)>,
    /// Its newest report.
    pub report: String,
}

/// What came of a run.
#[derive(Debug)]
pub struct Played {
    /// Name of the network.
    pub network: String,
    /// Its seed.
    pub seed: u64,
    /// What happened.
    pub faults: Vec<Fault>,
    /// Faults of which at least one message that raises something arrived.
    pub heard: Vec<u32>,
    /// Alarms.
    pub alarms: BTreeMap<AlarmId, Alarm>,
    /// Incidents.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// Messages.
    pub messages: usize,
    /// Messages that raise or clear something and that no mapping knew, with an example each.
    pub unmapped: Vec<String>,
    /// The state at the end.
    pub state: State,
}

struct Listener {
    state: State,
    seq: u64,
    live: BTreeMap<AlarmIx, AlarmId>,
    alarms: BTreeMap<AlarmId, Alarm>,
    incidents: BTreeMap<IncidentId, Incident>,
    start: Timestamp,
}

/// Plays `minutes` of a scenario on a network (as the simulator's `--topology` names it) through a new state.
///
/// # Errors
/// When the network cannot be had, or core does not understand its inventory.
pub fn play(network: &str, seed: u64, scenario: &str, minutes: u64) -> Result<Played> {
    let options = Options {
        seed,
        scenario: Scenario::named(scenario)?,
        minutes: Some(minutes),
        ..Options::default()
    };
    let topology = open(network, seed)?;
    let mut listener = Listener::new(Timestamp::from_micros(options.origin_micros));
    listener.learn(&topology)?;
    let mut run = Simulation::new(topology, options);
    let (mut heard, mut unmapped, mut messages) = (Vec::new(), Vec::new(), 0);
    for emission in run.by_ref() {
        messages += 1;
        if messages % CHECKED == 0 {
            listener.check()?;
        }
        if emission.truth.polarity == Polarity::Raise {
            heard.extend(emission.truth.cause.fault);
        }
        if !listener.hear(&emission)? && emission.truth.polarity != Polarity::Inform && unmapped.len() < 50 {
            unmapped.push(format!("{} {:?} {}", emission.truth.what, emission.truth.polarity, readable(&emission.bytes)));
        }
    }
    listener.check()?;
    listener.wait(Timestamp::from_micros(run.now_micros() as i64).since(Timestamp::EPOCH));
    heard.sort_unstable();
    heard.dedup();
    Ok(Played {
        network: network.to_owned(),
        seed,
        faults: run.faults().to_vec(),
        heard,
        alarms: listener.alarms,
        incidents: listener.incidents,
        messages,
        unmapped,
        state: listener.state,
    })
}

fn readable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' })
        .collect()
}

/// A network by name: what the simulator opens, or `KIND/NODES` to generate one.
fn open(network: &str, seed: u64) -> Result<Topology> {
    use pedkai_simulator::topology::generate::{Kind, generate};
    let generated = network
        .split_once('/')
        .and_then(|(kind, nodes)| Some((Kind::named(kind)?, nodes.parse().ok()?)));
    if let Some((kind, nodes)) = generated {
        let mut topology = generate(kind, nodes, seed);
        topology.dress(seed);
        return Ok(topology);
    }
    Topology::open(network, seed)
}

impl Listener {
    fn new(start: Timestamp) -> Self {
        Self {
            state: State::new(TenantId(Uuid::from_u128(1)), 1, Arc::new(Mapping::builtin())),
            seq: 0,
            live: BTreeMap::new(),
            alarms: BTreeMap::new(),
            incidents: BTreeMap::new(),
            start,
        }
    }

    fn check(&self) -> Result<()> {
        match invariants::broken(&self.state).as_slice() {
            [] => Ok(()),
            broken => bail!("after record {}: {broken:?}", self.seq),
        }
    }

    /// Imports the inventory, as a person would.
    fn learn(&mut self, topology: &Topology) -> Result<()> {
        let folder = tempfile::tempdir()?;
        topology.write(folder.path())?;
        let read = |name: &str| fs::read(folder.path().join(name)).with_context(|| format!("the inventory has no {name}"));
        let (entities, relations) = (read("entities.csv")?, read("relations.csv")?);
        let files = [
            ImportFile {
                name: "entities.csv",
                bytes: &entities,
            },
            ImportFile {
                name: "relations.csv",
                bytes: &relations,
            },
        ];
        let (patch, problems) = match import(&files) {
            Ok(imported) => imported,
            Err(problem) => bail!("the inventory cannot be read: {problem:?}"),
        };
        if let Some(problem) = problems.first() {
            bail!("{} parts of the inventory cannot be read: {problem:?}", problems.len());
        }
        self.take(
            self.start,
            &Input::Topology {
                patch: Box::new(patch),
                actor: Actor {
                    name: Name::from("quality"),
                    role: Role::Admin,
                    from: Name::EMPTY,
                },
            },
            None,
        );
        Ok(())
    }

    /// Takes one message in; false when no mapping knew it.
    fn hear(&mut self, emission: &Emission) -> Result<bool> {
        let at = self.start.plus(Span::micros(emission.at_micros as i64));
        let (source, payload) = match emission.transport {
            Transport::Snmp => (SourceKind::Snmp, Payload::Snmp(Box::new(snmp::decode(&emission.bytes)?))),
            Transport::Syslog => (SourceKind::Syslog, Payload::Syslog(emission.bytes.clone())),
            // Samples are no alarms.
            Transport::Kpi => return Ok(true),
        };
        let event = Event {
            received_at: at,
            source,
            source_address: Name::from(emission.from.to_string()),
            relay: false,
            key: None,
            payload,
        };
        self.clock(at);
        Ok(self.take(at, &Input::Event(event), Some(emission)))
    }

    /// Lets everything come due that does until `at`.
    fn clock(&mut self, at: Timestamp) {
        while let Some(due) = self.state.next_deadline().filter(|due| *due <= at) {
            self.take(due, &Input::Clock, None);
        }
    }

    /// Lets two more minutes pass after the end.
    fn wait(&mut self, end: Span) {
        self.clock(self.start.plus(end).plus(Span::minutes(2)));
    }

    fn take(&mut self, at: Timestamp, input: &Input, emission: Option<&Emission>) -> bool {
        self.seq += 1;
        let decided = decide(&mut self.state, self.seq, at, std::slice::from_ref(input));
        let mut known = true;
        for delta in &decided.deltas {
            match delta {
                Delta::Alarm(delta) => self.alarm(delta, emission),
                Delta::Incident(delta) => self.incident(delta),
                Delta::Event { rule: None, .. } => known = false,
                _ => {}
            }
        }
        known
    }

    fn alarm(&mut self, delta: &pedkai_core::reduction::AlarmDelta, emission: Option<&Emission>) {
        use pedkai_core::reduction::AlarmDelta;
        let bearing = emission.map(|emission| Bearing {
            cause: emission.truth.cause.clone(),
            informs: emission.truth.polarity == Polarity::Inform,
        });
        match delta {
            AlarmDelta::Raised { ix, alarm, .. } => {
                self.live.insert(*ix, alarm.id);
                let entity = self
                    .state
                    .topology()
                    .entity(alarm.anchor.entity)
                    .map_or("?", |entity| entity.external_id.as_str());
                let link = alarm
                    .anchor
                    .link
                    .and_then(|link| self.state.topology().entity(link))
                    .map_or("", |link| link.external_id.as_str());
                self.alarms.insert(
                    alarm.id,
                    Alarm {
                        name: format!("{entity} {} [{}] {link}", alarm.alarm_type, alarm.qualifier),
                        severity: alarm.severity.word().to_owned(),
                        raised_by: bearing.into_iter().collect(),
                        incident: None,
                        link: String::new(),
                        at: alarm.raised_at.since(self.start).as_seconds(),
                    },
                );
            }
            AlarmDelta::Repeated { alarm, .. } => {
                if let (Some(known), Some(bearing)) = (self.alarms.get_mut(&alarm.id), bearing) {
                    known.raised_by.push(bearing);
                }
            }
            _ => {}
        }
    }

    fn incident(&mut self, delta: &IncidentDelta) {
        let (_, id) = delta.incident();
        match delta {
            IncidentDelta::Opened { incident, .. } => {
                let title = incident.title.to_string();
                self.incidents.insert(id, Incident { title, ..Incident::default() });
            }
            IncidentDelta::Joined { member, .. } => {
                if let Some(alarm) = self.live.get(&member.alarm).and_then(|id| self.alarms.get_mut(id)) {
                    alarm.incident = Some(id);
                    alarm.link = format!("{:?}", member.link.reason);
                }
            }
            IncidentDelta::Diagnosed { hypotheses, title, sitrep, .. } => {
                let named = |hypothesis: &pedkai_core::model::Hypothesis| {
                    let entity = self
                        .state
                        .topology()
                        .entity(hypothesis.entity)
                        .map_or_else(String::new, |entity| entity.external_id.to_string());
                    (entity, hypothesis.confidence, hypothesis.reason.to_string())
                };
                let hypotheses = hypotheses.iter().map(named).collect();
                if let Some(incident) = self.incidents.get_mut(&id) {
                    incident.hypotheses = hypotheses;
                    incident.title = title.to_string();
                    incident.report = sitrep.text.to_string();
                }
            }
            _ => {}
        }
    }
}
