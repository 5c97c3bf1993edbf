//! The KPI store by itself: samples of many cells over a week, as their quarter hours come in, then questions.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use pedkai_collector::kpi::{Limits, Store};
use pedkai_core::model::{EntityId, Name, Sample, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use uuid::Uuid;

/// Quarter hours of a week.
const STEPS: usize = 7 * 96;
/// 2026-02-02T00:00:00Z.
const BEGIN: i64 = 1_769_990_400;

pub(crate) struct Options {
    pub(crate) cells: usize,
    pub(crate) samples: usize,
    pub(crate) batch: usize,
    pub(crate) like: Vec<PathBuf>,
    pub(crate) folder: Option<PathBuf>,
    pub(crate) seed: u64,
}

pub(crate) fn run(options: &Options) -> Result<Value> {
    let own = tempfile::tempdir()?;
    let folder = options.folder.as_deref().unwrap_or(own.path()).join("kpi");
    let mut rng = StdRng::seed_from_u64(options.seed);
    let columns = if options.like.is_empty() { made_up(&mut rng) } else { read(&options.like)? };
    let cells: Vec<EntityId> = (0..options.cells).map(|_| EntityId(Uuid::from_u128(rng.random()))).collect();
    let metrics: Vec<Name> = (0..(options.samples / options.cells / STEPS).max(1))
        .map(|n| Name::from(format!("metric_{n}")))
        .collect();
    let store = Store::open(&folder, Limits::default())?;
    let start = Instant::now();
    let (written, writing, longest) = write(&store, &cells, &metrics, &columns, options.batch)?;
    let whole = start.elapsed();
    let start = Instant::now();
    store.settle()?;
    let settled = start.elapsed();
    let before = store.usage()?;
    let start = Instant::now();
    while store.tidy(1)? > 0 {}
    let tidied = start.elapsed();
    ensure!(store.rest()?, "somebody still uses the store");
    let usage = store.usage()?;
    ensure!(usage.samples == written as u64, "{} of {written} samples are kept", usage.samples);
    let mut series = Vec::new();
    for _ in 0..500 {
        let (cell, metric) = (cells[rng.random_range(0..cells.len())], &metrics[rng.random_range(0..metrics.len())]);
        let start = Instant::now();
        let points = store.range(cell, metric, time(0), time(STEPS))?;
        series.push(start.elapsed());
        ensure!(points.len() == STEPS, "{} points of a week", points.len());
    }
    series.sort_unstable();
    let start = Instant::now();
    let (mut swept, mut sum) = (0, 0.0);
    store.sweep(&metrics[..1], time(0), time(STEPS), |_, _, points| {
        swept += points.len();
        sum += points.iter().map(|point| point.value).sum::<f64>();
    })?;
    let sweep = start.elapsed();
    ensure!(swept == cells.len() * STEPS && sum.is_finite(), "the sweep saw {swept} samples");
    Ok(json!({
        "bench": "kpi", "cells": cells.len(), "metrics": metrics.len(), "samples": written, "batch": options.batch,
        "durable_per_s": (written as f64 / writing.as_secs_f64()).round(),
        "with_sorting_per_s": (written as f64 / (writing + settled).as_secs_f64()).round(),
        "longest_write_ms": ms(longest), "seconds_with_making_samples": whole.as_secs_f64(),
        "tidy_s": tidied.as_secs_f64(), "bytes_per_sample_before_tidying": before.bytes as f64 / written as f64,
        "bytes_per_sample": usage.bytes as f64 / written as f64,
        "week_of_one_series_ms": {"first": ms(series[0]), "median": ms(series[250]), "p99": ms(series[495])},
        "sweep_of_a_week_s": sweep.as_secs_f64(), "sweep_samples": swept,
    }))
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn time(step: usize) -> Timestamp {
    Timestamp::from_micros((BEGIN + step as i64 * 900) * 1_000_000)
}

/// Writes everything as it would come in; gives how many, how long the writes took, and the longest of them.
fn write(store: &Store, cells: &[EntityId], metrics: &[Name], columns: &[Column], batch: usize) -> Result<(usize, Duration, Duration)> {
    let source = Name::from("bench");
    let (mut written, mut writing, mut longest) = (0, Duration::ZERO, Duration::ZERO);
    let mut samples = Vec::with_capacity(batch);
    for step in 0..STEPS {
        for (number, cell) in cells.iter().enumerate() {
            for (metric, name) in metrics.iter().enumerate() {
                samples.push(Sample {
                    entity: *cell,
                    metric: name.clone(),
                    at: time(step),
                    value: columns[metric * columns.len() / metrics.len() % columns.len()].at(number, step),
                    source: source.clone(),
                });
                if samples.len() == batch || step + 1 == STEPS && number + 1 == cells.len() && metric + 1 == metrics.len() {
                    let start = Instant::now();
                    store.write(&samples)?;
                    let took = start.elapsed();
                    writing += took;
                    longest = longest.max(took);
                    written += samples.len();
                    samples.clear();
                }
            }
        }
    }
    Ok((written, writing, longest))
}

/// What a metric looks like over some days.
struct Column {
    values: Vec<f64>,
    /// Ten to the power of the digits after the point.
    unit: f64,
    /// It only rises.
    rises: bool,
}

impl Column {
    /// Of a cell: the same shape at another hour and level, with as many digits.
    fn at(&self, cell: usize, step: usize) -> f64 {
        if self.rises {
            let weeks = (step + cell % 96) / self.values.len();
            let last = self.values.last().copied().unwrap_or_default();
            return self.values[(step + cell % 96) % self.values.len()] + weeks as f64 * last;
        }
        let value = self.values[(step + cell * 37) % self.values.len()];
        let level = 0.5 + (cell * 7_919 % 1_000) as f64 / 1_000.0;
        (value * level * self.unit).round() / self.unit
    }
}

/// Counts, a share in percent, a level in dBm, a rate with four digits, and a counter of octets that only rises.
fn made_up(rng: &mut StdRng) -> Vec<Column> {
    let day = |step: usize| 1.0 - (std::f64::consts::TAU * (step as f64 / 96.0)).cos();
    let mut octets = 0.0;
    let mut column = |unit: f64, rises: bool, of: &mut dyn FnMut(f64, f64) -> f64| Column {
        values: (0..768).map(|step| (of(day(step), rng.random::<f64>()) * unit).round() / unit).collect(),
        unit,
        rises,
    };
    vec![
        column(1.0, false, &mut |day, chance| day * 400.0 + chance * 80.0),
        column(1e2, false, &mut |_, chance| 100.0 - chance * chance * chance * 3.0),
        column(1.0, false, &mut |_, chance| -100.0 - chance * 15.0),
        column(1e4, false, &mut |day, chance| day * 0.2 + chance * 0.05),
        column(1.0, true, &mut |day, chance| {
            octets += (day + chance) * 3e8;
            octets
        }),
    ]
}

/// Every column of numbers of some CSV files.
fn read(files: &[PathBuf]) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for file in files {
        columns.extend(columns_of(file).with_context(|| file.display().to_string())?);
    }
    ensure!(!columns.is_empty(), "the files hold no column of numbers");
    Ok(columns)
}

fn columns_of(file: &Path) -> Result<Vec<Column>> {
    let text = std::fs::read_to_string(file)?;
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let width = rows.first().map_or(0, Vec::len);
    let mut columns = Vec::new();
    for at in 0..width {
        let cells: Vec<&str> = rows.iter().filter_map(|row| row.get(at).copied()).filter(|cell| !cell.is_empty()).collect();
        let values: Vec<f64> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
        let digits = cells
            .iter()
            .map(|cell| cell.split_once('.').map_or(0, |(_, digits)| digits.len()))
            .max()
            .unwrap_or(0);
        if values.len() > STEPS / 2 {
            let unit = 10_f64.powi(digits as i32);
            columns.push(Column { values, unit, rises: false });
        }
    }
    Ok(columns)
}
