//! The Numenta Anomaly Benchmark (Lavin and Ahmad, ICMLA 2015; <https://github.com/numenta/NAB>).
//!
//! Does: plays its series through the detector of strange points and scores as the benchmark defines: one threshold for all files, an alarm
//! in a window counts once and the more the earlier it comes, one outside costs, the first 15 % of a file (at most 750 rows) count nothing.
//! Takes: the benchmark's folder. Gives: figures. Never knows: how the detector decides.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use pedkai_core::detection::point::Detector;
use pedkai_core::model::Timestamp;

/// One series with the score of each row.
#[derive(Debug)]
pub struct File {
    /// Folder and name, as in the labels.
    pub name: String,
    scores: Vec<f64>,
    /// First and last row of each window.
    windows: Vec<(usize, usize)>,
}

/// What a row counts when it is an alarm.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Worth {
    /// The row lies in this window of its file and counts so much, at most 1.
    Inside(usize, f64),
    /// It lies in none and costs so much of a window.
    Outside(f64),
}

/// What an alarm outside of all windows and a window without alarm cost: the benchmark's profiles.
pub const PROFILES: [(&str, f64, f64); 3] = [("standard", 0.11, 1.0), ("reward_low_FP_rate", 0.22, 1.0), ("reward_low_FN_rate", 0.11, 2.0)];

/// Reads every labelled series and has each row scored.
///
/// # Errors
/// A file that is missing or not as the benchmark has it.
pub fn load(folder: &Path) -> Result<Vec<File>> {
    let labels = folder.join("labels/combined_windows.json");
    let text = std::fs::read_to_string(&labels).with_context(|| labels.display().to_string())?;
    let windows: BTreeMap<String, Vec<(String, String)>> = serde_json::from_str(&text).with_context(|| labels.display().to_string())?;
    windows.into_iter().map(|(name, windows)| read(folder, name, &windows)).collect()
}

fn read(folder: &Path, name: String, windows: &[(String, String)]) -> Result<File> {
    let path = folder.join("data").join(&name);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut detector = Detector::new();
    let (mut rows, mut scores) = (BTreeMap::new(), Vec::new());
    for line in text.lines().skip(1) {
        let (time, value) = line.split_once(',').with_context(|| format!("{name}: '{line}'"))?;
        let at = Timestamp::parse(&format!("{time}Z"))
            .map_err(anyhow::Error::msg)
            .with_context(|| name.clone())?;
        rows.insert(time.to_owned(), scores.len());
        scores.push(detector.step(at, value.trim().parse()?).map_or(0.0, |verdict| verdict.score));
    }
    let row = |time: &str| {
        let seconds = time.split('.').next().unwrap_or_default();
        rows.get(seconds).copied().with_context(|| format!("{name} has no row of {time}"))
    };
    let windows = windows.iter().map(|(from, to)| Ok((row(from)?, row(to)?))).collect::<Result<_>>()?;
    Ok(File { name, scores, windows })
}

/// The best score over all thresholds, 0 for no alarm at all and 100 for one at the beginning of each window, and the threshold.
#[must_use]
pub fn best(files: &[File], outside: f64, missed: f64) -> (f64, f64) {
    let mut rows: Vec<(f64, usize, Worth)> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        rows.extend(worths(file, outside).map(|(score, worth)| (score, index, worth)));
    }
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let windows: usize = files.iter().map(|file| file.windows.len()).sum();
    let mut found: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let (mut gained, mut top) = (0.0, (0.0, 1.1));
    for same in rows.chunk_by(|one, other| one.0 == other.0) {
        for (_, file, worth) in same {
            match *worth {
                Worth::Outside(worth) => gained += worth,
                Worth::Inside(window, worth) => match found.entry((*file, window)) {
                    std::collections::btree_map::Entry::Vacant(new) => {
                        gained += missed + worth;
                        new.insert(worth);
                    }
                    std::collections::btree_map::Entry::Occupied(mut old) => {
                        gained += (worth - old.get()).max(0.0);
                        old.insert(worth.max(*old.get()));
                    }
                },
            }
        }
        if gained > top.0 {
            top = (gained, same[0].0);
        }
    }
    (100.0 * top.0 / (windows as f64 * (1.0 + missed)), top.1)
}

/// Of one file at a threshold: what it gained of twice its windows, windows found, alarms outside.
#[must_use]
pub fn at(file: &File, threshold: f64) -> (f64, usize, usize) {
    let (mut found, mut gained, mut outside) = (BTreeMap::new(), 0.0, 0);
    for (_, worth) in worths(file, PROFILES[0].1).filter(|(score, _)| *score >= threshold) {
        match worth {
            Worth::Outside(worth) => (gained, outside) = (gained + worth, outside + 1),
            Worth::Inside(window, worth) => {
                let best = found.entry(window).or_insert(worth);
                *best = worth.max(*best);
            }
        }
    }
    (gained + found.values().map(|worth| 1.0 + worth).sum::<f64>(), found.len(), outside)
}

/// Score and worth of each row that counts.
fn worths(file: &File, cost: f64) -> impl Iterator<Item = (f64, Worth)> + '_ {
    let unjudged = (file.scores.len() * 15 / 100).min(750);
    let of = move |row: usize| match file.windows.iter().position(|(from, to)| (*from..=*to).contains(&row)) {
        Some(window) => {
            let (from, to) = file.windows[window];
            let place = (to - row + 1) as f64 / (to - from + 1) as f64;
            Worth::Inside(window, sigmoid(-place) / sigmoid(-1.0))
        }
        None => Worth::Outside(match file.windows.iter().rev().find(|(_, to)| *to < row) {
            Some((from, to)) if to > from => cost * sigmoid((row - to) as f64 / (to - from) as f64),
            _ => -cost,
        }),
    };
    file.scores.iter().enumerate().skip(unjudged).map(move |(row, score)| (*score, of(row)))
}

fn sigmoid(place: f64) -> f64 {
    if place > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * place).exp()) - 1.0 }
}

/// Every file at the standard profile's threshold, then the three profiles.
#[must_use]
pub fn table(files: &[File]) -> String {
    let (_, threshold) = best(files, PROFILES[0].1, PROFILES[0].2);
    let mut text = String::new();
    for file in files {
        let (gained, found, outside) = at(file, threshold);
        let _ = writeln!(
            text,
            "{:64} {gained:6.2} of {:2}   found {found} of {}   outside {outside}",
            file.name,
            2 * file.windows.len(),
            file.windows.len()
        );
    }
    for (name, outside, missed) in PROFILES {
        let (score, threshold) = best(files, outside, missed);
        let _ = writeln!(text, "{name}: {score:.2} at threshold {threshold:.6}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(alarms: &[usize]) -> File {
        let mut scores = vec![0.0; 1_000];
        alarms.iter().for_each(|row| scores[*row] = 0.9);
        File {
            name: "a/b.csv".to_owned(),
            scores,
            windows: vec![(400, 499), (700, 799)],
        }
    }

    fn standard(alarms: &[usize]) -> f64 {
        best(&[file(alarms)], 0.11, 1.0).0
    }

    #[test]
    fn the_score_is_that_of_the_benchmark() {
        assert_eq!(standard(&[]), 0.0);
        assert!((standard(&[400, 700]) - 100.0).abs() < 1e-9);
        assert!((standard(&[400, 401, 450, 700]) - 100.0).abs() < 1e-9, "a window counts once");
        assert!((standard(&[400]) - 50.0).abs() < 1e-9);
        assert!(standard(&[499, 700]) < standard(&[450, 700]), "early is better");
        assert!(
            (standard(&[400, 700, 200]) - (100.0 - 100.0 * 0.11 / 4.0)).abs() < 1e-9,
            "an alarm before any window costs in full"
        );
        assert!(standard(&[400, 700, 501]) > standard(&[400, 700, 600]), "one just after a window costs less");
        assert!((standard(&[400, 700, 100]) - 100.0).abs() < 1e-9, "the first 15 % count nothing");
        assert_eq!(at(&file(&[400, 600]), 0.5).1, 1);
        assert_eq!(at(&file(&[400, 600]), 0.5).2, 1);
    }
}
