//! Staking TRX and lending what it buys: trx-staking's machine, the same for a stake and for a delegation.
//!
//! ```text
//! Accepted ──wallets known, funds held──► Attempting ──paid──► Done
//!    ▲  └── unknown wallet ──► Failed ◄──refused──┤  └─mismatch, third time──► NeedsReview
//!    └───────── dead or failed on chain, once ────┘
//! ```
//! Beside it are the pure halves of trx-staking's other nouns: what a [`lease`] may take and what a [`pool`] lacks.

mod authority;
pub mod lease;
mod plan;
pub mod pool;
mod purpose;
#[cfg(test)]
mod tests;

use api::tron_client::{AccountView, ChainParameters};
use api::trx_staking::StakeStage;
use api::wallet_manager::WalletView;
use primitives::{Address, Resource, Sun, TxId, UnixMs};
use serde::{Deserialize, Serialize};

pub use authority::Authority;
pub use plan::{Held, Share, Turn, lendable, lost, plan, short};
pub use purpose::{MIN_AMOUNT, Malformed, Purpose};

use crate::attempt::{AnyAttempt, Fact};

/// A stake or a delegation as trx-staking keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Operation<P: Purpose> {
    /// Its id, which is the intent of its authorisations.
    pub id: P::Id,
    /// What was asked.
    pub request: P,
    /// When it was asked.
    pub created_at: UnixMs,
    /// The attempts, oldest first; all but the last have ended.
    pub attempts: Vec<Attempted>,
    /// Where it stands.
    pub stage: Stage,
    /// Why it waits, while it does.
    pub waiting: Option<String>,
    /// Whether a restore found it under way: what the lost service made of it since is not known, so nothing more is made
    /// of it here.
    #[serde(default, skip_serializing_if = "is_false")]
    pub restored: bool,
    /// When it is looked at next.
    pub due_at: Option<UnixMs>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One attempt and the account that it is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    /// The staking wallet's address.
    pub payer: Address,
    /// The transaction.
    pub attempt: AnyAttempt,
}

/// Where an operation stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// To be begun, for the first time or once more.
    Accepted,
    /// The last attempt is under way.
    Attempting,
    /// In a solid block and in force.
    Done,
    /// Ended without effect.
    Failed {
        /// A stable code.
        reason: String,
    },
    /// Waits for a person.
    NeedsReview {
        /// A stable code.
        reason: String,
    },
}

/// What a turn has learned; each stage has its own question.
#[derive(Debug, Clone)]
pub enum Facts {
    /// To an accepted one: wallet-manager has no wallet of that name. The code says which.
    NoWallet(&'static str),
    /// To an accepted one: what it would be made with.
    Ready(Box<Ready>),
    /// To one under way.
    Attempt(Box<Fact>),
}

/// What is looked at before an attempt is authorised.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The staking wallet.
    pub wallet: WalletView,
    /// Its account.
    pub account: AccountView,
    /// For a delegation: the wallet that receives, and its account.
    pub receiver: Option<(WalletView, AccountView)>,
    /// The chain's prices and totals.
    pub chain: ChainParameters,
}

impl<P: Purpose> Operation<P> {
    /// One that was just asked for.
    pub const fn accepted(id: P::Id, request: P, now: UnixMs) -> Self {
        Self {
            id,
            request,
            created_at: now,
            attempts: Vec::new(),
            stage: Stage::Accepted,
            waiting: None,
            restored: false,
            due_at: Some(now),
        }
    }

    /// Where it stands, for lists and for others.
    pub const fn stage(&self) -> StakeStage {
        match self.stage {
            Stage::Accepted | Stage::Attempting => StakeStage::Underway,
            Stage::Done => StakeStage::Done,
            Stage::Failed { .. } => StakeStage::Failed,
            Stage::NeedsReview { .. } => StakeStage::NeedsReview,
        }
    }

    /// The newest transaction.
    pub fn txid(&self) -> Option<TxId> {
        self.attempts.iter().rev().find_map(|attempted| attempted.attempt.txid())
    }

    /// Why it waits, failed or needs a person.
    pub fn reason(&self) -> Option<String> {
        match &self.stage {
            Stage::Failed { reason } | Stage::NeedsReview { reason } => Some(reason.clone()),
            Stage::Accepted | Stage::Attempting | Stage::Done => self.waiting.clone(),
        }
    }

    /// The account whose TRX or stake it holds, once it does.
    pub fn payer(&self) -> Option<Address> {
        self.attempts.last().map(|attempted| attempted.payer)
    }

    /// What it holds of that account while it is under way.
    pub fn share(&self) -> Share {
        if self.request.receiver().is_some() { Share::Stake(self.request.resource()) } else { Share::Trx }
    }
}

/// What stake is worth, in the chain's own figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Units a day shared by all stake.
    pub(crate) limit: u64,
    /// All stake, whole TRX.
    pub(crate) weight: u64,
}

impl Totals {
    pub(crate) const fn of(resource: Resource, chain: &ChainParameters) -> Self {
        match resource {
            Resource::Energy => Self { limit: chain.total_energy_limit, weight: chain.total_energy_weight },
            Resource::Bandwidth => Self { limit: chain.total_bandwidth_limit, weight: chain.total_bandwidth_weight },
        }
    }

    /// The stake behind so many units, rounded up: `units * weight / limit` TRX (`notes/tron.md` 5). As much as can be
    /// if the network gives nothing.
    pub(crate) fn stake_behind(self, units: u64) -> Sun {
        let weighted = u128::from(units) * u128::from(self.weight) * SUN_PER_TRX;
        if self.limit == 0 { at_most(u128::MAX) } else { at_most(weighted.div_ceil(u128::from(self.limit))) }
    }
}

/// Sun in a TRX.
pub(crate) const SUN_PER_TRX: u128 = 1_000_000;

/// An amount, or the largest there is.
pub(crate) fn at_most(sun: u128) -> Sun {
    let largest = i64::MAX.unsigned_abs();
    Sun::new(u64::try_from(sun).unwrap_or(largest).min(largest)).unwrap_or_default()
}
