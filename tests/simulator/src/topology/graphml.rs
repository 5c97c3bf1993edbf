//! GraphML in yEd's flavour, as the Internet Topology Zoo has it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Device, LinkNames, Record, Topology};

#[derive(Default)]
struct Node {
    id: String,
    data: BTreeMap<String, String>,
    label: String,
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name)
        .map(|attribute| unescape(&attribute.value))
}

fn unescape(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// Reads a graph. Nodes that say `Internal=false` (or 0) are neighbours that never report.
///
/// # Errors
/// For broken XML, an edge that leads nowhere, or no node at all.
pub fn parse(text: &str, name: &str) -> Result<Topology> {
    let (nodes, edges) = elements(text)?;
    if nodes.is_empty() {
        bail!("it holds no node");
    }
    let mut topology = Topology {
        name: name.to_owned(),
        ..Topology::default()
    };
    let mut index = BTreeMap::new();
    for node in nodes {
        if index.insert(node.id.clone(), topology.devices.len()).is_some() {
            bail!("node {} is there twice", node.id);
        }
        topology.devices.push(device(node));
    }
    let mut names = LinkNames::default();
    for (source, target) in edges {
        let from = *index.get(&source).with_context(|| format!("an edge names the unknown node {source}"))?;
        let to = *index.get(&target).with_context(|| format!("an edge names the unknown node {target}"))?;
        topology.link(&mut names, from, to);
    }
    Ok(topology)
}

fn device(node: Node) -> Device {
    let label = if node.label.is_empty() {
        node.data.get("label").cloned().unwrap_or_default()
    } else {
        node.label
    };
    let number = |key: &str| node.data.get(key).and_then(|value| value.parse::<f64>().ok());
    let place = match (number("Latitude").or(number("lat")), number("Longitude").or(number("lon"))) {
        (Some(lat), Some(lon)) => Some((lat, lon)),
        (None | Some(_), _) => None,
    };
    let mut attributes = node.data;
    let kind = attributes.remove("type").filter(|kind| !kind.is_empty()).unwrap_or_else(|| "NODE".to_owned());
    attributes.remove("label");
    attributes.retain(|_, value| !value.is_empty());
    let speaks = !attributes
        .get("Internal")
        .is_some_and(|internal| matches!(internal.trim(), "0" | "false" | "False"));
    let record = Record {
        external_id: node.id,
        name: label,
        kind,
        place,
        attributes,
        ..Record::default()
    };
    Device {
        speaks,
        ..Device::bare(record)
    }
}

type Elements = (Vec<Node>, Vec<(String, String)>);

/// Where the reader is.
#[derive(Default)]
struct Place {
    keys: BTreeMap<String, String>,
    nodes: Vec<Node>,
    edges: Vec<(String, String)>,
    node: Option<Node>,
    key: Option<String>,
    in_label: bool,
}

impl Place {
    fn start(&mut self, start: &BytesStart<'_>, empty: bool) -> Result<()> {
        match start.local_name().as_ref() {
            "key" => {
                let for_node = attribute(start, "for").is_some_and(|what| what == "node");
                if let (true, Some(id), Some(name)) = (for_node, attribute(start, "id"), attribute(start, "attr.name")) {
                    self.keys.insert(id, name);
                }
            }
            "node" => {
                let node = Node {
                    id: attribute(start, "id").context("a node without id")?,
                    ..Node::default()
                };
                if empty {
                    self.nodes.push(node);
                } else {
                    self.node = Some(node);
                }
            }
            "edge" => {
                let end = |name| attribute(start, name).context("an edge without ends");
                self.edges.push((end("source")?, end("target")?));
            }
            "data" if !empty => self.key = attribute(start, "key").and_then(|key| self.keys.get(&key).cloned()),
            "NodeLabel" if !empty => self.in_label = true,
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(node) = &mut self.node {
            if self.in_label {
                node.label.push_str(text);
            } else if let Some(key) = &self.key {
                node.data.entry(key.clone()).or_default().push_str(text);
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "node" => {
                if let Some(mut node) = self.node.take() {
                    node.label = node.label.trim().to_owned();
                    for value in node.data.values_mut() {
                        *value = value.trim().to_owned();
                    }
                    self.nodes.push(node);
                }
            }
            "data" => self.key = None,
            "NodeLabel" => self.in_label = false,
            _ => {}
        }
    }
}

fn elements(text: &str) -> Result<Elements> {
    let mut reader = Reader::from_str(text);
    let mut place = Place::default();
    loop {
        match reader.read_event()? {
            Event::Start(start) => place.start(&start, false)?,
            Event::Empty(start) => place.start(&start, true)?,
            Event::End(end) => place.end(end.local_name().as_ref()),
            Event::Text(text) => place.text(&text),
            Event::CData(text) => place.text(&text),
            Event::GeneralRef(reference) => {
                place.text(&unescape(&format!("&{};", &*reference)));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok((place.nodes, place.edges))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"<?xml version="1.0"?><graphml xmlns:y="y">
      <key attr.name="Internal" attr.type="boolean" for="node" id="d4"/><key for="node" id="d7" yfiles.type="nodegraphics"/>
      <key attr.name="label" for="edge" id="d33"/>
      <graph edgedefault="directed">
      <node id="n0"><data key="d4">true</data><data key="d7"><y:ShapeNode><y:NodeLabel x="1"> S&#xe3;o &amp; Co </y:NodeLabel></y:ShapeNode></data></node>
      <node id="n1"><data key="d4"><![CDATA[false]]></data></node><node id="n2"/>
      <edge id="e0" source="n0" target="n1"/><edge source="n1" target="n0"><data key="d33">x</data></edge><edge source="n1" target="n2"/>
      </graph></graphml>"#;

    #[test]
    fn labels_neighbours_and_second_links_are_understood() {
        let topology = parse(SMALL, "small").unwrap();
        assert_eq!(topology.devices[0].record.name, "São & Co");
        assert!(topology.devices[0].speaks && !topology.devices[1].speaks);
        assert_eq!(topology.devices[2].record.kind, "NODE");
        let ids: Vec<_> = topology.links.iter().map(|link| link.external_id.as_str()).collect();
        assert_eq!(ids, ["n0--n1", "n0--n1#2", "n1--n2"]);
    }

    #[test]
    fn what_is_broken_is_refused() {
        for broken in [
            "<graphml><graph></graph></graphml>",
            "<graphml><graph><node id='a'/><edge source='a' target='b'/></graph></graphml>",
            "<graphml><graph><node id='a'/><node id='a'/></graph></graphml>",
            "<graphml><graph><node id='a'></graph></graphml>",
        ] {
            assert!(parse(broken, "broken").is_err(), "{broken}");
        }
    }
}
