//! Templates: XML trees in whose text `{name}` stands for a value. A value goes into the tree as text, and the writer escapes it.

use std::collections::BTreeMap;

use super::super::config::Fragment;
use super::super::xml::{Element, Node};

/// The names that a template asks for, in order of appearance.
pub(super) fn names(elements: &[Element]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for element in elements {
        for attribute in &element.attributes {
            collect(&attribute.value, &mut found)?;
        }
        for node in &element.nodes {
            match node {
                Node::Text(text) => collect(text, &mut found)?,
                Node::Element(child) => found.extend(names(std::slice::from_ref(child))?),
            }
        }
    }
    Ok(found)
}

fn collect(text: &str, found: &mut Vec<String>) -> Result<(), String> {
    for piece in pieces(text)? {
        if let Piece::Name(name) = piece {
            found.push(name.to_owned());
        }
    }
    Ok(())
}

enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

fn pieces(mut text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    while let Some((before, rest)) = text.split_once('{') {
        let (name, after) = rest.split_once('}').ok_or_else(|| format!("'{{{rest}' has no '}}'"))?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !plain {
            return Err(format!("'{{{name}}}' is no parameter: a name has lower-case letters, digits and hyphens"));
        }
        pieces.push(Piece::Text(before));
        pieces.push(Piece::Name(name));
        text = after;
    }
    pieces.push(Piece::Text(text));
    Ok(pieces)
}

/// Text with its values in place; a name without value stays out.
pub(super) fn fill(text: &str, values: &BTreeMap<String, String>) -> Result<String, String> {
    let mut filled = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Name(name) => filled.push_str(values.get(name).ok_or_else(|| format!("parameter {name} has no value"))?),
        }
    }
    Ok(filled)
}

/// A template with its values in place.
pub(super) fn render(template: &Fragment, values: &BTreeMap<String, String>) -> Result<Fragment, String> {
    let elements: Result<Vec<Element>, String> = template.elements().iter().map(|element| put(element, values)).collect();
    Fragment::new(elements?).map_err(|error| error.to_string())
}

fn put(element: &Element, values: &BTreeMap<String, String>) -> Result<Element, String> {
    let mut filled = element.clone();
    for attribute in &mut filled.attributes {
        attribute.value = fill(&attribute.value, values)?;
    }
    for node in &mut filled.nodes {
        match node {
            Node::Text(text) => *text = fill(text, values)?,
            Node::Element(child) => *child = put(child, values)?,
        }
    }
    Ok(filled)
}

/// Whether everything that a template edits is selected by a scope: only then does the difference show all, and the way back lead all back.
pub(super) fn covers(scope: &[Element], template: &[Element]) -> Result<(), String> {
    for edited in template {
        let chosen = scope.iter().filter(|wanted| wanted.is(&edited.namespace, &edited.name));
        let mut reasons = Vec::new();
        let covered = chosen
            .map(|wanted| inside(wanted, edited))
            .any(|inside| inside.map_err(|reason| reasons.push(reason)).is_ok());
        if !covered {
            return Err(reasons
                .pop()
                .unwrap_or_else(|| format!("the template edits '{}', which the scope does not select", edited.name)));
        }
    }
    Ok(())
}

fn inside(wanted: &Element, edited: &Element) -> Result<(), String> {
    let (keys, parts): (Vec<&Element>, Vec<&Element>) = wanted.elements().partition(|child| child.is_leaf());
    for key in &keys {
        let same = edited
            .child(&key.namespace, &key.name)
            .is_some_and(|child| child.text().trim() == key.text().trim());
        if !same {
            return Err(format!("the scope chooses '{}' by '{}', the template does not", wanted.name, key.name));
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let parts: Vec<Element> = parts.into_iter().cloned().collect();
    let is_key = |child: &&Element| keys.iter().any(|key| key.is(&child.namespace, &child.name));
    let rest: Vec<Element> = edited.elements().filter(|child| !is_key(child)).cloned().collect();
    covers(&parts, &rest)
}
