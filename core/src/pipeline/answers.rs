//! What commands were answered, so that one that is sent again gets its first answer.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{CommandId, Outcome, Timestamp};

/// Targets that refused, named in all answers together; beyond it the oldest answers keep only their counts and reasons.
const NAMED: usize = 100_000;

/// The answers of a tenant's commands.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    by_id: BTreeMap<CommandId, Answered>,
    order: BTreeSet<(Timestamp, CommandId)>,
    /// Those that name targets, and how many they name.
    long: BTreeSet<(Timestamp, CommandId)>,
    named: usize,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// When, log's time.
    pub(super) at: Timestamp,
    /// The record that carried it out.
    pub(super) seq: u64,
    /// The answer.
    pub(super) outcome: Outcome,
}

impl Answers {
    pub(super) fn get(&self, id: CommandId) -> Option<&Answered> {
        self.by_id.get(&id)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (CommandId, &Answered)> {
        self.by_id.iter().map(|(id, answered)| (*id, answered))
    }

    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Keeps an answer; gives the others that had to become shorter for it.
    pub(super) fn keep(&mut self, id: CommandId, answered: Answered) -> Vec<CommandId> {
        let place = (answered.at, id);
        let named = named(&answered.outcome);
        self.order.insert(place);
        self.by_id.insert(id, answered);
        if named > 0 {
            self.long.insert(place);
            self.named += named;
        }
        let mut shorter = Vec::new();
        while self.named > NAMED
            && let Some((_, id)) = self.long.pop_first()
        {
            let Some(Outcome::Partly { refused, .. }) = self.by_id.get_mut(&id).map(|answered| &mut answered.outcome) else {
                continue;
            };
            for one in refused {
                self.named = self.named.saturating_sub(one.targets.len());
                one.targets = Vec::new();
            }
            shorter.push(id);
        }
        shorter
    }

    /// Forgets those from before an instant, and gives them.
    pub(super) fn forget(&mut self, before: Timestamp) -> Vec<CommandId> {
        let mut gone = Vec::new();
        while let Some(place) = self.order.first().copied().filter(|(at, _)| *at < before) {
            self.order.remove(&place);
            let named = self.by_id.remove(&place.1).map_or(0, |answered| named(&answered.outcome));
            if self.long.remove(&place) {
                self.named = self.named.saturating_sub(named);
            }
            gone.push(place.1);
        }
        gone
    }
}

fn named(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Partly { refused, .. } => refused.iter().map(|one| one.targets.len()).sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AlarmId, CommandTarget, Name, Refused};
    use uuid::Uuid;

    fn answered(second: i64, targets: usize) -> Answered {
        let target = CommandTarget::Alarm(AlarmId(Uuid::from_u128(7)));
        Answered {
            at: Timestamp::from_micros(second * 1_000_000),
            seq: second.unsigned_abs(),
            outcome: Outcome::Partly {
                done: 3,
                refused: vec![Refused {
                    reason: Name::from("owned by ann"),
                    targets: vec![target; targets],
                }],
            },
        }
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_becomes_shorter_first() {
        let mut answers = Answers::default();
        let id = |number: u128| CommandId(Uuid::from_u128(number));
        for number in 1..=10 {
            assert_eq!(answers.keep(id(number), answered(number as i64, NAMED / 10)), []);
        }
        assert_eq!(answers.keep(id(11), answered(11, 1)), [id(1)]);
        let Some(Outcome::Partly { done, refused }) = answers.get(id(1)).map(|answered| answered.outcome.clone()) else {
            panic!("it is not kept")
        };
        assert_eq!((done, refused[0].reason.as_str(), refused[0].targets.len()), (3, "owned by ann", 0));
        assert_eq!(answers.forget(Timestamp::from_micros(3_000_000)), [id(1), id(2)]);
        assert_eq!(answers.named, NAMED / 10 * 8 + 1);
        assert_eq!(answers.iter().count(), 9);
    }
}
