//! What a policy is asked about.

use std::collections::BTreeSet;

use primitives::statement::{Asset, Authorisation, Kind};
use primitives::{Address, KeyId, Sun, UnixMs, WalletId};
use serde::Deserialize;
use tron_tx::{Contract, ContractType, RawTransaction};

use super::limits::Measure;
use crate::check::Consent;

/// The classes of wallets, as a policy names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Pays out.
    Hot,
    /// Stakes and lends.
    Energy,
    /// Fills the hot wallet.
    Treasury,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Hot, Self::Energy, Self::Treasury];

    /// Its name in a policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::Energy => "energy",
            Self::Treasury => "treasury",
        }
    }
}

/// The wallet that is to sign, by the names that a policy can know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its name.
    pub wallet: WalletId,
    /// Its class.
    pub class: Class,
    /// Its key in the token.
    pub key: KeyId,
}

/// A transaction as a policy sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// The wallet that is to sign.
    pub holder: &'a Holder,
    /// What it is for.
    pub kind: Kind,
    /// The type of its one contract.
    pub contract: ContractType,
    /// The first four bytes of the call, if there are so many.
    pub selector: Option<[u8; 4]>,
    /// What is moved.
    pub asset: Asset,
    /// How much, in smallest units.
    pub amount: u64,
    /// Who receives.
    pub recipient: Address,
    /// Its fee_limit.
    pub fee_limit: Sun,
    /// How long it is valid from now on, milliseconds.
    pub expires_in_ms: u64,
    /// The length of its memo.
    pub memo_bytes: usize,
    /// What others have agreed to.
    pub consent: Consent,
}

/// What a policy's words stand for in this plane.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// What `usdt` means among the tokens.
    pub usdt: &'a BTreeSet<Address>,
    /// What `our_wallets` means.
    pub our_wallets: &'a BTreeSet<Address>,
}

impl<'a> Facts<'a> {
    /// The facts of a transaction that was held against its authorisation, as of `now`.
    pub fn of(
        holder: &'a Holder,
        raw: &RawTransaction,
        authorisation: &Authorisation,
        consent: Consent,
        now: UnixMs,
    ) -> Self {
        let selector = match &raw.contract {
            Contract::Trigger(call) => call.calldata.first_chunk().copied(),
            _ => None,
        };
        Self {
            holder,
            kind: authorisation.kind,
            contract: raw.contract.contract_type(),
            selector,
            asset: authorisation.asset,
            amount: authorisation.amount,
            recipient: authorisation.recipient,
            fee_limit: raw.fee_limit,
            expires_in_ms: raw.expiration.ms_since(now),
            memo_bytes: raw.memo.len(),
            consent,
        }
    }

    /// The limits that it counts against.
    pub const fn measure(&self) -> Measure {
        match (self.kind, self.asset) {
            (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Token(_)) => Measure::Usdt,
            (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Trx) => Measure::Trx,
            (Kind::Stake, _) => Measure::Stake,
            (Kind::Unstake, _) => Measure::Unstake,
            (Kind::Delegation, _) => Measure::Delegation,
            (Kind::Reclaim, _) => Measure::Reclaim,
        }
    }
}
