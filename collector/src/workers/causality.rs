use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::diagnosis::granger::{Asked, Track, Verdict, links};
use pedkai_core::diagnosis::series;
use pedkai_core::model::{EntityId, EntityIx, Finding, Incident, IncidentId, Name, Point, SeriesName, Span, Suspect, TenantId, Timestamp};
use pedkai_core::pipeline::{Input, State};
use pedkai_core::topology::{Dependency, ImpactIndex, RelationKind, Topology};
use xxhash_rust::xxh3::Xxh3;

use super::{Job, Round};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::kpi::{Store, Which};

/// How often incidents are looked for.
const EVERY: Duration = Duration::from_secs(20);
/// An incident that goes on is looked at again after this long.
const AGAIN: Span = Span::minutes(15);
/// Measurements of so long are read.
const WINDOW: Span = Span::minutes(7 * 24 * 60);
/// So many incidents in one round; the rest comes with the next.
const AT_ONCE: usize = 4;
/// So many series of the causes, and of what they may have hit, are read.
const ROOTS: usize = 6;
const DOWNSTREAM: usize = 24;
/// So many links are told.
const TOLD: usize = 8;
/// So many suspects that no hypothesis names are told.
const SUSPECTS: usize = 3;
/// A series that departs less than this from its usual makes nobody a suspect.
const STRANGE: f64 = 3.0;
/// An answer holds no more of a note than this, bytes.
const NOTE: usize = 300;

/// Looks for what the measurements say about every open incident: did a metric of what is held to be the cause lead one of those downstream,
/// and whose measurements departed from their usual first, most, and without a dependency to blame?
#[derive(Default)]
pub(crate) struct Causality {
    looked: Arc<Mutex<BTreeMap<(TenantId, IncidentId), Looked>>>,
}

/// When an incident was looked at, and for which causes.
#[derive(Clone, PartialEq)]
struct Looked {
    at: Timestamp,
    causes: BTreeSet<EntityId>,
}

/// An incident that is due.
struct Case {
    incident: IncidentId,
    /// Entities held to be causes, likeliest first.
    causes: Vec<(EntityId, Name)>,
    /// Entities that told of it or that the first cause takes down, nearest first.
    downstream: Vec<(EntityId, Name)>,
    /// Pairs of those: the one falls with the other.
    depends: Vec<(EntityId, EntityId)>,
    /// What those are called in their inventory, where no two bear the same name.
    words: BTreeMap<EntityId, String>,
    /// When it began, source's time.
    began: Timestamp,
    /// The device that told of it first.
    symptom: Option<EntityId>,
}

impl Job for Causality {
    fn name(&self) -> &'static str {
        "diagnose/causality"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let looked = self.looked.clone();
        Box::pin(async move { round(&tenant, &looked).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, looked: &Mutex<BTreeMap<(TenantId, IncidentId), Looked>>) -> Result<u64, JournalError> {
    if !tenant.is_open() {
        return Ok(0);
    }
    let now = tenant.now();
    if tenant.peek_kpi(move |store| store.metrics(now.minus(WINDOW), now)).await?.is_empty() {
        return Ok(0);
    }
    let id = tenant.id();
    let known: BTreeMap<IncidentId, Looked> = {
        let mut all = looked.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, looked| now.since(looked.at) < Span::minutes(24 * 60));
        all.range((id, IncidentId(uuid::Uuid::nil()))..)
            .take_while(|((of, _), _)| *of == id)
            .map(|((_, incident), looked)| (*incident, looked.clone()))
            .collect()
    };
    let cases = tenant.peek(move |state| cases(state, &known, now)).await?.unwrap_or_default();
    let mut done = 0;
    for case in cases {
        let causes = case.causes.iter().map(|(entity, _)| *entity).collect();
        looked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((id, case.incident), Looked { at: now, causes });
        if let Some(finding) = tenant.peek_kpi(move |store| examine(store, &case, now)).await? {
            tenant.input(Input::Finding(Box::new(finding))).await.map_err(|error| JournalError::Unusable {
                file: "diagnose/causality".into(),
                problem: error.to_string(),
            })?;
            done += 1;
        }
    }
    Ok(done)
}

/// The incidents that were not looked at for these causes, or not for a while; newest first.
fn cases(state: &State, known: &BTreeMap<IncidentId, Looked>, now: Timestamp) -> Vec<Case> {
    let mut due: Vec<_> = state
        .incidents()
        .iter()
        .map(|(_, incident)| incident)
        .filter(|incident| incident.status.open() && !incident.hypotheses.is_empty())
        .filter(|incident| {
            known.get(&incident.id).is_none_or(|looked| {
                let guesses = incident.hypotheses.iter().filter_map(|guess| state.topology().entity(guess.entity));
                now.since(looked.at) > AGAIN || guesses.map(|entity| entity.id).collect::<BTreeSet<_>>() != looked.causes
            })
        })
        .collect();
    due.sort_by_key(|incident| std::cmp::Reverse(incident.opened_at));
    due.truncate(AT_ONCE);
    if due.is_empty() {
        return Vec::new();
    }
    let topology = state.topology();
    let index = ImpactIndex::build(topology);
    let named = |ix: &EntityIx| topology.entity(*ix).map(|entity| (entity.id, entity.name.clone()));
    due.into_iter()
        .map(|incident| {
            let causes: Vec<EntityIx> = incident.hypotheses.iter().map(|guess| guess.entity).collect();
            let told = incident
                .members
                .iter()
                .filter_map(|member| state.alarms().get(member.alarm))
                .flat_map(|alarm| [alarm.anchor.entity, alarm.anchor.device]);
            let impact = causes.first().map(|first| index.impact(*first));
            let hit = impact
                .iter()
                .flat_map(|impact| impact.down.iter().map(|(entity, _)| *entity).chain(impact.degraded.iter().copied()));
            // What stands below what told of it is measured too: the cells of a base station.
            let mut near: Vec<EntityIx> = told.chain(hit).collect();
            let below: Vec<EntityIx> = near.iter().flat_map(|entity| topology.children(*entity).iter().copied()).collect();
            near.extend(below);
            let mut seen: BTreeSet<EntityIx> = causes.iter().copied().collect();
            near.retain(|entity| seen.insert(*entity));
            let first = incident.members.first().and_then(|member| state.alarms().get(member.alarm));
            Case {
                incident: incident.id,
                causes: causes.iter().filter_map(named).collect(),
                downstream: near.iter().filter_map(named).collect(),
                depends: depends(topology, incident, &seen),
                words: words(topology, &seen),
                began: incident.first_at,
                symptom: first.and_then(|alarm| named(&alarm.anchor.entity)).map(|(id, _)| id),
            }
        })
        .collect()
}

/// Who falls with whom among these: by the inventory, and along the ways from causes to symptoms.
fn depends(topology: &Topology, incident: &Incident, among: &BTreeSet<EntityIx>) -> Vec<(EntityId, EntityId)> {
    let mut pairs: BTreeSet<(EntityIx, EntityIx)> = BTreeSet::new();
    for entity in among {
        pairs.extend(topology.entity(*entity).and_then(|entity| entity.parent).map(|parent| (*entity, parent)));
        for neighbour in topology.neighbours(*entity) {
            let Some(relation) = topology.relation(neighbour.relation) else { continue };
            match RelationKind::of(&relation.kind).dependency() {
                Dependency::TargetOnSource | Dependency::TargetOnAllSources => pairs.insert((relation.target, relation.source)),
                Dependency::SourceOnTarget => pairs.insert((relation.source, relation.target)),
                Dependency::None => false,
            };
        }
    }
    for guess in &incident.hypotheses {
        pairs.extend(guess.path.windows(2).map(|pair| (pair[1], pair[0])));
    }
    let id = |ix: EntityIx| topology.entity(ix).map(|entity| entity.id);
    pairs.into_iter().filter_map(|(one, other)| Some((id(one)?, id(other)?))).collect()
}

fn words(topology: &Topology, among: &BTreeSet<EntityIx>) -> BTreeMap<EntityId, String> {
    let entities = among.iter().filter_map(|entity| topology.entity(*entity));
    entities.map(|entity| (entity.id, entity.external_id.to_string())).collect()
}

/// Series with their points: at most `most` of them, of those entities that have any.
fn read(store: &Store, entities: &[(EntityId, Name)], most: usize, now: Timestamp) -> Result<Vec<(SeriesName, Vec<Point>)>, JournalError> {
    let (from, mut tracks) = (now.minus(WINDOW), Vec::new());
    for (entity, name) in entities {
        let which = Which {
            entity: Some(*entity),
            ..Which::default()
        };
        for series in store.series(&which, from, now, most - tracks.len())? {
            let points = store.range(*entity, &series.metric, from, now)?;
            let name = SeriesName {
                entity_id: *entity,
                entity: name.clone(),
                metric: series.metric,
            };
            tracks.push((name, points));
        }
        if tracks.len() >= most {
            break;
        }
    }
    Ok(tracks)
}

/// `None` where there is nothing to compare.
fn examine(store: &Store, case: &Case, now: Timestamp) -> Result<Option<Finding>, JournalError> {
    let causes = read(store, &case.causes, ROOTS, now)?;
    if causes.is_empty() {
        return Ok(None);
    }
    let downstream = read(store, &case.downstream, DOWNSTREAM, now)?;
    if downstream.is_empty() {
        return Ok(None);
    }
    let mut digest = Xxh3::new();
    for (name, points) in causes.iter().chain(&downstream) {
        digest.write(name.entity_id.0.as_bytes());
        digest.write(name.metric.as_bytes());
        for point in points {
            digest.write(&point.at.as_micros().to_le_bytes());
            digest.write(&point.value.to_bits().to_le_bytes());
        }
    }
    let judged = links(&tracks(&causes), &tracks(&downstream), &Asked::default());
    let leads = judged.iter().filter(|judgement| matches!(judgement.verdict, Verdict::Leads | Verdict::Both));
    let untested: Vec<_> = judged.iter().filter(|judgement| judgement.verdict == Verdict::Untested).collect();
    let note = untested.first().map_or(Name::EMPTY, |first| {
        let why = first.warnings.first().map_or("no reason is known", String::as_str);
        Name::cut(
            &format!("{} of {} pairs could not be tested; the first: {why}", untested.len(), judged.len()),
            NOTE,
        )
    });
    Ok(Some(Finding {
        incident: case.incident,
        at: now,
        from: now.minus(WINDOW),
        to: now,
        series: (causes.len() + downstream.len()) as u32,
        tested: (judged.len() - untested.len()) as u32,
        digest: digest.finish(),
        links: leads.filter_map(|judgement| judgement.link()).take(TOLD).collect(),
        suspects: suspects(case, &causes, &downstream),
        note,
    }))
}

/// Whose measurements make them likely causes: the entities that hypotheses name, and the likeliest others.
fn suspects(case: &Case, causes: &[(SeriesName, Vec<Point>)], downstream: &[(SeriesName, Vec<Point>)]) -> Vec<Suspect> {
    let all = || causes.iter().chain(downstream);
    let measured: Vec<series::Series<'_>> = all()
        .filter_map(|(name, points)| {
            Some(series::Series {
                entity: case.words.get(&name.entity_id)?,
                metric: &name.metric,
                points,
            })
        })
        .collect();
    let word = |id: &EntityId| case.words.get(id).map(String::as_str);
    let depends: Vec<(&str, &str)> = case.depends.iter().filter_map(|(one, other)| Some((word(one)?, word(other)?))).collect();
    let ranking = series::rank(&series::Question {
        series: &measured,
        depends: &depends,
        at: case.began,
        symptom: case.symptom.as_ref().and_then(word).map(|symptom| (symptom, None)),
    });
    let named: BTreeMap<&str, (EntityId, &Name)> = all()
        .filter_map(|(name, _)| Some((word(&name.entity_id)?, (name.entity_id, &name.entity))))
        .collect();
    let guessed: BTreeSet<EntityId> = causes.iter().map(|(name, _)| name.entity_id).collect();
    let mut others = 0;
    let mut told = Vec::new();
    for cause in ranking.causes {
        let Some((entity_id, entity)) = named.get(cause.entity.as_str()) else {
            continue;
        };
        let strange = cause.departure.as_ref().is_some_and(|departure| departure.z >= STRANGE) && cause.score > 0.0;
        others += usize::from(strange);
        // What is quiet where a hypothesis looks speaks against it.
        if guessed.contains(entity_id) || (strange && others <= SUSPECTS) {
            told.push(Suspect {
                entity_id: *entity_id,
                entity: (*entity).clone(),
                score: cause.score,
                why: Name::from(cause.why),
            });
        }
    }
    told
}

fn tracks(read: &[(SeriesName, Vec<Point>)]) -> Vec<Track<'_>> {
    read.iter()
        .map(|(series, points)| Track {
            series: series.clone(),
            points,
        })
        .collect()
}
