//! Which types of alarm bring about which others, learnt from what was heard.
//!
//! - **does**: fits a Hawkes process over the types whose excitation passes within an entity and to its neighbours, and scores every
//!   ordered pair of types.
//! - **takes**: when which type was heard of which entity, and which entities are neighbours.
//! - **gives**: a score from 0 to 1 for each pair; from one half on the first is held to be a cause of the second.
//! - **never knows**: what a type means, or what an incident is.
//!
//! Every alarm was either brought about by one that was heard shortly before at the same entity or at a neighbour, or came by itself; how
//! often which, is what expectation maximisation settles (Veen & Schoenberg, JASA 2008; the topological form is that of Cai et al.,
//! "THPs: Topological Hawkes Processes for Learning Causal Structure on Event Sequences", TNNLS 2022). Alarms of one moment say nothing of
//! a direction and are no cause of each other. A pair's score weighs how surely more was passed one way than back
//! (a z of the two counts) with how much each alarm of the first type brings about.

mod fit;

use crate::model::Timestamp;

/// That an alarm was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raised {
    /// When.
    pub at: Timestamp,
    /// Of which entity: any number that stands for it.
    pub entity: u32,
    /// Of which type, counted from 0.
    pub kind: u32,
}

/// Scores of all ordered pairs of types.
#[derive(Clone, Debug, PartialEq)]
pub struct Causes {
    kinds: usize,
    scores: Vec<f64>,
}

/// Evidence of this weight is where a pair begins to be held for cause and effect.
const EVEN: f64 = 0.2;

impl Causes {
    /// How surely `cause` brings about `effect`, 0 to 1; 0 for a type and itself, and for types that were not heard.
    #[must_use]
    pub fn score(&self, cause: usize, effect: usize) -> f64 {
        if cause >= self.kinds || effect >= self.kinds {
            return 0.0;
        }
        self.scores.get(cause * self.kinds + effect).copied().unwrap_or(0.0)
    }

    /// Number of types.
    #[must_use]
    pub fn kinds(&self) -> usize {
        self.kinds
    }
}

/// Scores every ordered pair of `kinds` types. `raised` may come in any order; `neighbours` are pairs of entities, in either order.
#[must_use]
pub fn causes(raised: &[Raised], neighbours: &[(u32, u32)], kinds: usize) -> Causes {
    let fitted = fit::fit(raised, neighbours, kinds);
    let passed = |from: usize, to: usize| fitted.passed.get(from * kinds + to).copied().unwrap_or(0.0);
    let mut scores = vec![0.0; kinds.saturating_mul(kinds)];
    for (place, score) in scores.iter_mut().enumerate() {
        let (from, to) = (place / kinds, place % kinds);
        let (forth, back) = (passed(from, to), passed(to, from));
        let heard = fitted.heard.get(from).copied().unwrap_or(0.0);
        if from == to || heard < 1.0 || forth <= back {
            continue;
        }
        let weight = (forth - back) / (forth + back + 1.0).sqrt() * (forth / heard).sqrt();
        *score = weight / (weight + EVEN);
    }
    Causes { kinds, scores }
}

#[cfg(test)]
mod tests;
