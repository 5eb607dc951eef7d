//! faults
fn main() {}
