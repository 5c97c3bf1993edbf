//! The upper triangular factor R of a regression's columns, target last: from the normal equations by Cholesky where that keeps enough
//! digits, else by Householder's reflections of the columns themselves (Golub and Van Loan, Matrix Computations, 5.2).

use super::moments::{Column, Pair, dot};

/// Cholesky's squared pivots, with columns of length 1, below which normal equations lose too many digits: what is left is off by about
/// 10⁻¹⁵ over this.
const SOUND: f64 = 1e-4;
/// A column that is closer to the others than this, for a length of 1, is a combination of them.
const DEPENDENT: f64 = 1e-10;

/// `R`, row by row, of columns that were each given the length 1.
pub(super) struct Factor {
    size: usize,
    upper: Vec<f64>,
}

/// A column depends on those before it.
pub(super) struct Dependent {
    /// Which.
    pub(super) column: usize,
}

impl Factor {
    /// Columns, the target last, over rows that start after `skip` steps of each run.
    pub(super) fn of(pair: &Pair, columns: &[Column], skip: usize) -> Result<Self, Dependent> {
        if !pair.waves.is_empty() {
            return householder(pair.design(columns, skip), columns.len());
        }
        cholesky(pair.gram(columns, skip), columns.len()).map_or_else(|| householder(pair.design(columns, skip), columns.len()), Ok)
    }

    /// Columns one after another, each as long as the next, the target last.
    pub(super) fn of_columns(design: Vec<f64>, size: usize) -> Result<Self, Dependent> {
        householder(design, size)
    }

    pub(super) fn at(&self, row: usize, column: usize) -> f64 {
        self.upper[row * self.size + column]
    }
}

/// A length that can be divided by.
fn sound(length: &f64) -> bool {
    *length > 0.0 && length.is_finite()
}

/// `None` where a pivot is too small for it to be exact.
fn cholesky(mut gram: Vec<f64>, size: usize) -> Option<Factor> {
    let lengths: Vec<f64> = (0..size).map(|at| gram[at * size + at].sqrt()).collect();
    if !lengths.iter().all(sound) {
        return None;
    }
    for row in 0..size {
        for column in row..size {
            gram[row * size + column] /= lengths[row] * lengths[column];
        }
    }
    for row in 0..size {
        let (above, below) = gram.split_at_mut((row + 1) * size);
        let pivots = &mut above[row * size..];
        let pivot = pivots[row];
        if pivot.is_nan() || pivot < SOUND {
            return None;
        }
        let root = pivot.sqrt();
        pivots[row..].iter_mut().for_each(|value| *value /= root);
        for (other, line) in below.chunks_exact_mut(size).enumerate() {
            let other = row + 1 + other;
            let times = pivots[other];
            line[other..]
                .iter_mut()
                .zip(&pivots[other..])
                .for_each(|(value, pivot)| *value -= times * pivot);
        }
    }
    Some(Factor { size, upper: gram })
}

/// Columns one after another.
fn householder(mut design: Vec<f64>, size: usize) -> Result<Factor, Dependent> {
    let rows = design.len() / size;
    let mut upper = vec![0.0; size * size];
    for (column, values) in design.chunks_exact_mut(rows.max(1)).enumerate() {
        let length = dot(values, values).sqrt();
        if !sound(&length) {
            return Err(Dependent { column });
        }
        values.iter_mut().for_each(|value| *value /= length);
    }
    for column in 0..size.min(rows) {
        let (done, rest) = design.split_at_mut((column + 1) * rows);
        let mirror = &mut done[column * rows + column..];
        let length = dot(mirror, mirror).sqrt();
        if length <= DEPENDENT {
            return Err(Dependent { column });
        }
        let pivot = if mirror[0] > 0.0 { -length } else { length };
        mirror[0] -= pivot;
        upper[column * size + column] = pivot;
        let square = dot(mirror, mirror);
        for (other, values) in rest.chunks_exact_mut(rows).enumerate() {
            let values = &mut values[column..];
            let times = 2.0 * dot(mirror, values) / square;
            values.iter_mut().zip(mirror.iter()).for_each(|(value, mirror)| *value -= times * mirror);
            upper[column * size + column + 1 + other] = values[0];
        }
    }
    if rows < size {
        Err(Dependent { column: rows })
    } else {
        Ok(Factor { size, upper })
    }
}
