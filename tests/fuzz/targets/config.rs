//! The collector's config file.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use pedkai_collector::config::Config;

fuzz_target!(|text: &str| {
    if let Err(error) = Config::parse(text, Path::new("fuzz.toml")) {
        assert!(!error.to_string().is_empty());
    }
});
