//! Many runs, and what they come to.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::run::{Played, play};
use crate::score::{Score, score};

/// Which runs.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Networks, as `--topology` names them, or `KIND/NODES`.
    pub networks: Vec<String>,
    /// Seeds; each network is played with each.
    pub seeds: Vec<u64>,
    /// What is played.
    pub scenario: String,
    /// For how long.
    pub minutes: u64,
}

/// A figure over all runs.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Figure {
    /// Mean.
    pub mean: f64,
    /// Mean of the worst tenth.
    pub worst: f64,
    /// The run at the border of the worst tenth: nine in ten are as good or better.
    pub tenth: f64,
}

/// Faults of one kind.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ByKind {
    /// How many were heard.
    pub faults: usize,
    /// … and named first.
    pub first: usize,
    /// … and named among the first three.
    pub third: usize,
    /// Their alarms.
    pub alarms: usize,
    /// Those in the incident that holds most of them.
    pub together: usize,
}

/// What the runs come to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// Runs.
    pub runs: usize,
    /// Alarms.
    pub alarms: usize,
    /// Pairwise F1.
    pub f1: Figure,
    /// Largest incident over largest fault; the worst are the largest.
    pub overgrown: Figure,
    /// First hypothesis.
    pub first: Figure,
    /// First three.
    pub third: Figure,
    /// By kind of fault.
    pub kinds: BTreeMap<String, ByKind>,
    /// Confidence of first hypotheses against how often they are right, by tenths: (how many, mean confidence, right).
    pub calibration: Vec<(usize, f64, f64)>,
}

impl Campaign {
    /// Plays every run; `each` is told of it.
    ///
    /// # Errors
    /// When a run cannot be played.
    pub fn play(&self, mut each: impl FnMut(&Played, &Score)) -> Result<Summary> {
        let mut scores = Vec::new();
        for network in &self.networks {
            for seed in &self.seeds {
                let played = play(network, *seed, &self.scenario, self.minutes)?;
                let score = score(&played);
                each(&played, &score);
                scores.push(score);
            }
        }
        Ok(Summary::of(&scores))
    }
}

impl Summary {
    /// Of some runs.
    #[must_use]
    pub fn of(scores: &[Score]) -> Self {
        let figure = |of: &dyn Fn(&Score) -> f64, high_is_bad: bool| {
            let mut values: Vec<f64> = scores.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            if high_is_bad {
                values.reverse();
            }
            let tenth = values.len().div_ceil(10);
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
            Figure {
                mean: mean(&values),
                worst: mean(&values[..tenth]),
                tenth: tenth.checked_sub(1).and_then(|at| values.get(at)).copied().unwrap_or_default(),
            }
        };
        let mut kinds: BTreeMap<String, ByKind> = BTreeMap::new();
        for fault in scores.iter().flat_map(|score| &score.faults) {
            let kind = kinds.entry(fault.kind.clone()).or_default();
            kind.faults += 1;
            kind.first += usize::from(fault.first);
            kind.third += usize::from(fault.third);
            kind.alarms += fault.alarms;
            kind.together += fault.together;
        }
        Self {
            runs: scores.len(),
            alarms: scores.iter().map(|score| score.alarms).sum(),
            f1: figure(&|score| score.f1, false),
            overgrown: figure(&Score::overgrown, true),
            first: figure(&Score::first, false),
            third: figure(&Score::third, false),
            kinds,
            calibration: calibration(scores),
        }
    }
}

fn calibration(scores: &[Score]) -> Vec<(usize, f64, f64)> {
    let mut tenths = vec![(0, 0.0, 0.0); 10];
    for fault in scores.iter().flat_map(|score| &score.faults).filter(|fault| fault.incident.is_some()) {
        let tenth = &mut tenths[((fault.confidence * 10.0) as usize).min(9)];
        tenth.0 += 1;
        tenth.1 += fault.confidence;
        tenth.2 += f64::from(u8::from(fault.first));
    }
    for tenth in &mut tenths {
        let n = f64::from(tenth.0.max(1));
        tenth.1 /= n;
        tenth.2 /= n;
    }
    tenths.into_iter().map(|(n, confidence, right)| (n as usize, confidence, right)).collect()
}
