use std::path::Path;

use anyhow::{Context, bail};
use pedkai_core::policy::Policy as Rules;

use super::args::Policy;
use super::{note, say};

pub(super) fn run(command: Policy) -> anyhow::Result<bool> {
    let Policy::Check { dir } = command;
    let files = read(&dir)?;
    let mut wrong = 0;
    for (name, text) in &files {
        if let Err(problem) = Rules::parse(text) {
            wrong += 1;
            note(&format!("{name}: {}", problem.trim()));
        }
    }
    if wrong == 0 {
        let whole: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
        if let Err(problem) = Rules::parse(&whole.join("\n")) {
            wrong += 1;
            note(&format!("all files together: {}", problem.trim()));
        }
    }
    say(&format!("{} files checked, {wrong} with problems", files.len()))?;
    Ok(wrong == 0)
}

/// The TOML files of a folder, by name.
pub(super) fn read(dir: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let text = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            files.push((name, text));
        }
    }
    if files.is_empty() {
        bail!("{} holds no *.toml file", dir.display());
    }
    files.sort();
    Ok(files)
}
