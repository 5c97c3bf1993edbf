use std::collections::BTreeMap;

use crate::intent::Fetch;

/// An answer to a question, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Asked, not answered yet.
    Waiting,
    /// The answer.
    Here(serde_json::Value),
    /// There is none, because of this.
    Failed(String),
}

/// Answers to questions that the feed does not bring, the newest few hundred.
#[derive(Debug, Default)]
pub struct Details {
    answers: BTreeMap<Fetch, (u64, Detail)>,
    count: u64,
}

const KEPT: usize = 400;

impl Details {
    /// What is known about a question.
    pub fn get(&self, question: &Fetch) -> Option<&Detail> {
        self.answers.get(question).map(|(_, detail)| detail)
    }

    /// Whether any question is not answered yet.
    pub fn waiting(&self) -> bool {
        self.answers.values().any(|(_, detail)| *detail == Detail::Waiting)
    }

    /// Takes an answer in; the oldest one gives way.
    pub fn put(&mut self, question: Fetch, detail: Detail) {
        self.count += 1;
        self.answers.insert(question, (self.count, detail));
        if self.answers.len() > KEPT {
            let oldest = self.answers.iter().min_by_key(|(_, (number, _))| *number).map(|(question, _)| question.clone());
            oldest.map(|oldest| self.answers.remove(&oldest));
        }
    }
}
