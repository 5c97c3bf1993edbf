use std::collections::BTreeMap;

use csv::{Reader, ReaderBuilder, StringRecord};
use rustc_hash::FxHashMap;

use super::super::entity::Geo;
use super::super::patch::{EntitySpec, PatchProblem, Problems, RelationSpec, TopologyPatch};
use super::super::relation::RelationKind;
use super::Imported;
use super::links::{self, Edge};
use crate::model::Name;

/// Reads `entities.csv` (external_id,name,type,parent,lat,lon,sla_tier,revenue_weight; any other column an attribute) and
/// `relations.csv` (source,target,relation; empty text when there is none).
///
/// A row of relations.csv whose relation is `connects` or empty is an edge: it becomes a LINK, and its further columns
/// (`source_interface`, `target_interface` …) that link's attributes; unless one end is of type LINK itself. Every other relation
/// (hosts, powers, serves, depends_on …) stays one.
///
/// # Errors
/// When the header of a file lacks what it must have.
pub fn import(entities: &str, relations: &str) -> Result<Imported, PatchProblem> {
    let mut problems = Problems::default();
    let mut patch = TopologyPatch::default();
    let mut table = Table::open("entities.csv", entities, &["external_id"])?;
    while let Some(row) = table.next(&mut problems) {
        if let Some(spec) = entity(&row, &mut problems) {
            patch.entities.push(spec);
        }
    }
    if !relations.trim().is_empty() {
        relate(&mut patch, relations, &mut problems)?;
    }
    Ok((patch, problems.into_list()))
}

fn entity(row: &Row<'_>, problems: &mut Problems) -> Option<EntitySpec> {
    let external_id = row.cell("external_id");
    if external_id.is_empty() {
        problems.add(row.at.as_str(), "has no external_id: left out");
        return None;
    }
    let mut spec = EntitySpec {
        external_id: Name::from(external_id),
        name: Name::from(row.cell("name")),
        kind: Name::from(row.cell("type")),
        parent: Some(row.cell("parent")).filter(|parent| !parent.is_empty()).map(Name::from),
        sla_tier: Name::from(row.cell("sla_tier")),
        ..EntitySpec::default()
    };
    let mut number = |column: &str| match row.cell(column) {
        "" => None,
        text => {
            let value = super::number(text);
            if value.is_none() {
                problems.add(row.at.as_str(), format!("{column} '{text}' is no number: left out"));
            }
            value
        }
    };
    let place = (number("lat"), number("lon"));
    spec.revenue_weight = number("revenue_weight");
    spec.geo = match place {
        (Some(lat), Some(lon)) => Some(Geo { lat, lon }),
        (None, None) => None,
        _ => {
            problems.add(row.at.as_str(), "has only one of lat and lon: left out");
            None
        }
    };
    let fixed = ["external_id", "name", "type", "parent", "lat", "lon", "sla_tier", "revenue_weight"];
    spec.attributes = row.others(&fixed);
    Some(spec)
}

fn relate(patch: &mut TopologyPatch, relations: &str, problems: &mut Problems) -> Result<(), PatchProblem> {
    let kinds: FxHashMap<&str, &str> = patch.entities.iter().map(|spec| (spec.external_id.as_str(), spec.kind.as_str())).collect();
    let is_link = |id: &str| kinds.get(id).is_some_and(|kind| kind.eq_ignore_ascii_case("LINK"));
    let mut edges = Vec::new();
    let mut typed = Vec::new();
    let mut table = Table::open("relations.csv", relations, &["source", "target"])?;
    while let Some(row) = table.next(problems) {
        let (source, target) = (row.cell("source"), row.cell("target"));
        if source.is_empty() || target.is_empty() {
            problems.add(row.at.as_str(), "lacks its source or target: left out");
            continue;
        }
        let kind = row.cell("relation");
        if RelationKind::of(kind) == RelationKind::Connects && !is_link(source) && !is_link(target) {
            edges.push(Edge {
                source: Name::from(source),
                target: Name::from(target),
                ports: None,
                attributes: row.others(&["source", "target", "relation"]),
                at: row.at.clone(),
            });
        } else {
            typed.push(RelationSpec {
                source: Name::from(source),
                target: Name::from(target),
                kind: RelationKind::spelled(kind),
            });
        }
    }
    links::add(patch, edges, problems);
    patch.relations.extend(typed);
    Ok(())
}

/// A CSV text with a header.
struct Table<'a> {
    file: &'static str,
    columns: Vec<String>,
    reader: Reader<&'a [u8]>,
    record: StringRecord,
}

/// One row, its cells by column.
struct Row<'a> {
    columns: &'a [String],
    record: &'a StringRecord,
    at: String,
}

impl<'a> Table<'a> {
    fn open(file: &'static str, text: &'a str, needed: &[&str]) -> Result<Self, PatchProblem> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| PatchProblem::new(format!("{file}:1"), error.to_string()))?;
        let columns: Vec<String> = header.iter().map(|column| column.trim().to_owned()).collect();
        match needed.iter().find(|column| !columns.iter().any(|known| known == *column)) {
            Some(missing) => Err(PatchProblem::new(
                format!("{file}:1"),
                format!("the header has no column '{missing}'; columns are separated by commas"),
            )),
            None => Ok(Self {
                file,
                columns,
                reader,
                record: StringRecord::new(),
            }),
        }
    }

    fn next(&mut self, problems: &mut Problems) -> Option<Row<'_>> {
        loop {
            let line = self.reader.position().line();
            match self.reader.read_record(&mut self.record) {
                Ok(false) => return None,
                Ok(true) if self.record.iter().all(|cell| cell.trim().is_empty()) => {}
                Ok(true) => {
                    let line = self.record.position().map_or(line, csv::Position::line);
                    let at = format!("{}:{line}", self.file);
                    if self.record.len() > self.columns.len() {
                        problems.add(at.as_str(), "has more cells than the header: those beyond it are left out");
                    }
                    return Some(Row {
                        columns: &self.columns,
                        record: &self.record,
                        at,
                    });
                }
                Err(error) => problems.add(format!("{}:{line}", self.file), error.to_string()),
            }
        }
    }
}

impl Row<'_> {
    fn cell(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|known| known == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default().trim()
    }

    /// The filled cells of all columns but `fixed`.
    fn others(&self, fixed: &[&str]) -> BTreeMap<Name, Name> {
        let cells = self.columns.iter().zip(self.record.iter());
        cells
            .filter(|(column, cell)| !column.is_empty() && !fixed.contains(&column.as_str()) && !cell.trim().is_empty())
            .map(|(column, cell)| (Name::from(column.as_str()), Name::from(cell.trim())))
            .collect()
    }
}
