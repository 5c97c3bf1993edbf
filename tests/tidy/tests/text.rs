//! What no file may hold, how long one may be, lists that are sorted, links that lead somewhere.

use pedkai_tidy::{root, shipped, sources};

fn rust() -> Vec<pedkai_tidy::Source> {
    ["app", "collector", "core", "tests", "ui"]
        .into_iter()
        .flat_map(|folder| sources(folder, &[".rs"]))
        .collect()
}

#[test]
fn no_leftovers() {
    let words = ["TODO", "FIXME", "XXX:", "dbg!(", "#[ignore"];
    let mut found = Vec::new();
    for source in rust().iter().filter(|source| !source.path.starts_with("tests/tidy")) {
        for (number, line) in source.text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_path_of_a_machine() {
    let words = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];
    let mut found = Vec::new();
    for folder in ["app", "collector", "core", "docs", "packaging", "tests", "ui", ".ci", "assets"] {
        for source in sources(folder, &[".rs", ".md", ".toml", ".sh", "run", "test", ".yml"]) {
            for (number, line) in source.text.lines().enumerate() {
                if words.iter().any(|word| line.contains(word)) {
                    found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A file that grows past this is split where a name appears; the few that are longer are listed, and may only shrink.
const LONGEST: usize = 520;

#[test]
fn files_stay_readable() {
    let kept = std::fs::read_to_string(root().join("tests/tidy/long-files.txt")).unwrap();
    let allowed = |path: &str| {
        kept.lines()
            .filter_map(|line| line.split_once(' '))
            .find(|(_, name)| *name == path)
            .and_then(|(lines, _)| lines.parse().ok())
            .unwrap_or(LONGEST)
    };
    let mut long = Vec::new();
    for source in rust() {
        let lines = source.text.lines().count();
        if lines > allowed(&source.path) {
            long.push(format!("{} {}", lines, source.path));
        }
    }
    assert!(
        long.is_empty(),
        "split these, or shrink them to what tests/tidy/long-files.txt says:\n{}",
        long.join("\n")
    );
}

#[test]
fn every_package_takes_the_shared_lints() {
    for source in sources("", &["Cargo.toml"]) {
        if source.text.contains("[package]") && !source.path.starts_with("tests/fuzz") && source.path != "tests/power-cut/Cargo.toml" {
            assert!(
                source.text.contains("[lints]\nworkspace = true"),
                "{}: add [lints] workspace = true",
                source.path
            );
        }
    }
}

#[test]
fn lists_of_modules_are_sorted() {
    for source in rust()
        .iter()
        .filter(|source| source.path.ends_with("mod.rs") || source.path.ends_with("lib.rs"))
    {
        let names: Vec<&str> = shipped(source)
            .lines()
            .filter_map(|line| {
                line.strip_prefix("pub mod ")
                    .or_else(|| line.strip_prefix("mod "))
                    .and_then(|rest| rest.strip_suffix(';'))
            })
            .collect();
        let listed: Vec<&str> = names.iter().copied().filter(|name| *name != "tests").collect();
        assert!(listed.is_sorted(), "{}: sort the modules: {listed:?}", source.path);
    }
}

#[test]
fn every_file_opens_with_a_word_about_itself_where_it_is_a_crate_or_a_room() {
    for source in rust()
        .iter()
        .filter(|source| source.path.ends_with("/mod.rs") || source.path.ends_with("/lib.rs") || source.path.ends_with("/main.rs"))
    {
        assert!(source.text.starts_with("//!"), "{}: say in //! what it is", source.path);
    }
}

/// Every picture and file that a document names.
#[test]
fn links_of_documents_lead_somewhere() {
    let mut documents = sources("docs", &[".md"]);
    documents.extend(["README.md", "CHANGELOG.md"].map(|name| pedkai_tidy::Source {
        path: name.to_owned(),
        text: std::fs::read_to_string(root().join(name)).unwrap(),
    }));
    let mut lost = Vec::new();
    for document in &documents {
        let folder = root().join(&document.path).parent().unwrap().to_path_buf();
        for link in document.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") && !folder.join(link).exists() {
                lost.push(format!("{}: {link}", document.path));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Documents are cloned with the code: their pictures stay small.
#[test]
fn pictures_of_documents_stay_small() {
    let pictures = std::fs::read_dir(root().join("docs/pictures")).unwrap();
    let bytes: u64 = pictures.map(|picture| picture.unwrap().metadata().unwrap().len()).sum();
    assert!(
        bytes < 3_000_000,
        "{bytes} bytes in docs/pictures: take them with packaging/pictures, which writes few colours"
    );
}
