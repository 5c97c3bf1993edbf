use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::entity::Geo;
use super::super::patch::{EntitySpec, PatchProblem, Problems, TopologyPatch};
use super::Imported;
use super::links::{self, Edge};
use crate::model::Name;

/// The list answers of NetBox's API (`/api/dcim/…/?limit=0`), as text.
#[derive(Clone, Copy, Debug)]
pub struct NetBoxFiles<'a> {
    /// `sites.json`
    pub sites: Option<&'a str>,
    /// `devices.json`
    pub devices: &'a str,
    /// `interfaces.json`
    pub interfaces: Option<&'a str>,
    /// `cables.json`
    pub cables: Option<&'a str>,
}

/// Reads NetBox's answers: sites become SITE (external id: the slug), devices DEVICE (external id: the name; address: the primary ones
/// without their prefix length; role: the slug), interfaces INTERFACE (external id: `device:interface`), cables LINK between the devices that
/// connects the interfaces, with `source_interface` and `target_interface`. Both of NetBox's cable formats are read, the one with
/// `a_terminations` and the older one with `termination_a`. An id that is taken already gets NetBox's number behind it.
///
/// # Errors
/// A file that is no JSON or no list.
pub fn import(files: &NetBoxFiles<'_>) -> Result<Imported, PatchProblem> {
    let mut inventory = Inventory::default();
    let sites = list("sites.json", files.sites, &mut inventory.problems)?;
    inventory.sites(sites);
    let devices = list("devices.json", Some(files.devices), &mut inventory.problems)?;
    inventory.devices(devices);
    let interfaces = list("interfaces.json", files.interfaces, &mut inventory.problems)?;
    inventory.interfaces(interfaces);
    let cables = list("cables.json", files.cables, &mut inventory.problems)?;
    inventory.cables(cables);
    let Inventory {
        mut patch,
        edges,
        mut problems,
        ..
    } = inventory;
    links::add(&mut patch, edges, &mut problems);
    Ok((patch, problems.into_list()))
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(default)]
    next: Option<String>,
    #[serde(borrow)]
    results: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ref {
    id: u64,
    name: Option<String>,
    slug: Option<String>,
    model: Option<String>,
    manufacturer: Option<Box<Ref>>,
}

/// NetBox says a choice as {value, label}, in old versions as a number or a word.
#[derive(Deserialize)]
#[serde(untagged)]
enum Choice {
    Said { value: serde_json::Value },
    Bare(serde_json::Value),
}

#[derive(Deserialize)]
struct Address {
    address: String,
}

#[derive(Deserialize)]
struct Site {
    id: u64,
    name: String,
    #[serde(default)]
    slug: String,
    status: Option<Choice>,
    region: Option<Ref>,
    latitude: Option<serde_json::Value>,
    longitude: Option<serde_json::Value>,
    #[serde(default)]
    physical_address: String,
}

#[derive(Deserialize)]
struct Device {
    id: u64,
    name: Option<String>,
    site: Option<Ref>,
    role: Option<Ref>,
    device_role: Option<Ref>,
    device_type: Option<Ref>,
    platform: Option<Ref>,
    status: Option<Choice>,
    #[serde(default)]
    serial: String,
    primary_ip4: Option<Address>,
    primary_ip6: Option<Address>,
    latitude: Option<serde_json::Value>,
    longitude: Option<serde_json::Value>,
    #[serde(default)]
    custom_fields: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Interface {
    id: u64,
    device: Ref,
    name: String,
    #[serde(rename = "type")]
    kind: Option<Choice>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    mac_address: Option<String>,
    lag: Option<Ref>,
}

#[derive(Deserialize)]
struct Cable {
    id: u64,
    #[serde(default)]
    a_terminations: Vec<Termination>,
    #[serde(default)]
    b_terminations: Vec<Termination>,
    termination_a_type: Option<String>,
    termination_a: Option<Port>,
    termination_b_type: Option<String>,
    termination_b: Option<Port>,
    #[serde(default)]
    label: Option<String>,
    status: Option<Choice>,
    #[serde(rename = "type")]
    kind: Option<Choice>,
}

#[derive(Deserialize)]
struct Termination {
    object_type: String,
    #[serde(default)]
    object_id: u64,
    object: Option<Port>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Port {
    id: u64,
    device: Option<Ref>,
    name: Option<String>,
}

/// One end of a cable: the device's external id, the port's name, the external id of what the link connects.
#[derive(Clone)]
struct End {
    device: Name,
    port: Name,
    connects: Name,
}

#[derive(Default)]
struct Inventory {
    patch: TopologyPatch,
    edges: Vec<Edge>,
    problems: Problems,
    taken: FxHashSet<Name>,
    site: FxHashMap<u64, Name>,
    device: FxHashMap<u64, Name>,
    interface: FxHashMap<u64, End>,
}

type Items<'a> = Vec<(String, &'a RawValue)>;

/// The items of a list answer, each with its place for problems.
fn list<'a>(file: &str, text: Option<&'a str>, problems: &mut Problems) -> Result<Items<'a>, PatchProblem> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let text = text.trim_start_matches('\u{feff}').trim();
    let parsed = match text.starts_with('[') {
        true => serde_json::from_str(text).map(|results| Page { next: None, results }),
        false => serde_json::from_str::<Page<'_>>(text),
    };
    let page = parsed.map_err(|error| PatchProblem::new(file, format!("is no list answer of NetBox: {error}: nothing was imported")))?;
    if page.next.is_some() {
        problems.add(file, "is only one page of several: ask NetBox with limit=0, or join the pages' results");
    }
    let items = page.results.into_iter().enumerate();
    Ok(items.map(|(n, item)| (format!("{file} item {}", n + 1), item)).collect())
}

fn parse<'a, T: Deserialize<'a>>(at: &str, item: &'a RawValue, problems: &mut Problems) -> Option<T> {
    serde_json::from_str(item.get())
        .map_err(|error| problems.add(at, format!("{error}: left out")))
        .ok()
}

impl Inventory {
    /// `wanted`, or with NetBox's number behind it when something else has that id already.
    fn external_id(&mut self, wanted: &str, number: u64) -> Name {
        let wanted = match wanted.trim() {
            "" => Name::from(format!("#{number}")),
            wanted => Name::from(wanted),
        };
        let mut id = wanted.clone();
        while !self.taken.insert(id.clone()) {
            id = Name::from(format!("{id}#{number}"));
        }
        id
    }

    fn sites(&mut self, items: Items<'_>) {
        for (at, item) in items {
            let Some(site) = parse::<Site>(&at, item, &mut self.problems) else { continue };
            let wanted = if site.slug.is_empty() { &site.name } else { &site.slug };
            let external_id = self.external_id(wanted, site.id);
            self.site.insert(site.id, external_id.clone());
            let attributes = attributes([
                ("status", site.status.map(Choice::text)),
                ("region", site.region.and_then(Ref::word)),
                ("physical_address", Some(site.physical_address)),
            ]);
            self.patch.entities.push(EntitySpec {
                external_id,
                name: Name::from(site.name),
                kind: Name::from("SITE"),
                geo: geo(site.latitude.as_ref(), site.longitude.as_ref()),
                attributes,
                ..EntitySpec::default()
            });
        }
    }

    fn devices(&mut self, items: Items<'_>) {
        for (at, item) in items {
            let Some(device) = parse::<Device>(&at, item, &mut self.problems) else {
                continue;
            };
            let name = device.name.unwrap_or_default();
            let external_id = self.external_id(if name.is_empty() { "device" } else { &name }, device.id);
            self.device.insert(device.id, external_id.clone());
            let parent = device.site.and_then(|site| {
                let known = self.site.get(&site.id).cloned();
                if known.is_none() {
                    self.problems
                        .add(at.as_str(), format!("stands in site {} that sites.json does not hold", site.id));
                }
                known
            });
            let addresses: Vec<String> = [device.primary_ip4, device.primary_ip6]
                .into_iter()
                .flatten()
                .filter_map(|ip| ip.address.split('/').next().map(str::to_owned))
                .collect();
            let (model, maker) = device
                .device_type
                .map_or((None, None), |kind| (kind.model, kind.manufacturer.and_then(|maker| maker.word())));
            let mut attributes = attributes([
                ("address", Some(addresses.join(";"))),
                ("role", device.role.or(device.device_role).and_then(Ref::word)),
                ("model", model),
                ("vendor", maker),
                ("platform", device.platform.and_then(Ref::word)),
                ("serial", Some(device.serial)),
                ("status", device.status.map(Choice::text)),
            ]);
            for (key, value) in device.custom_fields {
                let value = plain(&value);
                if !value.is_empty() && !key.is_empty() {
                    attributes.entry(Name::from(key)).or_insert_with(|| Name::from(value));
                }
            }
            self.patch.entities.push(EntitySpec {
                external_id,
                name: Name::from(name),
                kind: Name::from("DEVICE"),
                parent,
                geo: geo(device.latitude.as_ref(), device.longitude.as_ref()),
                attributes,
                ..EntitySpec::default()
            });
        }
    }

    fn interfaces(&mut self, items: Items<'_>) {
        for (at, item) in items {
            let Some(interface) = parse::<Interface>(&at, item, &mut self.problems) else {
                continue;
            };
            let Some(device) = self.device.get(&interface.device.id).cloned() else {
                let problem = format!(
                    "'{}' belongs to device {} that devices.json does not hold: left out",
                    interface.name, interface.device.id
                );
                self.problems.add(at, problem);
                continue;
            };
            let external_id = self.external_id(&format!("{device}:{}", interface.name), interface.id);
            let attributes = attributes([
                ("interface_type", interface.kind.map(Choice::text)),
                ("description", Some(interface.description)),
                ("mac_address", interface.mac_address),
                ("lag", interface.lag.and_then(|lag| lag.name)),
            ]);
            let end = End {
                device: device.clone(),
                port: Name::from(interface.name.as_str()),
                connects: external_id.clone(),
            };
            self.interface.insert(interface.id, end);
            self.patch.entities.push(EntitySpec {
                external_id,
                name: Name::from(interface.name),
                kind: Name::from("INTERFACE"),
                parent: Some(device),
                attributes,
                ..EntitySpec::default()
            });
        }
    }

    fn cables(&mut self, items: Items<'_>) {
        for (at, item) in items {
            let Some(cable) = parse::<Cable>(&at, item, &mut self.problems) else {
                continue;
            };
            let old = |kind: Option<String>, port: Option<Port>| {
                port.map(|port| Termination {
                    object_type: kind.unwrap_or_default(),
                    object_id: port.id,
                    object: Some(port),
                })
            };
            let mut ends = |mut new: Vec<Termination>, old: Option<Termination>| -> Vec<End> {
                new.extend(old);
                new.into_iter().filter_map(|end| self.end(&at, end)).collect()
            };
            let a = ends(cable.a_terminations, old(cable.termination_a_type, cable.termination_a));
            let b = ends(cable.b_terminations, old(cable.termination_b_type, cable.termination_b));
            let common = attributes([
                ("label", cable.label),
                ("status", cable.status.map(Choice::text)),
                ("medium", cable.kind.map(Choice::text)),
                ("netbox_cable", Some(cable.id.to_string())),
            ]);
            if a.is_empty() || b.is_empty() {
                self.problems.add(at, "has an end that is no port of a device read here: left out");
                continue;
            }
            // A trunk of equal strands goes strand by strand, a breakout from each to each.
            let pairs: Vec<(&End, &End)> = match a.len() == b.len() {
                true => a.iter().zip(&b).collect(),
                false => a.iter().flat_map(|a| b.iter().map(move |b| (a, b))).take(1_024).collect(),
            };
            self.edges.extend(pairs.into_iter().map(|(a, b)| edge(a, b, &common, &at)));
        }
    }

    fn end(&mut self, at: &str, end: Termination) -> Option<End> {
        if end.object_type.ends_with("interface")
            && let Some(known) = self.interface.get(&end.object_id)
        {
            return Some(known.clone());
        }
        let port = end.object.unwrap_or_default();
        match port.device.and_then(|device| self.device.get(&device.id)) {
            Some(device) => Some(End {
                device: device.clone(),
                port: Name::from(port.name.unwrap_or_default()),
                connects: device.clone(),
            }),
            None => {
                let what = Name::cut(&end.object_type, 60);
                self.problems
                    .add(at, format!("ends at {what} {}, which no device read here has", end.object_id));
                None
            }
        }
    }
}

fn edge(a: &End, b: &End, common: &BTreeMap<Name, Name>, at: &str) -> Edge {
    let mut attributes = common.clone();
    for (key, end) in [("source_interface", a), ("target_interface", b)] {
        if !end.port.is_empty() {
            attributes.insert(Name::from(key), end.port.clone());
        }
    }
    Edge {
        source: a.device.clone(),
        target: b.device.clone(),
        ports: Some((a.connects.clone(), b.connects.clone())),
        attributes,
        at: at.to_owned(),
    }
}

fn attributes<const N: usize>(all: [(&str, Option<String>); N]) -> BTreeMap<Name, Name> {
    all.into_iter()
        .filter_map(|(key, value)| Some((Name::from(key), Name::from(value?.trim()))))
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn geo(lat: Option<&serde_json::Value>, lon: Option<&serde_json::Value>) -> Option<Geo> {
    let degrees = |value: &serde_json::Value| value.as_f64().or_else(|| super::number(value.as_str()?));
    Some(Geo {
        lat: degrees(lat?)?,
        lon: degrees(lon?)?,
    })
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

impl Choice {
    fn text(self) -> String {
        match self {
            Choice::Said { value } | Choice::Bare(value) => plain(&value),
        }
    }
}

impl Ref {
    /// Slug, else name.
    fn word(self) -> Option<String> {
        self.slug.or(self.name)
    }
}
