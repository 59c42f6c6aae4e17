//! The nouns that every other crate speaks in, each with a checked constructor.
//!
//! Pure: no IO, no clock, no randomness. Whatever crosses a process or is stored is one of these or is made of them.

mod address;
mod amount;
mod chain;
mod hash;
mod hex_bytes;
mod id;
mod log;
mod resource;
mod schema;
pub mod statement;
mod time;

pub use address::{Address, AddressError};
pub use amount::{AmountError, Sun, Usdt};
pub use chain::{BlockRef, ChainId, Network, UnknownNetwork};
pub use hash::{BlockId, HashError, LogHead, TxId};
pub use hex_bytes::HexBytes;
pub use id::{
    AttemptNo, CeremonyId, DelegationId, FreezeId, IdError, IntentId, KeyId, LeaseId, MerchantId, MerchantRef,
    PayoutId, PlaneId, StakeId, TransferId, WalletId,
};
pub use log::{HoldState, LogChanges, LogPosition, RowState};
pub use resource::{Bandwidth, Energy, Resource};
pub use time::UnixMs;
