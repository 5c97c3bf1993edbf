//! What the operator chose, kept in one file of this seat.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use pedkai_ui::desk::Layout;
use serde::{Deserialize, Serialize};

/// Where the network's state comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// A network of our own making.
    Demo,
    /// This machine listens.
    Listen,
    /// A collector elsewhere.
    Collector(String),
}

/// Everything that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Where the network's state comes from; asked when it is not known.
    pub choice: Option<Choice>,
    /// Name of the last login.
    pub name: String,
    /// How the window was left.
    pub layout: Layout,
}

fn file(folder: &Path) -> PathBuf {
    folder.join("seat.json")
}

impl Settings {
    /// Reads them; what cannot be read is put aside and made anew.
    pub fn load(folder: &Path) -> Self {
        let path = file(folder);
        let Ok(text) = std::fs::read_to_string(&path) else { return Self::default() };
        serde_json::from_str(&text).unwrap_or_else(|error| {
            tracing::warn!(%error, "settings cannot be read and are made anew");
            if let Err(error) = std::fs::rename(&path, path.with_extension("json.unreadable")) {
                tracing::warn!(%error, "the old settings could not be put aside");
            }
            Self::default()
        })
    }

    /// Writes them, whole or not at all.
    pub fn save(&self, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder).context("no folder for the settings")?;
        let path = file(folder);
        let fresh = path.with_extension("json.new");
        std::fs::write(&fresh, serde_json::to_vec_pretty(self)?).context("the settings could not be written")?;
        std::fs::rename(&fresh, &path).context("the settings could not be put in place")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_broken_ones_are_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            choice: Some(Choice::Collector("http://noc:8620".into())),
            ..Settings::default()
        };
        settings.save(folder.path()).unwrap();
        assert_eq!(Settings::load(folder.path()), settings);
        std::fs::write(file(folder.path()), "{").unwrap();
        assert_eq!(Settings::load(folder.path()), Settings::default());
        assert!(folder.path().join("seat.json.unreadable").exists());
    }
}
