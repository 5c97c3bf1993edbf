//! What waits to be decided: events in one bounded queue, everything else past it.

use std::collections::VecDeque;

use pedkai_core::model::Event;
use pedkai_core::pipeline::{Answer, Input};
use tokio::sync::oneshot;

use super::tenant::NotTaken;

/// Answers of one piece, with the sequence of its record.
pub(super) type Answered = Result<(u64, Vec<Answer>), NotTaken>;

/// Events that came in together, or one other input.
pub(super) struct Piece {
    pub(super) inputs: Vec<Input>,
    pub(super) reply: Option<oneshot::Sender<Answered>>,
}

impl Piece {
    pub(super) fn answer(self, answer: Answered) {
        if let Some(reply) = self.reply {
            // The sender may have gone away; its input stands all the same.
            let _ = reply.send(answer);
        }
    }
}

/// So many events are decided without waiting for more.
const FULL: usize = 2_048;

/// One tenant's queue.
#[derive(Default)]
pub(super) struct Queue {
    urgent: VecDeque<Piece>,
    events: VecDeque<(Vec<Event>, Option<oneshot::Sender<Answered>>)>,
    waiting: usize,
    /// Pieces among the events whose sender waits for an answer.
    answers: usize,
    /// Patient events have waited long enough.
    pub(super) ripe: bool,
    /// Somebody will say when they have.
    pub(super) ripening: bool,
    /// A job runs, or is about to, that takes what is here.
    pub(super) scheduled: bool,
    /// A deadline came due.
    pub(super) clock: bool,
    /// Somebody wants the rows written: when it is convenient, or at once.
    pub(super) flush: Option<Haste>,
    /// Nothing more is taken.
    pub(super) stopping: bool,
}

/// How soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Haste {
    /// When enough time has gone by since the last time.
    Due,
    /// Somebody waits for it.
    Now,
}

/// What one record is made of.
pub(super) struct Taken {
    pub(super) pieces: Vec<Piece>,
    pub(super) clock: bool,
    pub(super) flush: Option<Haste>,
}

impl Queue {
    /// Puts events in, unless that makes more than `limit` wait. A piece larger than the limit is taken when nothing else waits.
    pub(super) fn offer(&mut self, events: Vec<Event>, reply: Option<oneshot::Sender<Answered>>, limit: usize) -> Result<(), Vec<Event>> {
        if self.waiting > 0 && self.waiting + events.len() > limit {
            return Err(events);
        }
        self.waiting += events.len();
        self.answers += usize::from(reply.is_some());
        self.events.push_back((events, reply));
        Ok(())
    }

    pub(super) fn urgent(&mut self, input: Input, reply: oneshot::Sender<Answered>) {
        self.urgent.push_back(Piece {
            inputs: vec![input],
            reply: Some(reply),
        });
    }

    /// Nothing waits but a few events whose senders expect no answer: more of them make a fuller record.
    pub(super) fn patient(&self) -> bool {
        self.urgent.is_empty() && !self.clock && self.flush.is_none() && self.answers == 0 && !self.ripe && self.waiting < FULL
    }

    /// Takes what fits in one record: everything urgent, then whole pieces up to `most` events, at least one.
    pub(super) fn take(&mut self, most: usize) -> Option<Taken> {
        if self.patient() {
            return None;
        }
        self.ripe = false;
        let mut pieces: Vec<Piece> = self.urgent.drain(..).collect();
        let mut events = 0;
        while let Some((piece, _)) = self.events.front() {
            if events > 0 && events + piece.len() > most {
                break;
            }
            events += piece.len();
            if let Some((piece, reply)) = self.events.pop_front() {
                self.answers -= usize::from(reply.is_some());
                pieces.push(Piece {
                    inputs: piece.into_iter().map(Input::Event).collect(),
                    reply,
                });
            }
        }
        self.waiting -= events;
        let clock = std::mem::take(&mut self.clock);
        let flush = self.flush.take();
        if pieces.is_empty() && !clock && flush.is_none() {
            return None;
        }
        Some(Taken { pieces, clock, flush })
    }

    pub(super) fn waiting(&self) -> (usize, usize) {
        (self.waiting, self.urgent.len())
    }
}
