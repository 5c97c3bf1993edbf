//! Where things are kept, by the customs of the platform.

use std::path::PathBuf;

fn home(variable: &str, below_home: &str) -> PathBuf {
    let set = std::env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from);
    let fallback = || {
        let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
        home.unwrap_or_else(std::env::temp_dir).join(below_home)
    };
    set.unwrap_or_else(fallback).join("pedkai")
}

/// Settings of this seat.
pub fn settings() -> PathBuf {
    if cfg!(windows) {
        home("APPDATA", "AppData/Roaming")
    } else {
        home("XDG_CONFIG_HOME", ".config")
    }
}

/// Files that an operator asks for: where downloads go, or beside the data where there is no such place.
pub fn exports() -> PathBuf {
    let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE")).map(PathBuf::from);
    let set = std::env::var_os("XDG_DOWNLOAD_DIR").filter(|path| !path.is_empty()).map(PathBuf::from);
    let usual = home.map(|home| home.join("Downloads")).filter(|folder| folder.is_dir());
    set.or(usual).unwrap_or_else(|| data().join("exports"))
}

/// Data of a collector of our own.
pub fn data() -> PathBuf {
    if cfg!(windows) {
        home("LOCALAPPDATA", "AppData/Local")
    } else {
        home("XDG_DATA_HOME", ".local/share")
    }
}
