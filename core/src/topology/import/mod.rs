//! Inventories in files: from their text to a patch.
//!
//! - **does**: reads GraphML, CSV and NetBox's JSON, and makes LINK entities of their edges.
//! - **takes**: names and contents of files that somebody else has read.
//! - **gives**: a patch with all that could be understood, and a list of what could not.
//! - **never knows**: the disk, or what the graph holds already.

mod csv;
mod graphml;
mod links;
mod netbox;

#[cfg(test)]
mod tests;

use super::patch::{PatchProblem, TopologyPatch};

pub use csv::import as csv;
pub use graphml::import as graphml;
pub use netbox::{NetBoxFiles, import as netbox};

/// A patch with what was understood, and what was not, item by item.
pub type Imported = (TopologyPatch, Vec<PatchProblem>);

/// A file as it was read: its name (without folder) and its bytes.
#[derive(Clone, Copy, Debug)]
pub struct ImportFile<'a> {
    /// Name, such as `entities.csv`.
    pub name: &'a str,
    /// Contents.
    pub bytes: &'a [u8],
}

/// Reads an inventory: one GraphML file, a folder with `entities.csv` (and `relations.csv`), or a folder with NetBox's `devices.json`
/// (and `sites.json`, `interfaces.json`, `cables.json`). Which it is, the names tell; a single file of any other name is taken for GraphML.
///
/// # Errors
/// The one problem for which nothing at all can be taken, such as broken XML, with file and line.
pub fn import(files: &[ImportFile<'_>]) -> Result<Imported, PatchProblem> {
    let named = |name: &str| files.iter().find(|file| file.name.eq_ignore_ascii_case(name));
    let text = |name: &str| named(name).map(text).transpose();
    if let Some(entities) = text("entities.csv")? {
        let relations = text("relations.csv")?;
        return csv(&entities, relations.as_deref().unwrap_or_default());
    }
    if let Some(devices) = text("devices.json")? {
        let (sites, interfaces, cables) = (text("sites.json")?, text("interfaces.json")?, text("cables.json")?);
        return netbox(&NetBoxFiles {
            sites: sites.as_deref(),
            devices: &devices,
            interfaces: interfaces.as_deref(),
            cables: cables.as_deref(),
        });
    }
    let extension = |name: &str| name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let drawings: Vec<_> = files
        .iter()
        .filter(|file| files.len() == 1 || extension(file.name).is_some_and(|extension| extension == "graphml"))
        .collect();
    match drawings.as_slice() {
        [one] => graphml(one.name, &self::text(one)?),
        [] => Err(PatchProblem::new(
            "folder",
            "holds no inventory: expected a .graphml file, entities.csv and relations.csv, or NetBox's sites.json, devices.json, interfaces.json, cables.json",
        )),
        [first, ..] => Err(PatchProblem::new(
            first.name,
            format!("is one of {} GraphML files in the folder: import them one by one", drawings.len()),
        )),
    }
}

/// A finite number; what calls itself `nan` or `inf` is none.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|value: &f64| value.is_finite())
}

/// The text of a file: UTF-8, with or without a byte order mark; XML that declares ISO-8859-1 is read so.
fn text<'a>(file: &ImportFile<'a>) -> Result<std::borrow::Cow<'a, str>, PatchProblem> {
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(_) if declares_latin1(bytes) => Ok(bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Err(PatchProblem::new(format!("{}:{line}", file.name), "is no UTF-8 text: save it as UTF-8"))
        }
    }
}

fn declares_latin1(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    head.starts_with("<?xml")
        && head
            .split("?>")
            .next()
            .is_some_and(|head| head.contains("iso-8859-1") || head.contains("latin1"))
}
