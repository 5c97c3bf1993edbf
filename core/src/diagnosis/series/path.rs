use std::collections::{BTreeMap, BTreeSet};

use super::depart::{ANOMALOUS, Departed};
use super::window::Frame;

/// What is not reached from the symptom over what departs keeps this share.
const APART: f64 = 0.05;
/// What a dependency explains wholly keeps this share.
const LEFT: f64 = 0.02;
/// What is not anomalous has this at most.
const QUIET: f64 = 0.01;
/// The strength of the largest departure by the largest factor.
const STRONGEST: f64 = 27.64;

/// An entity as a cause.
#[derive(Clone, Default)]
pub(super) struct Scored {
    pub(super) score: f64,
    /// Whether a way of departures leads here from the symptom; true without a symptom.
    pub(super) reached: bool,
    /// The dependency that explains most of its departure, and how much.
    pub(super) explained: Option<(usize, f64)>,
    /// How many other anomalous entities depend on it over anomalous ones.
    pub(super) explains: usize,
}

struct Graph<'a> {
    departures: &'a [Option<Departed>],
    /// Whether all is compared by one metric in one unit.
    metric: bool,
    anomalous: BTreeSet<usize>,
    /// Anomalous entities that each one depends on, and how much of its departure each can explain.
    links: BTreeMap<usize, Vec<(usize, f64)>>,
}

pub(super) fn score(frame: &Frame, departures: &[Option<Departed>]) -> Vec<Scored> {
    let mut anomalous: BTreeSet<usize> = departures
        .iter()
        .enumerate()
        .filter(|(_, departed)| departed.as_ref().is_some_and(|departed| departed.z >= ANOMALOUS))
        .map(|(entity, _)| entity)
        .collect();
    let symptom = frame.symptom.as_ref().map(|symptom| symptom.0);
    let mut graph = Graph {
        departures,
        metric: frame.symptom.as_ref().is_some_and(|symptom| symptom.1.is_some()),
        anomalous: anomalous.clone(),
        links: BTreeMap::new(),
    };
    anomalous.extend(symptom);
    for entity in &anomalous {
        let links = needs(frame, departures, *entity).into_iter().filter(|other| graph.anomalous.contains(other));
        let links = links.map(|other| (other, graph.link(*entity, other))).collect();
        graph.links.insert(*entity, links);
    }
    let ways: BTreeMap<usize, BTreeMap<usize, f64>> = anomalous.iter().map(|entity| (*entity, graph.ways(*entity))).collect();
    let whole: f64 = anomalous.iter().map(|entity| graph.weight(*entity)).sum::<f64>().max(1e-9);
    let mut scored = vec![Scored::default(); departures.len()];
    for (entity, scored) in scored.iter_mut().enumerate() {
        let Some(departed) = &departures[entity] else { continue };
        if !anomalous.contains(&entity) {
            scored.score = QUIET * departed.z / (departed.z + ANOMALOUS);
            continue;
        }
        let back = |other: usize| ways.get(&other).is_some_and(|ways| ways.contains_key(&entity));
        let links = graph.links.get(&entity).map(Vec::as_slice).unwrap_or_default();
        let explained = links
            .iter()
            .filter(|(other, _)| !back(*other))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        let covered: f64 = anomalous
            .iter()
            .filter_map(|other| Some(graph.weight(*other) * ways.get(other)?.get(&entity)?))
            .sum();
        let reach = symptom.map_or(Some(1.0), |symptom| ways.get(&symptom)?.get(&entity).copied());
        scored.reached = reach.is_some();
        scored.explained = explained.copied();
        scored.explains = anomalous
            .iter()
            .filter(|other| **other != entity && ways.get(other).is_some_and(|ways| ways.contains_key(&entity)))
            .count();
        let own = (1.0 - explained.map_or(0.0, |explained| explained.1)).max(LEFT);
        scored.score = reach.unwrap_or(APART) * own * graph.size(departed) * covered / whole;
    }
    scored
}

/// Whom an entity depends on; who is not measured is passed through.
fn needs(frame: &Frame, departures: &[Option<Departed>], entity: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut passed = BTreeSet::from([entity]);
    let mut open = vec![entity];
    while let Some(one) = open.pop() {
        for &other in &frame.needs[one] {
            if departures[other].is_some() {
                if other != entity {
                    found.insert(other);
                }
            } else if passed.insert(other) {
                open.push(other);
            }
        }
    }
    found
}

impl Graph<'_> {
    /// How much of one's departure another's can explain: by its size, in the metric's unit or in spreads, and by its course in time.
    fn link(&self, one: usize, other: usize) -> f64 {
        let (Some(one), Some(other)) = (&self.departures[one], &self.departures[other]) else {
            return 1.0;
        };
        let share = if self.metric {
            let in_unit = if one.metric == other.metric && one.amount > 0.0 {
                other.amount / one.amount
            } else {
                0.0
            };
            in_unit.max(other.z / one.z.max(1e-9))
        } else {
            let share = other.strength / one.strength.max(1e-9);
            share * share
        };
        share.min(1.0) * cosine(&one.profile, &other.profile)
    }

    /// The best way from an entity to each that it may owe its departure to: the product of its links.
    fn ways(&self, from: usize) -> BTreeMap<usize, f64> {
        let mut best = BTreeMap::from([(from, 1.0_f64)]);
        let mut open = BTreeSet::from([(1.0_f64.to_bits(), from)]);
        while let Some((bits, one)) = open.pop_last() {
            let reach = f64::from_bits(bits);
            if best.get(&one).is_some_and(|known| *known > reach) {
                continue;
            }
            for (other, link) in self.links.get(&one).map(Vec::as_slice).unwrap_or_default() {
                let further = reach * link;
                if further > best.get(other).copied().unwrap_or(0.0) + 1e-12 {
                    best.insert(*other, further);
                    open.insert((further.to_bits(), *other));
                }
            }
        }
        best
    }

    /// How large a departure is, 0 to 1. Within one metric all that is anomalous is large; over many metrics, size tells.
    fn size(&self, departed: &Departed) -> f64 {
        if self.metric {
            1.0 - libm::exp(-departed.z / ANOMALOUS)
        } else {
            departed.strength / STRONGEST
        }
    }

    fn weight(&self, entity: usize) -> f64 {
        self.departures[entity].as_ref().map_or(0.0, |departed| self.size(departed))
    }
}

/// How alike two courses are, 0 to 1.
fn cosine(one: &[f64], other: &[f64]) -> f64 {
    let largest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    let (a, b) = (largest(one), largest(other));
    if a <= 0.0 || b <= 0.0 {
        return 0.0;
    }
    let product = |one: &[f64], a: f64, other: &[f64], b: f64| one.iter().zip(other).map(|(x, y)| (x / a) * (y / b)).sum::<f64>();
    (product(one, a, other, b) / (product(one, a, one, a) * product(other, b, other, b)).sqrt()).clamp(0.0, 1.0)
}
