//! Who looks on in tests: keeps every report, and closes the gate when told to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use pedkai_collector::effects::netconf::{Outcome, Report, Step, Watch};

/// Open unless a step closes it.
pub(crate) struct Audit {
    open: AtomicBool,
    closes_at: Option<(Step, Outcome)>,
    reports: Mutex<Vec<Report>>,
}

impl Audit {
    pub(crate) fn new() -> Self {
        Self {
            open: AtomicBool::new(true),
            closes_at: None,
            reports: Mutex::new(Vec::new()),
        }
    }

    /// The gate closes as soon as this is reported.
    pub(crate) fn closing(step: Step, outcome: Outcome) -> Self {
        Self {
            closes_at: Some((step, outcome)),
            ..Self::new()
        }
    }

    /// What was told, `Begun` left out, each step once in a row.
    pub(crate) fn steps(&self) -> Vec<(Step, Outcome)> {
        let reports = self.reports.lock().unwrap();
        let mut steps: Vec<(Step, Outcome)> = reports.iter().map(|report| (report.step, report.outcome)).collect();
        steps.retain(|(_, outcome)| *outcome != Outcome::Begun);
        steps.dedup();
        steps
    }

    /// How often a write was begun.
    pub(crate) fn begun(&self, step: Step) -> usize {
        let reports = self.reports.lock().unwrap();
        reports.iter().filter(|report| report.step == step && report.outcome == Outcome::Begun).count()
    }

    pub(crate) fn all(&self) -> Vec<Report> {
        self.reports.lock().unwrap().clone()
    }
}

impl Watch for Audit {
    fn may_go_on(&self) -> bool {
        self.open.load(Ordering::SeqCst)
    }

    fn report(&self, report: Report) {
        if self.closes_at == Some((report.step, report.outcome)) {
            self.open.store(false, Ordering::SeqCst);
        }
        self.reports.lock().unwrap().push(report);
    }
}
