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
    answers: BTreeMap<Fetch, Kept>,
    count: u64,
    graph: u64,
}

#[derive(Debug)]
struct Kept {
    number: u64,
    detail: Detail,
    /// The state of the graph when it was asked or answered last.
    graph: u64,
}

const KEPT: usize = 400;

impl Details {
    /// What is known about a question.
    pub fn get(&self, question: &Fetch) -> Option<&Detail> {
        self.answers.get(question).map(|kept| &kept.detail)
    }

    /// The number of the newest answer to a question, another one with every answer; 0 while there is none.
    pub fn number(&self, question: &Fetch) -> u64 {
        self.answers.get(question).map_or(0, |kept| kept.number)
    }

    /// Whether a question about the graph is to be asked: it never was, or the graph changed since it was asked last.
    pub fn wanted(&self, question: &Fetch) -> bool {
        self.answers
            .get(question)
            .is_none_or(|kept| kept.graph != self.graph && kept.detail != Detail::Waiting)
    }

    /// The question is asked once more; until it is answered what is known stays.
    pub fn asked(&mut self, question: &Fetch) {
        let graph = self.graph;
        if let Some(kept) = self.answers.get_mut(question) {
            kept.graph = graph;
        }
    }

    /// An entity or a relation changed.
    pub(super) fn graph_changed(&mut self) {
        self.graph += 1;
    }

    /// Whether any question is not answered yet.
    pub fn waiting(&self) -> bool {
        self.answers.values().any(|kept| kept.detail == Detail::Waiting)
    }

    /// Takes an answer in; the oldest one gives way.
    pub fn put(&mut self, question: Fetch, detail: Detail) {
        self.count += 1;
        let kept = Kept {
            number: self.count,
            detail,
            graph: self.graph,
        };
        self.answers.insert(question, kept);
        if self.answers.len() > KEPT {
            let oldest = self.answers.iter().min_by_key(|(_, kept)| kept.number).map(|(question, _)| question.clone());
            oldest.map(|oldest| self.answers.remove(&oldest));
        }
    }
}
