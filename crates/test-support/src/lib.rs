//! What the tests of several crates stand on; no program depends on it.

mod faults;

pub use faults::{Plan, faulty_module};
