//! A fault in the simulated network, through real sockets, ends as an incident that names its cause.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use pedkai_e2e::{Collector, program, run};

/// External id of the network's first link between two routers whose ports are known.
fn a_fibre(topology: &Path) -> Result<String> {
    let relations = std::fs::read_to_string(topology.join("relations.csv"))?;
    let row = relations
        .lines()
        .find(|row| row.contains(",connects,fibre,") && !row.ends_with(",,,,"))
        .context("the network has a fibre")?;
    let mut fields = row.split(',');
    let (source, target) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    Ok(format!("{source}--{target}"))
}

#[test]
fn a_fibre_cut_is_one_incident_that_names_the_fibre() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let topology = folder.path().join("topology");
    run(Command::new(program("pedkai-simulator")?)
        .args(["topology", "--topology", "builtin:demo", "--seed", "1", "--out"])
        .arg(&topology))?;
    let collector = Collector::start(&folder.path().join("data"), None)?;
    run(collector.command()?.args(["topology", "import", "--tenant", "default"]).arg(&topology))?;
    assert!(collector.all("/api/v1/entities")?.len() >= 300);
    let root = a_fibre(&topology)?;
    run(Command::new(program("pedkai-simulator")?)
        .args([
            "play",
            "--topology",
            "builtin:demo",
            "--seed",
            "1",
            "--scenario",
            "nothing",
            "--minutes",
            "5",
            "--speed",
            "20",
        ])
        .args(["--fault", &format!("fibre-cut@{root}@5@600")])
        .args(["--snmp", &collector.door("snmp")?, "--syslog", &collector.door("syslog_udp")?]))?;
    let incident = collector.until("/api/v1/incidents", Duration::from_secs(30), |answer| {
        answer["items"]
            .as_array()?
            .iter()
            .find(|incident| incident["hypotheses"][0]["external_id"] == root.as_str())
            .cloned()
    })?;
    assert!(incident["alarm_ids"].as_array().is_some_and(|alarms| alarms.len() >= 2), "{incident}");
    assert!(incident["sitrep"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{incident}");
    Ok(())
}
