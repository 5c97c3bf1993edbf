//! A mapping file, and a message through it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::ingest::{Mapping, read};
use pedkai_core::model::{Payload, SourceKind};
use pedkai_core::pipeline::Input;
use pedkai_fuzz::event;

fuzz_target!(|input: (&str, &[u8])| {
    let (text, line) = input;
    let Ok(mapping) = Mapping::compile(&[("fuzz.toml".to_owned(), text.to_owned())]) else { return };
    if let Input::Event(event) = event(SourceKind::Syslog, Payload::Syslog(line.to_vec())) {
        let _ = read(&event, &mapping);
    }
});
