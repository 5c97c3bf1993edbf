//! Some thousand samples, sorted by series and time, as columns: the unit of compression.
//!
//! Bytes: hash (8) · form of the values (1) · number of series · per series metric, entity, samples · length of the times · times · values.
//! Counts are LEB128. Times are the first of each series since the day began, then steps, in microseconds; values that are decimals are
//! whole numbers of their last digit. Both are Pcodec (Loncaric et al., arXiv:2502.06112).

use pco::{ChunkConfig, DeltaSpec};
use pedkai_core::model::{EntityId, Point, Timestamp};
use uuid::Uuid;

/// Samples of a block, about.
pub(super) const SAMPLES: usize = 2_048;

/// The form of values that are no decimals.
const FLOATS: u8 = 255;
/// Digits after the point that a decimal may have.
const POWERS: [f64; 10] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
/// Whole numbers up to here are exact in a float.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A series of one file: the number of its metric there, then its entity. Files sort by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) metric: u32,
    pub(super) entity: EntityId,
}

impl Key {
    /// As the database sorts it.
    pub(super) fn bytes(self) -> [u8; 20] {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&self.metric.to_be_bytes());
        bytes[4..].copy_from_slice(self.entity.0.as_bytes());
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; 20]) -> Self {
        let [a, b, c, d, entity @ ..] = bytes;
        Self {
            metric: u32::from_be_bytes([a, b, c, d]),
            entity: EntityId(Uuid::from_bytes(entity)),
        }
    }

    /// Around every entity of a metric.
    pub(super) fn of_metric(metric: u32) -> (Self, Self) {
        let key = |entity| Self {
            metric,
            entity: EntityId(entity),
        };
        (key(Uuid::nil()), key(Uuid::max()))
    }
}

/// Some points of one series, in order of time.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    pub(super) key: Key,
    pub(super) points: Vec<Point>,
}

/// The bytes of some groups of a day that begins at `start`.
pub(super) fn encode(groups: &[Group], start: i64) -> Result<Vec<u8>, String> {
    let samples = groups.iter().map(|group| group.points.len()).sum();
    let mut times: Vec<i64> = Vec::with_capacity(samples);
    let mut values: Vec<f64> = Vec::with_capacity(samples);
    let mut head = Vec::with_capacity(groups.len() * 20);
    number(&mut head, groups.len() as u64);
    for group in groups {
        number(&mut head, u64::from(group.key.metric));
        head.extend_from_slice(group.key.entity.0.as_bytes());
        number(&mut head, group.points.len() as u64);
        let mut before = start;
        for point in &group.points {
            times.push(point.at.as_micros() - before);
            before = point.at.as_micros();
            values.push(point.value);
        }
    }
    let say = |error: pco::errors::PcoError| error.to_string();
    let times = pco::standalone::simple_compress(&times, &config(false)).map_err(say)?;
    let (form, values) = match decimals(&values) {
        Some((digits, whole)) => (
            digits,
            pco::standalone::simple_compress(&whole, &config(steps_are_smaller(&whole))).map_err(say)?,
        ),
        None => (FLOATS, pco::standalone::simple_compress(&values, &ChunkConfig::default()).map_err(say)?),
    };
    number(&mut head, times.len() as u64);
    let mut out = Vec::with_capacity(9 + head.len() + times.len() + values.len());
    out.extend_from_slice(&[0; 8]);
    out.push(form);
    for piece in [head, times, values] {
        out.extend_from_slice(&piece);
    }
    let hash = xxhash_rust::xxh3::xxh3_64(&out[8..]);
    out[..8].copy_from_slice(&hash.to_le_bytes());
    Ok(out)
}

/// The groups of a block that `wanted` holds for.
pub(super) fn decode(bytes: &[u8], start: i64, wanted: impl Fn(Key) -> bool) -> Result<Vec<Group>, String> {
    let damaged = || "a block of samples is not what was written".to_owned();
    let (hash, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
    if u64::from_le_bytes(*hash) != xxhash_rust::xxh3::xxh3_64(rest) {
        return Err(damaged());
    }
    let (form, mut rest) = rest.split_first().ok_or_else(damaged)?;
    let mut heads = Vec::new();
    for _ in 0..read(&mut rest).ok_or_else(damaged)? {
        let metric = read(&mut rest).and_then(|metric| u32::try_from(metric).ok()).ok_or_else(damaged)?;
        let (entity, after) = rest.split_first_chunk::<16>().ok_or_else(damaged)?;
        rest = after;
        let samples = read(&mut rest).ok_or_else(damaged)? as usize;
        let entity = EntityId(Uuid::from_bytes(*entity));
        heads.push((Key { metric, entity }, samples));
    }
    if !heads.iter().any(|(key, _)| wanted(*key)) {
        return Ok(Vec::new());
    }
    let length = read(&mut rest).ok_or_else(damaged)? as usize;
    let (times, values) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let say = |error: pco::errors::PcoError| error.to_string();
    let times: Vec<i64> = pco::standalone::simple_decompress(times).map_err(say)?;
    let values: Vec<f64> = match *form {
        FLOATS => pco::standalone::simple_decompress(values).map_err(say)?,
        digits => {
            let power = *POWERS.get(usize::from(digits)).ok_or_else(damaged)?;
            let whole: Vec<i64> = pco::standalone::simple_decompress(values).map_err(say)?;
            whole.into_iter().map(|whole| whole as f64 / power).collect()
        }
    };
    let told = heads.iter().try_fold(0_usize, |sum, (_, samples)| sum.checked_add(*samples));
    if told != Some(times.len()) || times.len() != values.len() {
        return Err(damaged());
    }
    let mut from = 0;
    let mut groups = Vec::new();
    for (key, samples) in heads {
        if wanted(key) {
            let mut at = start;
            let points = times[from..from + samples].iter().zip(&values[from..from + samples]);
            let points = points.map(|(step, value)| {
                at = at.saturating_add(*step);
                Point {
                    at: Timestamp::from_micros(at),
                    value: *value,
                }
            });
            groups.push(Group { key, points: points.collect() });
        }
        from += samples;
    }
    Ok(groups)
}

fn config(steps: bool) -> ChunkConfig {
    let delta = if steps { DeltaSpec::TryConsecutive(1) } else { DeltaSpec::NoOp };
    ChunkConfig::default().with_compression_level(5).with_delta_spec(delta)
}

/// The values as whole numbers of the last digit that any of them has, where that is exact.
fn decimals(values: &[f64]) -> Option<(u8, Vec<i64>)> {
    let mut digits = 0;
    let mut whole = Vec::with_capacity(values.len());
    while digits < POWERS.len() {
        let power = POWERS[digits];
        whole.clear();
        let exact = values.iter().all(|value| {
            let scaled = (value * power).round();
            whole.push(scaled as i64);
            scaled.abs() < EXACT && (scaled / power).to_bits() == (value + 0.0).to_bits()
        });
        if exact {
            return Some((digits as u8, whole));
        }
        digits += 1;
    }
    None
}

/// Whether steps between neighbours take fewer bits than the numbers: so it is with counters that only rise.
fn steps_are_smaller(whole: &[i64]) -> bool {
    let bits = |number: i64| u64::from(64 - number.unsigned_abs().leading_zeros());
    let itself: u64 = whole.iter().map(|number| bits(*number)).sum();
    let steps: u64 = whole.windows(2).map(|pair| bits(pair[1].wrapping_sub(pair[0])) + 1).sum();
    steps < itself / 2
}

fn number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read(input: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
