//! Images read back from an OCI layout, as a container would see them.
//!
//! With a reader of others (the crate `tar`), so that the assembler's own mistakes are seen.

mod error;
mod file;
mod layout;

pub use error::OpenError;
pub use file::{File, FileKind};
pub use layout::{Finished, read_layout};
