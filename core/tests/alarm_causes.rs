//! Which types of alarm cause which, on real histories with experts' graphs, where the folder named by `PEDKAI_SHARED` has them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stdout, reason = "a test may")]

use std::path::{Path, PathBuf};

use pedkai_core::diagnosis::types::{Raised, causes};
use pedkai_core::model::Timestamp;

fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("PEDKAI_SHARED")?).join("data/telecom_alarms");
    assert!(folder.is_dir(), "PEDKAI_SHARED is set, but {} is no folder", folder.display());
    Some(folder)
}

/// A square matrix of 8-byte numbers in NumPy's format, version 1: which of its cells are not nought.
fn matrix(path: &Path) -> Vec<Vec<bool>> {
    let bytes = std::fs::read(path).unwrap();
    let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let cells: Vec<bool> = bytes[start..].chunks_exact(8).map(|cell| cell.iter().any(|byte| *byte != 0)).collect();
    let side = cells.len().isqrt();
    assert_eq!(side * side, cells.len());
    cells.chunks_exact(side).map(<[bool]>::to_vec).collect()
}

fn history(path: &Path) -> Vec<Raised> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Raised {
                at: Timestamp::from_micros(cells[2].parse::<i64>().unwrap() * 1_000_000),
                entity: cells[1].parse().unwrap(),
                kind: cells[0].parse().unwrap(),
            }
        })
        .collect()
}

/// F1 at the true number of edges, average precision, F1 of what scores one half.
fn judged(raised: &[Raised], neighbours: &[(u32, u32)], truth: &[Vec<bool>]) -> [f64; 3] {
    let kinds = truth.len();
    let causes = causes(raised, neighbours, kinds);
    let mut pairs: Vec<(f64, bool)> = (0..kinds * kinds)
        .map(|place| (place / kinds, place % kinds))
        .filter(|(cause, effect)| cause != effect)
        .map(|(cause, effect)| (causes.score(cause, effect), truth[cause][effect]))
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let edges = pairs.iter().filter(|pair| pair.1).count();
    let right = |first: usize| pairs.iter().take(first).filter(|pair| pair.1).count() as f64;
    let precision: f64 = (0..pairs.len()).filter(|at| pairs[*at].1).map(|at| right(at + 1) / (at + 1) as f64).sum();
    let held = pairs.iter().filter(|pair| pair.0 >= 0.5).count();
    [right(edges) / edges as f64, precision / edges as f64, 2.0 * right(held) / (held + edges) as f64]
}

#[test]
fn experts_graphs_are_met() {
    let Some(folder) = shared() else { return };
    let wireless = folder.join("18V_55N_Wireless");
    let raised = history(&wireless.join("Alarm.csv"));
    let [f1, precision, held] = judged(&raised, &[], &matrix(&wireless.join("DAG.npy")));
    println!("18V: F1 {f1:.3}, AUPRC {precision:.3}, F1 of what is held {held:.3}");
    assert!(f1 > 0.577 && precision > 0.55 && held > 0.5, "{f1} {precision} {held}");

    let sample = folder.join("neurips2023_sample");
    let raised = history(&sample.join("alarm.csv"));
    let truth = matrix(&sample.join("true_graph.npy"));
    let [f1, precision, held] = judged(&raised, &[], &truth);
    println!("NeurIPS without topology: F1 {f1:.3}, AUPRC {precision:.3}, F1 of what is held {held:.3}");
    assert!(f1 > 0.571 && held > 0.5, "{f1} {held}");
    let near = matrix(&sample.join("topology.npy"));
    let neighbours: Vec<(u32, u32)> = near
        .iter()
        .enumerate()
        .flat_map(|(a, row)| row.iter().enumerate().filter(|(_, near)| **near).map(move |(b, _)| (a as u32, b as u32)))
        .collect();
    let [f1, precision, held] = judged(&raised, &neighbours, &truth);
    println!("NeurIPS: F1 {f1:.3}, AUPRC {precision:.3}, F1 of what is held {held:.3}");
    assert!(f1 > 0.95 && precision > 0.95 && held > 0.6, "{f1} {precision} {held}");
}
