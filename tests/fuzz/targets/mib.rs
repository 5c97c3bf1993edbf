//! MIB modules, and tables of names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::ingest::Mapping;

fuzz_target!(|text: &str| {
    let _ = Mapping::compile(&[("FUZZ-MIB".to_owned(), text.to_owned())]);
    let _ = Mapping::compile(&[("fuzz.tsv".to_owned(), text.to_owned())]);
});
