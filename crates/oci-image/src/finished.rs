//! Images read back from an OCI layout, as a container would see them, and the archives beside it.
//!
//! With a reader of others (the crate `tar`), so that the assembler's own mistakes are seen.

mod archive;
mod error;
mod file;
mod layout;

pub use archive::{Archive, Classic, read_archives};
pub use error::OpenError;
pub use file::{File, FileKind};
pub use layout::{Finished, read_layout};
