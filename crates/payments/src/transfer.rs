//! A USDT transfer, one attempt at a payout, from the permission to the solid block: usdt-manager's machine.
//!
//! ```text
//! Accepted ──checks──► Leasing ──lease──► Reserving ──funds──► Attempting ──ended──► Closing ──lease back──► Over
//!     └────────────── refused ──────────────────────────────────►┘
//! ```

mod plan;
#[cfg(test)]
mod tests;
mod view;

use api::tron_client::{ChainParameters, ConstantCallView};
use api::trx_staking::LeaseView;
use api::usdt_manager::{EnergyPlan, TransferRequest};
use api::wallet_manager::WalletView;
use primitives::{Address, Energy, Sun, TransferId, UnixMs, Usdt};
use serde::{Deserialize, Serialize};

pub use plan::{Held, Turn, plan, short_of_funds};

use crate::attempt::{AnyAttempt, Fact};

/// A transfer as usdt-manager keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// What payout-router asked, permission included.
    pub request: TransferRequest,
    /// When it was asked.
    pub created_at: UnixMs,
    /// Where it stands.
    pub step: Step,
    /// Why it waits, while it does.
    pub waiting: Option<String>,
    /// When it is looked at next.
    pub due_at: Option<UnixMs>,
}

/// Where a transfer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// To be checked.
    Accepted,
    /// Checked; energy and bandwidth are being leased.
    Leasing {
        /// The paying wallet's address.
        payer: Address,
        /// What the dry run used.
        estimated: Energy,
    },
    /// Leased; USDT and TRX are being reserved.
    Reserving {
        /// The paying wallet's address.
        payer: Address,
        /// What it may use.
        energy: EnergyPlan,
        /// What its transaction will say.
        fee_limit: Sun,
    },
    /// Funds are held; the transaction is under way.
    Attempting {
        /// The paying wallet's address.
        payer: Address,
        /// What it may use; none if it was refused before that was known.
        energy: Option<EnergyPlan>,
        /// What its transaction says.
        fee_limit: Sun,
        /// The transaction.
        attempt: AnyAttempt,
    },
    /// Ended; the lease is being given back.
    Closing {
        /// What it might use.
        energy: Option<EnergyPlan>,
        /// The ended attempt.
        attempt: AnyAttempt,
    },
    /// Ended, nothing left to do.
    Over {
        /// What it might use.
        energy: Option<EnergyPlan>,
        /// The ended attempt.
        attempt: AnyAttempt,
    },
}

/// What a turn has learned; each step has its own question.
#[derive(Debug, Clone)]
pub enum Facts {
    /// To an accepted transfer.
    Checks(Box<Checks>),
    /// To one that leases: the lease, and the chain's prices.
    Lease(LeaseView, ChainParameters),
    /// To one that reserves: what the wallet has.
    Funds {
        /// USDT at the solid block.
        usdt: Usdt,
        /// TRX at the solid block.
        trx: Sun,
    },
    /// To one under way.
    Attempt(Fact),
    /// To one that waits before its transaction: the register has barred its attempt, so it waits for nothing.
    Void {
        /// The paying wallet's address.
        payer: Address,
    },
    /// To one that closes: the lease is back.
    LeaseReleased,
}

/// What is looked at before anything is fixed.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four answers of the chain, each on its own")]
pub struct Checks {
    /// The paying wallet.
    pub wallet: WalletView,
    /// USDT that it has.
    pub balance: Usdt,
    /// Whether the token's owner has stopped transfers.
    pub paused: bool,
    /// What the token takes of the amount, if its owner has set a fee: the recipient would get less than was permitted.
    pub fee: Usdt,
    /// Whether the token's owner has barred the payer.
    pub payer_blacklisted: bool,
    /// Whether the token's owner has barred the recipient: USDT would arrive and could never leave.
    pub recipient_blacklisted: bool,
    /// Whether the recipient is a contract.
    pub recipient_is_contract: bool,
    /// The dry run, if the wallet has the USDT for one.
    pub dry_run: Option<ConstantCallView>,
}
