//! A network as a folder with `entities.csv` and `relations.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{Device, LinkNames, Record, Relation, Topology};

/// The relation that is a link.
pub const CONNECTS: &str = "connects";
const FIXED: [&str; 8] = ["external_id", "name", "type", "parent", "lat", "lon", "sla_tier", "revenue_weight"];
const LINK_COLUMNS: [&str; 5] = ["medium", "source_interface", "target_interface", "source_address", "target_address"];

/// Reads a folder. Devices are what has an `address`, a `vendor`, or a link.
///
/// # Errors
/// When a file is missing, a row names what is not there, or an id is there twice.
pub fn read(folder: &Path) -> Result<Topology> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut records = Vec::new();
    let mut known = BTreeSet::new();
    for row in rows(&folder.join("entities.csv"))? {
        let record = record(row)?;
        if !known.insert(record.external_id.clone()) {
            bail!("{} is in entities.csv twice", record.external_id);
        }
        records.push(record);
    }
    let relations = rows(&folder.join("relations.csv"))?;
    let mut linked = BTreeSet::new();
    for row in &relations {
        for column in ["source", "target"] {
            let id = cell(row, column);
            if !known.contains(id) {
                bail!("relations.csv names {id}, which entities.csv does not hold");
            }
            if is_link(row) {
                linked.insert(id.to_owned());
            }
        }
    }
    let mut topology = Topology { name, ..Topology::default() };
    let mut index = BTreeMap::new();
    for record in records {
        let told = ["address", "vendor"].iter().any(|key| record.attributes.contains_key(*key));
        if told || linked.contains(&record.external_id) {
            index.insert(record.external_id.clone(), topology.devices.len());
            let speaks = record.attributes.get("reports").is_none_or(|reports| reports != "no");
            topology.devices.push(Device {
                speaks,
                ..Device::bare(record)
            });
        } else {
            topology.others.push(record);
        }
    }
    let mut names = LinkNames::default();
    for row in relations {
        let (source, target, kind) = (cell(&row, "source"), cell(&row, "target"), cell(&row, "relation"));
        if !is_link(&row) {
            let relation = Relation {
                source: source.to_owned(),
                target: target.to_owned(),
                kind: kind.to_owned(),
            };
            topology.relations.push(relation);
            continue;
        }
        let (Some(&from), Some(&to)) = (index.get(source), index.get(target)) else {
            continue;
        };
        let at = topology.link(&mut names, from, to);
        let link = &mut topology.links[at];
        cell(&row, "medium").clone_into(&mut link.medium);
        for (side, end) in ["source", "target"].iter().enumerate() {
            cell(&row, &format!("{end}_interface")).clone_into(&mut link.ports[side].name);
            topology.ports_known |= !link.ports[side].name.is_empty();
            if let Ok(address) = cell(&row, &format!("{end}_address")).parse() {
                link.ports[side].address = address;
            }
        }
    }
    Ok(topology)
}

type Row = BTreeMap<String, String>;

/// A relation that connects, or says nothing of its kind.
fn is_link(row: &Row) -> bool {
    matches!(cell(row, "relation"), CONNECTS | "")
}

fn cell<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", |value| value.trim())
}

fn rows(file: &Path) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let header: Vec<String> = reader
        .headers()?
        .iter()
        .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
        .collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        rows.push(header.iter().cloned().zip(record?.iter().map(str::to_owned)).collect());
    }
    Ok(rows)
}

fn record(row: Row) -> Result<Record> {
    let text = |column: &str| cell(&row, column).to_owned();
    if text("external_id").is_empty() {
        bail!("a row of entities.csv has no external_id");
    }
    let place = match (text("lat").parse(), text("lon").parse()) {
        (Ok(lat), Ok(lon)) => Some((lat, lon)),
        (Ok(_) | Err(_), _) => None,
    };
    Ok(Record {
        external_id: text("external_id"),
        name: text("name"),
        kind: text("type"),
        parent: text("parent"),
        place,
        sla_tier: text("sla_tier"),
        revenue_weight: text("revenue_weight"),
        attributes: row
            .iter()
            .filter(|(column, value)| !FIXED.contains(&column.as_str()) && !value.trim().is_empty())
            .map(|(column, value)| (column.clone(), value.trim().to_owned()))
            .collect(),
    })
}

impl Topology {
    /// Writes the network as a folder that an inventory import understands.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        self.write_entities(&folder.join("entities.csv"))?;
        self.write_relations(&folder.join("relations.csv"))
    }

    /// Devices and everything else, as the inventory has them.
    fn records(&self) -> Vec<Record> {
        let device = |device: &Device| {
            let mut record = device.record.clone();
            let attributes = &mut record.attributes;
            attributes.insert("address".to_owned(), device.address.to_string());
            attributes.insert("vendor".to_owned(), device.vendor.name().to_owned());
            if !device.speaks {
                attributes.insert("reports".to_owned(), "no".to_owned());
            }
            if record.name.is_empty() {
                record.name.clone_from(&record.external_id);
            }
            record
        };
        self.others.iter().cloned().chain(self.devices.iter().map(device)).collect()
    }

    fn write_entities(&self, file: &Path) -> Result<()> {
        let records = self.records();
        let columns: BTreeSet<&str> = records.iter().flat_map(|record| record.attributes.keys().map(String::as_str)).collect();
        let mut writer = csv::Writer::from_path(file).with_context(|| format!("cannot write {}", file.display()))?;
        writer.write_record(FIXED.iter().chain(columns.iter()))?;
        for record in &records {
            let place = |pick: fn((f64, f64)) -> f64| record.place.map(|at| format!("{:.5}", pick(at))).unwrap_or_default();
            let mut cells = vec![
                record.external_id.clone(),
                record.name.clone(),
                record.kind.clone(),
                record.parent.clone(),
                place(|at| at.0),
                place(|at| at.1),
                record.sla_tier.clone(),
                record.revenue_weight.clone(),
            ];
            cells.extend(columns.iter().map(|column| record.attributes.get(*column).cloned().unwrap_or_default()));
            writer.write_record(&cells)?;
        }
        writer.flush()?;
        Ok(())
    }

    fn write_relations(&self, file: &Path) -> Result<()> {
        let mut writer = csv::Writer::from_path(file).with_context(|| format!("cannot write {}", file.display()))?;
        writer.write_record(["source", "target", "relation"].iter().chain(LINK_COLUMNS.iter()))?;
        for link in &self.links {
            let id = |side: usize| self.devices[link.ends[side]].record.external_id.as_str();
            let mut cells = vec![id(0).to_owned(), id(1).to_owned(), CONNECTS.to_owned(), link.medium.clone()];
            if self.ports_known {
                cells.extend(link.ports.iter().map(|port| port.name.clone()));
                cells.extend(link.ports.iter().map(|port| port.address.to_string()));
            } else {
                cells.extend(std::iter::repeat_n(String::new(), 4));
            }
            writer.write_record(&cells)?;
        }
        for relation in &self.relations {
            let mut cells = vec![relation.source.clone(), relation.target.clone(), relation.kind.clone()];
            cells.extend(std::iter::repeat_n(String::new(), LINK_COLUMNS.len()));
            writer.write_record(&cells)?;
        }
        writer.flush()?;
        Ok(())
    }

    /// Every external id an import of the export creates, links included.
    #[must_use]
    pub fn external_ids(&self) -> BTreeSet<String> {
        self.records()
            .into_iter()
            .map(|record| record.external_id)
            .chain(self.links.iter().map(|link| link.external_id.clone()))
            .collect()
    }
}
