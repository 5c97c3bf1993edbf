//! The headless service.
fn main() {}
