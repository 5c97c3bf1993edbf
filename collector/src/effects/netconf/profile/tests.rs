use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::limits::Limits;
use super::super::xml::{self, Element};
use super::*;

const SMALL: &str = r#"
name = "small"
title = "Small"
match = ["urn:example:small"]

[[action]]
name = "say"
title = "Say"
risk = "low"
inverse = "restore"
template = '<a xmlns="urn:a"><k>{key}</k><t note="{text}">say {text}!</t></a>'
scope = '<a xmlns="urn:a"><k>{key}</k></a>'
[action.parameters.key]
type = "int"
title = "Key"
min = 1
max = 9
example = 3
[action.parameters.text]
type = "text"
title = "Text"
longest = 200
example = "x"
"#;

fn load(text: &str) -> Result<Profiles, Vec<Problem>> {
    Profiles::load(&[("small.toml".to_owned(), text.to_owned())])
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The examples of an action as what is given, and what the entity has.
fn examples(action: &Action) -> (BTreeMap<String, String>, BTreeMap<String, String>) {
    let mut given = BTreeMap::new();
    let mut attributes = BTreeMap::new();
    for (name, parameter) in &action.parameters {
        match &parameter.kind {
            Kind::Attribute { key, .. } => attributes.insert(key.clone(), parameter.example.clone()),
            _ => given.insert(name.clone(), parameter.example.clone()),
        };
    }
    (given, attributes)
}

#[test]
fn every_action_that_comes_with_the_product_can_be_drafted() {
    let profiles = Profiles::builtin().unwrap();
    let names: Vec<&str> = profiles.all().iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, ["ericsson", "juniper", "nokia", "ietf"]);
    for profile in profiles.all() {
        assert!(!profile.actions.is_empty());
        for action in profile.actions.values() {
            let (given, attributes) = examples(action);
            let draft = profile.draft(&action.name, &given, &attributes).unwrap();
            assert!(Fragment::parse(&draft.edit()).is_ok(), "{}", draft.edit());
            assert!(!draft.edit().contains('{'), "{}", draft.edit());
        }
    }
    let restart = profiles.get("ericsson").unwrap().actions.get("cell-restart").unwrap();
    assert_eq!(restart.completion, Completion::TakeBack(Duration::from_secs(20)));
    let rollback = profiles.get("juniper").unwrap().draft("rollback", &map(&[("number", "7")]), &map(&[])).unwrap();
    assert_eq!(
        rollback.edit(),
        "<load-configuration xmlns=\"http://xml.juniper.net/xnm/1.1/xnm\" rollback=\"7\"/>\n"
    );
    assert_eq!(
        rollback.inverse,
        Inverse::Action {
            name: "rollback".to_owned(),
            values: map(&[("number", "1")]),
        }
    );
}

#[test]
fn a_device_is_known_by_what_it_says() {
    let profiles = Profiles::builtin().unwrap();
    let says = |uri: &str| Capabilities {
        all: vec!["urn:ietf:params:xml:ns:yang:ietf-interfaces?module=ietf-interfaces".to_owned(), uri.to_owned()],
        ..Capabilities::default()
    };
    for (uri, name) in [
        ("http://xml.juniper.net/netconf/junos/1.0", "juniper"),
        ("urn:nokia.com:sros:ns:yang:sr:conf?module=nokia-conf&revision=2024-03-06", "nokia"),
        ("urn:com:ericsson:ecim:ComTop", "ericsson"),
        ("urn:else", "ietf"),
    ] {
        assert_eq!(profiles.of(&says(uri)).map(|profile| profile.name.as_str()), Some(name), "{uri}");
    }
    assert!(profiles.of(&Capabilities::default()).is_none());
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let wrong = |from: &str, to: &str| {
        assert!(SMALL.contains(from), "{from}");
        let problems = load(&SMALL.replacen(from, to, 1)).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let cases = [
        ("title = \"Small\"", "titel = \"Small\"", "small.toml:3: ", "unknown field `titel`"),
        ("risk = \"low\"", "risk = \"lowest\"", "small.toml:9: ", "unknown variant `lowest`"),
        ("min = 1\n", "min = 1\nmost = 3\n", "small.toml:", "unknown field `most`"),
        ("<t note", "<u note", "small.toml:6: ", "template"),
        (
            "note=\"{text}\"",
            "note=\"{txt}\"",
            "small.toml:6: ",
            "'{txt}' is no parameter; there are key, text",
        ),
        ("say {text}!", "say {text!", "small.toml:6: ", "has no '}'"),
        ("example = 3", "example = 30", "small.toml:6: ", "must be a whole number from 1 to 9"),
        (
            "'<a xmlns=\"urn:a\"><k>{key}</k></a>'",
            "'<a xmlns=\"urn:b\"><k>{key}</k></a>'",
            "small.toml:6: ",
            "which the scope does not select",
        ),
        ("<k>{key}</k></a>'", "<k>1</k></a>'", "small.toml:6: ", "the template does not"),
        (
            "<k>{key}</k></a>'",
            "<k>{key}</k><u/></a>'",
            "small.toml:6: ",
            "edits 't', which the scope does not select",
        ),
        ("template = '<a xmlns=\"urn:a\">", "template = '<a>", "small.toml:6: ", "has no namespace"),
        ("inverse = \"restore\"", "inverse = \"undo\"", "small.toml:6: ", "there are 'restore'"),
        (
            "inverse = \"restore\"",
            "inverse = { action = \"unsay\" }",
            "small.toml:6: ",
            "no action of this profile",
        ),
        (
            "inverse = \"restore\"",
            "inverse = { action = \"say\", values = { key = \"{key}\" } }",
            "small.toml:6: ",
            "needs a value for 'text'",
        ),
        ("longest = 200", "longest = 200\npattern = \"(\"", "small.toml:6: ", "no regular expression"),
        (
            "match = [\"urn:example:small\"]",
            "match = [\"\"]",
            "small.toml:1: ",
            "beginnings of capabilities",
        ),
        ("template = '<a ", "template = '<!DOCTYPE a []><a ", "small.toml:6: ", "document type"),
    ];
    for (from, to, place, what) in cases {
        let told = wrong(from, to);
        assert!(told.contains(place) && told.contains(what), "{from} → {to}: {told}");
    }
}

#[test]
fn values_are_checked_before_anything_is_made_of_them() {
    let profiles = load(SMALL).unwrap();
    let small = profiles.get("small").unwrap();
    let told = |given: &[(&str, &str)]| small.draft("say", &map(given), &map(&[])).unwrap_err().join("; ");
    assert!(told(&[("key", "0"), ("text", "a")]).contains("key must be a whole number from 1 to 9"));
    assert!(told(&[("key", "1 or 1=1"), ("text", "a")]).contains("whole number"));
    assert!(told(&[("key", "1"), ("text", "a\u{0}b")]).contains("U+0000"));
    assert!(told(&[("key", "1"), ("text", "a\nb")]).contains("U+000A"));
    assert!(told(&[("key", "1"), ("text", &"x".repeat(201))]).contains("at most 200"));
    assert!(told(&[("key", "1")]).contains("text: has no value"));
    assert!(told(&[("key", "1"), ("text", "a"), ("more", "b")]).contains("no parameter 'more'"));
    assert!(small.draft("shout", &map(&[]), &map(&[])).unwrap_err()[0].contains("it has say"));
    let ietf = Profiles::builtin().unwrap();
    let ietf = ietf.get("ietf").unwrap();
    let by_hand = ietf.draft("set-enabled", &map(&[("interface", "e0"), ("enabled", "true")]), &map(&[("interface", "e1")]));
    assert!(by_hand.unwrap_err()[0].contains("cannot be given"));
    let unknown = ietf.draft("set-enabled", &map(&[("enabled", "true")]), &map(&[]));
    assert!(unknown.unwrap_err()[0].contains("the entity has no attribute 'interface'"));
}

/// Names of all elements and attributes, as they nest; no text.
fn shape(element: &Element) -> String {
    let attributes: Vec<&str> = element.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let inner: Vec<String> = element.elements().map(shape).collect();
    format!("{}{}{:?}({})", element.namespace, element.name, attributes, inner.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_value_becomes_markup(text in "\\PC{0,60}|[<>&\"'{}\\[\\]!/a-z= -]{0,60}|]]>.{0,9}|</t><x/>.{0,9}") {
        let profiles = load(SMALL).unwrap();
        let small = profiles.get("small").unwrap();
        let plain = small.draft("say", &map(&[("key", "3"), ("text", "x")]), &map(&[])).unwrap();
        let Ok(draft) = small.draft("say", &map(&[("key", "3"), ("text", &text)]), &map(&[])) else {
            return Ok(());
        };
        // As it goes to the device: compact, inside of a request.
        let Edit::Config(fragment) = &draft.edit else { panic!() };
        let sent = fragment.elements()[0].compact();
        prop_assert!(!sent.contains("]]>"), "{}", sent);
        let read = xml::parse(&sent, &Limits::default()).unwrap();
        let expected = xml::parse(&plain.edit(), &Limits::default()).unwrap();
        prop_assert_eq!(shape(&read), shape(&expected));
        let told = read.child("urn:a", "t").unwrap();
        prop_assert_eq!(told.text(), format!("say {text}!"));
        prop_assert_eq!(told.attribute("note"), Some(text.as_str()));
    }

    #[test]
    fn any_text_is_a_profile_or_problems(text in ".{0,200}", at in 0_usize..900) {
        let mut changed = SMALL.to_owned();
        let at = (0..=at.min(changed.len())).rev().find(|at| changed.is_char_boundary(*at)).unwrap_or(0);
        changed.insert_str(at, &text);
        if let Err(problems) = load(&changed) {
            prop_assert!(!problems.is_empty());
        }
    }
}
