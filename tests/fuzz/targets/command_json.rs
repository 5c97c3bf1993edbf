//! Commands as they come over the wire, and pages of the feed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::wire::{ChangeEnd, ChangeLine, CommandRequest, Problem};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(command) = serde_json::from_slice::<CommandRequest>(bytes) {
        assert!(serde_json::to_vec(&command).is_ok());
    }
    if let Ok(line) = serde_json::from_slice::<ChangeLine>(bytes) {
        let _ = line.typed();
    }
    let _ = serde_json::from_slice::<ChangeEnd>(bytes);
    let _ = serde_json::from_slice::<Problem>(bytes);
});
