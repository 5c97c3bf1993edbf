use std::io::Write;
use std::path::{Path, PathBuf};

/// The platform's folder for a collector's data: `$XDG_DATA_HOME/pedkai` or `~/.local/share/pedkai` on Linux,
/// `~/Library/Application Support/pedkai` on macOS, `%LOCALAPPDATA%\pedkai` on Windows; `None` where there is no home.
#[must_use]
pub fn default_data_dir() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA").or_else(|| folder("USERPROFILE").map(|home| home.join("AppData").join("Local")))
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library").join("Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local").join("share")))
    };
    base.map(|base| base.join("pedkai"))
}

/// Makes a folder, with those above it, that only its owner may enter.
///
/// # Errors
/// What the operating system says.
pub fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Writes a file that only its owner may read, all of it or nothing, and makes it durable.
///
/// # Errors
/// What the operating system says.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&beside, path)
}
