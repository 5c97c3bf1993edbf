use super::book::Book;
use super::maintenance::counted;
use crate::model::{Span, Timestamp};

/// Outages are kept one by one for so long.
const KEPT: Span = Span::minutes(100 * 1_440);
/// So many of one service; the months know of the others.
const MOST: usize = 256;

/// An outage that is over.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Outage {
    /// Begin.
    #[n(0)]
    pub from: Timestamp,
    /// End.
    #[n(1)]
    pub until: Timestamp,
    /// When a person took it up.
    #[n(2)]
    pub acked_at: Option<Timestamp>,
    /// Maintenance within it, in order, apart.
    #[n(3)]
    pub work: Vec<(Timestamp, Timestamp)>,
    /// It lasted longer than was promised.
    #[n(4)]
    pub late: bool,
    /// How many incidents were held to be behind it.
    #[n(5)]
    pub incidents: u32,
}

/// What was between two instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Without service, maintenance not counted.
    pub down: Span,
    /// Without service within maintenance.
    pub excluded: Span,
    /// Incidents that took service away, be it partly before.
    pub incidents: u32,
    /// Outages that ended.
    pub outages: u32,
    /// Their lengths together, each whole, maintenance not counted.
    pub restoring: Span,
    /// … of which a person took up.
    pub acked: u32,
    /// From the begin of each of those until it was taken up, together.
    pub acking: Span,
    /// … of which lasted longer than was promised.
    pub late: u32,
}

fn plus(one: Span, other: Span) -> Span {
    Span::micros(one.as_micros().saturating_add(other.as_micros()))
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            down: plus(self.down, other.down),
            excluded: plus(self.excluded, other.excluded),
            incidents: self.incidents.saturating_add(other.incidents),
            outages: self.outages.saturating_add(other.outages),
            restoring: plus(self.restoring, other.restoring),
            acked: self.acked.saturating_add(other.acked),
            acking: plus(self.acking, other.acking),
            late: self.late.saturating_add(other.late),
        }
    }

    /// Mean time to restore.
    #[must_use]
    pub fn mttr(&self) -> Option<Span> {
        (self.outages > 0).then(|| Span::micros(self.restoring.as_micros() / i64::from(self.outages)))
    }

    /// Mean time until a person took it up.
    #[must_use]
    pub fn mtta(&self) -> Option<Span> {
        (self.acked > 0).then(|| Span::micros(self.acking.as_micros() / i64::from(self.acked)))
    }

    /// Percent of `whole` in which service was there.
    #[must_use]
    pub fn availability(&self, whole: Span) -> f64 {
        let whole = whole.as_micros().max(1) as f64;
        100.0 * (1.0 - (self.down.as_micros() as f64 / whole).min(1.0))
    }

    /// A stretch without service, as far as it lies between the two instants.
    fn stretch(&mut self, (since, until): (Timestamp, Timestamp), (from, to): (Timestamp, Timestamp), work: &[(Timestamp, Timestamp)], incidents: u32) {
        let (begin, end) = (since.max(from), until.min(to));
        if begin >= end {
            return;
        }
        let down = counted(begin, end, work);
        self.down = plus(self.down, down);
        self.excluded = plus(self.excluded, Span::micros(end.since(begin).as_micros() - down.as_micros()));
        self.incidents = self.incidents.saturating_add(incidents);
    }
}

impl Book {
    /// Keeps an outage that is over.
    pub(super) fn keep(&mut self, outage: Outage) {
        let old = outage.until.minus(KEPT);
        self.outages.push(outage);
        let many = self.outages.len().saturating_sub(MOST);
        let drop = self.outages.iter().take_while(|outage| outage.until < old).count().max(many);
        if let Some(last) = self.outages.drain(..drop).next_back() {
            self.known_from = Some(last.until);
        }
    }

    /// What was between two instants, an outage that goes on counted up to `to`; `work` is the maintenance that holds for that one. An outage
    /// that ended after `from` and not after `to` counts among those that ended, with its whole length.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp, work: &[(Timestamp, Timestamp)]) -> Tally {
        let mut tally = Tally::default();
        for outage in self.outages.iter().filter(|outage| outage.until > from && outage.from < to) {
            tally.stretch((outage.from, outage.until), (from, to), &outage.work, outage.incidents);
            if outage.until > to {
                continue;
            }
            tally.outages += 1;
            tally.restoring = plus(tally.restoring, counted(outage.from, outage.until, &outage.work));
            tally.late += u32::from(outage.late);
            if let Some(acked) = outage.acked_at {
                tally.acked += 1;
                tally.acking = plus(tally.acking, acked.max(outage.from).since(outage.from));
            }
        }
        if let Some(since) = self.since {
            tally.stretch((since, to), (from, to), work, self.held);
        }
        tally
    }

    /// Whether every outage since an instant is known one by one.
    #[must_use]
    pub fn knows_from(&self, from: Timestamp) -> bool {
        self.known_from.is_none_or(|known| known <= from)
    }
}
