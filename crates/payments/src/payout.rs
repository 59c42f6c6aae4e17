//! A payout, from the request to the solid block that settles it: payout-router's machine.
//!
//! ```text
//! Accepted ──authorise──► Attempting ──paid──► Settled
//!     ▲                      │  └──unsigned──► Failed or Cancelled
//!     ├──dead or failed──────┘  └──mismatch, or a third attempt──► NeedsReview
//!     └──a person allows the third attempt─────────────────────────────┘
//! ```
//! Only this machine creates attempts, and only when every earlier one has ended for certain: by the register's word
//! (unsigned) or by tron-client's own reading of the chain (paid, failed, mismatch, dead). usdt-manager's word is never
//! enough.

mod accept;
mod authority;
mod plan;
#[cfg(test)]
mod tests;
mod view;

use api::payout_router::PayoutRequest;
use api::tron_client::SubmissionView;
use api::usdt_manager::TransferView;
use api::wallet_manager::{RegisteredAttempt, WalletView};
use primitives::statement::{Authorisation, Signed};
use primitives::{Address, AttemptNo, FreezeId, PayoutId, Sun, TransferId, UnixMs, Usdt};
use serde::{Deserialize, Serialize};

pub use accept::{AcceptError, accept};
pub use authority::Authority;
pub use plan::{
    LimitRelease, NotExhausted, NotWaiting, TooLate, Turn, adopt, attempt_again, cancel, cancel_restored, plan,
    txid_is_another_payouts, unpaid,
};

use crate::attempt::{AnyAttempt, Ended, Fact, SealedTx};

/// A payout as payout-router keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// What was asked, parsed.
    pub request: PayoutRequest,
    /// How much of what.
    pub money: Money,
    /// When it was accepted.
    pub created_at: UnixMs,
    /// Where it stands.
    pub stage: Stage,
    /// Its attempts, oldest first.
    pub attempts: Vec<PayoutAttempt>,
    /// Why the next attempt waits to be authorised, while it does.
    #[serde(default)]
    pub waiting: Option<String>,
    /// Whether somebody wants it stopped; granted only if wallet-manager can still bar the attempt.
    pub cancelling: bool,
    /// The last attempt beyond the usual ones that a person has allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<AttemptNo>,
    /// A payment of which no attempt is known, which it was settled by: the plane was restored, and two operators said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopted: Option<Ended>,
    /// Which payments that nobody has a record of may have been this one's.
    #[serde(default, skip_serializing_if = "Unrecorded::is_usual")]
    pub unrecorded: Unrecorded,
    /// When it is looked at next.
    pub due_at: Option<UnixMs>,
}

/// Which payments that nobody has a record of may have paid a payout: it waits while there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unrecorded {
    /// One of just its recipient, asset and amount: what it asked for when that was paid is on record. So is an earlier
    /// version's `none`, which did not say of which restore it was said.
    #[default]
    #[serde(alias = "none")]
    Equal,
    /// Any. It was asked for after a restore: the lost plane may have had it too, and there it may have asked for
    /// something else.
    Any,
    /// None of those that came to light by the restore that made this stop: two operators have said so. Of another
    /// restore's it says nothing, as the plane may have paid the payout between the two.
    NoneOf(FreezeId),
}

impl Unrecorded {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// How much of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "asset", content = "amount")]
pub enum Money {
    /// USDT-TRC20.
    #[serde(rename = "USDT")]
    Usdt(Usdt),
    /// TRX.
    #[serde(rename = "TRX")]
    Trx(Sun),
}

/// Where a payout stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The next attempt is to be authorised.
    Accepted,
    /// The newest attempt is under way.
    Attempting,
    /// Paid.
    Settled {
        /// When that was known.
        at: UnixMs,
    },
    /// Not paid, for certain.
    Failed {
        /// A stable code.
        reason: String,
        /// When that was known.
        at: UnixMs,
    },
    /// Stopped before anything was signed, for certain.
    Cancelled {
        /// When that was known.
        at: UnixMs,
    },
    /// A person decides.
    NeedsReview {
        /// A stable code.
        reason: String,
        /// Since when.
        at: UnixMs,
    },
}

/// One attempt at a payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutAttempt {
    /// Which, from 1.
    pub attempt: AttemptNo,
    /// Its transfer.
    pub transfer_id: TransferId,
    /// The paying wallet's address.
    pub payer: Address,
    /// The permission for it.
    pub authorisation: Signed<Authorisation>,
    /// Who makes the transaction.
    pub leg: Leg,
}

/// Who makes an attempt's transaction, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "leg", rename_all = "snake_case")]
pub enum Leg {
    /// usdt-manager; we follow it through wallet-manager's register and tron-client.
    Usdt {
        /// What usdt-manager says that it waits for.
        waiting: Option<String>,
        /// The transaction that the register has for it.
        tx: Option<SealedTx>,
        /// Its ending.
        ended: Option<Ended>,
    },
    /// We ourselves: TRX needs no contract.
    Trx {
        /// The wallet's TRX for it.
        funds: Funds,
        /// What is to be held: the amount and the most that it may cost.
        reserve: Sun,
        /// The transaction.
        attempt: AnyAttempt,
    },
}

/// Whether the paying wallet's TRX is held at usdt-manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Funds {
    /// To be held before anything is sealed.
    Wanted,
    /// The wallet has not enough; asked again.
    Lacking,
    /// Held.
    Held,
    /// Given back.
    Released,
}

/// What a turn has learned; each stage has its own question.
#[derive(Debug, Clone)]
pub enum Facts {
    /// To an accepted payout: the wallet that will pay, and what a TRX transfer may cost.
    Wallet {
        /// The wallet.
        wallet: WalletView,
        /// Activation of a new account and bandwidth.
        trx_fee_max: Sun,
        /// Whether the wallet is frozen: something of its left the chain in another form than was permitted.
        frozen: bool,
    },
    /// To an accepted payout: there is no wallet of the configured name yet.
    NoWallet,
    /// To a TRX attempt under way, after a restore: what the register does not have of it is not made any more.
    Restored,
    /// To an accepted payout: nothing may be authorised now, for this reason; it waits.
    Barred(&'static str),
    /// To a USDT attempt.
    Usdt(Box<UsdtFacts>),
    /// To a TRX attempt whose funds were wanted: whether they are held.
    FundsHeld(bool),
    /// To a TRX attempt under way.
    Attempt(Fact),
    /// To a TRX attempt that has ended: its funds are given back.
    FundsReleased,
}

/// What three services say of a USDT attempt.
#[derive(Debug, Clone)]
pub struct UsdtFacts {
    /// usdt-manager: where it stands; believed only for what it waits for.
    pub transfer: Option<TransferView>,
    /// wallet-manager's register: whether it was signed, and as what. That it is void was checked by the register's
    /// signed statement.
    pub registered: Option<RegisteredAttempt>,
    /// tron-client: what became of that transaction.
    pub submission: Option<SubmissionView>,
    /// Whether the plane was restored, and what the register does not have was barred for that.
    pub restored: bool,
}

impl PayoutAttempt {
    /// How it ended, if it has.
    pub const fn ended(&self) -> Option<&Ended> {
        match &self.leg {
            Leg::Usdt { ended, .. } => ended.as_ref(),
            Leg::Trx { attempt, .. } => attempt.ended(),
        }
    }

    /// Its transaction, as far as it is known to exist.
    pub fn tx(&self) -> Option<&SealedTx> {
        match &self.leg {
            Leg::Usdt { tx, .. } => tx.as_ref(),
            Leg::Trx { attempt, .. } => attempt.tx(),
        }
    }
}

impl PayoutAttempt {
    /// Whether it has ended, or the register has it: nothing about it can have been lost.
    pub fn is_certain(&self) -> bool {
        let registered = match &self.leg {
            Leg::Usdt { tx, .. } => tx.is_some(),
            Leg::Trx { attempt: AnyAttempt::Sealed(sealed), .. } => sealed.is_registered(),
            Leg::Trx { attempt, .. } => matches!(attempt, AnyAttempt::Submitted(_)),
        };
        registered || self.ended().is_some()
    }

    /// Whether it has ended and the wallet's TRX is still held for it.
    pub fn holds_for_nothing(&self) -> bool {
        let holding = matches!(&self.leg, Leg::Trx { funds, .. } if *funds != Funds::Released);
        holding && self.ended().is_some()
    }
}

impl Payout {
    /// The newest attempt.
    pub fn current(&self) -> Option<&PayoutAttempt> {
        self.attempts.last()
    }
}
