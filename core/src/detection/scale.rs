use serde::{Deserialize, Serialize};

use super::Rows;
use super::rows::median;

/// What is usual in each column: its median, and how far values lie from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    centre: Vec<f64>,
    /// 0 for a constant.
    spread: Vec<f64>,
}

impl Scale {
    /// Median and 1.4826 MAD of each column; the standard deviation where more than half of the values are the same.
    pub(super) fn fit(rows: Rows<'_>) -> Self {
        let (centre, spread) = (0..rows.width())
            .map(|column| {
                let values = rows.column(column);
                let centre = median(values.clone());
                let away: Vec<f64> = values.iter().map(|value| (value / 2.0 - centre / 2.0).abs() * 2.0).collect();
                let robust = 1.4826 * median(away.clone());
                let largest = away.iter().copied().fold(0.0, f64::max);
                let plain = if largest > 0.0 {
                    largest * (away.iter().map(|x| (x / largest) * (x / largest)).sum::<f64>() / away.len().max(1) as f64).sqrt()
                } else {
                    0.0
                };
                (centre, if robust > 0.0 { robust } else { plain })
            })
            .unzip();
        Self { centre, spread }
    }

    pub(super) fn width(&self) -> usize {
        self.centre.len()
    }

    /// How many spreads each value lies from its centre, within ±`limit`. NaN is 0; whatever departs from a constant is at the limit.
    pub(super) fn apply(&self, row: &[f64], limit: f64, out: &mut Vec<f64>) {
        out.clear();
        out.extend(row.iter().zip(&self.centre).zip(&self.spread).map(|((value, centre), spread)| {
            if value.is_nan() || value == centre {
                return 0.0;
            }
            let away = (value / 2.0 - centre / 2.0) / (spread / 2.0);
            if away.is_nan() { limit } else { away.clamp(-limit, limit) }
        }));
        out.resize(self.centre.len(), 0.0);
    }
}
