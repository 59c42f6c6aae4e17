//! One attempt at moving money: one permission, one transaction, one ending.
//!
//! ```text
//! Open ──seal──► Sealed ──sign──► Submitted ──solid or dead──► Ended
//!   └──refuse──► Barring ◄─refuse─┘                              ▲
//!                   └────────── Unsigned ────────────────────────┘
//! ```
//! A step out of turn does not compile: each state is a type, its steps consume it. From `Sealed` on the transaction
//! is fixed and committed before anybody is asked to sign it; from `Submitted` on money may move at any moment, and only
//! tron-client's own reading of the solid chain ends the attempt.

mod advance;
mod any;
mod fact;
#[cfg(test)]
mod tests;

use api::tron_client::Receipt;
use primitives::statement::{Anchor, Authorisation, Ending, PreviousAttempt, Signed};
use primitives::{BlockRef, HexBytes, TxId, UnixMs};
use serde::{Deserialize, Serialize};

pub use advance::{EXPIRED, RESTORED, Sealing, advance, bar, bar_lost, pause_ms};
pub use any::AnyAttempt;
pub use fact::{Fact, Refusal, SignatureAnswer, VoidAnswer};

/// An attempt in state `S`, under the permission that it acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "S: Serialize + serde::de::DeserializeOwned")]
pub struct Attempt<S> {
    authorisation: Signed<Authorisation>,
    state: S,
}

/// Nothing is fixed yet: no transaction exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open;

/// A transaction whose every byte is fixed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTx {
    /// The bytes.
    pub raw_data: HexBytes,
    /// Their hash.
    pub txid: TxId,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
}

/// The transaction exists and is committed; as far as we know nobody has signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    tx: SealedTx,
    anchor: Signed<Anchor>,
    /// Whether the register is known to have it: then its signature may exist, and no other transaction takes its place.
    registered: bool,
}

/// The signature exists: money may move at any moment until the attempt has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    tx: SealedTx,
    signature: HexBytes,
}

/// Given up before a signature was seen; wallet-manager is asked to bar it for ever. Not an ending until it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barring {
    reason: String,
}

/// How it ended, for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The verdict.
    pub ending: Verdict,
    /// The transaction, if there was one.
    pub tx: Option<SealedTx>,
    /// The solid block it is in, or for a dead one the last that was read without it.
    pub block: Option<BlockRef>,
    /// What it came to, if it is in a block.
    pub receipt: Option<Receipt>,
    /// For a barred one: why it was given up.
    pub reason: Option<String>,
}

/// What the solid chain, or the register, says of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Solid, SUCCESS, and exactly the authorised effect.
    Paid,
    /// Solid, and its contract did not succeed.
    FailedOnChain,
    /// Solid and SUCCESS with another effect: a person must look, nothing is ever retried.
    Mismatch,
    /// Can never be included.
    Dead,
    /// Was never signed and never will be.
    Unsigned,
}

impl Attempt<Open> {
    /// Begins an attempt under a permission.
    pub const fn open(authorisation: Signed<Authorisation>) -> Self {
        Self { authorisation, state: Open }
    }

    /// Fixes the transaction; to be committed before anybody is asked to sign it.
    pub fn seal(self, tx: SealedTx, anchor: Signed<Anchor>) -> Attempt<Sealed> {
        Attempt { authorisation: self.authorisation, state: Sealed { tx, anchor, registered: false } }
    }

    /// Gives it up.
    pub fn refuse(self, reason: &str) -> Attempt<Barring> {
        Attempt { authorisation: self.authorisation, state: Barring { reason: reason.to_owned() } }
    }
}

impl Attempt<Sealed> {
    /// The fixed transaction.
    pub const fn tx(&self) -> &SealedTx {
        &self.state.tx
    }

    /// The anchor that it refers to.
    pub const fn anchor(&self) -> &Signed<Anchor> {
        &self.state.anchor
    }

    /// Whether the register is known to have it.
    pub const fn is_registered(&self) -> bool {
        self.state.registered
    }

    /// The signature is out.
    pub fn submit(self, signature: HexBytes) -> Attempt<Submitted> {
        Attempt { authorisation: self.authorisation, state: Submitted { tx: self.state.tx, signature } }
    }

    /// The register has this attempt as another transaction: that one it is, and only that one.
    #[must_use]
    pub fn adopt(self, tx: SealedTx) -> Self {
        let state = Sealed { tx, anchor: self.state.anchor, registered: true };
        Self { authorisation: self.authorisation, state }
    }

    /// The register has refused this transaction without taking it (its txid is another intent's, or its time is past):
    /// another one may be sealed.
    pub fn reopen(self) -> Attempt<Open> {
        Attempt { authorisation: self.authorisation, state: Open }
    }

    /// Gives it up; wallet-manager has the last word.
    pub fn refuse(self, reason: &str) -> Attempt<Barring> {
        Attempt { authorisation: self.authorisation, state: Barring { reason: reason.to_owned() } }
    }
}

impl Attempt<Submitted> {
    /// The transaction.
    pub const fn tx(&self) -> &SealedTx {
        &self.state.tx
    }

    /// The signature.
    pub const fn signature(&self) -> &HexBytes {
        &self.state.signature
    }

    fn end(self, ending: Verdict, block: Option<BlockRef>, receipt: Option<Receipt>) -> Attempt<Ended> {
        let state = Ended { ending, tx: Some(self.state.tx), block, receipt, reason: None };
        Attempt { authorisation: self.authorisation, state }
    }
}

impl Attempt<Barring> {
    /// Why it was given up.
    pub fn reason(&self) -> &str {
        &self.state.reason
    }

    /// Gives it up for another reason.
    #[must_use]
    pub fn refuse(self, reason: &str) -> Self {
        Self { authorisation: self.authorisation, state: Barring { reason: reason.to_owned() } }
    }

    /// wallet-manager has barred it: the one ending without a transaction.
    fn end(self) -> Attempt<Ended> {
        let reason = Some(self.state.reason);
        let state = Ended { ending: Verdict::Unsigned, tx: None, block: None, receipt: None, reason };
        Attempt { authorisation: self.authorisation, state }
    }

    /// It was signed after all: the bytes in the register are the attempt, and a fresh anchor is not needed to have the
    /// stored signature again.
    fn signed_after_all(self, tx: SealedTx, anchor: Signed<Anchor>) -> Attempt<Sealed> {
        Attempt { authorisation: self.authorisation, state: Sealed { tx, anchor, registered: true } }
    }
}

impl Attempt<Ended> {
    /// How it ended.
    pub const fn ended(&self) -> &Ended {
        &self.state
    }
}

impl Ended {
    /// The attempt as the next one's permission lists it. None after one that has paid, or may have: nothing follows it.
    pub fn as_previous(&self) -> Option<PreviousAttempt> {
        let ending = match self.ending {
            Verdict::Dead => Ending::Dead,
            Verdict::FailedOnChain => Ending::FailedOnChain,
            Verdict::Unsigned => Ending::Unsigned,
            Verdict::Paid | Verdict::Mismatch => return None,
        };
        let tx = self.tx.as_ref();
        Some(PreviousAttempt {
            txid: tx.map(|tx| tx.txid),
            expiration: tx.map_or(UnixMs(0), |tx| tx.expiration),
            ending,
        })
    }
}

impl<S> Attempt<S> {
    /// The permission that it acts on.
    pub const fn authorisation(&self) -> &Signed<Authorisation> {
        &self.authorisation
    }
}
