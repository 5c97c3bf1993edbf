//! A syslog message, understood and decided.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::model::{Payload, SourceKind};
use pedkai_fuzz::{event, turn};

fuzz_target!(|bytes: &[u8]| {
    turn(vec![event(SourceKind::Syslog, Payload::Syslog(bytes.to_vec()))]);
});
