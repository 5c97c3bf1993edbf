//! An inventory in CSV, imported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::topology::import::csv;
use pedkai_fuzz::{patch, turn};

fuzz_target!(|text: &str| {
    // One text holds both files, so that seeds can be read by people.
    let (entities, relations) = text.split_once("\n\n").unwrap_or((text, ""));
    if let Ok((read, _)) = csv(entities, relations) {
        turn(vec![patch(read.clone()), patch(read)]);
    }
});
