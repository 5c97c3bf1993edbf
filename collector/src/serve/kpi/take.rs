use std::collections::BTreeMap;

use pedkai_core::model::{EntityId, Name, Sample, Span, Timestamp};
use pedkai_core::pipeline::{self, Input};
use pedkai_core::topology::Found;

use super::doors::{Door, Doors, Lost};
use crate::engine::Tenant;
use crate::serve::problem::{Answer, Problem};

/// Most samples of one request.
pub(super) const MOST: usize = 1 << 20;
/// Problems named in one answer.
pub(super) const NAMED: usize = 1_000;
/// Longest name of a metric, bytes.
const METRIC: usize = 1_024;
/// Longest word for an entity or a source, bytes.
const WORD: usize = 512;
/// So far ahead of the collector's clock a sample may be.
const AHEAD: Span = Span::minutes(10);
/// So old it may be, days: the longest that any could be kept.
const BACK: Span = Span::seconds(3_660 * 86_400);

/// A sample as its sender says it.
pub(super) struct Said {
    /// Place in what was sent, for messages.
    pub(super) at: usize,
    pub(super) entity: Name,
    pub(super) metric: Name,
    pub(super) value: f64,
    pub(super) time: Timestamp,
    pub(super) source: Name,
}

/// What became of what was sent.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) accepted: usize,
    /// Place and reason, in the order of places.
    pub(super) rejected: Vec<(usize, String)>,
}

/// What is wrong with a sample by itself.
pub(super) fn check(said: &Said, now: Timestamp) -> Result<(), String> {
    let (metric, entity) = (said.metric.trim(), said.entity.trim());
    if entity.is_empty() || metric.is_empty() {
        return Err(format!("{} is empty", if entity.is_empty() { "entity_id" } else { "metric" }));
    }
    if metric.len() > METRIC || entity.len() > WORD || said.source.len() > WORD {
        return Err(format!(
            "a metric's name holds at most {METRIC} bytes, an entity's and a source's at most {WORD}"
        ));
    }
    if !said.value.is_finite() {
        return Err("the value is not a finite number".to_owned());
    }
    if said.time > now.plus(AHEAD) {
        return Err(format!("its time {} lies in the future of the collector's clock ({now})", said.time));
    }
    if said.time < now.minus(BACK) {
        return Err(format!("its time {} lies more than ten years back", said.time));
    }
    Ok(())
}

/// Keeps samples that are well formed: finds their entities, makes those never heard of as UNPLACED, and returns when all is durable. Counts
/// at the door those that are not kept.
pub(super) async fn take(tenant: &Tenant, said: Vec<Said>, (doors, door): (&Doors, Door)) -> Answer<Taken> {
    let samples = said.len();
    let taken = kept(tenant, said).await;
    match &taken {
        // Lines of a file become dead letters, which are counted as such.
        Ok(_) if door == Door::Csv => {}
        Ok(taken) => doors.lost(door, Lost::Ambiguous, taken.rejected.len()),
        Err(_) => doors.lost(door, Lost::Store, samples),
    }
    taken
}

async fn kept(tenant: &Tenant, said: Vec<Said>) -> Answer<Taken> {
    let mut taken = Taken::default();
    if said.is_empty() {
        return Ok(taken);
    }
    let entities = entities(tenant, &said).await?;
    let mut samples = Vec::with_capacity(said.len());
    for said in said {
        match entities.get(said.entity.trim()) {
            Some(Some(entity)) => samples.push(Sample {
                entity: *entity,
                metric: trimmed(said.metric),
                at: said.time,
                value: said.value,
                source: said.source,
            }),
            _ => {
                let reason = format!("several entities are named '{}': give the external id", Name::cut(&said.entity, 40));
                taken.rejected.push((said.at, reason));
            }
        }
    }
    taken.accepted = samples.len();
    tenant.ask_kpi(move |kept| kept.write(&samples)).await?;
    Ok(taken)
}

fn trimmed(name: Name) -> Name {
    match name.trim() {
        text if text.len() == name.len() => name,
        text => Name::from(text),
    }
}

/// What each word means; `None` where several entities bear it.
async fn entities(tenant: &Tenant, said: &[Said]) -> Answer<BTreeMap<Name, Option<EntityId>>> {
    let mut words: Vec<Name> = Vec::new();
    let mut last: Option<&Name> = None;
    for said in said {
        if last != Some(&said.entity) {
            words.push(Name::from(said.entity.trim()));
            last = Some(&said.entity);
        }
    }
    words.sort_unstable();
    words.dedup();
    let (mut known, unknown) = tenant
        .read(move |state| {
            let topology = state.topology();
            let mut known = BTreeMap::new();
            let mut unknown = Vec::new();
            for word in words {
                let ix = match topology.find(&word) {
                    Found::One(ix) => Some(ix),
                    Found::Ambiguous => {
                        known.insert(word, None);
                        continue;
                    }
                    Found::None => topology.by_address(&word),
                };
                match ix.and_then(|ix| topology.entity(ix)) {
                    Some(entity) => drop(known.insert(word, Some(entity.id))),
                    None => unknown.push(word),
                }
            }
            (known, unknown)
        })
        .await?;
    if !unknown.is_empty() {
        let (_, answer) = tenant.input(Input::Names(unknown.clone())).await?;
        let pipeline::Answer::Names(ids) = answer else {
            return Err(Problem::unavailable(1, "the entities were not answered: send it again, which does no harm"));
        };
        known.extend(unknown.into_iter().zip(ids));
    }
    Ok(known)
}
