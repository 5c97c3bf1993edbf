//! What detection costs and how well it tells: `cargo run --release -p pedkai-core --example detection_bench [FILE.csv …]`.
//!
//! Without files: an isolation forest of 100 trees, and one as it is by default, grown on 100,000 rows of 8 columns that it then scores, on one
//! thread; and a sweep over 10,000 cells of 7 days, 15 minutes apart, one in a hundred of which fell silent. With files: the area under the curve of
//! seeds 0 to 4, by the forest and by the ensemble; a file is CSV with a header, its last column the truth (1: strange).

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program that measures and tells"
)]

use std::error::Error;
use std::time::Instant;

use pedkai_core::detection::Rows;
use pedkai_core::detection::ensemble::{self, Ensemble};
use pedkai_core::detection::forest::{Forest, Settings};
use pedkai_core::detection::sleeping::{Cell, Series, sweep};
use pedkai_core::model::{EntityId, Point, Span, Timestamp};
use pedkai_core::policy::Sleeping;
use uuid::Uuid;

/// SplitMix64: the same rows every time.
struct Chance(u64);

impl Chance {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        forests()?;
        sleeping();
    }
    files.iter().try_for_each(|file| curves(file))
}

/// Processor time of this thread in seconds where the kernel tells it, else the time that went by.
fn spent(started: Instant) -> f64 {
    let kernel = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = kernel.and_then(|text| text.split(' ').next().and_then(|word| word.parse::<f64>().ok()));
    nanoseconds.map_or_else(|| started.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

/// The least of some runs.
fn least(runs: usize, mut run: impl FnMut()) -> f64 {
    let started = Instant::now();
    (0..runs)
        .map(|_| {
            let before = spent(started);
            run();
            spent(started) - before
        })
        .fold(f64::INFINITY, f64::min)
}

fn forests() -> Result<(), Box<dyn Error>> {
    let mut chance = Chance(11);
    let values: Vec<f64> = (0..800_000).map(|_| chance.normal()).collect();
    let rows = Rows::new(&values, 8)?;
    for settings in [Settings { trees: 100, sample: 256 }, Settings::default()] {
        let seconds = least(5, || {
            let scores = Forest::fit(rows, settings, 0).map(|forest| forest.score(rows));
            assert!(scores.is_ok_and(|scores| scores.len() == rows.len()));
        });
        println!(
            "forest of {} trees, 100,000 rows of 8: {seconds:.3} s of processor, fit and score",
            settings.trees
        );
    }
    Ok(())
}

fn sleeping() {
    let mut chance = Chance(3);
    let begin = Timestamp::EPOCH.plus(Span::seconds(1_700_006_400));
    let cells: Vec<Vec<Point>> = (0..10_000)
        .map(|cell| {
            let quiet = if cell % 100 == 0 { 668 } else { 672 };
            let level = 20.0 + 60.0 * chance.unit();
            let value = |i: i32, chance: &mut Chance| {
                let day = 1.2 - libm::cos(f64::from(i % 96) / 96.0 * std::f64::consts::TAU);
                if i < quiet {
                    (level * day * (0.7 + 0.6 * chance.unit())).round()
                } else {
                    0.0
                }
            };
            let point = |i: i32| Point {
                at: begin.plus(Span::minutes(15 * i64::from(i))),
                value: value(i, &mut chance),
            };
            (0..672).map(point).collect()
        })
        .collect();
    let series: Vec<[Series<'_>; 1]> = cells.iter().map(|points| [Series { metric: "traffic", points }]).collect();
    let cells: Vec<Cell<'_>> = (0u128..)
        .zip(&series)
        .map(|(number, series)| Cell {
            entity: EntityId(Uuid::from_u128(number)),
            source: "oss",
            series,
        })
        .collect();
    let mut found = 0;
    let seconds = least(3, || {
        found = sweep(&cells, begin.plus(Span::minutes(671 * 15)), &Sleeping::default()).asleep.len();
    });
    println!("sweep over 10,000 cells of 7 days: {seconds:.3} s of processor, {found} of 100 found");
}

fn curves(file: &str) -> Result<(), Box<dyn Error>> {
    let (mut values, mut truth, mut width) = (Vec::new(), Vec::new(), 0);
    for record in csv::Reader::from_path(file)?.records() {
        let row: Vec<f64> = record?.iter().map(str::parse).collect::<Result<_, _>>()?;
        let Some((label, columns)) = row.split_last() else { continue };
        width = columns.len();
        values.extend_from_slice(columns);
        truth.push(*label > 0.5);
    }
    let rows = Rows::new(&values, width)?;
    let (mut trees, mut all) = (Vec::new(), Vec::new());
    for seed in 0..5 {
        trees.push(area(&Forest::fit(rows, Settings::default(), seed)?.score(rows), &truth));
        let verdicts = Ensemble::fit(rows, ensemble::Settings::default(), seed, None)?.judge(rows);
        all.push(area(&verdicts.iter().map(|verdict| -verdict.chance).collect::<Vec<_>>(), &truth));
    }
    println!("{file}: forest {}, ensemble {}", told(&trees), told(&all));
    Ok(())
}

fn told(areas: &[f64]) -> String {
    let mean = areas.iter().sum::<f64>() / areas.len() as f64;
    let spread = (areas.iter().map(|area| (area - mean) * (area - mean)).sum::<f64>() / (areas.len() - 1) as f64).sqrt();
    format!("{mean:.4} (sd {spread:.4})")
}

/// Area under the receiver's curve: the chance that a strange row scores more than a usual one.
fn area(scores: &[f64], truth: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|a, b| scores[*a].total_cmp(&scores[*b]));
    let (mut ranks, mut strange, mut from) = (0.0, 0.0, 0);
    for group in order.chunk_by(|a, b| scores[*a] == scores[*b]) {
        let rank = from as f64 + (group.len() as f64 + 1.0) / 2.0;
        let mine = group.iter().filter(|row| truth[**row]).count() as f64;
        ranks += rank * mine;
        strange += mine;
        from += group.len();
    }
    (ranks - strange * (strange + 1.0) / 2.0) / (strange * (scores.len() as f64 - strange))
}
