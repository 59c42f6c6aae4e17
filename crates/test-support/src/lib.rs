//! What the tests of several crates stand on; no program depends on it.

mod faults;
pub mod memory;
mod object_file;
mod payment;

pub use faults::{Plan, faulty_module};
pub use object_file::key_value;
pub use payment::{Scene, Unsealed};
