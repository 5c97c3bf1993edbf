use std::collections::BTreeMap;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::entity::Geo;
use super::super::patch::{EntitySpec, PatchProblem, Problems, TopologyPatch};
use super::Imported;
use super::links::{self, Edge};
use crate::model::Name;

/// Deeper nesting is refused.
const DEEPEST: usize = 128;

/// Reads GraphML, yEd's flavour included. A node's id is its external id; its key `label`, else yEd's NodeLabel, its name; its key
/// `type` its type; keys `Latitude` and `Longitude` its place; every other key that has a value an attribute. A node within a node is part
/// of it. Drawing coordinates are not looked at. Edges become LINKs; their ports (`sourceport`, `targetport`) the attributes
/// `source_interface` and `target_interface`. Document types are skipped, entities of their own not expanded.
///
/// # Errors
/// XML that is not well-formed, is no GraphML, or nests more than 128 deep.
pub fn import(file: &str, text: &str) -> Result<Imported, PatchProblem> {
    let mut drawing = Drawing::default();
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text, seen: 0, line: 1 };
    loop {
        let line = lines.at(reader.buffer_position());
        let refuse = |reason: String| PatchProblem::new(format!("{file}:{line}"), format!("{reason}: nothing was imported"));
        let event = reader.read_event().map_err(|error| refuse(format!("is not well-formed XML: {error}")))?;
        drawing.line = line;
        match event {
            Event::Start(tag) => drawing.start(&tag).map_err(refuse)?,
            Event::Empty(tag) => {
                drawing.start(&tag).map_err(refuse)?;
                drawing.end();
            }
            Event::End(_) => drawing.end(),
            Event::Text(part) => drawing.read(&part.xml10_content()),
            Event::CData(part) => drawing.read(&part.xml10_content()),
            Event::GeneralRef(part) => drawing.reference(&part),
            Event::Eof if !drawing.open.is_empty() => return Err(refuse("ends in the middle of an element".to_owned())),
            Event::Eof if !drawing.is_graphml => return Err(refuse("is no GraphML: there is no element 'graphml'".to_owned())),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    Ok(drawing.into_patch())
}

/// Counts lines as the reader moves on.
struct Lines<'a> {
    text: &'a str,
    seen: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, position: u64) -> usize {
        let upto = (position as usize).min(self.text.len()).max(self.seen);
        self.line += self.text.as_bytes()[self.seen..upto].iter().filter(|byte| **byte == b'\n').count();
        self.seen = upto;
        self.line
    }
}

/// An open element.
#[derive(Clone, Debug)]
enum Open {
    Graphml,
    Key(Name),
    Default(Name),
    /// A graph, with the node it is in.
    Graph(Option<Name>),
    Node(usize),
    Edge(usize),
    Data(Name),
    Label,
    Other,
}

#[derive(Clone, Debug, Default)]
struct Key {
    name: Name,
    domain: Name,
    default: Option<Name>,
}

#[derive(Debug, Default)]
struct Node {
    id: Name,
    parent: Option<Name>,
    data: Vec<(Name, Name)>,
    label: Name,
    line: usize,
}

#[derive(Default)]
struct Drawing {
    is_graphml: bool,
    line: usize,
    open: Vec<Open>,
    text: String,
    keys: BTreeMap<Name, Key>,
    nodes: Vec<Node>,
    edges: Vec<(Edge, Vec<(Name, Name)>)>,
    problems: Problems,
}

impl Drawing {
    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.open.len() >= DEEPEST {
            return Err(format!("nests more than {DEEPEST} elements deep"));
        }
        let name = tag.local_name();
        let opened = match (self.open.last(), name.as_ref()) {
            (None, "graphml") => {
                self.is_graphml = true;
                Open::Graphml
            }
            (None, other) => return Err(format!("is no GraphML: it begins with '{other}'")),
            (Some(Open::Graphml), "key") => self.key(tag),
            (Some(Open::Key(id)), "default") => Open::Default(id.clone()),
            (Some(Open::Graphml), "graph") => Open::Graph(None),
            (Some(Open::Node(ix)), "graph") => Open::Graph(self.nodes.get(*ix).map(|node| node.id.clone())),
            (Some(Open::Graph(within)), "node") => {
                let parent = within.clone();
                self.node(tag, parent)
            }
            (Some(Open::Graph(_)), "edge") => self.edge(tag),
            (Some(Open::Graph(_)), "hyperedge") => {
                self.problem("a hyperedge joins more than two nodes: left out");
                Open::Other
            }
            (Some(Open::Node(_) | Open::Edge(_)), "data") => Open::Data(self.attribute(tag, "key").unwrap_or_default()),
            (Some(_), "NodeLabel") if self.open.iter().any(|open| matches!(open, Open::Data(_))) => Open::Label,
            _ => Open::Other,
        };
        if matches!(opened, Open::Default(_) | Open::Data(_) | Open::Label) {
            self.text.clear();
        }
        self.open.push(opened);
        Ok(())
    }

    fn key(&mut self, tag: &BytesStart<'_>) -> Open {
        let id = self.attribute(tag, "id").unwrap_or_default();
        let key = Key {
            name: self.attribute(tag, "attr.name").unwrap_or_default(),
            domain: self.attribute(tag, "for").unwrap_or_default(),
            default: None,
        };
        self.keys.insert(id.clone(), key);
        Open::Key(id)
    }

    fn node(&mut self, tag: &BytesStart<'_>, parent: Option<Name>) -> Open {
        let Some(id) = self.attribute(tag, "id").filter(|id| !id.trim().is_empty()) else {
            self.problem("a node has no id: left out");
            return Open::Other;
        };
        self.nodes.push(Node {
            id,
            parent,
            line: self.line,
            ..Node::default()
        });
        Open::Node(self.nodes.len() - 1)
    }

    fn edge(&mut self, tag: &BytesStart<'_>) -> Open {
        let mut end = |name| self.attribute(tag, name).filter(|id| !id.trim().is_empty());
        let (source, target) = (end("source"), end("target"));
        let ports = [("source_interface", end("sourceport")), ("target_interface", end("targetport"))];
        let (Some(source), Some(target)) = (source, target) else {
            self.problem("an edge lacks its source or target: left out");
            return Open::Other;
        };
        let edge = Edge {
            at: format!("line {}: {source}--{target}", self.line),
            attributes: ports.into_iter().filter_map(|(key, port)| Some((Name::from(key), port?))).collect(),
            source,
            target,
            ports: None,
        };
        self.edges.push((edge, Vec::new()));
        Open::Edge(self.edges.len() - 1)
    }

    fn attribute(&mut self, tag: &BytesStart<'_>, name: &str) -> Option<Name> {
        for attribute in tag.attributes() {
            match attribute {
                Ok(found) if found.key.as_ref() == name => match found.normalized_value(XmlVersion::Implicit1_0) {
                    Ok(value) => return Some(Name::from(value)),
                    Err(error) => self.problem(&format!("attribute '{name}' cannot be read: {error}")),
                },
                Ok(_) => {}
                Err(error) => {
                    self.problem(&format!("an attribute cannot be read: {error}"));
                    return None;
                }
            }
        }
        None
    }

    fn read(&mut self, part: &str) {
        if matches!(self.open.last(), Some(Open::Default(_) | Open::Data(_) | Open::Label)) {
            self.text.push_str(part);
        }
    }

    fn reference(&mut self, part: &BytesRef<'_>) {
        match (part.resolve_char_ref(), resolve_predefined_entity(part)) {
            (Ok(Some(character)), _) => self.read(character.encode_utf8(&mut [0; 4])),
            (_, Some(text)) => self.read(text),
            _ => self.problem(&format!("&{}; is not expanded: write the text itself", Name::cut(part, 60))),
        }
    }

    fn end(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        match closed {
            Open::Default(key) => {
                let value = Name::from(self.text.trim());
                if let Some(key) = self.keys.get_mut(&key) {
                    key.default = Some(value);
                }
            }
            Open::Data(key) => {
                let value = Name::from(self.text.trim());
                match self.open.last() {
                    Some(Open::Node(ix)) => self.nodes[*ix].data.push((key, value)),
                    Some(Open::Edge(ix)) => self.edges[*ix].1.push((key, value)),
                    _ => {}
                }
            }
            Open::Label => {
                let node = self.open.iter().rev().find_map(|open| match open {
                    Open::Node(ix) => Some(*ix),
                    _ => None,
                });
                if let Some(node) = node.map(|ix| &mut self.nodes[ix])
                    && node.label.is_empty()
                {
                    node.label = Name::from(one_line(&self.text));
                }
            }
            Open::Graphml | Open::Key(_) | Open::Graph(_) | Open::Node(_) | Open::Edge(_) | Open::Other => return,
        }
        self.text.clear();
    }

    fn problem(&mut self, problem: &str) {
        self.problems.add(format!("line {}", self.line), problem);
    }

    fn into_patch(mut self) -> Imported {
        let mut patch = TopologyPatch::default();
        let mut known: FxHashSet<Name> = FxHashSet::default();
        for node in std::mem::take(&mut self.nodes) {
            if known.insert(node.id.clone()) {
                let spec = self.spec(node);
                patch.entities.push(spec);
            } else {
                self.problems.add(
                    format!("line {}", node.line),
                    format!("node id '{}' stands twice: the first one counts", node.id),
                );
            }
        }
        let mut edges = Vec::with_capacity(self.edges.len());
        for (mut edge, data) in std::mem::take(&mut self.edges) {
            let lost = [&edge.source, &edge.target].into_iter().find(|id| !known.contains(*id)).cloned();
            match lost {
                Some(id) => {
                    let problem = format!("there is no node '{id}': the edge is left out");
                    self.problems.add(edge.at, problem);
                }
                None => {
                    edge.attributes.extend(self.values("edge", data));
                    edges.push(edge);
                }
            }
        }
        links::add(&mut patch, edges, &mut self.problems);
        (patch, self.problems.into_list())
    }

    /// What data says, by the names of its keys, with the defaults of those it does not give; empty ones left out.
    fn values(&self, domain: &str, data: Vec<(Name, Name)>) -> BTreeMap<Name, Name> {
        let given: FxHashMap<Name, Name> = data.into_iter().collect();
        self.keys
            .iter()
            .filter(|(_, key)| !key.name.is_empty() && (key.domain == domain || key.domain.is_empty() || key.domain == "all"))
            .filter_map(|(id, key)| Some((key.name.clone(), given.get(id).or(key.default.as_ref())?.clone())))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }

    fn spec(&mut self, node: Node) -> EntitySpec {
        let mut values = self.values("node", node.data);
        let mut take = |names: &[&str]| {
            let key = values.keys().find(|key| names.iter().any(|name| key.eq_ignore_ascii_case(name))).cloned();
            key.and_then(|key| values.remove(&key))
        };
        let label = take(&["label"]).filter(|label| !label.is_empty()).unwrap_or(node.label);
        let kind = take(&["type"]).unwrap_or_else(|| Name::from("NODE"));
        let place = (take(&["latitude"]), take(&["longitude"]));
        let geo = match place {
            (Some(lat), Some(lon)) => match (super::number(&lat), super::number(&lon)) {
                (Some(lat), Some(lon)) => Some(Geo { lat, lon }),
                _ => {
                    let problem = format!(
                        "'{}', '{}' are no degrees of latitude and longitude: left out",
                        Name::cut(&lat, 40),
                        Name::cut(&lon, 40)
                    );
                    self.problems.add(node.id.as_str(), problem);
                    None
                }
            },
            _ => None,
        };
        EntitySpec {
            name: Name::from(one_line(&label)),
            external_id: node.id,
            kind,
            parent: node.parent,
            geo,
            attributes: values,
            ..EntitySpec::default()
        }
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
