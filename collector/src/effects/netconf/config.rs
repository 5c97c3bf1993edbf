//! Configuration as text with a hash, the difference of two, and the edit that leads back.

use std::sync::Arc;
use std::time::Duration;

use similar::TextDiff;

use super::error::Error;
use super::limits::Limits;
use super::xml::{self, BASE, Element, Node};

/// XML elements side by side: what a filter selects, or what an edit holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    elements: Vec<Element>,
}

impl Fragment {
    /// Reads elements; each must say its namespace.
    ///
    /// # Errors
    /// [`Error::Input`]: not readable, empty, or an element without namespace.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let elements = xml::fragment(text, &Limits::default()).map_err(|error| Error::Input(error.to_string()))?;
        Self::new(elements)
    }

    pub(super) fn new(elements: Vec<Element>) -> Result<Self, Error> {
        if elements.is_empty() {
            return Err(Error::Input("no XML element".to_owned()));
        }
        if let Some(element) = elements.iter().find(|element| element.namespace.is_empty()) {
            return Err(Error::Input(format!(
                "element '{}' has no namespace: give it one with xmlns=\"…\"",
                element.name
            )));
        }
        Ok(Self { elements })
    }

    /// The elements.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// As text that [`Fragment::parse`] reads again.
    #[must_use]
    pub fn text(&self) -> String {
        xml::canonical(&self.elements)
    }
}

/// Configuration read from a device: the part that a filter selects, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Canonical text: one element a line, namespaces as defaults, attributes sorted, white space between elements gone.
    pub text: String,
    /// BLAKE3 of the text, 64 hexadecimal digits.
    pub hash: String,
    elements: Vec<Element>,
}

impl Config {
    pub(super) fn new(mut elements: Vec<Element>, ignored: &[String]) -> Self {
        for element in &mut elements {
            element.drop_attributes(ignored);
        }
        let text = xml::canonical(&elements);
        Self {
            hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
            text,
            elements,
        }
    }

    /// From its text.
    ///
    /// # Errors
    /// [`Error::Input`]: not readable.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let elements = xml::fragment(text, &Limits::default()).map_err(|error| Error::Input(error.to_string()))?;
        Ok(Self::new(elements, &[]))
    }
}

/// What the second has other than the first, as unified lines with three lines around; empty: nothing.
#[must_use]
pub fn difference(before: &Config, after: &Config) -> String {
    if before.text == after.text {
        return String::new();
    }
    let diff = TextDiff::configure().timeout(Duration::from_secs(2)).diff_lines(&before.text, &after.text);
    diff.unified_diff().context_radius(3).to_string()
}

/// The edit that leads from `after` back to `before`, replacing nothing outside of what `scope` selects (`None`: everything).
///
/// Subtree filters are read as in RFC 6241 section 6: leaves with text choose an entry, what is empty is selected. `None`: there is no
/// such edit that is sure to touch nothing else (several entries without keys to tell them apart), or nothing differs.
#[must_use]
pub fn way_back(scope: Option<&Fragment>, before: &Config, after: &Config) -> Option<Fragment> {
    let base: Arc<str> = Arc::from(BASE);
    let filter = match scope {
        Some(scope) => scope.elements.clone(),
        None => tops(before, after),
    };
    let elements = back(&filter, &before.elements, &after.elements, &base)?;
    Fragment::new(elements).ok()
}

fn tops(before: &Config, after: &Config) -> Vec<Element> {
    let mut tops: Vec<Element> = Vec::new();
    for element in before.elements.iter().chain(&after.elements) {
        if !tops.iter().any(|top| top.is(&element.namespace, &element.name)) {
            tops.push(Element::new(&element.namespace, &element.name));
        }
    }
    tops
}

fn back(filter: &[Element], before: &[Element], after: &[Element], base: &Arc<str>) -> Option<Vec<Element>> {
    let mut edits = Vec::new();
    for wanted in filter {
        let (keys, parts): (Vec<&Element>, Vec<&Element>) = wanted.elements().partition(|child| child.is_leaf());
        let was = only(wanted, &keys, before)?;
        let is = only(wanted, &keys, after)?;
        match (was, is) {
            (None, None) => {}
            (Some(was), Some(is)) if was == is => {}
            (Some(was), Some(is)) if !parts.is_empty() => {
                let mut edit = Element::new(&wanted.namespace, &wanted.name);
                edit.nodes.extend(keys.into_iter().cloned().map(Node::Element));
                let parts: Vec<Element> = parts.into_iter().cloned().collect();
                let (was, is): (Vec<Element>, Vec<Element>) = (was.elements().cloned().collect(), is.elements().cloned().collect());
                let inner = back(&parts, &was, &is, base)?;
                if !inner.is_empty() {
                    edit.nodes.extend(inner.into_iter().map(Node::Element));
                    edits.push(edit);
                }
            }
            (Some(was), _) => edits.push(was.clone().with_attribute(base, "operation", "replace")),
            (None, Some(_)) => {
                let mut edit = Element::new(&wanted.namespace, &wanted.name).with_attribute(base, "operation", "delete");
                edit.nodes.extend(keys.into_iter().cloned().map(Node::Element));
                edits.push(edit);
            }
        }
    }
    Some(edits)
}

/// The one element that is meant; outer `None`: there are several.
fn only<'a>(wanted: &Element, keys: &[&Element], among: &'a [Element]) -> Option<Option<&'a Element>> {
    let mut found = among
        .iter()
        .filter(|element| element.is(&wanted.namespace, &wanted.name) && keys.iter().all(|key| holds(element, key)));
    let first = found.next();
    if found.next().is_some() { None } else { Some(first) }
}

fn holds(element: &Element, key: &Element) -> bool {
    element
        .child(&key.namespace, &key.name)
        .is_some_and(|child| child.text().trim() == key.text().trim())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SCOPE: &str = r#"<interfaces xmlns="urn:if"><interface><name>e0</name></interface></interfaces>"#;

    fn interfaces(inner: &str) -> Config {
        Config::parse(&format!(r#"<interfaces xmlns="urn:if">{inner}</interfaces>"#)).unwrap()
    }

    #[test]
    fn canonical_text_does_not_depend_on_how_it_was_written() {
        let one = Config::parse("<a xmlns='urn:a' xmlns:x='urn:x' x:k='1' b='2'><x:b/>\n  <c>t &amp; u</c><d>x:kind</d></a>").unwrap();
        let other = Config::parse(
            "<p:a xmlns:p='urn:a' b=\"2\" xmlns:q='urn:x' q:k='1'><b xmlns='urn:x'></b><p:c><![CDATA[t & u]]></p:c><p:d xmlns:x='urn:x'>x:kind</p:d></p:a>",
        )
        .unwrap();
        assert_eq!(one.text, other.text);
        assert_eq!(one.hash, other.hash);
        assert_eq!(Config::parse(&one.text).unwrap().text, one.text);
        assert_eq!(
            one.text,
            "<a xmlns=\"urn:a\" b=\"2\" xmlns:a1=\"urn:x\" a1:k=\"1\">\n  <b xmlns=\"urn:x\"/>\n  <c>t &amp; u</c>\n  <d xmlns:x=\"urn:x\">x:kind</d>\n</a>\n"
        );
    }

    #[test]
    fn ignored_attributes_are_no_difference() {
        let ignored = ["http://xml.juniper.net/junos/".to_owned()];
        let read = |seconds: u32| {
            let text = format!("<c xmlns='urn:c' xmlns:j='http://xml.juniper.net/junos/23.4R1/junos' j:changed-seconds='{seconds}' inactive='inactive'/>");
            Config::new(xml::fragment(&text, &Limits::default()).unwrap(), &ignored)
        };
        assert_eq!(read(1).hash, read(2).hash);
        assert_eq!(read(1).text, "<c xmlns=\"urn:c\" inactive=\"inactive\"/>\n");
        // Nor are they sent back.
        let gone = Config::new(Vec::new(), &[]);
        let edit = way_back(None, &read(1), &gone).unwrap().text();
        assert!(edit.contains("replace") && !edit.contains("changed-seconds"), "{edit}");
    }

    #[test]
    fn the_difference_shows_lines() {
        let before = interfaces("<interface><name>e0</name><enabled>true</enabled></interface>");
        let after = interfaces("<interface><name>e0</name><enabled>false</enabled></interface>");
        let told = difference(&before, &after);
        assert!(told.contains("-    <enabled>true</enabled>\n+    <enabled>false</enabled>\n"), "{told}");
        assert_eq!(difference(&before, &before), "");
    }

    #[test]
    fn the_way_back_replaces_the_entry_alone() {
        let scope = Fragment::parse(SCOPE).unwrap();
        let before = interfaces("<interface><name>e0</name><mtu>1500</mtu></interface>");
        let after = interfaces("<interface><name>e0</name><mtu>9000</mtu><description>x</description></interface>");
        let edit = way_back(Some(&scope), &before, &after).unwrap().text();
        assert_eq!(
            edit,
            format!(
                "<interfaces xmlns=\"urn:if\">\n  <interface xmlns:a0=\"{BASE}\" a0:operation=\"replace\">\n    <name>e0</name>\n    <mtu>1500</mtu>\n  </interface>\n</interfaces>\n"
            )
        );
    }

    #[test]
    fn what_was_not_there_is_deleted_by_its_key() {
        let scope = Fragment::parse(SCOPE).unwrap();
        let before = Config::new(vec![], &[]);
        let after = interfaces("<interface><name>e0</name></interface>");
        let edit = way_back(Some(&scope), &before, &after).unwrap();
        // The container came with the entry, and goes with it.
        assert_eq!(edit.elements().len(), 1);
        assert!(edit.text().contains("operation=\"delete\""), "{}", edit.text());
        let beside = interfaces("<interface><name>e1</name></interface>");
        let both = interfaces("<interface><name>e1</name></interface><interface><name>e0</name></interface>");
        let edit = way_back(Some(&scope), &beside, &both).unwrap().text();
        assert!(edit.contains("<name>e0</name>") && !edit.contains("e1"), "{edit}");
    }

    #[test]
    fn several_without_a_key_have_no_way_back() {
        let scope = Fragment::parse(r#"<interfaces xmlns="urn:if"><interface/></interfaces>"#).unwrap();
        let before = interfaces("<interface><name>a</name></interface><interface><name>b</name></interface>");
        let after = interfaces("<interface><name>a</name></interface>");
        assert_eq!(way_back(Some(&scope), &before, &after), None);
    }

    proptest! {
        #[test]
        fn text_comes_back_as_it_went(text in "[^\u{0}-\u{8}\u{b}-\u{1f}\u{fffe}\u{ffff}]*", value in "[a-z<>&\"' ]*") {
            prop_assume!(!text.trim().is_empty());
            let namespace: Arc<str> = Arc::from("urn:t");
            let element = Element::new(&namespace, "leaf").with_attribute(&Arc::from(""), "at", &value).with_text(&text);
            let read = xml::parse(&element.compact(), &Limits::default()).unwrap();
            prop_assert_eq!(read.text(), text);
            prop_assert_eq!(read.attribute("at"), Some(value.as_str()));
        }

        #[test]
        fn any_text_is_xml_or_an_error(text in ".*|<[a-z!?&;<>/=\" ]{0,60}") {
            let _ = xml::fragment(&text, &Limits::default());
        }
    }
}
