//! A policy file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::policy::Policy;

fuzz_target!(|text: &str| {
    if let Err(error) = Policy::parse(text) {
        assert!(!error.is_empty());
    }
});
