use super::window::{Column, Frame};

/// The standard deviation of ln(1 + |z|) of a normal z.
const NOISE: f64 = 0.34;
/// So large a share of the series is taken to change.
const CHANGING: f64 = 0.1;
/// Trouble is mostly noticed soon: the weight of an onset falls to 1/e over so long, µs.
const SOON: f64 = 300e6;

/// The row in which trouble began. Each series is taken as the logarithm of its distance from its usual; only a step away from it counts,
/// a recovery does not.
pub(super) fn find(frame: &Frame) -> usize {
    let candidates = frame.candidates.clone();
    let end = frame.times.len();
    let start = candidates.start.saturating_sub(frame.just);
    let sums: Vec<Vec<(f64, f64)>> = frame.columns.iter().map(|column| sums(column, start, end)).collect();
    let mut best = (f64::NEG_INFINITY, candidates.start.min(end.saturating_sub(1)));
    for row in candidates {
        let mut weight = -((frame.times[row] - frame.at).abs() as f64) / SOON;
        for sums in &sums {
            let (before, whole) = (sums[row - start], sums[end - start]);
            let after = (whole.0 - before.0, whole.1 - before.1);
            if before.1 < 1.0 || after.1 < 1.0 {
                continue;
            }
            let step = after.0 / after.1 - before.0 / before.1;
            if step > 0.0 {
                let likelier = 0.5 * before.1 * after.1 / whole.1 * step * step / (NOISE * NOISE);
                weight += libm::log(1.0 - CHANGING + CHANGING * libm::exp((likelier - 1.0).min(500.0)));
            }
        }
        if weight > best.0 {
            best = (weight, row);
        }
    }
    best.1
}

/// Of the rows before each: the sum of the values and their number.
fn sums(column: &Column, start: usize, end: usize) -> Vec<(f64, f64)> {
    let spread = column.up.min(column.down).max(1e-12);
    let mut sums = vec![(0.0, 0.0)];
    let mut whole = (0.0, 0.0);
    for value in column.rows.get(start..end).unwrap_or_default() {
        if value.is_finite() {
            whole.0 += libm::log1p((value - column.median).abs() / spread).min(30.0);
            whole.1 += 1.0;
        }
        sums.push(whole);
    }
    sums
}
