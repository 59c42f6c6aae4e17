//! The permission to make one transaction, by the service that owns the intent.

use prost::Message;
use serde::{Deserialize, Serialize};

use super::fields::{address, number_of, optional, value_of};
use super::{Statement, StatementError};
use crate::{
    Address, AttemptNo, ChainId, DelegationId, IntentId, KeyId, PayoutId, PlaneId, Resource, StakeId, Sun, TxId, UnixMs,
};

/// The version of the statement that this code writes and reads.
const VERSION: u32 = 1;

/// What an authorisation is for; each kind has its one issuer and its one form of transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Money to a recipient; by payout-router.
    Payout,
    /// Money back to a payer; by payout-router.
    Refund,
    /// Deposits to a pinned treasury address; by usdt-manager.
    Sweep,
    /// TRX staked for a resource; by trx-staking. The recipient is the wallet itself.
    Stake,
    /// TRX unstaked; by trx-staking. The recipient is the wallet itself.
    Unstake,
    /// A resource lent to one of our wallets; by trx-staking. The amount is the stake behind it.
    Delegation,
    /// A lent resource taken back; by trx-staking.
    Reclaim,
}

impl Kind {
    /// How the ids of this kind's intents begin. Each issuer has its own, so that none can take up an attempt at an
    /// intent of another's.
    pub const fn intent_prefix(self) -> &'static str {
        match self {
            Self::Payout | Self::Refund => PayoutId::PREFIX,
            Self::Sweep => "sw_",
            Self::Stake | Self::Unstake => StakeId::PREFIX,
            Self::Delegation | Self::Reclaim => DelegationId::PREFIX,
        }
    }
}

/// How an earlier attempt ended; all three are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The solid chain passed its expiration without it.
    Dead,
    /// It is in a solid block and its contract did not succeed.
    FailedOnChain,
    /// It was barred before any signature.
    Unsigned,
}

/// What is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asset {
    /// TRX; amounts are sun.
    Trx,
    /// The TRC-20 token of this contract; amounts are its smallest units.
    Token(Address),
}

/// An earlier attempt at the same intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviousAttempt {
    /// Its transaction, if it had come to one.
    pub txid: Option<TxId>,
    /// When that transaction ceased to be valid; zero if there was none.
    pub expiration: UnixMs,
    /// How it ended.
    pub ending: Ending,
}

/// The right to make exactly one transaction for one attempt at one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorisation {
    /// The chain it is good on.
    pub chain_id: ChainId,
    /// The plane it is good in.
    pub plane: PlaneId,
    /// What it is for.
    pub kind: Kind,
    /// The intent that it serves.
    pub intent: IntentId,
    /// Which attempt, from 1.
    pub attempt: AttemptNo,
    /// Every earlier attempt, oldest first: exactly `attempt - 1` of them.
    pub previous: Vec<PreviousAttempt>,
    /// The key that signs.
    pub key_id: KeyId,
    /// The account permission that the transaction names; 0 is the owner's.
    pub permission_id: u32,
    /// What is moved; TRX for stakes and delegations.
    pub asset: Asset,
    /// For stakes and delegations: of what; otherwise none.
    pub resource: Option<Resource>,
    /// Who receives.
    pub recipient: Address,
    /// How much, in the asset's smallest units, from 1 to `i64::MAX`.
    pub amount: u64,
    /// SHA-256 of the memo, none for no memo.
    pub memo_hash: Option<[u8; 32]>,
    /// The highest fee_limit that the transaction may have; zero for transactions that take none.
    pub fee_limit_max: Sun,
    /// The latest expiration that the transaction may have.
    pub expiration_max: UnixMs,
    /// Until when the signer may act on this.
    pub valid_until: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct WirePrevious {
    #[prost(bytes = "vec", tag = "1")]
    txid: Vec<u8>,
    #[prost(uint64, tag = "2")]
    expiration: u64,
    #[prost(uint32, tag = "3")]
    ending: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(uint32, tag = "1")]
    v: u32,
    #[prost(uint32, tag = "2")]
    chain_id: u32,
    #[prost(string, tag = "3")]
    plane: String,
    #[prost(uint32, tag = "4")]
    kind: u32,
    #[prost(string, tag = "5")]
    intent: String,
    #[prost(uint32, tag = "6")]
    attempt: u32,
    #[prost(message, repeated, tag = "7")]
    previous: Vec<WirePrevious>,
    #[prost(string, tag = "8")]
    key_id: String,
    #[prost(uint32, tag = "9")]
    permission_id: u32,
    /// 21 bytes of a contract, or none for TRX.
    #[prost(bytes = "vec", tag = "10")]
    asset: Vec<u8>,
    #[prost(uint32, tag = "11")]
    resource: u32,
    #[prost(bytes = "vec", tag = "12")]
    recipient: Vec<u8>,
    #[prost(uint64, tag = "13")]
    amount: u64,
    #[prost(bytes = "vec", tag = "14")]
    memo_hash: Vec<u8>,
    #[prost(uint64, tag = "15")]
    fee_limit_max: u64,
    #[prost(uint64, tag = "16")]
    expiration_max: u64,
    #[prost(uint64, tag = "17")]
    valid_until: u64,
}

const KINDS: [(u32, Kind); 7] = [
    (1, Kind::Payout),
    (2, Kind::Refund),
    (3, Kind::Sweep),
    (4, Kind::Stake),
    (5, Kind::Unstake),
    (6, Kind::Delegation),
    (7, Kind::Reclaim),
];
const ENDINGS: [(u32, Ending); 3] = [(1, Ending::Dead), (2, Ending::FailedOnChain), (3, Ending::Unsigned)];
const RESOURCES: [(u32, Resource); 2] = [(1, Resource::Bandwidth), (2, Resource::Energy)];

/// The number of a kind in every encoding.
pub(super) fn kind_number(kind: Kind) -> u32 {
    number_of(&KINDS, &kind)
}

impl PreviousAttempt {
    fn to_wire(&self) -> WirePrevious {
        WirePrevious {
            txid: self.txid.map(|txid| txid.as_bytes().to_vec()).unwrap_or_default(),
            expiration: self.expiration.0,
            ending: number_of(&ENDINGS, &self.ending),
        }
    }

    fn from_wire(wire: &WirePrevious) -> Result<Self, StatementError> {
        Ok(Self {
            txid: optional(&wire.txid, |bytes| bytes.try_into().map_err(|_| StatementError::Malformed("txid")))?,
            expiration: UnixMs(wire.expiration),
            ending: value_of(&ENDINGS, wire.ending, "ending")?,
        })
    }
}

impl Authorisation {
    fn to_wire(&self) -> Wire {
        Wire {
            v: VERSION,
            chain_id: self.chain_id.0,
            plane: self.plane.to_string(),
            kind: kind_number(self.kind),
            intent: self.intent.to_string(),
            attempt: self.attempt.0,
            previous: self.previous.iter().map(PreviousAttempt::to_wire).collect(),
            key_id: self.key_id.to_string(),
            permission_id: self.permission_id,
            asset: match self.asset {
                Asset::Trx => Vec::new(),
                Asset::Token(contract) => contract.to_bytes21().to_vec(),
            },
            resource: self.resource.map_or(0, |resource| number_of(&RESOURCES, &resource)),
            recipient: self.recipient.to_bytes21().to_vec(),
            amount: self.amount,
            memo_hash: self.memo_hash.map(|hash| hash.to_vec()).unwrap_or_default(),
            fee_limit_max: self.fee_limit_max.units(),
            expiration_max: self.expiration_max.0,
            valid_until: self.valid_until.0,
        }
    }

    fn from_wire(wire: &Wire) -> Result<Self, StatementError> {
        let malformed = StatementError::Malformed;
        Ok(Self {
            chain_id: ChainId(wire.chain_id),
            plane: wire.plane.parse().map_err(|_| malformed("plane"))?,
            kind: value_of(&KINDS, wire.kind, "kind")?,
            intent: wire.intent.parse().map_err(|_| malformed("intent"))?,
            attempt: AttemptNo(wire.attempt),
            previous: wire.previous.iter().map(PreviousAttempt::from_wire).collect::<Result<_, _>>()?,
            key_id: wire.key_id.parse().map_err(|_| malformed("key id"))?,
            permission_id: wire.permission_id,
            asset: optional(&wire.asset, address)?.map_or(Asset::Trx, Asset::Token),
            resource: match wire.resource {
                0 => None,
                number => Some(value_of(&RESOURCES, number, "resource")?),
            },
            recipient: address(&wire.recipient)?,
            amount: wire.amount,
            memo_hash: optional(&wire.memo_hash, |bytes| bytes.try_into().map_err(|_| malformed("memo hash")))?,
            fee_limit_max: Sun::new(wire.fee_limit_max).map_err(|_| malformed("fee limit"))?,
            expiration_max: UnixMs(wire.expiration_max),
            valid_until: UnixMs(wire.valid_until),
        })
    }

    fn check(&self) -> Result<(), StatementError> {
        let malformed = |what| Err(StatementError::Malformed(what));
        if self.attempt.0 == 0 || self.previous.len() != self.attempt.0 as usize - 1 {
            return malformed("an attempt lists every earlier one");
        }
        if self.amount == 0 || i64::try_from(self.amount).is_err() {
            return malformed("amount");
        }
        let of_resource = matches!(self.kind, Kind::Stake | Kind::Unstake | Kind::Delegation | Kind::Reclaim);
        if of_resource != self.resource.is_some() || (of_resource && self.asset != Asset::Trx) {
            return malformed("resource");
        }
        Ok(())
    }
}

impl Statement for Authorisation {
    const DOMAIN: &'static [u8] = b"lucid-plane/authorisation/v1\0";

    fn encode(&self) -> Vec<u8> {
        self.to_wire().encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("authorisation"))?;
        if wire.v != VERSION {
            return Err(StatementError::Malformed("version"));
        }
        let authorisation = Self::from_wire(&wire)?;
        authorisation.check()?;
        let one_encoding = authorisation.encode() == bytes;
        if one_encoding { Ok(authorisation) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
