//! OCI images of one form: assembled, checked, listed and accounted for, the same bytes on every machine.
//!
//! - [`recipe`] says what to assemble, [`assemble`] does it: [`tree`] gathers a layer's files, [`ustar`] archives them,
//!   [`layer`] compresses, [`config`] describes; [`layout`] and [`archive`] are what comes out, and [`digests`] names it
//! - [`finished`] reads images back, [`check`] holds them against the policy, [`elf`] and [`go`] read their programs,
//!   [`foreign`] names those that Debian compiled
//! - [`inventory`] says what is in an image, [`sbom`] writes it down, [`provenance`] where it comes from,
//!   and [`audit`] holds it against advisories and licences
//! - [`canonical`]: JSON of one form

pub mod archive;
pub mod assemble;
pub mod audit;
mod blobs;
pub mod canonical;
pub mod check;
pub mod cli;
pub mod config;
pub mod digest;
pub mod digests;
pub mod elf;
pub mod finished;
pub mod foreign;
pub mod go;
pub mod inventory;
pub mod layer;
pub mod layout;
pub mod provenance;
pub mod recipe;
pub mod sbom;
pub mod tree;
pub mod ustar;

pub use blobs::Blobs;
