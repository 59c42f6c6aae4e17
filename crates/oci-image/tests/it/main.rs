//! The assembler as others see it: its bytes, and what foreign readers make of them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod audit;
mod docker;
mod golden;
mod inventory;
mod policy;
mod provenance;
mod readers;
mod same_bytes;
mod sample;
mod set;
