//! What the signer knows by itself: pinned keys and contracts. Configuration, never a request.

use std::collections::{BTreeMap, BTreeSet};

use primitives::statement::{Kind, Operators, VerifyKey};
use primitives::{Address, ChainId, KeyId, PlaneId, TxId, UnixMs};
use serde::{Deserialize, Serialize};

use super::anchors::Anchors;
use super::chain_time::ChainTime;
use super::desks::Desks;

/// Who may authorise what: one issuer per kind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Issuers {
    /// payout-router: payouts and refunds.
    pub payout: VerifyKey,
    /// usdt-manager: sweeps.
    pub sweep: VerifyKey,
    /// trx-staking: stakes and delegations.
    pub staking: VerifyKey,
}

impl Issuers {
    /// The one key that may authorise this kind.
    pub const fn of(&self, kind: Kind) -> &VerifyKey {
        match kind {
            Kind::Payout | Kind::Refund => &self.payout,
            Kind::Sweep => &self.sweep,
            Kind::Stake | Kind::Unstake | Kind::Delegation | Kind::Reclaim => &self.staking,
        }
    }
}

/// Whose word counts, where, and about which tokens.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Rules {
    /// The plane that this signer belongs to.
    pub plane: PlaneId,
    /// The chain that it signs for.
    pub chain_id: ChainId,
    /// The issuers of authorisations.
    pub issuers: Issuers,
    /// tron-client's key, for anchors.
    pub anchor: VerifyKey,
    /// TRC-20 contracts that may be called.
    pub tokens: BTreeSet<Address>,
    /// The compliance desk's accounts, whose keys sign attestations; without one, none is believed.
    pub compliance: Desks,
    /// Who may approve payments, by name.
    pub approvers: BTreeMap<String, VerifyKey>,
    /// The people of whom two decide what no service does: freezes lifted, permissions changed, treasuries spent.
    pub operators: Operators,
    /// By which their decisions are over, beside our own clock. What runs learns it.
    #[serde(skip)]
    pub chain_time: ChainTime,
}

/// The wallet that is to sign, as wallet-manager has it stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningWallet {
    /// The account that pays.
    pub address: Address,
    /// Its key in the token.
    pub key_id: KeyId,
    /// The permission of the account that the key signs under; 0 is the owner's.
    pub permission_id: u32,
    /// What its class lets it sign.
    pub kinds: &'static [Kind],
}

/// What the register has about one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisteredAttempt {
    /// Barred before any signature.
    Voided,
    /// Signed.
    Signed {
        /// The transaction.
        txid: TxId,
        /// When it ceases to be valid.
        expiration: UnixMs,
    },
}

/// What wallet-manager knows about a request, beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The wallet that the authorisation's key belongs to.
    pub wallet: &'a SigningWallet,
    /// The addresses of all our wallets.
    pub our_wallets: &'a BTreeSet<Address>,
    /// The register's earlier attempts at the intent, oldest first; `None` where an attempt was never seen.
    pub earlier: &'a [Option<RegisteredAttempt>],
    /// Accounts of the compliance desk whose keys were retired: pinned or not, they are believed no more.
    pub retired_desks: &'a BTreeSet<Address>,
    /// The anchors that were verified before.
    pub anchors: &'a Anchors,
    /// Our own clock.
    pub now: UnixMs,
}
