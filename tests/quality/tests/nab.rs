//! Strange points on the Numenta Anomaly Benchmark, where the folder named by `PEDKAI_SHARED` has it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use pedkai_quality::nab;

#[test]
fn the_detector_finds_what_people_labelled() {
    let Some(shared) = std::env::var_os("PEDKAI_SHARED") else { return };
    let files = nab::load(&Path::new(&shared).join("data/nab")).unwrap();
    let (standard, threshold) = nab::best(&files, 0.11, 1.0);
    assert!(standard >= 72.0, "{}", nab::table(&files));
    assert!((threshold - 0.5).abs() < 0.05, "the bar lies where alarms are due, not at {threshold}");
    // At the bar itself, which no file had a part in choosing for the others.
    let gained: f64 = files.iter().map(|file| nab::at(file, 0.5).0).sum();
    assert!(gained / (2.0 * 69.0) >= 0.70, "{}", nab::table(&files));
}
