use super::maintenance::counted;
use super::month::Month;
use super::outage::Outage;
use crate::model::{IncidentIx, Outlook, SlaState, Span, Timestamp};

/// So many months are kept.
const MONTHS: usize = 13;

/// What one service, customer or contract was without, by month.
#[derive(Clone, Debug, Default, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Book {
    /// Incidents that hold it down now.
    #[n(0)]
    pub holders: Vec<Holder>,
    /// When it went down, while it is.
    #[n(1)]
    pub since: Option<Timestamp>,
    /// When it last came back: what lies before is in the tallies.
    #[n(2)]
    pub back_at: Option<Timestamp>,
    /// Oldest first; only months in which something was.
    #[n(3)]
    pub months: Vec<MonthTally>,
    /// Measured values that are beyond their limits or drift towards them, by metric.
    #[n(4)]
    #[cbor(default)]
    pub outlooks: Vec<Outlook>,
    /// Outages that are over, oldest first.
    #[n(5)]
    #[cbor(default)]
    pub outages: Vec<Outage>,
    /// How many incidents held it down since `since`.
    #[n(6)]
    #[cbor(default)]
    pub held: u32,
    /// Outages that ended up to then are no longer in `outages`.
    #[n(7)]
    #[cbor(default)]
    pub known_from: Option<Timestamp>,
}

/// An incident that holds a service down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Holder {
    /// Which.
    #[n(0)]
    pub incident: IncidentIx,
    /// Since when.
    #[n(1)]
    pub from: Timestamp,
}

/// What was in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct MonthTally {
    /// Which.
    #[n(0)]
    pub month: Month,
    /// Without service, maintenance not counted.
    #[n(1)]
    pub down: Span,
    /// Without service within maintenance.
    #[n(2)]
    pub excluded: Span,
    /// Outages that ended in it.
    #[n(3)]
    pub outages: u32,
    /// Their lengths together, each whole, maintenance not counted.
    #[n(4)]
    pub restoring: Span,
    /// Outages that a person took up.
    #[n(5)]
    pub acked: u32,
    /// From the begin of each of those until it was taken up, together.
    #[n(6)]
    pub acking: Span,
    /// Outages that lasted longer than was promised.
    #[n(7)]
    pub late: u32,
}

/// How an outage ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<'a> {
    /// When.
    pub at: Timestamp,
    /// When a person took it up.
    pub acked_at: Option<Timestamp>,
    /// Maintenance, in order, apart.
    pub windows: &'a [(Timestamp, Timestamp)],
    /// Longest outage that was promised.
    pub restore: Option<Span>,
}

fn plus(one: Span, other: Span) -> Span {
    Span::micros(one.as_micros().saturating_add(other.as_micros()))
}

fn mean(sum: Span, count: u32) -> Option<Span> {
    (count > 0).then(|| Span::micros(sum.as_micros() / i64::from(count)))
}

impl MonthTally {
    const fn new(month: Month) -> Self {
        Self {
            month,
            down: Span::ZERO,
            excluded: Span::ZERO,
            outages: 0,
            restoring: Span::ZERO,
            acked: 0,
            acking: Span::ZERO,
            late: 0,
        }
    }

    /// Percent of the month in which service was there, if nothing further happens in it.
    #[must_use]
    pub fn availability(&self) -> f64 {
        let length = self.month.length().as_micros().max(1) as f64;
        100.0 * (1.0 - (self.down.as_micros() as f64 / length).min(1.0))
    }

    /// Mean time to restore.
    #[must_use]
    pub fn mttr(&self) -> Option<Span> {
        mean(self.restoring, self.outages)
    }

    /// Mean time until a person took it up.
    #[must_use]
    pub fn mtta(&self) -> Option<Span> {
        mean(self.acking, self.acked)
    }
}

impl Book {
    /// An incident holds it down since `from`; one that already does, since then instead. Time that is in the tallies is not counted again.
    pub fn hold(&mut self, incident: IncidentIx, from: Timestamp) {
        let from = self.back_at.map_or(from, |back| from.max(back));
        match self.holders.iter_mut().find(|holder| holder.incident == incident) {
            Some(holder) => holder.from = from,
            None => {
                self.holders.push(Holder { incident, from });
                self.held = self.held.saturating_add(1);
            }
        }
        self.since = Some(self.since.map_or(from, |since| since.min(from)));
    }

    /// Keeps what a measured value does, as long as it endangers its promise.
    pub fn foresee(&mut self, outlook: &Outlook) {
        self.outlooks.retain(|known| known.metric != outlook.metric);
        if outlook.state != SlaState::Kept {
            self.outlooks.push(outlook.clone());
            self.outlooks.sort_by(|a, b| a.metric.cmp(&b.metric));
        }
    }

    /// The incident turned out not to hold it down: it never did.
    pub fn forget(&mut self, incident: IncidentIx) {
        let before = self.holders.len();
        self.holders.retain(|holder| holder.incident != incident);
        self.held = self.held.saturating_sub((before - self.holders.len()) as u32);
        self.since = self.holders.iter().map(|holder| holder.from).min();
    }

    /// The incident is over. Where no other holds it down, the outage goes into the tallies.
    pub fn release(&mut self, incident: IncidentIx, ended: &Ended<'_>) {
        let before = self.holders.len();
        self.holders.retain(|holder| holder.incident != incident);
        let Some(since) = self.since.filter(|_| self.holders.is_empty() && before > 0) else {
            return;
        };
        self.since = None;
        let at = ended.at.max(since);
        self.back_at = Some(at);
        self.spread(since, at, ended.windows);
        let lasted = counted(since, at, ended.windows);
        let tally = self.tally(Month::of(at));
        tally.outages += 1;
        tally.restoring = plus(tally.restoring, lasted);
        let late = ended.restore.is_some_and(|promised| lasted > promised);
        tally.late += u32::from(late);
        let acked_at = ended.acked_at.filter(|acked| *acked <= at);
        if let Some(acked) = acked_at {
            tally.acked += 1;
            tally.acking = plus(tally.acking, acked.max(since).since(since));
        }
        let within = ended.windows.iter().map(|(from, until)| ((*from).max(since), (*until).min(at)));
        let incidents = std::mem::take(&mut self.held);
        self.keep(Outage {
            from: since,
            until: at,
            acked_at,
            work: within.filter(|(from, until)| from < until).collect(),
            late,
            incidents,
        });
    }

    /// Puts an outage into the months that it touches.
    fn spread(&mut self, since: Timestamp, until: Timestamp, windows: &[(Timestamp, Timestamp)]) {
        let mut from = since;
        while from < until {
            let month = Month::of(from);
            let upto = until.min(month.next().begin());
            if upto <= from {
                return;
            }
            let down = counted(from, upto, windows);
            let tally = self.tally(month);
            tally.down = plus(tally.down, down);
            tally.excluded = plus(tally.excluded, Span::micros(upto.since(from).as_micros() - down.as_micros()));
            from = upto;
        }
    }

    fn tally(&mut self, month: Month) -> &mut MonthTally {
        let place = match self.months.binary_search_by_key(&month, |tally| tally.month) {
            Ok(place) => place,
            Err(place) => {
                self.months.insert(place, MonthTally::new(month));
                let over = self.months.len().saturating_sub(MONTHS).min(place);
                self.months.drain(..over);
                place - over
            }
        };
        &mut self.months[place]
    }

    /// The tally of a month, an outage that goes on counted up to `now`.
    #[must_use]
    pub fn month(&self, month: Month, now: Timestamp, windows: &[(Timestamp, Timestamp)]) -> MonthTally {
        let found = self.months.iter().find(|tally| tally.month == month);
        let mut tally = found.copied().unwrap_or(MonthTally::new(month));
        if let Some(since) = self.since {
            let (from, until) = (since.max(month.begin()), now.min(month.next().begin()));
            let down = counted(from, until, windows);
            tally.down = plus(tally.down, down);
            let whole = until.since(from).as_micros().max(0);
            tally.excluded = plus(tally.excluded, Span::micros(whole - down.as_micros()));
        }
        tally
    }

    /// When `percent` of the month is no longer to be kept, were it to stay down since `since`; `None` where that was so before.
    #[must_use]
    pub fn breach_at(&self, percent: f64, since: Timestamp, windows: &[(Timestamp, Timestamp)]) -> Option<Timestamp> {
        let month = Month::of(since);
        let spent = self.months.iter().find(|tally| tally.month == month).map_or(0, |tally| tally.down.as_micros());
        let left = month.allowed(percent).as_micros() - spent;
        if left <= 0 {
            return None;
        }
        let at = super::maintenance::advance(since, Span::micros(left), windows);
        let next = month.next();
        if at < next.begin() {
            return Some(at);
        }
        Some(super::maintenance::advance(next.begin(), next.allowed(percent), windows))
    }
}
