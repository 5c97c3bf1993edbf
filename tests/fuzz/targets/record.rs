//! Records of the log: what can be read is written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::pipeline::Record;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(record) = Record::decode(bytes) {
        let again = Record::decode(&record.encode());
        assert!(again.is_ok_and(|again| again.encode() == record.encode()));
    }
});
