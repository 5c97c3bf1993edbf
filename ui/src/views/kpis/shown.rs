//! A series on the screen: what was asked for it, what came, and what of it is drawn.

use pedkai_core::model::{Name, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

use super::window::{WEEK, Wanted, Window};
use crate::{
    intent::Intent,
    model::{Known, KpiQuestion, Model},
    widgets::plot::{
        Look,
        curve::{Curve, Drawn},
    },
};

/// What was measured, and which metric of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// What was measured.
    pub entity: Uuid,
    /// Which metric.
    pub metric: Name,
}

impl Key {
    fn question(&self, wanted: &Wanted) -> KpiQuestion {
        KpiQuestion::Samples {
            entity: self.entity,
            metric: self.metric.clone(),
            from: wanted.from,
            to: wanted.to,
            step: wanted.step,
        }
    }
}

/// A series on the screen.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) key: Key,
    pub(super) look: Look,
    /// Its samples.
    pub(super) samples: Loaded,
    /// Its samples of a week before.
    pub(super) before: Loaded,
}

/// Samples that were asked for.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    asked: Option<Wanted>,
    /// What came.
    here: Option<(Wanted, Arc<Curve>)>,
    /// Why no newer ones came.
    pub(super) failed: Option<Arc<str>>,
    drawn: Option<(DrawnFor, Drawn)>,
}

#[derive(Clone, Debug)]
struct DrawnFor {
    curve: Arc<Curve>,
    from: Timestamp,
    to: Timestamp,
    columns: usize,
}

impl Shown {
    pub(super) fn new(key: Key, look: Look) -> Self {
        Self {
            key,
            look,
            samples: Loaded::default(),
            before: Loaded::default(),
        }
    }

    /// Takes in what came, and asks for what is missing.
    pub(super) fn follow(&mut self, model: &Model, window: &Window, now: Timestamp, compare: bool, intents: &mut Vec<Intent>) {
        self.samples.follow(&self.key, model, window, now, Span::ZERO, intents);
        if compare {
            self.before.follow(&self.key, model, window, now, WEEK, intents);
        }
    }

    /// Thins what is drawn, if that is other than in the last frame.
    pub(super) fn thin(&mut self, from: Timestamp, to: Timestamp, columns: usize, compare: bool) {
        self.samples.thin(from, to, columns, Span::ZERO);
        if compare {
            // A ghost tells how it usually goes, not each peak; and dashes of less cost less.
            self.before.thin(from, to, columns / 6, WEEK);
        }
    }
}

impl Loaded {
    /// The samples that are here.
    pub(super) fn curve(&self) -> Option<&Arc<Curve>> {
        self.here.as_ref().map(|(_, curve)| curve)
    }

    /// Up to when the samples that are here go.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.here.as_ref().map(|(had, _)| had.to)
    }

    /// What is drawn of them.
    pub(super) fn drawn(&self) -> Option<&Drawn> {
        self.drawn.as_ref().map(|(_, drawn)| drawn)
    }

    /// The question that failed, to ask it once more.
    pub(super) fn again(&self, key: &Key) -> Option<KpiQuestion> {
        self.failed.as_ref().and(self.asked.as_ref()).map(|asked| key.question(asked))
    }

    fn follow(&mut self, key: &Key, model: &Model, window: &Window, now: Timestamp, back: Span, intents: &mut Vec<Intent>) {
        let there = |wanted: Wanted| Wanted {
            from: wanted.from.minus(back),
            to: wanted.to.minus(back),
            ..wanted
        };
        let forth = |wanted: &Wanted| Wanted {
            from: wanted.from.plus(back),
            to: wanted.to.plus(back),
            ..*wanted
        };
        let known = |wanted: &Wanted| model.kpis.samples(&key.question(wanted));
        let asked = self.asked.filter(|asked| {
            // What is on its way is waited for, even where a little more is wanted by now.
            let under_way = matches!(known(asked), Some(Known::Waiting));
            under_way && window.enough(&forth(asked), now.minus(Span::seconds(60)))
        });
        let enough = self.here.as_ref().is_some_and(|(had, curve)| {
            // What was too much to come one by one came in buckets.
            let step = had.step.or_else(|| curve.coarse());
            window.enough(&Wanted { step, ..forth(had) }, now)
        });
        if enough && asked.is_none() {
            return;
        }
        let wanted = asked.unwrap_or_else(|| there(window.wanted(now)));
        self.asked = Some(wanted);
        match known(&wanted) {
            None => intents.push(Intent::AskKpi(key.question(&wanted))),
            Some(Known::Waiting) => {}
            Some(Known::Here(curve)) => (self.here, self.failed) = (Some((wanted, curve.clone())), None),
            Some(Known::Failed(why)) => self.failed = Some(why.clone()),
        }
    }

    fn thin(&mut self, from: Timestamp, to: Timestamp, columns: usize, back: Span) {
        let Some((_, curve)) = &self.here else { return };
        let same = |had: &DrawnFor| Arc::ptr_eq(&had.curve, curve) && (had.from, had.to, had.columns) == (from, to, columns);
        if self.drawn.as_ref().is_none_or(|(had, _)| !same(had)) {
            let wanted = DrawnFor {
                curve: curve.clone(),
                from,
                to,
                columns,
            };
            self.drawn = Some((wanted, curve.drawn(from.minus(back), to.minus(back), columns, back)));
        }
    }
}
