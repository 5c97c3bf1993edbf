//! A GraphML file, imported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::topology::import::{ImportFile, import};
use pedkai_fuzz::{patch, turn};

fuzz_target!(|bytes: &[u8]| {
    let file = ImportFile {
        name: "fuzz.graphml",
        bytes,
    };
    if let Ok((read, _)) = import(&[file]) {
        turn(vec![patch(read.clone()), patch(read)]);
    }
});
