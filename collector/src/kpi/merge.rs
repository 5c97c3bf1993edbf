use std::collections::VecDeque;

use pedkai_core::model::Point;

use super::block::{Group, Key};
use crate::journal::JournalError;

/// Something that gives groups in order of their keys; several in a row may have the same key.
pub(super) trait Groups {
    /// The next ones, in order; none at the end.
    fn more(&mut self) -> Result<Vec<Group>, JournalError>;
}

/// Groups in order, with a look at the next one.
pub(super) struct Ahead<'a> {
    from: Box<dyn Groups + 'a>,
    next: VecDeque<Group>,
}

impl<'a> Ahead<'a> {
    pub(super) fn new(from: impl Groups + 'a) -> Self {
        Self {
            from: Box::new(from),
            next: VecDeque::new(),
        }
    }

    fn key(&mut self) -> Result<Option<Key>, JournalError> {
        if self.next.is_empty() {
            self.next.extend(self.from.more()?);
        }
        Ok(self.next.front().map(|group| group.key))
    }
}

/// Gives each series of all the sources once, in order, its points tidied; where two sources know the same instant, the later one in the
/// list counts.
pub(super) fn merge(sources: &mut [Ahead<'_>], mut take: impl FnMut(Key, Vec<Point>) -> Result<(), JournalError>) -> Result<(), JournalError> {
    loop {
        let mut least: Option<Key> = None;
        for source in sources.iter_mut() {
            if let Some(key) = source.key()? {
                least = Some(least.map_or(key, |least| least.min(key)));
            }
        }
        let Some(key) = least else {
            return Ok(());
        };
        let mut points = Vec::new();
        for source in sources.iter_mut() {
            while source.key()? == Some(key) {
                let group = source.next.pop_front().map(|group| group.points).unwrap_or_default();
                if points.is_empty() {
                    points = group;
                } else {
                    points.extend(group);
                }
            }
        }
        tidy(&mut points);
        take(key, points)?;
    }
}

/// Puts points in order of time; of several of the same instant the last one stays.
pub(super) fn tidy(points: &mut Vec<Point>) {
    if points.windows(2).all(|pair| pair[0].at < pair[1].at) {
        return;
    }
    points.sort_by_key(|point| point.at);
    let mut kept = 0;
    for at in 0..points.len() {
        if points.get(at + 1).is_some_and(|next| next.at == points[at].at) {
            continue;
        }
        points[kept] = points[at];
        kept += 1;
    }
    points.truncate(kept);
}
