//! Alarms in Pedkai's own form, decided.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_core::model::{AlarmReport, Payload, SourceKind};
use pedkai_fuzz::{event, turn};

fuzz_target!(|bytes: &[u8]| {
    let reports = serde_json::from_slice::<Vec<AlarmReport>>(bytes).or_else(|_| serde_json::from_slice(bytes).map(|one| vec![one]));
    if let Ok(reports) = reports {
        let inputs = reports.into_iter().map(|report| event(SourceKind::Webhook, Payload::Alarm(Box::new(report))));
        turn(inputs.collect());
    }
});
