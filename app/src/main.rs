//! The Pedkai workstation.
fn main() {}
