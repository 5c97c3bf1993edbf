//! Causes by time series on real faults, where the folder named by `PEDKAI_SHARED` has them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::print_stdout, reason = "a test may")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pedkai_core::diagnosis::series::{Question, Ranking, Series, rank};
use pedkai_core::model::{Point, Timestamp};

fn shared(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("PEDKAI_SHARED")?).join("data").join(name);
    assert!(folder.is_dir(), "PEDKAI_SHARED is set, but {} is no folder", folder.display());
    Some(folder)
}

type Measured = BTreeMap<(String, String), Vec<Point>>;

fn cells(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn point(second: f64, value: &str) -> Option<Point> {
    let at = Timestamp::from_micros((second * 1e6) as i64);
    value.parse().ok().map(|value| Point { at, value })
}

/// The averages and sums that a file of PetShop holds.
fn petshop(path: &Path) -> Measured {
    let rows = cells(path);
    let mut measured = Measured::new();
    for row in &rows[4..] {
        for (column, value) in row.iter().enumerate().skip(1) {
            if rows[2][column] == "Average" || rows[2][column] == "Sum" {
                let key = (rows[0][column].clone(), rows[1][column].clone());
                measured.entry(key).or_default().extend(point(row[0].parse().unwrap(), value));
            }
        }
    }
    measured
}

/// The earliest and the latest moment.
fn ends(measured: &Measured) -> (Timestamp, Timestamp) {
    let times = || measured.values().flatten().map(|point| point.at);
    (times().min().unwrap(), times().max().unwrap())
}

fn ask(measured: &Measured, depends: &[(String, String)], at: i64, symptom: Option<(&str, &str)>) -> Ranking {
    let series: Vec<Series<'_>> = measured.iter().map(|((entity, metric), points)| Series { entity, metric, points }).collect();
    let depends: Vec<(&str, &str)> = depends.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
    rank(&Question {
        series: &series,
        depends: &depends,
        at: Timestamp::from_micros(at * 1_000_000),
        symptom: symptom.map(|(entity, metric)| (entity, Some(metric))),
        silence: None,
    })
}

/// Of each fault: its half, its metric, and the place of its cause in the ranking, 0 for the first.
fn play(folder: &Path, before: bool, late: i64) -> Vec<(String, String, usize)> {
    let graph = cells(&folder.join("graph.csv"));
    let depends: Vec<(String, String)> = graph[1..]
        .iter()
        .flat_map(|row| {
            let called = row.iter().zip(&graph[0]).skip(1).filter(|(cell, _)| cell.parse::<f64>().unwrap() > 0.0);
            called.map(|(_, other)| (row[0].clone(), other.clone()))
        })
        .collect();
    let usual = petshop(&folder.join("noissue/metrics.csv"));
    let mut told = Vec::new();
    for half in ["train", "test"] {
        for issue in 0.. {
            let case = folder.join(format!("{half}/issue_{issue}"));
            let Ok(target) = std::fs::read_to_string(case.join("target.json")) else {
                break;
            };
            let target: serde_json::Value = serde_json::from_str(&target).unwrap();
            let text = |pointer: &str| target.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let at = target.pointer("/target/timestamp").unwrap().as_i64().unwrap();
            let mut measured = petshop(&case.join("metrics.csv"));
            let later = if before {
                ends(&measured).0.since(ends(&usual).1).as_micros() - 300_000_000
            } else {
                0
            };
            for (key, points) in &usual {
                let moved = points.iter().map(|point| Point {
                    at: Timestamp::from_micros(point.at.as_micros() + later),
                    value: point.value,
                });
                measured.entry(key.clone()).or_default().extend(moved);
            }
            let (node, metric, cause) = (text("/target/node"), text("/target/metric"), text("/root_cause/node"));
            let ranking = ask(&measured, &depends, at + late, Some((&node, &metric)));
            let place = ranking.causes.iter().position(|named| named.entity == cause).unwrap();
            told.push((half.to_owned(), metric, place));
        }
    }
    told
}

fn first(told: &[(String, String, usize)], half: &str, metric: &str, places: usize) -> f64 {
    let of: Vec<bool> = told
        .iter()
        .filter(|one| one.0.contains(half) && one.1 == metric)
        .map(|one| one.2 < places)
        .collect();
    of.iter().filter(|right| **right).count() as f64 / of.len() as f64
}

#[test]
fn faults_of_the_pet_shop_are_found() {
    let Some(folder) = shared("petshop/low_traffic") else { return };
    for (before, late) in [(true, 0), (false, 0), (true, 300)] {
        let told = play(&folder, before, late);
        assert_eq!(told.len(), 26);
        for (metric, bar) in [("latency", 0.57), ("availability", 0.83)] {
            let [one, three] = [1, 3].map(|places| first(&told, "t", metric, places));
            let halves = ["train", "test"].map(|half| first(&told, half, metric, 1));
            println!("{metric}, reference before {before}, {late} s late: first {one:.3} {halves:.3?}, of three {three:.3}");
            assert!(one > bar && three >= 0.86, "{metric} {before} {late}: {one} {three}");
            assert!(
                late != 0 || three == 1.0 && halves.iter().all(|half| *half > bar),
                "{metric} {before}: {three} {halves:?}"
            );
        }
    }
}

#[test]
fn faults_of_the_sock_shop_are_found() {
    let Some(folder) = shared("sockshop") else { return };
    for (case, cause) in [
        ("carts-cpu/1", "carts"),
        ("catalogue-cpu/4", "catalogue"),
        ("orders-mem/2", "orders"),
        ("payment-cpu/3", "payment"),
    ] {
        for late in [0, 120] {
            let mut measured = Measured::new();
            let mut began = 0;
            for name in ["normal.csv", "anomalous.csv"] {
                let rows = cells(&folder.join(case).join(name));
                began = rows[1][0].parse().unwrap();
                for row in &rows[1..] {
                    for (column, value) in row.iter().enumerate().skip(1) {
                        let (entity, metric) = rows[0][column].split_once('_').unwrap();
                        measured
                            .entry((entity.to_owned(), metric.to_owned()))
                            .or_default()
                            .extend(point(row[0].parse().unwrap(), value));
                    }
                }
            }
            let ranking = ask(&measured, &[], began + late, None);
            assert_eq!(ranking.causes[0].entity, cause, "{case} {late}: {:#?}", &ranking.causes[..3]);
            assert_eq!(ranking.onset.as_micros() / 1_000_000, began, "{case}");
        }
    }
}
