//! NetBox's lists, imported.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::topology::import::{NetBoxFiles, netbox};
use pedkai_fuzz::{patch, turn};

fuzz_target!(|text: &str| {
    // One text holds all lists, so that seeds can be read by people.
    let mut parts = text.split("\n\n");
    let files = NetBoxFiles {
        devices: parts.next().unwrap_or_default(),
        interfaces: parts.next(),
        cables: parts.next(),
        sites: parts.next(),
    };
    if let Ok((read, _)) = netbox(&files) {
        turn(vec![patch(read.clone()), patch(read)]);
    }
});
