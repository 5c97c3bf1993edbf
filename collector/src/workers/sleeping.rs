use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pedkai_core::detection::sleeping::{Asleep, Cell, Series, SilentSource, State as Judged, Sweep, judge, sweep};
use pedkai_core::model::{Alarm, AlarmReport, EntityId, Name, Point, Severity, Span, TenantId, Timestamp};
use pedkai_core::pipeline::State;
use pedkai_core::policy::{Sleeping as Policy, TrafficKind};
use pedkai_core::topology::ImpactIndex;

use super::{Job, Round, verdict};
use crate::engine::Tenant;
use crate::journal::JournalError;
use crate::kpi::{Store, Which};

/// The type of the alarm.
pub(super) const SLEEPING: &str = "SLEEPING_CELL";
/// … of the source that fell silent as a whole.
const SILENT: &str = "KPI_SOURCE_SILENT";
/// How often all cells are looked at.
const EVERY: Duration = Duration::from_secs(300);
/// A cell that carried traffic within so long is awake: most are told apart by these samples alone.
const RECENT: Span = Span::minutes(180);
/// Which cells have samples at all is asked anew so often.
const KNOWN: Span = Span::minutes(60);
/// Series listed at once.
const LISTED: usize = 200_000;

/// Looks every five minutes for cells that are up, say nothing is wrong and carry no traffic; each becomes an alarm, and clears when it carries
/// some again.
#[derive(Default)]
pub(crate) struct Sleeping {
    known: Arc<Mutex<BTreeMap<TenantId, Known>>>,
}

/// Which cells have samples of which metrics.
#[derive(Clone, Default)]
struct Known {
    at: Timestamp,
    cells: Arc<BTreeMap<EntityId, Heard>>,
}

/// What is heard of one cell.
#[derive(Clone, Default)]
struct Heard {
    source: Name,
    metrics: Vec<Name>,
}

/// What the state says beforehand.
struct Before {
    policy: Policy,
    /// Entities that can sleep.
    cells: BTreeSet<EntityId>,
    /// … of which these are known to be without service for another reason.
    excused: BTreeSet<EntityId>,
    /// Cells that are held to be asleep, and sources held to be silent, by their alarms.
    asleep: BTreeSet<EntityId>,
    silent: BTreeSet<Name>,
}

impl Job for Sleeping {
    fn name(&self) -> &'static str {
        "detect/sleeping"
    }

    fn every(&self) -> Duration {
        EVERY
    }

    fn round(&self, tenant: Tenant) -> Round {
        let known = self.known.clone();
        Box::pin(async move { round(&tenant, &known).await.map_err(|error| error.to_string()) })
    }
}

async fn round(tenant: &Tenant, known: &Mutex<BTreeMap<TenantId, Known>>) -> Result<u64, JournalError> {
    let now = tenant.now();
    // Without samples there is nothing to look at, and no reason to open the tenant.
    let today = now.minus(Span::minutes(24 * 60));
    if tenant.peek_kpi(move |store| store.metrics(today, now)).await?.is_empty() {
        return Ok(0);
    }
    // One that rests is opened for this: that its measurements stopped must be seen, too.
    let before = match tenant.peek(before).await? {
        Some(before) => before,
        None => tenant.read(before).await?,
    };
    let held = known
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(&tenant.id())
        .cloned()
        .unwrap_or_default();
    let (before, held, found) = tenant
        .peek_kpi(move |store| {
            let held = if now.since(held.at).abs() > KNOWN { list(store, &before, now)? } else { held };
            let found = look(store, &before, &held.cells, now)?;
            Ok((before, held, found))
        })
        .await?;
    known.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.id(), held);
    let told = reports(&before, &found, now);
    if told.is_empty() {
        return Ok(u64::from(found.cells));
    }
    let events = told.into_iter().map(|report| verdict::event(report, now)).collect();
    tenant.events(events).await.map_err(|error| JournalError::Unusable {
        file: "detect/sleeping".into(),
        problem: error.to_string(),
    })?;
    Ok(u64::from(found.cells))
}

fn before(state: &State) -> Before {
    let topology = state.topology();
    let policy = state.policy().sleeping.clone();
    let cells: BTreeSet<EntityId> = topology
        .entities()
        .filter(|(_, entity)| policy.applies(&entity.kind))
        .map(|(_, entity)| entity.id)
        .collect();
    let mut before = Before {
        policy,
        cells,
        excused: BTreeSet::new(),
        asleep: BTreeSet::new(),
        silent: BTreeSet::new(),
    };
    let mut failed = BTreeSet::new();
    for (_, alarm) in state.alarms().iter().filter(|(_, alarm)| !alarm.cleared) {
        let Some(entity) = topology.entity(alarm.anchor.entity) else { continue };
        match alarm.alarm_type.as_str() {
            SLEEPING => {
                before.asleep.insert(entity.id);
            }
            SILENT => {
                before.silent.insert(entity.external_id.clone());
            }
            _ if alarm.severity >= Severity::Major => {
                failed.insert(alarm.anchor.entity);
            }
            _ => {}
        }
    }
    // An incident that is of sleeping cells alone says nothing of another reason.
    let stands = |alarm: &Alarm| !alarm.cleared && alarm.alarm_type != SLEEPING;
    let incidents = state.incidents().iter().map(|(_, incident)| incident).filter(|incident| {
        let mut alarms = incident.members.iter().filter_map(|member| state.alarms().get(member.alarm));
        incident.status.open() && alarms.any(stands)
    });
    failed.extend(incidents.filter_map(|incident| incident.hypotheses.first().map(|first| first.entity)));
    if failed.is_empty() || before.cells.is_empty() {
        return before;
    }
    let impact = ImpactIndex::build(topology).impact_of_set(&failed.iter().copied().collect::<Vec<_>>());
    let hit = impact.down.iter().map(|(entity, _)| *entity).chain(failed);
    before.excused = hit.filter_map(|entity| topology.entity(entity)).map(|entity| entity.id).collect();
    before
}

/// Which cells have samples at all, and from where.
fn list(store: &Store, before: &Before, now: Timestamp) -> Result<Known, JournalError> {
    let mut cells = BTreeMap::<EntityId, Heard>::new();
    let from = now.minus(Span::minutes(i64::from(before.policy.days) * 24 * 60));
    for series in store.series(&Which::default(), from, now, LISTED)? {
        if before.cells.contains(&series.entity) && before.policy.metrics.kind(&series.metric).is_some() {
            let heard = cells.entry(series.entity).or_default();
            heard.source = series.source;
            heard.metrics.push(series.metric);
        }
    }
    Ok(Known {
        at: now,
        cells: Arc::new(cells),
    })
}

/// Tells most cells awake by their newest samples, and reads the whole of what the others had.
fn look(store: &Store, before: &Before, known: &BTreeMap<EntityId, Heard>, now: Timestamp) -> Result<Sweep, JournalError> {
    let policy = &before.policy;
    let metrics: BTreeSet<Name> = known.values().flat_map(|heard| heard.metrics.iter().cloned()).collect();
    let end = now.plus(Span::micros(1));
    let mut points = BTreeMap::<EntityId, Vec<(Name, Vec<Point>)>>::new();
    store.sweep(&metrics.into_iter().collect::<Vec<_>>(), now.minus(RECENT), end, |entity, metric, recent| {
        if known.contains_key(&entity) {
            points.entry(entity).or_default().push((metric.clone(), recent.to_vec()));
        }
    })?;
    let oldest = now.minus(Span::minutes((2 * i64::from(policy.days) + 1) * 24 * 60));
    for (entity, heard) in known.iter().filter(|(entity, _)| !before.excused.contains(entity)) {
        let kinds = || heard.metrics.iter().filter_map(|metric| policy.metrics.kind(metric));
        let decisive = kinds().min().unwrap_or(TrafficKind::Load);
        let recent = points.entry(*entity).or_default();
        let decides = |metric: &Name| policy.metrics.kind(metric) == Some(decisive);
        let tell: Vec<Series<'_>> = series(recent).into_iter().filter(|series| decides(&Name::from(series.metric))).collect();
        let cell = Cell {
            entity: *entity,
            source: &heard.source,
            series: &tell,
        };
        if !tell.is_empty() && matches!(judge(&cell, now, policy), Judged::Awake) {
            continue;
        }
        recent.clear();
        for metric in &heard.metrics {
            recent.push((metric.clone(), store.range(*entity, metric, oldest, end)?));
        }
    }
    let held: Vec<(EntityId, &Name, Vec<Series<'_>>)> = known
        .iter()
        .filter(|(entity, _)| !before.excused.contains(entity))
        .map(|(entity, heard)| (*entity, &heard.source, points.get(entity).map(|own| series(own)).unwrap_or_default()))
        .collect();
    let cells: Vec<Cell<'_>> = held
        .iter()
        .map(|(entity, source, series)| Cell {
            entity: *entity,
            source,
            series,
        })
        .collect();
    Ok(sweep(&cells, now, policy))
}

fn series(own: &[(Name, Vec<Point>)]) -> Vec<Series<'_>> {
    own.iter().map(|(metric, points)| Series { metric, points }).collect()
}

/// What is to be raised, and what to be cleared.
fn reports(before: &Before, found: &Sweep, now: Timestamp) -> Vec<AlarmReport> {
    let mut told: Vec<AlarmReport> = found.asleep.iter().filter(|cell| !before.asleep.contains(&cell.entity)).map(asleep).collect();
    let sleeps: BTreeSet<EntityId> = found.asleep.iter().map(|cell| cell.entity).collect();
    // A cell that is without service for another reason keeps its alarm until it can be judged again.
    let woken = before.asleep.iter().filter(|cell| !sleeps.contains(cell) && !before.excused.contains(cell));
    told.extend(woken.map(|cell| AlarmReport {
        text: Name::from("It carries traffic again."),
        cleared: true,
        ..report(Name::from(cell.0.to_string()), SLEEPING, now)
    }));
    let silent: BTreeSet<&Name> = found.silent_sources.iter().map(|source| &source.source).collect();
    told.extend(
        found
            .silent_sources
            .iter()
            .filter(|source| !source.source.is_empty() && !before.silent.contains(&source.source))
            .map(silence),
    );
    told.extend(before.silent.iter().filter(|source| !silent.contains(source)).map(|source| AlarmReport {
        text: Name::from("Samples come again."),
        cleared: true,
        ..report(source.clone(), SILENT, now)
    }));
    told
}

fn report(entity_id: Name, kind: &str, at: Timestamp) -> AlarmReport {
    AlarmReport {
        entity_id,
        alarm_type: Name::from(kind),
        severity: Severity::Major,
        raised_at: at,
        source_system: Name::from("detection"),
        qualifier: Name::EMPTY,
        probable_cause: Name::EMPTY,
        text: Name::EMPTY,
        cleared: false,
        attributes: Vec::new(),
    }
}

fn asleep(cell: &Asleep) -> AlarmReport {
    let what = if cell.missing { "no sample came" } else { "it was 0" };
    let text = format!(
        "No traffic since {}: {} is usually {:.3} at this time, and {what} (z {:.1}, {} samples of the last days).",
        cell.since, cell.metric_name, cell.baseline_mean, cell.z_score, cell.n
    );
    let figures = [
        ("z_score", cell.z_score.to_string()),
        ("baseline_mean", cell.baseline_mean.to_string()),
        ("current_value", cell.current_value.to_string()),
        ("metric_name", cell.metric_name.to_string()),
        ("chance", cell.chance.to_string()),
        ("since", cell.since.to_string()),
        ("samples", cell.n.to_string()),
        ("missing", cell.missing.to_string()),
    ];
    AlarmReport {
        probable_cause: Name::from("sleeping cell"),
        text: Name::from(text),
        attributes: figures.into_iter().map(|(name, value)| (Name::from(name), Name::from(value))).collect(),
        ..report(Name::from(cell.entity.0.to_string()), SLEEPING, cell.since)
    }
}

fn silence(source: &SilentSource) -> AlarmReport {
    AlarmReport {
        severity: Severity::Minor,
        text: Name::from(format!(
            "No sample since {}: the {} cells that it tells of cannot be judged.",
            source.last, source.cells
        )),
        ..report(source.source.clone(), SILENT, source.last)
    }
}
