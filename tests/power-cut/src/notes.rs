use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};
use std::path::Path;

/// One note: what a write is about to destroy, or that a file was synced.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) synced: bool,
    pub(crate) path: String,
    pub(crate) offset: u64,
    pub(crate) size_before: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Note {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = vec![u8::from(self.synced)];
        out.extend((self.path.len() as u32).to_le_bytes());
        out.extend(self.path.as_bytes());
        out.extend(self.offset.to_le_bytes());
        out.extend(self.size_before.to_le_bytes());
        out.extend((self.bytes.len() as u32).to_le_bytes());
        out.extend(&self.bytes);
        out
    }

    /// The next note; `None` at the end, or at a note that the kill cut short (its write never began).
    fn decode(input: &mut &[u8]) -> Option<Self> {
        let synced = *input.first()? == 1;
        let mut rest = &input[1..];
        let path = String::from_utf8(take_sized(&mut rest)?.to_vec()).ok()?;
        let offset = u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?);
        let size_before = u64::from_le_bytes(take(&mut rest, 8)?.try_into().ok()?);
        let bytes = take_sized(&mut rest)?.to_vec();
        *input = rest;
        Some(Self {
            synced,
            path,
            offset,
            size_before,
            bytes,
        })
    }
}

fn take<'a>(input: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, tail) = input.split_at_checked(length)?;
    *input = tail;
    Some(head)
}

fn take_sized<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(input, 4)?.try_into().ok()?);
    take(input, length as usize)
}

/// Puts back what writes destroyed that were never synced, newest first, and empties the notes. Gives the number of writes forgotten.
///
/// # Errors
/// When the notes or a file cannot be read or written.
pub fn forget_unsynced(notes: &Path) -> Result<usize> {
    let mut text = Vec::new();
    std::fs::File::open(notes)?.read_to_end(&mut text)?;
    let mut unsynced: BTreeMap<String, Vec<Note>> = BTreeMap::new();
    let mut rest = text.as_slice();
    while let Some(note) = Note::decode(&mut rest) {
        let of_file = unsynced.entry(note.path.clone()).or_default();
        if note.synced {
            of_file.clear();
        } else {
            of_file.push(note);
        }
    }
    let mut forgotten = 0;
    for (path, notes) in unsynced {
        if notes.is_empty() {
            continue;
        }
        let mut file = match OpenOptions::new().read(true).write(true).open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            other => other?,
        };
        for note in notes.iter().rev() {
            file.seek(SeekFrom::Start(note.offset))?;
            file.write_all(&note.bytes)?;
            file.set_len(note.size_before)?;
            forgotten += 1;
        }
        file.sync_all()?;
    }
    std::fs::write(notes, [])?;
    if rest.len() > 1 << 20 {
        return Err(Error::new(ErrorKind::InvalidData, "the notes are damaged"));
    }
    Ok(forgotten)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsynced_writes_are_taken_back_in_reverse_and_synced_ones_stay() {
        let folder = std::env::temp_dir().join(format!("power-cut-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (file, notes) = (folder.join("file"), folder.join("notes"));
        let path = file.to_string_lossy().into_owned();
        let note = |synced, offset, size_before, bytes: &[u8]| Note {
            synced,
            path: path.clone(),
            offset,
            size_before,
            bytes: bytes.to_vec(),
        };
        // "abcdef" was written and synced; then "XY" over "bc", then "Z" over "Y", then "gh" behind it, then the power went.
        std::fs::write(&file, b"aXZdefgh").unwrap();
        let story = [
            note(false, 0, 0, b""),
            note(true, 0, 0, b""),
            note(false, 1, 6, b"bc"),
            note(false, 2, 6, b"Y"),
            note(false, 6, 6, b""),
        ]
        .map(|note| note.encode());
        let mut bytes = story.concat();
        bytes.extend([0, 9, 9]);
        std::fs::write(&notes, bytes).unwrap();
        assert_eq!(forget_unsynced(&notes).unwrap(), 3);
        assert_eq!(std::fs::read(&file).unwrap(), b"abcdef");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
