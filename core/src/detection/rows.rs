/// Rows of numbers, one after the other: a row an observation, a column a metric. NaN is no sample.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    values: &'a [f64],
    width: usize,
}

/// The values do not make whole rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{values} values do not make rows of {width}: give every row the same number of columns, at least one")]
pub struct Ragged {
    values: usize,
    width: usize,
}

impl<'a> Rows<'a> {
    /// Rows of `width` columns.
    ///
    /// # Errors
    /// `Ragged` where the values do not make whole rows.
    pub fn new(values: &'a [f64], width: usize) -> Result<Self, Ragged> {
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(Ragged { values: values.len(), width });
        }
        Ok(Self { values, width })
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.width
    }

    /// No row at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Every row in order.
    pub fn iter(&self) -> std::slice::ChunksExact<'a, f64> {
        self.values.chunks_exact(self.width)
    }

    /// Blocks of at most `rows` rows, as flat values.
    pub(super) fn blocks(&self, rows: usize) -> std::slice::Chunks<'a, f64> {
        self.values.chunks(rows.max(1) * self.width)
    }

    /// The values of one column that are finite, in order.
    pub(super) fn column(&self, column: usize) -> Vec<f64> {
        self.iter()
            .filter_map(|row| row.get(column))
            .copied()
            .filter(|value| value.is_finite())
            .collect()
    }

    /// Row `index`; empty where there is none.
    pub(super) fn row(&self, index: usize) -> &'a [f64] {
        self.values.get(index * self.width..(index + 1) * self.width).unwrap_or_default()
    }
}

/// The median of values in any order; 0 of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if even => lower / 2.0 + upper / 2.0,
        _ => upper,
    }
}
