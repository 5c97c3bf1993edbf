//! XML as a bounded tree: no DTD, no entities but XML's own five, names by namespace, written by a writer that escapes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::escape::{partial_escape, resolve_predefined_entity};
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, BytesText, Event};
use quick_xml::name::{Namespace, PrefixDeclaration, QName, ResolveResult};
use quick_xml::reader::NsReader;
use quick_xml::writer::Writer;

use super::error::Error;
use super::limits::Limits;

/// NETCONF's own namespace (RFC 6241).
pub const BASE: &str = "urn:ietf:params:xml:ns:netconf:base:1.0";

const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// An element with what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Its namespace; empty: none.
    pub namespace: Arc<str>,
    /// Its local name.
    pub name: String,
    /// Its attributes, namespace declarations aside, in document order.
    pub attributes: Vec<Attribute>,
    /// Prefixes that its text uses (`prefix:name` values), with their namespaces.
    pub prefixes: Vec<(String, String)>,
    /// What is in it.
    pub nodes: Vec<Node>,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its namespace; empty: none.
    pub namespace: Arc<str>,
    /// Its local name.
    pub name: String,
    /// Its value, references resolved.
    pub value: String,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A child.
    Element(Element),
    /// Text, references resolved.
    Text(String),
}

impl Element {
    /// An empty element.
    #[must_use]
    pub fn new(namespace: &Arc<str>, name: &str) -> Self {
        Self {
            namespace: Arc::clone(namespace),
            name: name.to_owned(),
            attributes: Vec::new(),
            prefixes: Vec::new(),
            nodes: Vec::new(),
        }
    }

    /// With a child more.
    #[must_use]
    pub fn with(mut self, child: Element) -> Self {
        self.nodes.push(Node::Element(child));
        self
    }

    /// With text more.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        self.nodes.push(Node::Text(text.to_owned()));
        self
    }

    /// With an attribute more.
    #[must_use]
    pub fn with_attribute(mut self, namespace: &Arc<str>, name: &str, value: &str) -> Self {
        self.attributes.push(Attribute {
            namespace: Arc::clone(namespace),
            name: name.to_owned(),
            value: value.to_owned(),
        });
        self
    }

    /// Its child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// Whether this is element `name` of namespace `namespace`.
    #[must_use]
    pub fn is(&self, namespace: &str, name: &str) -> bool {
        self.name == name && &*self.namespace == namespace
    }

    /// The first child of this name.
    #[must_use]
    pub fn child(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(namespace, name))
    }

    /// An attribute without namespace.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self
            .attributes
            .iter()
            .find(|attribute| attribute.namespace.is_empty() && attribute.name == name);
        found.map(|attribute| attribute.value.as_str())
    }

    /// All text directly in it.
    #[must_use]
    pub fn text(&self) -> String {
        self.nodes
            .iter()
            .filter_map(|node| match node {
                Node::Text(text) => Some(text.as_str()),
                Node::Element(_) => None,
            })
            .collect()
    }

    /// Whether it holds text and no element.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.elements().next().is_none() && !self.text().trim().is_empty()
    }

    /// Without the attributes, here and below, whose namespace begins with one of `starts`.
    pub(super) fn drop_attributes(&mut self, starts: &[String]) {
        self.attributes
            .retain(|attribute| !starts.iter().any(|start| attribute.namespace.starts_with(start.as_str())));
        for node in &mut self.nodes {
            if let Node::Element(child) = node {
                child.drop_attributes(starts);
            }
        }
    }

    /// Written without any white space of the writer's own.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut out = Writer::new(Vec::new());
        write(&mut out, self, None);
        String::from_utf8(out.into_inner()).unwrap_or_default()
    }
}

/// The canonical text of configuration: one element a line, indented by two, namespaces as defaults, attributes sorted, white space between
/// elements gone. The same configuration gives the same text, and the text can be read again.
#[must_use]
pub(super) fn canonical(elements: &[Element]) -> String {
    let mut text = String::new();
    for element in elements {
        let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
        write(&mut out, element, None);
        text.push_str(&String::from_utf8(out.into_inner()).unwrap_or_default());
        text.push('\n');
    }
    text
}

// Writing into memory does not fail, so what the writer answers is let go.
fn write(out: &mut Writer<Vec<u8>>, element: &Element, around: Option<&str>) {
    let mut start = BytesStart::new(element.name.as_str());
    if around.unwrap_or_default() != &*element.namespace {
        start.push_attribute(("xmlns", &*element.namespace));
    }
    let mut prefixes = element.prefixes.clone();
    prefixes.sort();
    for (prefix, namespace) in &prefixes {
        start.push_attribute((format!("xmlns:{prefix}").as_str(), namespace.as_str()));
    }
    let mut attributes: Vec<&Attribute> = element.attributes.iter().collect();
    attributes.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    for (number, attribute) in attributes.into_iter().enumerate() {
        if attribute.namespace.is_empty() {
            start.push_attribute((attribute.name.as_str(), attribute.value.as_str()));
            continue;
        }
        if &*attribute.namespace == XML {
            start.push_attribute((format!("xml:{}", attribute.name).as_str(), attribute.value.as_str()));
            continue;
        }
        let prefix = free_prefix(number, &prefixes);
        start.push_attribute((format!("xmlns:{prefix}").as_str(), &*attribute.namespace));
        start.push_attribute((format!("{prefix}:{}", attribute.name).as_str(), attribute.value.as_str()));
    }
    let has_elements = element.elements().next().is_some();
    let holds: Vec<&Node> = element
        .nodes
        .iter()
        .filter(|node| !matches!(node, Node::Text(text) if text.is_empty() || (has_elements && text.trim().is_empty())))
        .collect();
    if holds.is_empty() {
        let _ = out.write_event(Event::Empty(start));
        return;
    }
    let _ = out.write_event(Event::Start(start));
    for node in holds {
        match node {
            Node::Element(child) => write(out, child, Some(&element.namespace)),
            Node::Text(text) => {
                let _ = out.write_event(Event::Text(BytesText::from_escaped(partial_escape(text.as_str()))));
            }
        }
    }
    let _ = out.write_event(Event::End(BytesEnd::new(element.name.as_str())));
}

fn free_prefix(number: usize, taken: &[(String, String)]) -> String {
    let mut prefix = format!("a{number}");
    while taken.iter().any(|(other, _)| *other == prefix) {
        prefix.push('a');
    }
    prefix
}

/// Whether a character may stand in XML 1.0 (its production 2, `Char`).
#[must_use]
pub(super) fn may_stand(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// Reads one document.
///
/// # Errors
/// [`Error::Malformed`]: not well-formed, a DTD, an entity that is not XML's own, unbound prefixes, deeper or more than the limits allow.
pub(super) fn parse(text: &str, limits: &Limits) -> Result<Element, Error> {
    let mut all = fragment(text, limits)?;
    match (all.pop(), all.is_empty()) {
        (Some(root), true) => Ok(root),
        (None, _) => Err(bad("no element in it")),
        (Some(_), false) => Err(bad("more than one root element")),
    }
}

/// Reads elements that stand side by side.
///
/// # Errors
/// As [`parse`].
pub(super) fn fragment(text: &str, limits: &Limits) -> Result<Vec<Element>, Error> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree {
        limits,
        open: Vec::new(),
        done: Vec::new(),
        count: 0,
        names: BTreeSet::new(),
    };
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|error| bad(&error.to_string()))?;
        match event {
            Event::Start(start) => {
                let namespace = tree.namespace(&namespace)?;
                tree.start(&reader, &start, namespace)?;
            }
            Event::End(_) => tree.end(&reader)?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(data) => tree.text(&data.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(&resolved(&reference)?)?,
            Event::DocType(_) => return Err(bad("it holds a document type definition, which is never accepted")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

fn bad(what: &str) -> Error {
    Error::Malformed(shown(what))
}

fn resolved(reference: &BytesRef<'_>) -> Result<String, Error> {
    if let Some(c) = reference.resolve_char_ref().map_err(|error| bad(&error.to_string()))? {
        return if may_stand(c) {
            Ok(c.to_string())
        } else {
            Err(bad("a reference to a character that XML does not allow"))
        };
    }
    resolve_predefined_entity(reference)
        .map(str::to_owned)
        .ok_or_else(|| bad("it uses an entity, which is never accepted"))
}

struct Tree<'l> {
    limits: &'l Limits,
    open: Vec<Element>,
    done: Vec<Element>,
    count: usize,
    names: BTreeSet<Arc<str>>,
}

impl Tree<'_> {
    fn namespace(&mut self, found: &ResolveResult<'_>) -> Result<Arc<str>, Error> {
        let text = match found {
            ResolveResult::Bound(Namespace(text)) => *text,
            ResolveResult::Unbound => "",
            ResolveResult::Unknown(prefix) => return Err(bad(&format!("prefix '{prefix}' stands for no namespace"))),
        };
        if let Some(known) = self.names.get(text) {
            return Ok(Arc::clone(known));
        }
        let new: Arc<str> = Arc::from(text);
        self.names.insert(Arc::clone(&new));
        Ok(new)
    }

    fn start(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>, namespace: Arc<str>) -> Result<(), Error> {
        self.count += 1;
        if self.count > self.limits.elements {
            return Err(bad(&format!("more than {} elements", self.limits.elements)));
        }
        if self.open.len() >= self.limits.depth {
            return Err(bad(&format!("elements nested more than {} deep", self.limits.depth)));
        }
        let mut element = Element {
            namespace,
            name: start.local_name().as_ref().to_owned(),
            attributes: Vec::new(),
            prefixes: Vec::new(),
            nodes: Vec::new(),
        };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| bad(&error.to_string()))?;
            if matches!(
                attribute.key.as_namespace_binding(),
                Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_))
            ) {
                continue;
            }
            let (found, name) = reader.resolver().resolve_attribute(attribute.key);
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| bad(&error.to_string()))?;
            if !value.chars().all(may_stand) {
                return Err(bad("a character that XML does not allow"));
            }
            let namespace = self.namespace(&found)?;
            element.attributes.push(Attribute {
                namespace,
                name: name.as_ref().to_owned(),
                value: value.into_owned(),
            });
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self, reader: &NsReader<&[u8]>) -> Result<(), Error> {
        let mut element = self.open.pop().ok_or_else(|| bad("an element ends that never began"))?;
        if element.is_leaf() {
            element.prefixes = prefixes(&element.text(), reader);
        }
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            None => self.done.push(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        if !text.chars().all(may_stand) {
            return Err(bad("a character that XML does not allow"));
        }
        let Some(parent) = self.open.last_mut() else {
            return if text.trim().is_empty() {
                Ok(())
            } else {
                Err(bad("text outside of any element"))
            };
        };
        match parent.nodes.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => parent.nodes.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<Element>, Error> {
        match self.open.last() {
            Some(open) => Err(bad(&format!("it ends inside of element '{}'", open.name))),
            None => Ok(self.done),
        }
    }
}

/// The prefixes in scope that a value uses: names before a colon.
fn prefixes(text: &str, reader: &NsReader<&[u8]>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (colon, _) in text.match_indices(':').take(16) {
        let backwards = text[..colon].char_indices().rev();
        let word = backwards.take_while(|(_, c)| c.is_alphanumeric() || "-_.".contains(*c)).last();
        let Some((start, _)) = word else { continue };
        let prefix = &text[start..colon];
        if prefix.starts_with("xml") || found.iter().any(|(known, _)| known == prefix) {
            continue;
        }
        if let ResolveResult::Bound(Namespace(namespace)) = reader.resolver().resolve_prefix(QName(&text[start..=colon]).prefix(), false) {
            found.push((prefix.to_owned(), namespace.to_owned()));
        }
    }
    found
}

/// Text of a device for people: control characters gone, at most 1,000 characters.
#[must_use]
pub(super) fn shown(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars().take(1_000) {
        let _ = out.write_char(if c.is_control() { ' ' } else { c });
    }
    out
}
