use std::sync::Arc;

use super::answer::Answer;
use super::delta::Delta;
use super::input::Input;
use super::state::State;
use super::{change, clock, command, event, finding, place, promise, warm};
use crate::correlation::IncidentDelta;
use crate::ingest::Mapping;
use crate::model::{EntityIx, IdKind, Timestamp};
use crate::policy::Policy;

/// What a batch of inputs did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// Every change, in order; already folded.
    pub deltas: Vec<Delta>,
    /// One answer an input, in their order.
    pub answers: Vec<Answer>,
}

/// Decides one record: begins it at `seq` and `at`, takes the inputs in order, stage by stage, and folds what each stage says before
/// the next one looks. At most 2^20 inputs.
#[must_use]
pub fn decide(state: &mut State, seq: u64, at: Timestamp, inputs: &[Input]) -> Decided {
    state.begin(seq, at);
    let mut turn = Turn {
        mapping: state.mapping.clone(),
        policy: state.policy.clone(),
        state,
        deltas: Vec::with_capacity(inputs.len() + inputs.len() / 4 + 8),
    };
    let mut answers = Vec::with_capacity(inputs.len());
    for ahead in inputs.chunks(warm::AHEAD) {
        warm::read_ahead(turn.state, ahead);
        for input in ahead {
            answers.push(turn.input(answers.len() as u32, input));
        }
    }
    Decided { deltas: turn.deltas, answers }
}

/// A record in the making.
pub(super) struct Turn<'a> {
    pub(super) state: &'a mut State,
    /// The documents in force, apart from the state so that both can be used at once.
    pub(super) mapping: Arc<Mapping>,
    pub(super) policy: Arc<Policy>,
    deltas: Vec<Delta>,
}

impl Turn<'_> {
    fn input(&mut self, index: u32, input: &Input) -> Answer {
        match input {
            Input::Event(event) => event::take(self, index, event),
            Input::Command(command) => command::take(self, command),
            Input::Topology { patch, .. } => {
                let (deltas, problems) = self
                    .state
                    .topology
                    .plan(patch, &self.state.minter, self.state.seq, self.state.minted, self.state.at);
                let changed = deltas.len();
                self.state.minted += changed as u32;
                for delta in deltas {
                    self.emit(Delta::Topology(delta));
                }
                Answer::Topology { changed, problems }
            }
            Input::Mapping(documents) => match place::try_mapping(&documents.files) {
                Ok(()) => {
                    self.emit(Delta::Mapping {
                        files: documents.files.clone(),
                    });
                    Answer::Documents(Ok(()))
                }
                Err(problems) => Answer::Documents(Err(problems)),
            },
            Input::Policy(documents) => match place::try_policy(&documents.files) {
                Ok(_) => {
                    let before = self.policy.clone();
                    self.emit(Delta::Policy {
                        files: documents.files.clone(),
                    });
                    if before.slo != self.policy.slo {
                        promise::renew(self);
                    }
                    Answer::Documents(Ok(()))
                }
                Err(problems) => Answer::Documents(Err(problems)),
            },
            Input::Finding(found) => finding::take(self, found),
            Input::Names(words) => Answer::Names(words.iter().map(|word| place::named(self, word)).collect()),
            Input::Outlooks(outlooks) => {
                promise::foresee(self, outlooks);
                Answer::Done
            }
            Input::WorkDone(done) => {
                change::done(self, done);
                Answer::Done
            }
            Input::Clock | Input::Jumped { .. } => {
                clock::take(self);
                Answer::Done
            }
        }
    }

    /// Folds a change and writes it down.
    pub(super) fn emit(&mut self, delta: Delta) {
        self.state.fold(&delta);
        if let Delta::Mapping { .. } | Delta::Policy { .. } = delta {
            self.mapping = self.state.mapping.clone();
            self.policy = self.state.policy.clone();
        }
        let followed = match &delta {
            Delta::Incident(change @ (IncidentDelta::Changed { status: Some(_), .. } | IncidentDelta::MergedInto { .. })) => Some(change.clone()),
            _ => None,
        };
        self.deltas.push(delta);
        if let Some(change) = followed {
            promise::follow(self, &change);
        }
    }

    /// The next number for an id that is not an input's own.
    pub(super) fn next_minted(&mut self) -> u32 {
        self.state.minted += 1;
        self.state.minted - 1
    }

    /// Makes an entity that nothing in the topology bears.
    pub(super) fn unplaced(&mut self, word: &str, address: Option<&str>) -> EntityIx {
        let index = self.next_minted();
        let (ix, delta) = self
            .state
            .topology
            .plan_unplaced(word, address, &self.state.minter, self.state.seq, index, self.state.at);
        self.emit(Delta::Topology(delta));
        ix
    }

    /// An id of `kind` at this record.
    pub(super) fn mint(&mut self, kind: IdKind) -> uuid::Uuid {
        let index = self.next_minted();
        self.state.minter.mint(kind, self.state.seq, index)
    }
}
