//! The optional file that a chain lives on in.

use std::path::Path;

use super::Chain;
use crate::genesis::GenesisConfig;

/// Why a state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error("the state file: {0}")]
    Io(#[from] std::io::Error),
    /// The file begins from another genesis.
    #[error("the state file belongs to another genesis configuration")]
    OtherGenesis,
    /// A record does not lead to the block that it names.
    #[error("the state file's record {record} cannot be replayed: {reason}")]
    Replay {
        /// Which, from 0.
        record: usize,
        /// Why.
        reason: String,
    },
}

#[derive(Debug)]
pub(super) struct Journal {}

impl Chain {
    /// The chain that `path` holds, or a new one; every block from now on is appended to the file. A record that was cut
    /// off by a crash is dropped.
    pub fn open(config: GenesisConfig, path: &Path) -> Result<Self, JournalError> {
        todo!()
    }

    /// Writes what waits to the file, so that it waits again after the next start. Does nothing without a file.
    pub fn save_pending(&mut self) -> Result<(), JournalError> {
        todo!()
    }
}
