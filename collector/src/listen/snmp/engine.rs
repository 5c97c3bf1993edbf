//! Our own SNMP engine: its id and how often it has started, kept on disk (RFC 3414, 2.2: the receiver is authoritative for informs).

use std::io::Write;
use std::path::{Path, PathBuf};

use super::super::params::StartError;

/// RFC 3414, 2.2.2: boots stay here for ever once reached, and nothing is in time any more.
pub(super) const LATCHED: u32 = 0x7fff_ffff;
const FILE: &str = "snmp-engine.json";
/// RFC 3411, SnmpEngineID: first bit set, no enterprise of ours, format 5 (octets).
const MADE: [u8; 5] = [0x80, 0, 0, 0, 5];

/// Our engine's identity in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OwnEngine {
    pub(super) id: Vec<u8>,
    pub(super) boots: u32,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Kept {
    engine_id: String,
    boots: u32,
}

impl OwnEngine {
    /// Reads what is kept in `folder`, counts one more start and keeps that before anything is answered.
    pub(super) fn start(folder: &Path, wanted: Option<&[u8]>) -> Result<Self, StartError> {
        let path = folder.join(FILE);
        let kept = read(&path)?;
        if let Some(wanted) = wanted {
            check(wanted).map_err(StartError::Config)?;
        }
        let engine = match (kept, wanted) {
            (Some(kept), None) => next(kept),
            (Some(kept), Some(wanted)) if kept.id == wanted => next(kept),
            (_, Some(wanted)) => Self { id: wanted.to_vec(), boots: 1 },
            (None, None) => Self {
                id: [&MADE[..], &rand::random::<[u8; 12]>()].concat(),
                boots: 1,
            },
        };
        write(folder, &path, &engine)?;
        Ok(engine)
    }
}

fn next(kept: OwnEngine) -> OwnEngine {
    OwnEngine {
        boots: kept.boots.saturating_add(1).min(LATCHED),
        ..kept
    }
}

fn check(id: &[u8]) -> Result<(), String> {
    let plain = id.iter().all(|byte| *byte == 0) || id.iter().all(|byte| *byte == 0xff);
    if (5..=32).contains(&id.len()) && !plain {
        return Ok(());
    }
    Err("the SNMP engine id must have 5 to 32 bytes that are not all 00 or all ff (RFC 3411)".to_owned())
}

fn read(path: &Path) -> Result<Option<OwnEngine>, StartError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file(path, error.to_string())),
    };
    let damaged = || {
        file(
            path,
            "damaged: put it back from a backup; or remove it, and give devices that send SNMPv3 informs to a fixed engine id the new one".to_owned(),
        )
    };
    let kept: Kept = serde_json::from_str(&text).map_err(|_| damaged())?;
    let id = unhex(&kept.engine_id).ok_or_else(damaged)?;
    check(&id).map_err(|_| damaged())?;
    if kept.boots > LATCHED {
        return Err(damaged());
    }
    Ok(Some(OwnEngine { id, boots: kept.boots }))
}

fn write(folder: &Path, path: &Path, engine: &OwnEngine) -> Result<(), StartError> {
    let kept = Kept {
        engine_id: hex(&engine.id),
        boots: engine.boots,
    };
    let fail = |error: std::io::Error| file(path, format!("cannot be written: {error}"));
    let text = serde_json::to_string(&kept).map_err(|error| fail(error.into()))?;
    std::fs::create_dir_all(folder).map_err(fail)?;
    let fresh = folder.join(format!("{FILE}.new"));
    let mut out = std::fs::File::create(&fresh).map_err(fail)?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).map_err(fail)?;
    std::fs::rename(&fresh, path).map_err(fail)?;
    sync_folder(folder).map_err(fail)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

fn file(path: &Path, problem: String) -> StartError {
    StartError::File {
        path: PathBuf::from(path),
        problem,
    }
}

/// Hexadecimal form of an engine id.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stays_and_each_start_counts() {
        let folder = tempfile::tempdir().unwrap();
        let first = OwnEngine::start(folder.path(), None).unwrap();
        assert_eq!((first.id.len(), first.boots), (17, 1));
        let second = OwnEngine::start(folder.path(), None).unwrap();
        assert_eq!(
            second,
            OwnEngine {
                id: first.id.clone(),
                boots: 2
            }
        );
        let wanted = [0x80, 0, 0, 9, 1, 2, 3];
        assert_eq!(OwnEngine::start(folder.path(), Some(&wanted)).unwrap().boots, 1, "another engine begins anew");
        assert_eq!(OwnEngine::start(folder.path(), None).unwrap(), OwnEngine { id: wanted.to_vec(), boots: 2 });
    }

    #[test]
    fn a_damaged_file_is_refused_and_said_so_and_boots_latch() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{\"engine_id\":\"80").unwrap();
        let error = OwnEngine::start(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("snmp-engine.json") && error.contains("backup"), "{error}");
        std::fs::write(folder.path().join(FILE), "{\"engine_id\":\"8000000901020304\",\"boots\":2147483647}").unwrap();
        assert_eq!(OwnEngine::start(folder.path(), None).unwrap().boots, LATCHED);
        assert!(OwnEngine::start(folder.path(), Some(&[0; 8])).is_err());
    }
}
