//! The house rules, as tests: see `tests/`. Here is what they share: the tree and its text.

use std::path::{Path, PathBuf};

/// A text file of the tree.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below `folder` (from the root) with one of these endings, in the order of paths; build outputs are left out.
#[must_use]
pub fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    walk(&root.join(folder), &mut |path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if endings.iter().any(|ending| name.ends_with(ending))
            && let Ok(text) = std::fs::read_to_string(path)
            && let Ok(short) = path.strip_prefix(&root)
        {
            found.push(Source {
                path: short.to_string_lossy().replace('\\', "/"),
                text,
            });
        }
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            if !matches!(name, "target" | ".git") {
                walk(&path, visit);
            }
        } else {
            visit(&path);
        }
    }
}

/// The text without its test module and test files' worth: what ships.
#[must_use]
pub fn shipped(source: &Source) -> &str {
    if source.path.contains("/tests/") || source.path.ends_with("tests.rs") {
        return "";
    }
    source
        .text
        .find("#[cfg(test)]\nmod tests {")
        .map_or(source.text.as_str(), |start| &source.text[..start])
}
