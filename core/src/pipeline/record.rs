use super::delta::Delta;
use super::input::Input;
use crate::model::{Name, Timestamp};

/// One group commit: what came in and what it changed. Its bytes, with the hash of the record before, are the log.
#[derive(Clone, Debug, PartialEq, minicbor::Encode, minicbor::Decode)]
pub struct Record {
    /// Where and when.
    #[n(0)]
    pub header: RecordHeader,
    /// What came in.
    #[n(1)]
    pub inputs: Vec<Input>,
    /// What it changed, in order.
    #[n(2)]
    pub deltas: Vec<Delta>,
}

/// Where a record stands and under which rules it was decided.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct RecordHeader {
    /// Life of the log.
    #[n(0)]
    pub epoch: u16,
    /// Number, from 1, without gaps.
    #[n(1)]
    pub seq: u64,
    /// Log's time: never goes back.
    #[n(2)]
    pub at: Timestamp,
    /// Build that decided.
    #[n(3)]
    pub build: Name,
    /// Hash of the policy in force when deciding began.
    #[n(4)]
    pub policy: u64,
    /// Hash of the mapping in force when deciding began.
    #[n(5)]
    pub mapping: u64,
    /// Version of the topology when deciding began.
    #[n(6)]
    pub topology: u64,
    /// Hash (BLAKE3) of the record before; zeros for the first.
    #[n(7)]
    #[cbor(with = "minicbor::bytes")]
    pub previous: [u8; 32],
}

impl Record {
    /// Its bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256 + self.inputs.len() * 160 + self.deltas.len() * 96);
        // Writing to a Vec cannot fail, and no encoder here refuses a value.
        let _ = minicbor::encode(self, &mut bytes);
        bytes
    }

    /// Reads the bytes of a record, also of an older build.
    ///
    /// # Errors
    /// What could not be read.
    pub fn decode(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        minicbor::decode(bytes)
    }
}
