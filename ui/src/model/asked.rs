//! What was asked of the collector and is not done: it waits, or it was refused.

use pedkai_core::{model::Timestamp, wire::Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::format;

/// Something that a command is about, with the name it had on screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aim {
    /// What.
    pub target: Target,
    /// Its name on screen.
    pub name: String,
}

/// How it stands with what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It is sent as soon as the collector answers; so many of its aims are answered already.
    Waiting {
        /// Aims that were answered.
        answered: usize,
    },
    /// Nothing was changed.
    Refused {
        /// When the answer came.
        at: Timestamp,
        /// What the answer said.
        why: String,
    },
}

/// A command as an operator gave it at one stroke, or the part of it that was refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Its id on this seat.
    pub id: Uuid,
    /// What was asked, as a sentence would begin: `Acknowledge until it clears`.
    pub what: String,
    /// On what.
    pub aims: Vec<Aim>,
    /// Comment or reason that went with it.
    pub text: String,
    /// Who asked; empty is whoever was on this seat.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How it stands.
    pub fate: Fate,
}

impl Asked {
    /// Whether the answer was no.
    pub fn refused(&self) -> bool {
        matches!(self.fate, Fate::Refused { .. })
    }

    /// What it is about in a few words: the first, and how many more.
    pub fn on(&self) -> String {
        match self.aims.as_slice() {
            [] => String::new(),
            [one] => format::named(&one.name).to_owned(),
            [first, more @ ..] => format!("{} and {} more", format::named(&first.name), format::count(more.len())),
        }
    }
}

/// Everything that was asked and is not done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    all: BTreeMap<Uuid, Asked>,
    refused: usize,
}

impl Outbox {
    /// A new one, or a new state of one.
    pub fn put(&mut self, asked: Asked) {
        self.refused += usize::from(asked.refused());
        if let Some(old) = self.all.insert(asked.id, asked) {
            self.refused -= usize::from(old.refused());
        }
    }

    /// So many aims of one that waits are answered.
    pub fn answered(&mut self, id: Uuid, aims: usize) {
        if let Some(Fate::Waiting { answered }) = self.all.get_mut(&id).map(|asked| &mut asked.fate) {
            *answered = aims;
        }
    }

    /// One is done, or was dismissed.
    pub fn remove(&mut self, id: Uuid) {
        if let Some(old) = self.all.remove(&id) {
            self.refused -= usize::from(old.refused());
        }
    }

    /// One by its id.
    pub fn get(&self, id: Uuid) -> Option<&Asked> {
        self.all.get(&id)
    }

    /// All of them, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = &Asked> {
        self.all.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// How many wait for the collector.
    pub fn waiting(&self) -> usize {
        self.all.len() - self.refused
    }

    /// Whether everything that was asked is done.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many were refused.
    pub fn refused(&self) -> usize {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pedkai_core::wire::TargetKind;

    fn asked(id: u128, fate: Fate) -> Asked {
        let aim = |number: u128| Aim {
            target: Target {
                kind: TargetKind::Alarm,
                id: Uuid::from_u128(number),
            },
            name: format!("FAN on R{number}"),
        };
        Asked {
            id: Uuid::from_u128(id),
            what: "Own".to_owned(),
            aims: (1..=3).map(aim).collect(),
            text: String::new(),
            by: "mira".to_owned(),
            at: Timestamp::from_micros(1),
            fate,
        }
    }

    #[test]
    fn refusals_are_counted_as_they_come_change_and_go() {
        let mut outbox = Outbox::default();
        let refused = Fate::Refused {
            at: Timestamp::from_micros(2),
            why: "owned by jan".to_owned(),
        };
        outbox.put(asked(1, Fate::Waiting { answered: 0 }));
        outbox.put(asked(2, refused.clone()));
        assert_eq!((outbox.len(), outbox.refused()), (2, 1));
        outbox.answered(Uuid::from_u128(1), 2);
        outbox.answered(Uuid::from_u128(2), 2);
        assert_eq!(outbox.get(Uuid::from_u128(1)).map(|one| one.fate.clone()), Some(Fate::Waiting { answered: 2 }));
        outbox.put(asked(1, refused));
        assert_eq!((outbox.len(), outbox.refused()), (2, 2));
        outbox.put(asked(1, Fate::Waiting { answered: 0 }));
        outbox.remove(Uuid::from_u128(2));
        outbox.remove(Uuid::from_u128(9));
        assert_eq!((outbox.len(), outbox.refused()), (1, 0));
        assert_eq!(outbox.iter().next().map(Asked::on).as_deref(), Some("FAN on R1 and 2 more"));
    }
}
