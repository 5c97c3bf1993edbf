use pedkai_core::model::{Span, Timestamp};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use uuid::Uuid;

use crate::{
    format::Clock,
    model::{self, Model},
};

/// What is counted over all rows: made anew when the rows change, a second apart at most often.
#[derive(Debug)]
pub(super) struct Figures {
    revision: u64,
    at: Timestamp,
    pub(super) silent: usize,
    pub(super) flapping: usize,
    pub(super) old: usize,
    pub(super) loudest: Vec<(Uuid, usize)>,
    pub(super) per_ten_minutes: Vec<f32>,
    pub(super) done: Done,
}

/// What was done without anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Events of every source.
    pub(super) heard: usize,
    /// Raises beyond the first of each alarm that is kept.
    pub(super) repeats: usize,
    /// Alarms that an incident in work holds.
    pub(super) tied: usize,
    /// Incidents in work of which a cause is told.
    pub(super) guessed: usize,
    /// Incidents in work.
    pub(super) open: usize,
    /// Alarms that are kept.
    pub(super) alarms: usize,
    /// Sources.
    pub(super) sources: usize,
}

const BUCKETS: usize = 144;
const BUCKET: i64 = 600_000_000;

impl Figures {
    pub(super) fn of(model: &Model, clock: &Clock) -> Self {
        let mut raises: FxHashMap<Uuid, usize> = FxHashMap::default();
        let mut per_ten_minutes = vec![0.0; BUCKETS];
        let (mut flapping, mut old, mut repeats) = (0, 0, 0);
        for alarm in model.alarms().iter() {
            repeats += (alarm.count as usize).saturating_sub(1);
            let age = clock.now.since(alarm.raised_at);
            let bucket = age.as_micros().max(0) / BUCKET;
            if let Some(bucket) = usize::try_from(bucket).ok().and_then(|bucket| BUCKETS.checked_sub(bucket + 1)) {
                per_ten_minutes[bucket] += 1.0;
            }
            if !alarm.cleared {
                flapping += usize::from(alarm.flapping);
                old += usize::from(age > Span::minutes(24 * 60));
                *raises.entry(alarm.entity_id).or_default() += alarm.count as usize;
            }
        }
        let mut loudest: Vec<(Uuid, usize)> = raises.into_iter().collect();
        loudest.sort_by_key(|(entity, raises)| (Reverse(*raises), *entity));
        loudest.truncate(6);
        let silent = model.sources().iter().filter(|source| model::silence(source, clock.now).is_some()).count();
        Self {
            revision: revision(model),
            at: clock.now,
            silent,
            flapping,
            old,
            loudest,
            per_ten_minutes,
            done: Done {
                heard: model.sources().iter().fold(0, |sum, source| sum.saturating_add(source.received as usize)),
                repeats,
                tied: model.open_incidents().map(|incident| incident.alarm_ids.len()).sum(),
                guessed: model.open_incidents().filter(|incident| !incident.hypotheses.is_empty()).count(),
                open: model.open_incidents().count(),
                alarms: model.alarms().len(),
                sources: model.sources().len(),
            },
        }
    }

    pub(super) fn fresh(&self, model: &Model, clock: &Clock) -> bool {
        let age = clock.now.since(self.at).abs();
        age < Span::seconds(1) || (self.revision == revision(model) && age < Span::seconds(10))
    }
}

fn revision(model: &Model) -> u64 {
    model.alarms().revision() + model.sources().revision() + model.incidents().revision()
}
