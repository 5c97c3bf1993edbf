use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::error::JournalError;

/// What an opaque cursor of the feed holds. Everything up to `seq` (and within it up to `kind`, `pos`) was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Whose log, and which life of it.
    pub(crate) life: u64,
    /// Deletions up to this record concern nothing that was given.
    pub(crate) floor: u64,
    /// Record.
    pub(crate) seq: u64,
    /// Kind of the last row given, or `WHOLE`.
    pub(crate) kind: u8,
    /// Place of the last row given.
    pub(crate) pos: i64,
}

/// Kind after every other: the record was given whole.
pub(crate) const WHOLE: u8 = u8::MAX;

const FORM: u8 = 2;
const LENGTH: usize = 34;

impl Cursor {
    /// Everything up to and with record `seq` was given.
    pub(crate) const fn whole(life: u64, seq: u64) -> Self {
        Self {
            life,
            floor: seq,
            seq,
            kind: WHOLE,
            pos: 0,
        }
    }

    /// The text that the world sees.
    pub(crate) fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(FORM);
        bytes.extend_from_slice(&self.life.to_be_bytes());
        bytes.extend_from_slice(&self.floor.to_be_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.push(self.kind);
        bytes.extend_from_slice(&self.pos.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads it back.
    pub(crate) fn decode(text: &str) -> Result<Self, JournalError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| JournalError::Gone)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| JournalError::Gone)?;
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_be_bytes(eight)
        };
        if bytes[0] != FORM {
            return Err(JournalError::Gone);
        }
        Ok(Self {
            life: number(1),
            floor: number(9),
            seq: number(17),
            kind: bytes[25],
            pos: number(26).cast_signed(),
        })
    }
}

/// Cursor of a list: the place of the last row given.
pub(crate) fn list_cursor(pos: i64) -> String {
    URL_SAFE_NO_PAD.encode(pos.to_be_bytes())
}

/// Reads a list's cursor back.
pub(crate) fn read_list_cursor(text: &str) -> Result<i64, JournalError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
    bytes
        .map(i64::from_be_bytes)
        .ok_or_else(|| JournalError::BadRequest("this cursor cannot be read: take 'next' of the page before as it is".to_owned()))
}
