use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, bail};
use pedkai_core::model::Name;
use pedkai_core::topology::import::{ImportFile, import};
use pedkai_core::topology::{EntitySpec, TopologyPatch};
use reqwest::Method;
use serde_json::Value;

use super::args::{Reach, Topology};
use super::reach::Link;
use super::{note, say};

/// Files larger than this are no inventory.
const LARGEST: u64 = 1 << 30;
/// Entities or relations that go in one request, well below the limit of a body.
const PIECE: usize = 4_000;

pub(super) async fn run(reach: &Reach, command: Topology) -> anyhow::Result<bool> {
    let Topology::Import { tenant, path } = command;
    let files = read(&path)?;
    let named: Vec<ImportFile<'_>> = files.iter().map(|(name, bytes)| ImportFile { name, bytes }).collect();
    let (patch, problems) = import(&named).map_err(|problem| anyhow::anyhow!("{}: {}", problem.at, problem.problem))?;
    for problem in &problems {
        note(&format!("{}: {}", problem.at, problem.problem));
    }
    let (entities, relations) = (patch.entities.len(), patch.relations.len());
    let link = Link::open(reach).await?;
    let (mut changed, mut refused) = (0, problems.len());
    for piece in pieces(patch) {
        let body = serde_json::to_value(&piece)?;
        let answer: Value = link.call(Method::POST, "/api/v1/topology", Some(&tenant), Some(&body)).await?;
        changed += answer["changed"].as_u64().unwrap_or_default();
        for problem in answer["problems"].as_array().into_iter().flatten() {
            refused += 1;
            note(&format!(
                "{}: {}",
                problem["at"].as_str().unwrap_or_default(),
                problem["problem"].as_str().unwrap_or_default()
            ));
        }
    }
    link.close().await?;
    say(&format!(
        "{entities} entities and {relations} relations read, {changed} changed, {refused} problems"
    ))?;
    Ok(entities > 0)
}

/// A file, or the files of a folder that an inventory is made of.
fn read(path: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let meta = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut paths = Vec::new();
    if meta.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let path = entry?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
            if path.is_file() && matches!(ending.as_str(), "csv" | "graphml" | "json") {
                paths.push(path);
            }
        }
        paths.sort();
    } else {
        paths.push(path.to_owned());
    }
    let mut files = Vec::new();
    for path in paths {
        if std::fs::metadata(&path)?.len() > LARGEST {
            bail!("{} is larger than 1 GiB: that is no inventory", path.display());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        files.push((name, bytes));
    }
    Ok(files)
}

/// The patch in pieces that each fit in a request: parents before what lies in them, relations last.
fn pieces(patch: TopologyPatch) -> Vec<TopologyPatch> {
    let mut pieces: Vec<TopologyPatch> = Vec::new();
    if !patch.remove.is_empty() {
        pieces.push(TopologyPatch {
            remove: patch.remove,
            ..TopologyPatch::default()
        });
    }
    for entities in parents_first(patch.entities).chunks(PIECE) {
        pieces.push(TopologyPatch {
            entities: entities.to_vec(),
            ..TopologyPatch::default()
        });
    }
    for relations in patch.relations.chunks(PIECE) {
        pieces.push(TopologyPatch {
            relations: relations.to_vec(),
            ..TopologyPatch::default()
        });
    }
    pieces
}

fn parents_first(entities: Vec<EntitySpec>) -> Vec<EntitySpec> {
    let parent_of: BTreeMap<Name, Option<Name>> = entities.iter().map(|entity| (entity.external_id.clone(), entity.parent.clone())).collect();
    let depth = |entity: &EntitySpec| {
        let mut seen = BTreeSet::new();
        let mut at = entity.parent.clone();
        // Parents in a circle end here; the collector says what it makes of them.
        while let Some(name) = at.filter(|name| !name.is_empty() && parent_of.contains_key(name)) {
            if !seen.insert(name.clone()) {
                break;
            }
            at = parent_of.get(&name).cloned().flatten();
        }
        seen.len()
    };
    let mut sorted = entities;
    sorted.sort_by_cached_key(depth);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(id: &str, parent: Option<&str>) -> EntitySpec {
        EntitySpec {
            external_id: Name::from(id),
            parent: parent.map(Name::from),
            ..EntitySpec::default()
        }
    }

    #[test]
    fn parents_come_before_what_lies_in_them_and_circles_end() {
        let sorted = parents_first(vec![
            entity("port", Some("card")),
            entity("card", Some("device")),
            entity("device", Some("elsewhere")),
            entity("a", Some("b")),
            entity("b", Some("a")),
        ]);
        let place = |id: &str| sorted.iter().position(|entity| entity.external_id == *id).unwrap();
        assert!(place("device") < place("card") && place("card") < place("port"));
        assert_eq!(sorted.len(), 5);
    }
}
