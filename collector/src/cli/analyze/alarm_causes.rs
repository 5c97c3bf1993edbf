use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use pedkai_core::diagnosis::types::{Raised, causes};

use super::super::{note, say};
use super::table::Table;

#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// CSV with columns time, entity, alarm_type; a column end is allowed
    #[arg(long, value_name = "FILE")]
    alarms: PathBuf,
    /// CSV with columns a, b: entities that are neighbours
    #[arg(long, value_name = "FILE")]
    topology: Option<PathBuf>,
}

/// Every ordered pair is told: of more types than this, nobody reads them.
const TYPES: usize = 2_000;

pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let alarms = Table::read(&options.alarms)?;
    let topology = options.topology.as_deref().map(Table::read).transpose()?;
    say(answer(&alarms, topology.as_ref())?.trim_end())
}

/// Numbers in the order of the names.
fn numbered<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, u32> {
    let mut known: BTreeMap<&str, u32> = names.map(|name| (name, 0)).collect();
    for (number, place) in known.values_mut().enumerate() {
        *place = u32::try_from(number).unwrap_or(u32::MAX);
    }
    known
}

fn answer(alarms: &Table, topology: Option<&Table>) -> anyhow::Result<String> {
    let (time, entity, kind) = (alarms.column("time")?, alarms.column("entity")?, alarms.column("alarm_type")?);
    let times = alarms.times(time)?;
    if let Some(row) = (0..alarms.len()).find(|row| alarms.text(*row, entity).is_empty() || alarms.text(*row, kind).is_empty()) {
        bail!("{}: an alarm needs an entity and an alarm_type", alarms.place(row, entity));
    }
    let entities = numbered((0..alarms.len()).map(|row| alarms.text(row, entity)));
    let kinds = numbered((0..alarms.len()).map(|row| alarms.text(row, kind)));
    if kinds.len() > TYPES {
        bail!("{} alarm types; every pair of at most {TYPES} can be scored: leave rare types out", kinds.len());
    }
    let raised: Vec<Raised> = times
        .iter()
        .enumerate()
        .filter_map(|(row, at)| {
            let (entity, kind) = (entities.get(alarms.text(row, entity))?, kinds.get(alarms.text(row, kind))?);
            Some(Raised {
                at: *at,
                entity: *entity,
                kind: *kind,
            })
        })
        .collect();
    let mut neighbours = Vec::new();
    if let Some(topology) = topology {
        let (a, b) = (topology.column("a").context("topology")?, topology.column("b").context("topology")?);
        let ends = (0..topology.len()).map(|row| (entities.get(topology.text(row, a)), entities.get(topology.text(row, b))));
        neighbours = ends.filter_map(|(a, b)| Some((*a?, *b?))).collect();
        if neighbours.is_empty() && topology.len() > 0 {
            note("warning: no line of the topology names two entities that have alarms; only what follows within an entity was looked at");
        }
    }
    let causes = causes(&raised, &neighbours, kinds.len());
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["cause", "effect", "score"])?;
    for (cause, one) in &kinds {
        for (effect, other) in kinds.iter().filter(|(_, other)| *other != one) {
            let score = causes.score(*one as usize, *other as usize);
            out.write_record([*cause, *effect, &score.to_string()])?;
        }
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        Table::parse(text.as_bytes()).unwrap()
    }

    /// Every 1,000 seconds: a, three seconds later b at the same entity, five later c at the next one.
    fn history() -> String {
        let lines = (0..200).map(|round: u32| {
            let (at, entity) = (1_000_000 + 1_000 * round + round * round % 577, round * round % 7);
            format!("{at},n{entity},a,\n{},n{entity},b,\n{},n{},c,\n", at + 3, at + 8, (entity + 1) % 7)
        });
        ["time,entity,alarm_type,end\n".to_owned(), lines.collect()].concat()
    }

    #[test]
    fn every_ordered_pair_has_a_score() {
        let ring: String = (0..7).map(|n| format!("n{n},n{}\n", (n + 1) % 7)).collect();
        let answer = answer(&table(&history()), Some(&table(&["a,b\n", &ring].concat()))).unwrap();
        let held: Vec<&str> = answer
            .lines()
            .skip(1)
            .filter(|line| line.rsplit(',').next().unwrap().parse::<f64>().unwrap() >= 0.5)
            .collect();
        assert_eq!(answer.lines().count(), 7, "{answer}");
        assert!(answer.starts_with("cause,effect,score\na,b,0."), "{answer}");
        assert!(
            held.iter().any(|line| line.starts_with("a,b,")) && held.iter().any(|line| line.starts_with("b,c,")),
            "{answer}"
        );
        assert!(held.iter().all(|line| !line.starts_with("c,") && !line.starts_with("b,a,")), "{answer}");
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let message = |text: &str| format!("{:#}", answer(&table(text), None).unwrap_err());
        assert!(message("time,entity,type\n1,a,b\n").contains("there is no column 'alarm_type'"));
        assert!(message("time,entity,alarm_type\n1,a,b\n2,,b\n").starts_with("line 3, column 'entity'"));
        assert!(message("time,entity,alarm_type\nsoon,a,b\n").contains("line 2, column 'time'"));
        assert_eq!(answer(&table("time,entity,alarm_type\n"), None).unwrap(), "cause,effect,score\n");
    }
}
