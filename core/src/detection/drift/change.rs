use super::super::rows::median;
use super::trend::repeated;

/// Bins that a piece has at least.
const PIECE: usize = 6;

/// The first bin of a new piece, with where the old one led to and where the new one begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cut {
    pub(super) at: usize,
    pub(super) before: f64,
    pub(super) after: f64,
}

/// Running sums, for the least squares of any piece in constant time.
struct Sums(Vec<[f64; 5]>);

/// Where the values change from one straight line to another.
pub(super) fn points(hours: &[f64], values: &[f64]) -> Vec<Cut> {
    let count = values.len();
    let noise = noise(values);
    let (Some(first), Some(last)) = (hours.first(), hours.last()) else {
        return Vec::new();
    };
    let centre = median(values.to_vec());
    let sums = Sums::of(hours.iter().map(|hour| hour - (first + last) / 2.0), values.iter().map(|value| value - centre));
    // Three figures a piece: level, slope, place; twice that of an information criterion, since places are many.
    let price = 6.0 * noise * libm::log(count as f64);
    let mut best = vec![f64::INFINITY; count + 1];
    let mut came = vec![0; count + 1];
    best[0] = -price;
    let mut open: Vec<usize> = vec![0];
    for end in PIECE..=count {
        for start in &open {
            let cost = best[*start] + sums.cost(*start, end) + price;
            if end - start >= PIECE && cost < best[end] {
                (best[end], came[end]) = (cost, *start);
            }
        }
        let reach = best[end];
        open.retain(|start| end - start < PIECE || best[*start] + sums.cost(*start, end) <= reach);
        if end >= PIECE && end + PIECE <= count {
            open.push(end);
        }
    }
    let mut cuts = Vec::new();
    let mut end = count;
    while end > 0 && came[end] > 0 {
        let start = came[end];
        let middle = (first + last) / 2.0;
        let at = hours[start] - middle;
        cuts.push(Cut {
            at: start,
            before: centre + sums.at(came[start], start, at),
            after: centre + sums.at(start, end, at),
        });
        end = start;
    }
    cuts.reverse();
    cuts
}

/// Variance of the noise that a cut must be worth more than: that of neighbouring differences, robustly, widened by how neighbours repeat each other.
fn noise(values: &[f64]) -> f64 {
    let differences: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let centre = median(differences.clone());
    let spread = 1.4826 * median(differences.iter().map(|difference| (difference - centre).abs()).collect());
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
    let least = 1e-6 * (high - low);
    let repeat = repeated(values).clamp(0.0, 0.9);
    let plain = spread * spread / (2.0 * (1.0 - repeat));
    (plain * (1.0 + repeat) / (1.0 - repeat)).max(least * least).max(f64::MIN_POSITIVE)
}

impl Sums {
    fn of(hours: impl Iterator<Item = f64>, values: impl Iterator<Item = f64>) -> Self {
        let mut running = [0.0; 5];
        let mut all = vec![running];
        for (hour, value) in hours.zip(values) {
            for (sum, term) in running.iter_mut().zip([hour, value, hour * hour, hour * value, value * value]) {
                *sum += term;
            }
            all.push(running);
        }
        Self(all)
    }

    /// Means of hour and value, slope, squared error of a piece.
    fn fit(&self, start: usize, end: usize) -> [f64; 4] {
        let count = (end - start) as f64;
        let mut part = self.0[end];
        part.iter_mut().zip(&self.0[start]).for_each(|(sum, before)| *sum -= before);
        let [hour, value, square, both, power] = part;
        let (hour, value) = (hour / count, value / count);
        let along = (square - count * hour * hour).max(0.0);
        let across = both - count * hour * value;
        let slope = if along > 0.0 { across / along } else { 0.0 };
        let error = (power - count * value * value - slope * across).max(0.0);
        [hour, value, slope, error]
    }

    fn cost(&self, start: usize, end: usize) -> f64 {
        self.fit(start, end)[3]
    }

    /// The piece's line at an hour.
    fn at(&self, start: usize, end: usize, hour: f64) -> f64 {
        let [middle, value, slope, _] = self.fit(start, end);
        value + slope * (hour - middle)
    }
}
