use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hasher;

use pedkai_core::diagnosis::granger::{Asked, Track, Verdict, links};
use pedkai_core::diagnosis::series::{self, Silence};
use pedkai_core::model::{EntityId, Finding, Name, Point, SeriesName, Span, Suspect, Timestamp};
use xxhash_rust::xxh3::Xxh3;

use super::WINDOW;
use super::case::Case;
use crate::journal::JournalError;
use crate::kpi::{Store, Which};

/// So many series of the causes, and of what they may have hit, are read.
pub(super) const ROOTS: usize = 6;
const DOWNSTREAM: usize = 24;
/// So many links are told.
const TOLD: usize = 8;
/// So many suspects that no hypothesis names are told.
const SUSPECTS: usize = 3;
/// A series that departs less than this from its usual makes nobody a suspect.
const STRANGE: f64 = 3.0;
/// That nothing departed counts from so many samples since the beginning on: the first may be a mean of what was before.
const QUIET: u32 = 2;
/// An answer holds no more of a note than this, bytes.
const NOTE: usize = 300;
/// A series whose samples ended no longer than this before the incident began, or after, may have ended with it.
const BEFORE: Span = Span::minutes(15);
const AFTER: Span = Span::minutes(5);
/// Samples may be this late.
const LATE: Span = Span::seconds(30);
/// So many series of the same metric are asked whether they go on.
const KIND: usize = 32;

/// A series that was read.
struct Read {
    name: SeriesName,
    /// The system that it comes from.
    source: Name,
    points: Vec<Point>,
}

/// Series with their points: at most `most` of them, of those entities that have any.
fn read(store: &Store, entities: &[(EntityId, Name)], most: usize, now: Timestamp) -> Result<Vec<Read>, JournalError> {
    let (from, to, mut all) = (now.minus(WINDOW), now.plus(Span::micros(1)), Vec::new());
    for (entity, name) in entities {
        let which = Which {
            entity: Some(*entity),
            ..Which::default()
        };
        for series in store.series(&which, from, to, most - all.len())? {
            let points = store.range(*entity, &series.metric, from, to)?;
            let name = SeriesName {
                entity_id: *entity,
                entity: name.clone(),
                metric: series.metric,
            };
            let source = series.source;
            all.push(Read { name, source, points });
        }
        if all.len() >= most {
            break;
        }
    }
    Ok(all)
}

/// Those of the series whose samples ended about when the incident began, while others of their kind and source are still heard.
fn silent(store: &Store, began: Timestamp, all: &[&Read], now: Timestamp) -> Result<Vec<SeriesName>, JournalError> {
    let mut ended = Vec::new();
    for read in all {
        let Some((last, step)) = read.points.last().zip(step(&read.points)) else {
            continue;
        };
        let with_it = last.at >= began.minus(BEFORE).minus(step) && last.at <= began.plus(AFTER);
        let missed = now.since(last.at).as_micros() >= 3 * step.as_micros() + LATE.as_micros();
        if !with_it || !missed {
            continue;
        }
        let kind = Which {
            after: Some((read.name.metric.clone(), EntityId(uuid::Uuid::nil()))),
            text: read.name.metric.to_string(),
            ..Which::default()
        };
        let others = store.series(&kind, last.at, now, KIND)?;
        let mut others = others.iter().filter(|other| other.metric == read.name.metric && other.source == read.source);
        if others.any(|other| other.entity != read.name.entity_id && other.last.since(last.at).as_micros() >= 2 * step.as_micros()) {
            ended.push(read.name.clone());
        }
    }
    Ok(ended)
}

/// How far the newest samples lie apart.
fn step(points: &[Point]) -> Option<Span> {
    let newest = points.get(points.len().saturating_sub(33)..)?;
    let mut gaps: Vec<i64> = newest.windows(2).map(|pair| pair[1].at.since(pair[0].at).as_micros()).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).map(|gap| Span::micros(*gap))
}

/// `None` where there is nothing to compare.
pub(super) fn examine(store: &Store, case: &Case, now: Timestamp) -> Result<Option<Finding>, JournalError> {
    let causes = read(store, &case.causes, ROOTS, now)?;
    if causes.is_empty() {
        return Ok(None);
    }
    let downstream = read(store, &case.downstream, DOWNSTREAM, now)?;
    let all: Vec<&Read> = causes.iter().chain(&downstream).collect();
    let mut digest = Xxh3::new();
    for read in &all {
        digest.write(read.name.entity_id.0.as_bytes());
        digest.write(read.name.metric.as_bytes());
        for point in &read.points {
            digest.write(&point.at.as_micros().to_le_bytes());
            digest.write(&point.value.to_bits().to_le_bytes());
        }
    }
    let silent = silent(store, case.began, &all, now)?;
    // Silence grows without a sample.
    digest.write(&(silent.len() as u64).to_le_bytes());
    let judged = links(&tracks(&causes), &tracks(&downstream), &Asked::default());
    let leads = judged.iter().filter(|judgement| matches!(judgement.verdict, Verdict::Leads | Verdict::Both));
    let untested: Vec<_> = judged.iter().filter(|judgement| judgement.verdict == Verdict::Untested).collect();
    let mut notes = Vec::new();
    if causes.iter().flat_map(|read| &read.points).all(|point| point.at <= case.began) {
        notes.push("nothing was measured of the likely causes since it began".to_owned());
    }
    if let Some(first) = untested.first() {
        let why = first.warnings.first().map_or("no reason is known", String::as_str);
        notes.push(format!("{} of {} pairs could not be tested; the first: {why}", untested.len(), judged.len()));
    }
    Ok(Some(Finding {
        incident: case.incident,
        at: now,
        from: now.minus(WINDOW),
        to: now,
        series: all.len() as u32,
        tested: (judged.len() - untested.len()) as u32,
        digest: digest.finish(),
        links: leads.filter_map(|judgement| judgement.link()).take(TOLD).collect(),
        suspects: suspects(case, &causes, &all, &silent, now),
        note: Name::cut(&notes.join("; "), NOTE),
    }))
}

/// Whose measurements make them likely causes: the entities that hypotheses name, as far as they were measured since, and the likeliest others.
fn suspects(case: &Case, causes: &[Read], all: &[&Read], silent: &[SeriesName], now: Timestamp) -> Vec<Suspect> {
    let word = |id: &EntityId| case.words.get(id).map(String::as_str);
    let measured: Vec<series::Series<'_>> = all
        .iter()
        .filter_map(|read| {
            Some(series::Series {
                entity: word(&read.name.entity_id)?,
                metric: &read.name.metric,
                points: &read.points,
            })
        })
        .collect();
    let depends: Vec<(&str, &str)> = case.depends.iter().filter_map(|(one, other)| Some((word(one)?, word(other)?))).collect();
    let ended: Vec<(&str, &str)> = silent.iter().filter_map(|name| Some((word(&name.entity_id)?, name.metric.as_str()))).collect();
    let ranking = series::rank(&series::Question {
        series: &measured,
        depends: &depends,
        at: case.began,
        symptom: case.symptom.as_ref().and_then(word).map(|symptom| (symptom, None)),
        silence: Some(Silence { of: &ended, until: now }),
    });
    let named: BTreeMap<&str, (EntityId, &Name)> = all
        .iter()
        .filter_map(|read| Some((word(&read.name.entity_id)?, (read.name.entity_id, &read.name.entity))))
        .collect();
    let guessed: BTreeSet<EntityId> = causes.iter().map(|read| read.name.entity_id).collect();
    let mut others = 0;
    let mut told = Vec::new();
    for cause in ranking.causes {
        let (Some((entity_id, entity)), Some(departure)) = (named.get(cause.entity.as_str()), &cause.departure) else {
            continue;
        };
        let guessed = guessed.contains(entity_id);
        let strange = departure.z >= STRANGE && cause.score > 0.0;
        others += usize::from(strange && !guessed);
        // What is quiet where a hypothesis looks speaks against it.
        let quiet = departure.z < STRANGE && departure.after >= QUIET && guessed;
        if quiet || (strange && (guessed || others <= SUSPECTS)) {
            let why = match quiet {
                true => Name::from(format!("{}, which speaks against it as the cause.", cause.why.trim_end_matches('.'))),
                false => Name::from(cause.why),
            };
            told.push(Suspect {
                entity_id: *entity_id,
                entity: (*entity).clone(),
                score: cause.score,
                why,
                quiet,
            });
        }
    }
    told
}

fn tracks(read: &[Read]) -> Vec<Track<'_>> {
    read.iter()
        .map(|read| Track {
            series: read.name.clone(),
            points: &read.points,
        })
        .collect()
}
