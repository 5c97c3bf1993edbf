//! Real networks of the Internet Topology Zoo (Knight et al., JSAC 2011), where the folder named by `PEDKAI_SHARED` has them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test may")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use pedkai_core::model::{Minter, TenantId, Timestamp};
use pedkai_core::topology::{Topology, import};
use regex::Regex;

fn drawings() -> Vec<(String, String)> {
    let Some(shared) = std::env::var_os("PEDKAI_SHARED") else { return Vec::new() };
    let folder = PathBuf::from(shared).join("data/topology");
    let mut found: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphml"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no drawings in {}", folder.display());
    found
        .into_iter()
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

#[test]
fn every_node_and_every_edge_of_a_real_network_arrives() {
    let node_tag = Regex::new(r#"<node id="([^"]+)""#).unwrap();
    let edge_tag = Regex::new(r#"<edge [^>]*source="([^"]+)" target="([^"]+)""#).unwrap();
    for (name, text) in drawings() {
        let file = import::ImportFile {
            name: &name,
            bytes: text.as_bytes(),
        };
        let (patch, problems) = import::import(&[file]).unwrap();
        let loops = edge_tag.captures_iter(&text).filter(|c| c[1] == c[2]).count();
        assert_eq!(problems.len(), loops, "{name}: {problems:?}");
        assert!(
            problems.iter().all(|p| p.problem.contains("kept as a link with one end")),
            "{name}: {problems:?}"
        );
        let mut graph = Topology::default();
        let (deltas, problems) = graph.plan(&patch, &Minter::new(TenantId(uuid::Uuid::nil()), 0), 1, 0, Timestamp::EPOCH);
        assert_eq!(problems, [], "{name}");
        deltas.iter().for_each(|delta| graph.fold(delta));

        let nodes: BTreeSet<&str> = node_tag.captures_iter(&text).map(|c| c.extract::<1>().1[0]).collect();
        let mut pairs: BTreeMap<(&str, &str), (u32, &str, &str)> = BTreeMap::new();
        let mut expected = BTreeSet::new();
        for (_, [source, target]) in edge_tag.captures_iter(&text).map(|c| c.extract()) {
            let pair = pairs.entry((source.min(target), source.max(target))).or_insert((0, source, target));
            pair.0 += 1;
            expected.insert(match pair {
                (1, source, target) => format!("{source}--{target}"),
                (n, source, target) => format!("{source}--{target}#{n}"),
            });
        }
        let links: BTreeSet<String> = graph
            .entities()
            .filter(|(_, entity)| entity.kind == "LINK")
            .map(|(_, entity)| entity.external_id.to_string())
            .collect();
        assert_eq!(links, expected, "{name}");
        assert_eq!(graph.len(), nodes.len() + expected.len(), "{name}");
        for id in &links {
            let (a, b) = graph.ends(graph.by_external(id).unwrap()).unwrap();
            let ends = [a, b].map(|ix| graph.entity(ix).unwrap().external_id.to_string());
            assert!(id.starts_with(&ends.join("--")), "{name}: {id} {ends:?}");
        }
        assert!(
            graph.entities().all(|(_, entity)| entity.geo.is_none()),
            "{name}: drawing coordinates are no place"
        );
        assert!(graph.entities().all(|(_, entity)| !entity.name.is_empty()), "{name}");
    }
}
