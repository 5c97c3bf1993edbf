//! MIB modules read for their names: where each object stands in the tree, and what its numbers are called. Everything else that
//! SMI says is passed over, so that files with small faults, which vendors ship, still give their names.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::oid::{Labels, OidNames};
use crate::model::Name;

/// A module taken apart.
#[derive(Debug, Default)]
pub(super) struct Module {
    name: Name,
    objects: Vec<Object>,
    types: BTreeMap<Name, Arc<Labels>>,
}

#[derive(Debug)]
struct Object {
    name: Name,
    line: usize,
    parent: Name,
    /// Sub-identifiers behind the parent.
    arcs: Vec<u32>,
    labels: Option<Arc<Labels>>,
    /// A type of the module, or of another, that may have labels.
    syntax: Name,
}

struct Token<'a> {
    text: &'a str,
    line: usize,
}

const MACROS: [&str; 9] = [
    "AGENT-CAPABILITIES",
    "MODULE-COMPLIANCE",
    "MODULE-IDENTITY",
    "NOTIFICATION-GROUP",
    "NOTIFICATION-TYPE",
    "OBJECT-GROUP",
    "OBJECT-IDENTITY",
    "OBJECT-TYPE",
    "TRAP-TYPE",
];

/// Modules of a text. # Errors: the line and why it is no MIB.
pub(super) fn read(text: &str) -> Result<Vec<Module>, (usize, String)> {
    let tokens = tokens(text);
    let mut modules: Vec<Module> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let word = |ahead: usize| tokens.get(at + ahead).map_or("", |t| t.text);
        if word(1) == "DEFINITIONS" {
            modules.push(Module {
                name: Name::from(word(0)),
                ..Module::default()
            });
            at += 2;
            continue;
        }
        let Some(module) = modules.last_mut() else {
            at += 1;
            continue;
        };
        at = if word(0) == "IMPORTS" || word(0) == "EXPORTS" {
            skip_to(&tokens, at, ";") + 1
        } else if word(0) == "MACRO" {
            skip_to(&tokens, at, "END") + 1
        } else if word(1) == "OBJECT" && word(2) == "IDENTIFIER" && word(3) == "::=" {
            object(module, &tokens, at, at + 3)
        } else if MACROS.contains(&word(1)) && word(0) != "," && is_name(word(0)) {
            object(module, &tokens, at, at + 2)
        } else if word(1) == "::=" && word(0).starts_with(|c: char| c.is_ascii_uppercase()) {
            named_type(module, &tokens, at)
        } else {
            at + 1
        };
    }
    if modules.is_empty() {
        return Err((1, "no MIB module: it should begin with NAME DEFINITIONS ::= BEGIN".to_owned()));
    }
    Ok(modules)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn skip_to(tokens: &[Token<'_>], from: usize, word: &str) -> usize {
    tokens[from..].iter().position(|t| t.text == word).map_or(tokens.len(), |ahead| from + ahead)
}

/// An object from its name at `at`: labels on the way, its place behind `::=`. Gives where to read on.
fn object(module: &mut Module, tokens: &[Token<'_>], at: usize, from: usize) -> usize {
    let mut labels = None;
    let mut syntax = Name::EMPTY;
    let mut enterprise = Name::EMPTY;
    let mut here = from;
    while let Some(token) = tokens.get(here) {
        match token.text {
            "::=" => break,
            "SYNTAX" if syntax.is_empty() => {
                syntax = Name::from(tokens.get(here + 1).map_or("", |t| t.text));
                labels = labels_at(tokens, here + 1);
            }
            "ENTERPRISE" => enterprise = Name::from(tokens.get(here + 1).map_or("", |t| t.text)),
            _ => {}
        }
        here += 1;
    }
    let Some((mut parent, mut arcs, behind)) = place(tokens, here + 1) else {
        return at + 2;
    };
    // A v1 trap: ENTERPRISE e … ::= n stands for e.0.n (RFC 3584 §3).
    if parent.is_empty() {
        parent = enterprise;
        arcs.insert(0, 0);
    }
    module.objects.push(Object {
        name: Name::from(tokens[at].text),
        line: tokens[at].line,
        parent,
        arcs,
        labels,
        syntax,
    });
    behind
}

/// `{ parent 1 name(2) 3 }` or `3`.
fn place(tokens: &[Token<'_>], at: usize) -> Option<(Name, Vec<u32>, usize)> {
    let first = tokens.get(at)?.text;
    if first != "{" {
        return first.parse().ok().map(|arc| (Name::EMPTY, vec![arc], at + 1));
    }
    let parent = tokens.get(at + 1)?.text;
    let mut arcs = Vec::new();
    let mut here = at + 2;
    let mut parent_name = Name::from(parent);
    if let Ok(root) = parent.parse::<u32>() {
        parent_name = Name::from("");
        arcs.push(root);
    }
    while let Some(token) = tokens.get(here) {
        match token.text {
            "}" => {
                let rooted = if parent_name.is_empty() { Name::from("iso-root") } else { parent_name };
                return Some((rooted, arcs, here + 1));
            }
            word => {
                if let Ok(arc) = word.parse() {
                    // iso(1) names its number itself.
                    arcs.push(arc);
                }
            }
        }
        here += 1;
    }
    None
}

/// `INTEGER { up(1), down(2) }` or `BITS { … }` at a token.
fn labels_at(tokens: &[Token<'_>], at: usize) -> Option<Arc<Labels>> {
    let kind = tokens.get(at)?.text;
    let open = tokens.get(at + 1)?;
    if open.text != "{" || !matches!(kind, "INTEGER" | "Integer32" | "BITS" | "Unsigned32") {
        return None;
    }
    let mut of = Vec::new();
    let mut here = at + 2;
    while let (Some(label), Some(next)) = (tokens.get(here), tokens.get(here + 1)) {
        if label.text == "}" {
            break;
        }
        if next.text == "("
            && let Some(number) = tokens.get(here + 2).and_then(|t| t.text.parse().ok())
        {
            of.push((number, Name::from(label.text)));
            here += 4;
        } else {
            here += 1;
        }
    }
    (!of.is_empty()).then(|| Arc::new(Labels { bits: kind == "BITS", of }))
}

/// `Name ::= [TEXTUAL-CONVENTION … SYNTAX] INTEGER { … }`. Gives where to read on.
fn named_type(module: &mut Module, tokens: &[Token<'_>], at: usize) -> usize {
    let mut here = at + 2;
    if tokens.get(here).is_some_and(|t| t.text == "TEXTUAL-CONVENTION") {
        here = skip_to(tokens, here, "SYNTAX") + 1;
    }
    if let Some(labels) = labels_at(tokens, here) {
        module.types.insert(Name::from(tokens[at].text), labels);
    }
    here
}

/// Words, numbers and signs; comments and quoted text are left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b'\n' => {
                line += 1;
                at += 1;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                while at < bytes.len() && bytes[at] != b'\n' {
                    at += 1;
                }
            }
            b'"' => {
                at += 1;
                while at < bytes.len() && bytes[at] != b'"' {
                    line += usize::from(bytes[at] == b'\n');
                    at += 1;
                }
                at += 1;
            }
            b':' if bytes[at..].starts_with(b"::=") => {
                at += 3;
                tokens.push(Token { text: "::=", line });
            }
            b'{' | b'}' | b'(' | b')' | b',' | b';' => {
                at += 1;
                tokens.push(Token { text: &text[start..at], line });
            }
            byte if byte.is_ascii_alphanumeric() || byte == b'-' => {
                at += 1;
                while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_' || (bytes[at] == b'-' && bytes.get(at + 1) != Some(&b'-'))) {
                    at += 1;
                }
                tokens.push(Token { text: &text[start..at], line });
            }
            _ => at += 1,
        }
    }
    tokens
}

/// Gives every object its full id and hands it to `names`; what hangs nowhere is a problem.
pub(super) fn resolve(modules: &[(&str, Module)], names: &mut OidNames) -> Vec<(String, usize, String)> {
    for (root, oid) in [("iso", "1"), ("internet", "1.3.6.1"), ("enterprises", "1.3.6.1.4.1"), ("mib-2", "1.3.6.1.2.1")] {
        if names.oid_of(root).is_none() {
            names.insert(oid, &Name::from("SNMPv2-SMI"), root, None);
        }
    }
    let types: BTreeMap<&Name, &Arc<Labels>> = modules.iter().flat_map(|(_, module)| &module.types).collect();
    let mut open: Vec<(&str, &Module, &Object)> = Vec::new();
    for (file, module) in modules {
        open.extend(module.objects.iter().map(|object| (*file, module, object)));
    }
    loop {
        let before = open.len();
        open.retain(|(_, module, object)| {
            let parent = if object.parent == "iso-root" {
                Some(Name::EMPTY)
            } else {
                let own = Name::from([&module.name, "::", object.parent.as_str()].concat());
                names.oid_of(&own).or_else(|| names.oid_of(&object.parent))
            };
            let Some(parent) = parent else { return true };
            let mut oid = parent.to_string();
            for arc in &object.arcs {
                if !oid.is_empty() {
                    oid.push('.');
                }
                oid.push_str(&arc.to_string());
            }
            let labels = object.labels.clone().or_else(|| types.get(&object.syntax).map(|l| Arc::clone(l)));
            names.insert(&oid, &module.name, &object.name, labels);
            false
        });
        if open.len() == before {
            break;
        }
    }
    open.into_iter()
        .map(|(file, _, object)| {
            let problem = format!(
                "{} stands below {}, which no loaded MIB defines: add the MIB that does",
                object.name, object.parent
            );
            (file.to_owned(), object.line, problem)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
ACME-MIB DEFINITIONS ::= BEGIN -- a comment
IMPORTS enterprises, OBJECT-TYPE FROM SNMPv2-SMI TEXTUAL-CONVENTION FROM SNMPv2-TC;
acme MODULE-IDENTITY
    LAST-UPDATED "202601010000Z" DESCRIPTION "quoted ::= { nothing 1 }" ::= { enterprises 99999 }
AcmeState ::= TEXTUAL-CONVENTION STATUS current DESCRIPTION "" SYNTAX INTEGER { ok(1), failed(2) }
acmeObjects OBJECT IDENTIFIER ::= { acme 1 }
acmeFanState OBJECT-TYPE SYNTAX AcmeState MAX-ACCESS read-only STATUS current DESCRIPTION "" ::= { acmeObjects 3 }
acmeDoor OBJECT-TYPE SYNTAX INTEGER { open(1), closed(2) } ACCESS read-only STATUS mandatory ::= { acmeObjects 4 }
acmeFanFailed NOTIFICATION-TYPE OBJECTS { acmeFanState } STATUS current DESCRIPTION "" ::= { acme 0 7 }
acmeOldTrap TRAP-TYPE ENTERPRISE acme VARIABLES { acmeDoor } DESCRIPTION "" ::= 12
orphan OBJECT IDENTIFIER ::= { unknownParent 4 }
END
"#;

    #[test]
    fn a_module_gives_its_names_and_labels() {
        let mut names = OidNames::builtin();
        let problems = names.add_mibs(&[("ACME-MIB.txt", TEXT)]).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].2.contains("unknownParent") && problems[0].1 == 12, "{problems:?}");
        assert_eq!(names.oid_of("ACME-MIB::acmeFanFailed").unwrap(), "1.3.6.1.4.1.99999.0.7");
        assert_eq!(names.oid_of("acmeOldTrap").unwrap(), "1.3.6.1.4.1.99999.0.12");
        assert_eq!(names.show("1.3.6.1.4.1.99999.1.3.0"), "acmeFanState.0");
        assert_eq!(names.labels("1.3.6.1.4.1.99999.1.3").unwrap().get(2), Some("failed"));
        assert_eq!(names.labels("1.3.6.1.4.1.99999.1.4").unwrap().get(1), Some("open"));
    }

    #[test]
    fn what_is_no_mib_is_said_so() {
        assert!(read("hello { world ::= ").is_err());
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "(A DEFINITIONS ::= BEGIN )?[a-zA-Z0-9{}(),;:=\" \n-]{0,200}") {
            let _ = OidNames::default().add_mibs(&[("x", &text)]);
        }
    }
}
