//! A series as it is drawn: kept whole, and thinned to what a screen of so many columns can show.

use egui_plot::PlotPoint;
use pedkai_core::{
    detection::point::Verdict,
    model::{Span, Timestamp},
};

/// A value at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dot {
    /// When.
    pub at: Timestamp,
    /// The value; finite.
    pub value: f64,
}

/// Between which values something was expected to lie, and how strange it was, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The lowest and the highest that was expected; none while too little is known.
    pub range: Option<[f64; 2]>,
    /// How strange the value is: 0 as ever, 1 as never before.
    pub score: f64,
}

/// A series in order of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    dots: Vec<Dot>,
    /// Of each dot that stands for many samples, the lowest and the highest of them; empty where a dot is a sample.
    spread: Vec<[f64; 2]>,
    /// What was expected of each dot; empty where nothing is known.
    expected: Vec<Expected>,
    /// Places of the dots that are strange.
    marked: Vec<usize>,
    /// Where in each block of dots the lowest and the highest are.
    blocks: Vec<[usize; 2]>,
    /// A longer stretch without a dot is a hole.
    hole: Span,
}

/// Dots of a block.
const BLOCK: usize = 64;
/// A step of so many usual steps is a hole.
const USUAL: i64 = 4;
/// From this score on a dot is marked.
const STRANGE: f64 = Verdict::ALARM;
/// Room of a mark in columns: of several nearer to each other the strangest is drawn.
const MARK: f64 = 7.0;

/// What is drawn of a curve between two times.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Lines without a hole; x in seconds since 1970.
    pub runs: Vec<Vec<PlotPoint>>,
    /// What was expected, or what the dots stand for: `[x, low, high]`, in runs without a hole.
    pub bands: Vec<Vec<[f64; 3]>>,
    /// The same of the samples that a dot stands for.
    pub spreads: Vec<Vec<[f64; 3]>>,
    /// Dots that are strange.
    pub strange: Vec<PlotPoint>,
    /// The lowest and the highest of all this; none where nothing is drawn.
    pub range: Option<[f64; 2]>,
}

/// Seconds since 1970, as plots count time.
pub fn seconds(at: Timestamp) -> f64 {
    at.as_micros() as f64 / 1e6
}

impl Curve {
    /// A curve of dots in any order. Of several at one time the last one counts; what is not finite is left out.
    pub fn new(dots: Vec<Dot>) -> Self {
        Self::with_spread(dots.into_iter().map(|dot| (dot, None)).collect())
    }

    /// A curve of dots that stand for many samples each, with the lowest and highest of them.
    pub fn of_buckets(buckets: Vec<(Dot, [f64; 2])>) -> Self {
        Self::with_spread(buckets.into_iter().map(|(dot, spread)| (dot, Some(spread))).collect())
    }

    fn with_spread(mut dots: Vec<(Dot, Option<[f64; 2]>)>) -> Self {
        dots.retain(|(dot, spread)| dot.value.is_finite() && spread.iter().flatten().all(|bound| bound.is_finite()));
        if !dots.is_sorted_by_key(|(dot, _)| dot.at) {
            dots.sort_by_key(|(dot, _)| dot.at);
        }
        dots.dedup_by(|later, kept| {
            let same = later.0.at == kept.0.at;
            if same {
                *kept = *later;
            }
            same
        });
        let spread = dots.iter().map_while(|(_, spread)| *spread).collect();
        let dots: Vec<Dot> = dots.into_iter().map(|(dot, _)| dot).collect();
        Self {
            blocks: blocks(&dots),
            hole: hole(&dots),
            dots,
            spread,
            expected: Vec::new(),
            marked: Vec::new(),
        }
    }

    /// The same curve with what was expected of each dot, in their order; as it was where they are not as many.
    pub fn expecting(mut self, expected: Vec<Expected>) -> Self {
        if expected.len() == self.dots.len() {
            let marked = expected.iter().enumerate().filter(|(_, each)| each.score >= STRANGE);
            self.marked = marked.map(|(place, _)| place).collect();
            self.expected = expected;
        }
        self
    }

    /// The dots in order of time.
    pub fn dots(&self) -> &[Dot] {
        &self.dots
    }

    /// What was expected of the dots, one for each; empty where nothing is known.
    pub fn expected(&self) -> &[Expected] {
        &self.expected
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.dots.is_empty()
    }

    /// How far its dots are apart, where each stands for many samples.
    pub fn coarse(&self) -> Option<Span> {
        (!self.spread.is_empty()).then(|| Span::micros(self.hole.as_micros() / USUAL))
    }

    /// Dots between two times, both included.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> std::ops::Range<usize> {
        let first = self.dots.partition_point(|dot| dot.at < from);
        first..self.dots.partition_point(|dot| dot.at <= to).max(first)
    }

    /// The dot that holds at a time: the nearest one, unless it is farther away than a hole.
    pub fn at(&self, at: Timestamp) -> Option<(Dot, Option<Expected>)> {
        let after = self.dots.partition_point(|dot| dot.at < at);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let place = near
            .filter(|place| *place < self.dots.len())
            .min_by_key(|place| self.dots.get(*place).map(|dot| dot.at.since(at).abs()))?;
        let dot = *self.dots.get(place)?;
        (dot.at.since(at).abs() <= self.hole).then(|| (dot, self.expected.get(place).copied()))
    }

    /// What is drawn between two times on so many columns, moved by `shift`. It costs by the columns and not by the dots, and every lowest
    /// and highest value stays.
    pub fn drawn(&self, from: Timestamp, to: Timestamp, columns: usize, shift: Span) -> Drawn {
        let seen = self.within(from, to);
        // One more at each side, so that lines go on to the edge.
        let seen = seen.start.saturating_sub(1)..(seen.end + 1).min(self.dots.len());
        let places = if seen.len() <= columns.saturating_mul(4) {
            seen.clone().collect()
        } else {
            self.thinned(seen.clone(), from, to, columns)
        };
        let mut drawn = Drawn::default();
        let (mut before, mut banded) = (None, false);
        for place in places {
            let Some(dot) = self.dots.get(place) else { continue };
            // What was thinned away between the two lies in one column and has no hole that could be seen.
            let broken = before.is_none_or(|before: usize| self.hole_before(before, place));
            before = Some(place);
            let x = seconds(dot.at) + shift.as_seconds();
            grow(&mut drawn.runs, broken, PlotPoint::new(x, dot.value));
            drawn.take(dot.value);
            if let Some([low, high]) = self.spread.get(place) {
                grow(&mut drawn.spreads, broken, [x, *low, *high]);
                drawn.take(*low);
                drawn.take(*high);
            }
            let range = self.expected.get(place).and_then(|each| each.range);
            if let Some([low, high]) = range.filter(|range| range.iter().all(|bound| bound.is_finite())) {
                grow(&mut drawn.bands, broken || !banded, [x, low, high]);
            }
            banded = range.is_some();
        }
        let column = to.since(from).as_seconds() / columns.max(1) as f64;
        drawn.strange = self.strange(seen, column * MARK, shift);
        drawn
    }

    /// Whether time without a sample lies between two places that are drawn one after the other.
    fn hole_before(&self, before: usize, place: usize) -> bool {
        let gap = |from: usize| Some(self.dots.get(from + 1)?.at.since(self.dots.get(from)?.at));
        gap(before).into_iter().chain(place.checked_sub(1).and_then(gap)).any(|gap| gap > self.hole)
    }

    /// The lowest and the highest of each column, in order of time, and the very first and last of all.
    fn thinned(&self, seen: std::ops::Range<usize>, from: Timestamp, to: Timestamp, columns: usize) -> Vec<usize> {
        let mut places = Vec::with_capacity(columns * 2 + 4);
        places.push(seen.start);
        let whole = to.since(from).as_micros();
        // Where a column holds several blocks, each block is of one column: the edges are off by less than half a block, and no dot is looked at.
        let blockwise = seen.len() / columns.max(1) >= BLOCK * 4;
        let mut start = seen.start;
        for column in 1..=columns as i64 + 1 {
            let edge = from.plus(Span::micros((i128::from(whole) * i128::from(column) / columns.max(1) as i128) as i64));
            let end = match column {
                _ if column > columns as i64 => seen.end,
                _ if blockwise => self.block_before(start..seen.end, edge),
                _ => start + self.dots.get(start..seen.end).unwrap_or_default().partition_point(|dot| dot.at < edge),
            };
            if let Some([low, high]) = self.ends(start, end) {
                for place in [low.min(high), low.max(high)] {
                    if places.last() != Some(&place) {
                        places.push(place);
                    }
                }
            }
            start = end;
        }
        let last = seen.end.saturating_sub(1);
        if places.last().is_some_and(|place| *place < last) {
            places.push(last);
        }
        places
    }

    /// The first dot of the first block that begins at or after `edge`, within a stretch.
    fn block_before(&self, within: std::ops::Range<usize>, edge: Timestamp) -> usize {
        let first = within.start.div_ceil(BLOCK);
        let mut size = within.end.div_ceil(BLOCK).saturating_sub(first);
        let mut base = first;
        while size > 0 {
            let half = size / 2;
            let before = self.dots.get((base + half) * BLOCK).is_some_and(|dot| dot.at < edge);
            (base, size) = if before { (base + half + 1, size - half - 1) } else { (base, half) };
        }
        (base * BLOCK).clamp(within.start, within.end)
    }

    /// Where the lowest and the highest of the dots from `start` to before `end` are.
    fn ends(&self, start: usize, end: usize) -> Option<[usize; 2]> {
        let mut found: Option<[usize; 2]> = None;
        let mut meet = |place: usize| {
            let Some(value) = self.value(place) else { return };
            let [low, high] = found.get_or_insert([place, place]);
            if self.value(*low).is_some_and(|lowest| value < lowest) {
                *low = place;
            }
            if self.value(*high).is_some_and(|highest| value > highest) {
                *high = place;
            }
        };
        let (first, last) = (start.div_ceil(BLOCK), end / BLOCK);
        if first >= last {
            (start..end).for_each(&mut meet);
            return found;
        }
        (start..first * BLOCK).for_each(&mut meet);
        self.blocks.get(first..last).unwrap_or_default().iter().flatten().copied().for_each(&mut meet);
        (last * BLOCK..end).for_each(&mut meet);
        found
    }

    fn value(&self, place: usize) -> Option<f64> {
        self.dots.get(place).map(|dot| dot.value)
    }

    fn strange(&self, seen: std::ops::Range<usize>, room: f64, shift: Span) -> Vec<PlotPoint> {
        let mut marks: Vec<(f64, PlotPoint)> = Vec::new();
        let first = self.marked.partition_point(|place| *place < seen.start);
        let pairs = self.marked.iter().skip(first).take_while(|place| seen.contains(place));
        for (expected, dot) in pairs.filter_map(|place| Some((self.expected.get(*place)?, self.dots.get(*place)?))) {
            let point = PlotPoint::new(seconds(dot.at) + shift.as_seconds(), dot.value);
            match marks.last_mut() {
                Some((score, last)) if point.x - last.x < room => {
                    if expected.score > *score {
                        (*score, *last) = (expected.score, point);
                    }
                }
                _ => marks.push((expected.score, point)),
            }
        }
        marks.into_iter().map(|(_, point)| point).collect()
    }
}

impl Drawn {
    fn take(&mut self, value: f64) {
        let [low, high] = self.range.get_or_insert([value, value]);
        (*low, *high) = (low.min(value), high.max(value));
    }
}

/// Goes on with the last run, or begins another.
fn grow<T>(runs: &mut Vec<Vec<T>>, broken: bool, point: T) {
    match runs.last_mut() {
        Some(run) if !broken => run.push(point),
        _ => runs.push(vec![point]),
    }
}

fn blocks(dots: &[Dot]) -> Vec<[usize; 2]> {
    let ends = |(number, block): (usize, &[Dot])| {
        let mut ends = [0, 0];
        for (place, dot) in block.iter().enumerate() {
            if dot.value < block[ends[0]].value {
                ends[0] = place;
            }
            if dot.value > block[ends[1]].value {
                ends[1] = place;
            }
        }
        ends.map(|place| number * BLOCK + place)
    };
    dots.chunks(BLOCK).enumerate().map(ends).collect()
}

/// From which length on a step between dots is a hole: by the usual step of a few thousand of them.
fn hole(dots: &[Dot]) -> Span {
    let every = (dots.len() / 2_000).max(1);
    let mut steps: Vec<i64> = dots.windows(2).step_by(every).map(|pair| pair[1].at.since(pair[0].at).as_micros()).collect();
    if steps.is_empty() {
        return Span::seconds(60);
    }
    let middle = steps.len() / 2;
    let (_, usual, _) = steps.select_nth_unstable(middle);
    Span::micros(usual.saturating_mul(USUAL))
}

#[cfg(test)]
mod tests;
