//! Who may import whom, and what a room says of itself.

use pedkai_tidy::{root, shipped, sources};

const STAGES: [&str; 8] = ["correlation", "diagnosis", "ingest", "reduction", "sitrep", "detection", "remediation", "sla"];

fn room(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("core/src/")?;
    rest.split_once('/').map(|(room, _)| room)
}

#[test]
fn stages_import_model_policy_topology_and_never_each_other() {
    let mut broken = Vec::new();
    for source in sources("core/src", &[".rs"]) {
        let Some(room) = room(&source.path).filter(|room| STAGES.contains(room)) else {
            continue;
        };
        for other in STAGES.iter().chain(&["pipeline", "screen", "wire"]).filter(|other| **other != room) {
            if shipped(&source).contains(&format!("crate::{other}")) {
                broken.push(format!("{}: imports {other}; only pipeline knows the stages", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_model_imports_no_room() {
    for source in sources("core/src/model", &[".rs"]) {
        for line in shipped(&source).lines().filter(|line| line.contains("crate::")) {
            assert!(line.contains("crate::model"), "{}: {line}", source.path);
        }
    }
}

#[test]
fn packages_import_only_what_the_house_allows() {
    let banned = [
        (
            "core",
            &["pedkai_collector", "pedkai_ui", "pedkai_simulator", "tokio", "rusqlite", "egui", "reqwest"][..],
        ),
        (
            "ui",
            &[
                "pedkai_collector",
                "pedkai_simulator",
                "tokio",
                "rusqlite",
                "reqwest",
                "std::fs",
                "std::net",
                "std::thread",
            ][..],
        ),
        ("collector", &["pedkai_ui", "egui"][..]),
        ("tests/simulator", &["pedkai_core", "pedkai_collector", "pedkai_ui"][..]),
    ];
    let mut broken = Vec::new();
    for (package, words) in banned {
        for source in sources(&format!("{package}/src"), &[".rs"]) {
            for word in words {
                if shipped(&source)
                    .lines()
                    .any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("{word}::")))
                {
                    broken.push(format!("{}: {word}", source.path));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_room_says_what_it_does_takes_gives_and_never_knows() {
    let mut silent = Vec::new();
    for folder in ["core/src", "collector/src", "ui/src"] {
        for source in sources(folder, &["mod.rs"]) {
            let depth = source.path.trim_start_matches(folder).matches('/').count();
            let says_all = ["does:", "takes:", "gives:", "never knows:"]
                .iter()
                .all(|word| source.text.replace('*', "").contains(word));
            if depth == 2 && !says_all {
                silent.push(source.path);
            }
        }
    }
    assert!(
        silent.is_empty(),
        "these rooms do not open with does, takes, gives, never knows:\n{}",
        silent.join("\n")
    );
}

#[test]
fn every_room_stands_in_the_architecture_document() {
    let text = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    for folder in ["core/src", "collector/src", "ui/src"] {
        for source in sources(folder, &["mod.rs"]) {
            let parts: Vec<&str> = source.path.trim_start_matches(folder).trim_matches('/').split('/').collect();
            if let [room, "mod.rs"] = parts[..] {
                assert!(text.contains(&format!("`{room}`")), "docs/ARCHITECTURE.md does not name `{room}` of {folder}");
            }
        }
    }
}

#[test]
fn only_the_theme_builds_colours() {
    for source in sources("ui/src", &[".rs"]).into_iter().chain(sources("app/src", &[".rs"])) {
        if source.path.starts_with("ui/src/theme") {
            continue;
        }
        for word in ["Color32::from_", "Color32::RED", "Rgba::from_", "hex_color!"] {
            assert!(!shipped(&source).contains(word), "{}: {word}; colours are tokens of the theme", source.path);
        }
    }
}
