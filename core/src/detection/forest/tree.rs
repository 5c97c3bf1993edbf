use serde::{Deserialize, Serialize};

use super::super::chance::Chance;
use super::BLOCK;

/// Rows that take a step together, so that none waits for another's memory.
const LANES: usize = 16;

/// A full binary tree of `depth` steps: node `i` has the children `2 i + 1` and `2 i + 2`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Tree {
    /// 2^depth − 1 cuts, one spare: a row goes left where its value is at most this.
    cuts: Vec<f64>,
    /// The column of each cut.
    columns: Vec<u16>,
    /// 2^depth path lengths.
    leaves: Vec<f64>,
    depth: u32,
}

struct Part {
    node: usize,
    level: u32,
    from: usize,
    to: usize,
}

impl Tree {
    /// Grows a tree on `seen` (rows of `width`), by at most `depth` cuts; `lengths[n]` is the average path below a leaf of `n` rows.
    pub(super) fn grow(seen: &[f64], width: usize, depth: u32, lengths: &[f64], chance: &mut Chance) -> Self {
        let mut tree = Self {
            cuts: vec![f64::MAX; 1 << depth],
            columns: vec![0; 1 << depth],
            leaves: vec![0.0; 1 << depth],
            depth,
        };
        let mut order: Vec<usize> = (0..seen.len() / width).collect();
        let mut columns: Vec<usize> = (0..width).collect();
        let mut open = vec![Part {
            node: 0,
            level: 0,
            from: 0,
            to: order.len(),
        }];
        while let Some(part) = open.pop() {
            let rows = &mut order[part.from..part.to];
            let cut = if part.level == depth || rows.len() < 2 {
                None
            } else {
                choose(seen, width, rows, &mut columns, chance)
            };
            let Some((column, cut)) = cut else {
                tree.end(&part, f64::from(part.level) + lengths.get(rows.len()).copied().unwrap_or_default());
                continue;
            };
            let left = part.from + split(rows, |row| seen[row * width + column] <= cut);
            tree.cuts[part.node] = cut;
            tree.columns[part.node] = u16::try_from(column).unwrap_or_default();
            for (node, from, to) in [(2 * part.node + 1, part.from, left), (2 * part.node + 2, left, part.to)] {
                open.push(Part {
                    node,
                    level: part.level + 1,
                    from,
                    to,
                });
            }
        }
        tree
    }

    /// Every leaf below the node says the same.
    fn end(&mut self, part: &Part, path: f64) {
        let below = 1usize << (self.depth - part.level);
        let first = (part.node + 1) * below - (1 << self.depth);
        self.leaves[first..first + below].fill(path);
    }

    /// Adds each row's path length. `block` holds as many rows as `paths`, `stride` (a power of two, at least the columns) apart.
    pub(super) fn walk(&self, block: &[f64], stride: usize, paths: &mut [f64; BLOCK]) {
        // Powers of two less one: an index held by them needs no check.
        let (inner, outer) = (self.cuts.len() - 1, LANES * stride - 1);
        let (Some(cuts), Some(columns)) = (self.cuts.get(..=inner), self.columns.get(..=inner)) else {
            return;
        };
        for (rows, paths) in block.chunks_exact(LANES * stride).zip(paths.chunks_exact_mut(LANES)) {
            let Some(rows) = rows.get(..=outer) else { return };
            let mut nodes = [0usize; LANES];
            for _ in 0..self.depth {
                for (lane, node) in nodes.iter_mut().enumerate() {
                    let at = *node & inner;
                    let value = rows[(lane * stride + usize::from(columns[at])) & outer];
                    *node = 2 * at + 1 + usize::from(value > cuts[at]);
                }
            }
            for (node, path) in nodes.iter().zip(paths) {
                *path += self.leaves[(node - inner) & inner];
            }
        }
    }
}

/// A column that differs among the rows, any with the same chance, and a cut between its ends; none where all rows are equal.
fn choose(seen: &[f64], width: usize, rows: &[usize], columns: &mut [usize], chance: &mut Chance) -> Option<(usize, f64)> {
    for left in (1..=columns.len()).rev() {
        let pick = chance.below(left);
        columns.swap(pick, left - 1);
        let column = columns[left - 1];
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for row in rows {
            let value = seen[row * width + column];
            low = low.min(value);
            high = high.max(value);
        }
        if low < high {
            let share = chance.unit();
            let cut = low * (1.0 - share) + high * share;
            return Some((column, if cut >= low && cut < high { cut } else { low }));
        }
    }
    None
}

/// Puts those that stay left first and says how many they are.
fn split(rows: &mut [usize], stays: impl Fn(usize) -> bool) -> usize {
    let mut left = 0;
    for at in 0..rows.len() {
        if stays(rows[at]) {
            rows.swap(at, left);
            left += 1;
        }
    }
    left
}
