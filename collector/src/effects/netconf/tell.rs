//! Telling each step, and asking the gate before each write.

use pedkai_core::model::Timestamp;

use super::device::{Outcome, Report, Step, Watch};
use super::error::Error;
use crate::engine::Clock;

/// A step that failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) step: Step,
    pub(super) error: Error,
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        fault.error
    }
}

#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) watch: &'a dyn Watch,
    pub(super) clock: &'a dyn Clock,
}

impl Teller<'_> {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn report(&self, step: Step, outcome: Outcome, detail: String) {
        self.watch.report(Report {
            step,
            at: self.clock.now(),
            outcome,
            detail,
        });
    }

    /// Told and passed on.
    pub(super) fn tell<T>(&self, step: Step, result: Result<T, Error>, detail: String) -> Result<T, Fault> {
        match result {
            Ok(value) => {
                self.report(step, Outcome::Done, detail);
                Ok(value)
            }
            Err(error) => {
                self.report(step, Outcome::Failed, error.to_string());
                Err(Fault { step, error })
            }
        }
    }

    /// Asked immediately before a write is sent.
    pub(super) fn gate(&self, step: Step) -> Result<(), Fault> {
        self.still_open(step)?;
        self.report(step, Outcome::Begun, String::new());
        Ok(())
    }

    pub(super) fn still_open(&self, step: Step) -> Result<(), Fault> {
        if self.watch.may_go_on() {
            return Ok(());
        }
        self.report(step, Outcome::Stopped, Error::Stopped.to_string());
        Err(Fault { step, error: Error::Stopped })
    }
}
