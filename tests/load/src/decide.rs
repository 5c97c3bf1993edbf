//! What a record costs before it is durable: decide, fold, and the bytes of its deltas.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use pedkai_core::ingest::Mapping;
use pedkai_core::model::{Actor, AlarmReport, Event, Name, Payload, Role, Severity, SourceKind, TenantId, Timestamp};
use pedkai_core::pipeline::{Input, State, decide};
use pedkai_core::topology::{EntitySpec, RelationSpec, TopologyPatch};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

const CORE: usize = 40;
const AGGREGATION: usize = 400;
const ELEMENTS: usize = 20_000;
const TYPES: u32 = 40;
/// Elements that are always noisy.
const COMPLAINERS: usize = 2_000;
const WEEK_S: f64 = 7.0 * 86_400.0;
/// As many inputs as the engine puts into one record when they queue.
const RECORD: usize = 1_000;
const START_US: i64 = 1_767_225_600_000_000;

struct Raised {
    element: usize,
    kind: u32,
    at_s: f64,
    /// Not worth an incident by itself.
    lesser: bool,
}

/// A network as operators build it: a core ring with chords, aggregation homed to two core elements, and below each aggregation element
/// trees of access, every fourth one closed to a ring through the neighbouring aggregation element.
struct Network {
    /// The next element towards the core; of the core ring the one before.
    parents: Vec<usize>,
    /// Links besides those to the parents.
    chords: Vec<(usize, usize)>,
}

impl Network {
    fn new(random: &mut SmallRng) -> Self {
        let mut parents = vec![CORE - 1];
        parents.extend(1..CORE);
        parents.iter_mut().skip(1).for_each(|parent| *parent -= 1);
        let mut chords: Vec<(usize, usize)> = (0..CORE).map(|element| (element, (element + 7) % CORE)).collect();
        for element in CORE..CORE + AGGREGATION {
            parents.push(element % CORE);
            chords.push((element, (element + 1) % CORE));
        }
        let mut below: Vec<Vec<usize>> = (0..AGGREGATION).map(|number| vec![CORE + number]).collect();
        for element in CORE + AGGREGATION..ELEMENTS {
            let number = random.random_range(0..AGGREGATION);
            let tree = &mut below[number];
            parents.push(tree[random.random_range(0..tree.len().min(12))]);
            tree.push(element);
            if element.is_multiple_of(4) {
                chords.push((element, CORE + (number + 1) % AGGREGATION));
            }
        }
        Self { parents, chords }
    }

    fn patch(&self, marked: bool) -> TopologyPatch {
        let name = |element: usize| Name::from(format!("ne-{element}"));
        let links = self.parents.iter().copied().enumerate().chain(self.chords.iter().copied());
        TopologyPatch {
            entities: (0..self.parents.len())
                .map(|element| EntitySpec {
                    external_id: name(element),
                    attributes: (marked && element < CORE)
                        .then(|| (Name::from("role"), Name::from("core")))
                        .into_iter()
                        .collect(),
                    ..EntitySpec::default()
                })
                .collect(),
            relations: links
                .map(|(one, other)| RelationSpec {
                    source: name(one),
                    target: name(other),
                    kind: Name::from("CONNECTS"),
                })
                .collect(),
            ..TopologyPatch::default()
        }
    }
}

/// `alarms` alarms over a week: incidents begin at an element and reach its neighbourhood within a minute or two, each of its
/// conditions told once to three times; nearly a third of the alarms are unrelated noise, a quarter of that from anywhere, the rest from a few
/// elements that always complain; it is minor, as noise is. Also the number of labelled incidents, noise left out.
fn workload(alarms: usize, parents: &[usize], random: &mut SmallRng) -> (Vec<Raised>, usize) {
    let mut children = vec![Vec::new(); parents.len()];
    for (element, parent) in parents.iter().enumerate().skip(CORE) {
        children[*parent].push(element);
    }
    let (mut raised, mut incidents) = (Vec::with_capacity(alarms + 512), 0);
    while raised.len() < alarms {
        let (start, root) = (random.random_range(0.0..WEEK_S), random.random_range(0..parents.len()));
        let mut area = vec![root, parents[root]];
        area.extend(&children[parents[root]]);
        for child in children[root].iter().take(6) {
            area.extend(children[*child].iter().take(6));
        }
        area.truncate(40);
        let base = random.random_range(0..TYPES);
        let before = raised.len();
        for element in &area {
            for offset in 0..random.random_range(1..4) {
                let first = start - 45.0 * random.random::<f64>().max(1e-9).ln();
                for repeat in 0..random.random_range(1..4) {
                    raised.push(Raised {
                        element: *element,
                        kind: (base + offset) % TYPES,
                        at_s: first + 30.0 * f64::from(repeat),
                        lesser: offset > 0,
                    });
                }
            }
        }
        incidents += 1;
        for noise in 0..(raised.len() - before) * 3 / 7 {
            let anywhere = noise % 4 == 0;
            raised.push(Raised {
                element: random.random_range(0..if anywhere { parents.len() } else { COMPLAINERS }),
                kind: random.random_range(0..if anywhere { TYPES } else { 2 }),
                at_s: random.random_range(0.0..WEEK_S),
                lesser: true,
            });
        }
    }
    raised.truncate(alarms);
    raised.sort_by(|one, other| one.at_s.total_cmp(&other.at_s));
    (raised, incidents)
}

/// The alarms of a file: id, entity (`ne00042`), type (`T07`), second, label.
fn read(path: &PathBuf) -> Result<(Vec<Raised>, usize)> {
    let mut labels = std::collections::BTreeMap::<String, u32>::new();
    let mut raised = Vec::new();
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    for line in text.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        ensure!(fields.len() == 5, "five columns are expected: {line}");
        raised.push(Raised {
            element: fields[1].trim_start_matches("ne").parse()?,
            kind: fields[2].trim_start_matches('T').parse()?,
            at_s: fields[3].parse()?,
            lesser: false,
        });
        *labels.entry(fields[4].to_owned()).or_default() += 1;
    }
    Ok((raised, labels.values().filter(|alarms| **alarms > 1).count()))
}

fn time(at_s: f64) -> Timestamp {
    Timestamp::from_micros(START_US + (at_s * 1e6) as i64)
}

fn input(raised: &Raised) -> Input {
    let at = time(raised.at_s);
    Input::Event(Event {
        received_at: at,
        source: SourceKind::Webhook,
        source_address: Name::from("bench"),
        relay: false,
        key: None,
        payload: Payload::Alarm(Box::new(AlarmReport {
            entity_id: Name::from(format!("ne-{}", raised.element)),
            alarm_type: Name::from(format!("T{:02}", raised.kind)),
            severity: if raised.lesser { Severity::Minor } else { Severity::Major },
            raised_at: at,
            source_system: Name::from("bench"),
            qualifier: Name::EMPTY,
            probable_cause: Name::EMPTY,
            text: Name::from("a condition of this element"),
            cleared: false,
            attributes: Vec::new(),
        })),
    })
}

/// Decides every alarm in records of a thousand, with the deadlines that come due between them.
pub(crate) fn run(alarms: usize, seed: u64, file: Option<&PathBuf>, marked: bool) -> Result<Value> {
    let mut random = SmallRng::seed_from_u64(seed);
    let network = Network::new(&mut random);
    let (raised, labelled) = match file {
        Some(path) => read(path)?,
        None => workload(alarms, &network.parents, &mut random),
    };
    let inputs: Vec<Input> = raised.iter().map(input).collect();
    let mut state = State::new(TenantId(uuid::Uuid::from_u128(1)), 1, Arc::new(Mapping::default()));
    let actor = Actor {
        name: Name::from("bench"),
        role: Role::Admin,
        from: Name::EMPTY,
    };
    let mut seq = 1;
    let patch = Box::new(network.patch(marked));
    let imported = decide(&mut state, seq, time(0.0), &[Input::Topology { patch, actor }]);
    ensure!(imported.deltas.len() >= ELEMENTS, "the network was not taken: {:?}", imported.answers);
    state.take_changes();
    let began = Instant::now();
    state.prepare();
    let prepared = began.elapsed();
    let (mut decided_in, mut encoded_in, mut longest, mut bytes, mut clocks) = ([Duration::ZERO; 2], [Duration::ZERO; 2], Duration::ZERO, 0, 0_u64);
    let mut out = Vec::with_capacity(1 << 20);
    let mut record = |state: &mut State, at: Timestamp, inputs: &[Input]| -> Result<()> {
        seq += 1;
        let start = Instant::now();
        let decided = decide(state, seq, at, inputs);
        let middle = start.elapsed();
        out.clear();
        minicbor::encode(&decided.deltas, &mut out)?;
        let took = start.elapsed();
        let clock = usize::from(matches!(inputs, [Input::Clock]));
        decided_in[clock] += middle;
        encoded_in[clock] += took - middle;
        longest = longest.max(took);
        bytes += out.len();
        Ok(())
    };
    for (inputs, raised) in inputs.chunks(RECORD).zip(raised.chunks(RECORD)) {
        let at = raised.last().map_or(time(0.0), |last| time(last.at_s));
        record(&mut state, at, inputs)?;
        while let Some(due) = state.next_deadline().filter(|due| *due <= at) {
            clocks += 1;
            let due = due.max(state.at());
            record(&mut state, due, &[Input::Clock])?;
        }
        // What the log's writer takes for the rows, off the commit path.
        state.take_changes();
    }
    let alarms = inputs.len();
    let spent: Duration = decided_in.iter().chain(&encoded_in).sum();
    let each = |spent: Duration| spent.as_secs_f64() * 1e6 / alarms as f64;
    Ok(json!({
        "bench": "decide_fold_encode", "alarms": alarms, "identities": state.alarms().len(), "labelled_incidents": labelled,
        "incidents": state.incidents().iter().count(), "deadlines": clocks, "prepared_ms": prepared.as_secs_f64() * 1e3, "s": spent.as_secs_f64(), "longest_record_ms": longest.as_secs_f64() * 1e3, "us_per_alarm": each(spent),
        "us": {"alarms": each(decided_in[0]), "alarms_encoded": each(encoded_in[0]), "deadlines": each(decided_in[1]), "deadlines_encoded": each(encoded_in[1])},
        "bytes_per_alarm": bytes as f64 / alarms as f64,
    }))
}
