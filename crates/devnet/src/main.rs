//! Placeholder until the service is wired.
fn main() {}
