use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use pedkai_core::diagnosis::series::{Question, Series, rank};
use pedkai_core::model::{Point, Timestamp};
use serde_json::{Value, json};

use super::super::{note, say};
use super::table::{Table, time};

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// CSV with columns time, entity, metric, value
    #[arg(long, value_name = "FILE")]
    metrics: PathBuf,
    /// CSV with columns caller, callee: the caller depends on the callee
    #[arg(long, value_name = "FILE")]
    graph: PathBuf,
    /// When the trouble was noticed; it may have begun some minutes earlier
    #[arg(long, value_name = "TIME")]
    at: String,
    /// Where it was noticed
    #[arg(long, value_name = "ENTITY[:METRIC]")]
    symptom: Option<String>,
}

type Measured<'a> = BTreeMap<(&'a str, &'a str), Vec<Point>>;

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let at = time(&options.at).context("--at")?;
    let metrics = Table::read(&options.metrics)?;
    let graph = Table::read(&options.graph)?;
    let answer = answer(&metrics, &graph, at, options.symptom.as_deref())?;
    say(&answer.to_string())
}

fn answer(metrics: &Table, graph: &Table, at: Timestamp, symptom: Option<&str>) -> anyhow::Result<Value> {
    let measured = measured(metrics).context("metrics")?;
    let (caller, callee) = (graph.column("caller").context("graph")?, graph.column("callee").context("graph")?);
    let depends: Vec<(&str, &str)> = (0..graph.len())
        .map(|row| (graph.text(row, caller), graph.text(row, callee)))
        .filter(|(one, other)| !one.is_empty() && !other.is_empty())
        .collect();
    let known: BTreeSet<&str> = measured
        .keys()
        .map(|key| key.0)
        .chain(depends.iter().flat_map(|(one, other)| [*one, *other]))
        .collect();
    let symptom = symptom.map(|symptom| place(symptom, &known, &measured)).transpose()?;
    let series: Vec<Series<'_>> = measured.iter().map(|((entity, metric), points)| Series { entity, metric, points }).collect();
    let ranking = rank(&Question {
        series: &series,
        depends: &depends,
        at,
        symptom,
        silence: None,
    });
    if ranking.causes.iter().all(|cause| cause.departure.is_none()) {
        note("warning: no series has points enough outside the trouble to say what is usual, and points in it; nothing could be judged");
    }
    let ranked: Vec<Value> = ranking
        .causes
        .iter()
        .map(|cause| json!({ "entity": cause.entity, "score": cause.score, "why": cause.why }))
        .collect();
    Ok(json!({ "ranked": ranked }))
}

fn measured(table: &Table) -> anyhow::Result<Measured<'_>> {
    let (entity, metric) = (table.column("entity")?, table.column("metric")?);
    let times = table.times(table.column("time")?)?;
    let values = table.numbers(table.column("value")?)?;
    let mut measured = Measured::new();
    for (row, (at, value)) in times.into_iter().zip(values).enumerate() {
        let (entity_name, metric) = (table.text(row, entity), table.text(row, metric));
        if entity_name.is_empty() {
            bail!("{}: a value needs an entity", table.place(row, entity));
        }
        let points = measured.entry((entity_name, metric)).or_default();
        if value.is_finite() {
            points.push(Point { at, value });
        }
    }
    Ok(measured)
}

/// An entity, or an entity and a metric after the last colon that makes one: names may hold colons.
fn place<'a>(symptom: &'a str, known: &BTreeSet<&str>, measured: &Measured<'_>) -> anyhow::Result<(&'a str, Option<&'a str>)> {
    let symptom = symptom.trim();
    let split = symptom.rsplit_once(':').filter(|(entity, _)| known.contains(entity));
    if let Some((entity, metric)) = split.filter(|(entity, metric)| measured.contains_key(&(*entity, *metric))) {
        return Ok((entity, Some(metric)));
    }
    if known.contains(symptom) {
        return Ok((symptom, None));
    }
    match split {
        Some((entity, metric)) => {
            note(&format!("warning: {entity} has no metric '{metric}'; all its metrics are looked at"));
            Ok((entity, None))
        }
        None => bail!("--symptom: neither metrics nor graph know '{symptom}'; write ENTITY or ENTITY:METRIC as they stand there"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::parse(text.as_bytes()).unwrap()
    }

    const GRAPH: &str = "caller,callee\nweb,a::db\nweb,cache\n";

    fn metrics() -> String {
        let lines = (0..120).map(|minute| {
            let bad = if minute >= 100 { 50 } else { 0 };
            let at = 1_000_000_020 + 60 * minute;
            format!(
                "{at},web,ms,{}\n{at},a::db,ms,{}\n{at},cache,ms,{}\n{at},cache,hits,\n",
                20 + minute % 3 + bad,
                5 + minute % 2 + bad,
                minute % 4
            )
        });
        ["time,entity,metric,value\n".to_owned(), lines.collect()].concat()
    }

    fn ask(symptom: Option<&str>) -> anyhow::Result<Value> {
        answer(&table(&metrics()), &table(GRAPH), time("1000006140").unwrap(), symptom)
    }

    #[test]
    fn the_dependency_that_departs_is_first_and_says_why() {
        for symptom in [Some("web:ms"), Some("web"), Some("web:none"), None] {
            let answer = ask(symptom).unwrap();
            assert_eq!(answer["ranked"][0]["entity"], "a::db", "{symptom:?} {answer}");
            let why = answer["ranked"][0]["why"].as_str().unwrap();
            assert!(why.starts_with("ms rose to 5") && why.contains("2001-09-09T03:27:00Z"), "{why}");
        }
        assert_eq!(ask(Some("a::db")).unwrap()["ranked"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let message = format!("{:#}", ask(Some("nobody:ms")).unwrap_err());
        assert!(message.starts_with("--symptom: neither metrics nor graph know 'nobody:ms'"), "{message}");
        let broken = answer(&table("time,entity,metric,value\n1,a,m,x\n"), &table(GRAPH), Timestamp::EPOCH, None).unwrap_err();
        assert!(format!("{broken:#}").contains("line 2, column 'value'"), "{broken:#}");
        let nothing = answer(&table("time,entity,metric,value\n"), &table(GRAPH), Timestamp::EPOCH, None).unwrap();
        assert_eq!(nothing["ranked"].as_array().unwrap().len(), 3);
    }
}
