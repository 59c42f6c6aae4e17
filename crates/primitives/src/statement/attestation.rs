//! The compliance desk's word for one payment to a known person, as EIP-712 typed data, which wallets can show and sign.

use prost::Message;
use serde::{Deserialize, Serialize};
use sha3::{Digest as _, Keccak256};

use super::fields::{address, array, line, number_of, value_of};
use super::{Hashed, Statement, StatementError};
use crate::{Address, ChainId, PayoutId, PlaneId, UnixMs, Usdt};

/// The longest node id or reason in bytes.
const LONGEST: usize = 256;
/// How long one may be valid at most: 24 hours.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1000;

const DOMAIN_TYPE: &str = "EIP712Domain(string name,string version,uint256 chainId,bytes32 salt)";
const DOMAIN_NAME: &str = "LucidPlane";
const DOMAIN_VERSION: &str = "1";
const TYPE: &str = "Attestation(string payoutId,string nodeId,bytes32 kycHash,uint8 level,address recipient,\
                    uint256 amount,string reason,uint64 notBefore,uint64 expiresAt,bytes32 nonce)";

/// How much is known of a person; each level has limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KycLevel {
    /// 1 in the typed data.
    Basic,
    /// 2 in the typed data.
    Enhanced,
    /// 3 in the typed data.
    Institutional,
    /// 4 in the typed data.
    Government,
}

const LEVELS: [(u32, KycLevel); 4] =
    [(1, KycLevel::Basic), (2, KycLevel::Enhanced), (3, KycLevel::Institutional), (4, KycLevel::Government)];

/// That one payout to a verified node operator was checked. Good once, for at most 24 hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// The chain it is good on: `chainId` of the domain.
    pub chain_id: ChainId,
    /// The plane it is good in: its UUID's 16 bytes and 16 zeros are the domain's `salt`.
    pub plane: PlaneId,
    /// The payout.
    pub payout_id: PayoutId,
    /// The node whose operator is paid.
    pub node_id: String,
    /// The hash of the KYC record that was checked.
    pub kyc_hash: [u8; 32],
    /// How much is known of the operator.
    pub level: KycLevel,
    /// Who is paid: the 20 bytes of the account in the typed data.
    pub recipient: Address,
    /// How much: micro-USDT in the typed data.
    pub amount: Usdt,
    /// Why, for people.
    pub reason: String,
    /// From when it is good; milliseconds since 1970 in the typed data.
    pub not_before: UnixMs,
    /// Until when it is good; milliseconds since 1970 in the typed data.
    pub expires_at: UnixMs,
    /// Random; each is accepted once.
    pub nonce: [u8; 32],
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(uint32, tag = "1")]
    chain_id: u32,
    #[prost(string, tag = "2")]
    plane: String,
    #[prost(string, tag = "3")]
    payout_id: String,
    #[prost(string, tag = "4")]
    node_id: String,
    #[prost(bytes = "vec", tag = "5")]
    kyc_hash: Vec<u8>,
    #[prost(uint32, tag = "6")]
    level: u32,
    #[prost(bytes = "vec", tag = "7")]
    recipient: Vec<u8>,
    #[prost(uint64, tag = "8")]
    amount: u64,
    #[prost(string, tag = "9")]
    reason: String,
    #[prost(uint64, tag = "10")]
    not_before: u64,
    #[prost(uint64, tag = "11")]
    expires_at: u64,
    #[prost(bytes = "vec", tag = "12")]
    nonce: Vec<u8>,
}

fn keccak(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// An unsigned integer as the ABI has it: 32 bytes, big-endian.
fn word(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

/// The domain's `salt`: the UUID of the plane's id, then zeros.
fn salt(plane: PlaneId) -> [u8; 32] {
    let mut salt = [0; 32];
    salt[..16].copy_from_slice(plane.uuid().as_bytes());
    salt
}

fn account(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    // The chain's first byte, 0x41, is not part of what a contract sees.
    word[12..].copy_from_slice(&address.to_bytes21()[1..]);
    word
}

impl Attestation {
    /// The EIP-712 domain separator.
    pub fn domain_separator(&self) -> [u8; 32] {
        let words = [
            keccak(DOMAIN_TYPE.as_bytes()),
            keccak(DOMAIN_NAME.as_bytes()),
            keccak(DOMAIN_VERSION.as_bytes()),
            word(self.chain_id.0.into()),
            salt(self.plane),
        ];
        keccak(words.as_flattened())
    }

    /// The EIP-712 hash of the message itself.
    pub fn struct_hash(&self) -> [u8; 32] {
        let words = [
            keccak(TYPE.as_bytes()),
            keccak(self.payout_id.to_string().as_bytes()),
            keccak(self.node_id.as_bytes()),
            self.kyc_hash,
            word(number_of(&LEVELS, &self.level).into()),
            account(self.recipient),
            word(self.amount.units()),
            keccak(self.reason.as_bytes()),
            word(self.not_before.0),
            word(self.expires_at.0),
            self.nonce,
        ];
        keccak(words.as_flattened())
    }

    /// Whether it is good at this time; it has to be well-formed as well.
    pub const fn is_valid_at(&self, now: UnixMs) -> bool {
        self.not_before.0 <= now.0 && now.0 < self.expires_at.0
    }

    fn from_wire(wire: &Wire) -> Result<Self, StatementError> {
        let malformed = StatementError::Malformed;
        Ok(Self {
            chain_id: ChainId(wire.chain_id),
            plane: super::fields::plane(&wire.plane)?,
            payout_id: wire.payout_id.parse().map_err(|_| malformed("payout id"))?,
            node_id: line(&wire.node_id, LONGEST, "node id")?,
            kyc_hash: array(&wire.kyc_hash, "kyc hash")?,
            level: value_of(&LEVELS, wire.level, "level")?,
            recipient: address(&wire.recipient)?,
            amount: Usdt::new(wire.amount).map_err(|_| malformed("amount"))?,
            reason: line(&wire.reason, LONGEST, "reason")?,
            not_before: UnixMs(wire.not_before),
            expires_at: UnixMs(wire.expires_at),
            nonce: array(&wire.nonce, "nonce")?,
        })
    }
}

impl Hashed for Attestation {
    /// EIP-712: keccak-256 over `0x19 0x01 ‖ domain separator ‖ struct hash`.
    fn digest(&self) -> [u8; 32] {
        keccak(&[&[0x19, 0x01][..], &self.domain_separator(), &self.struct_hash()].concat())
    }
}

impl Statement for Attestation {
    /// For its place among the statements; what is signed is the EIP-712 hash.
    const DOMAIN: &'static [u8] = b"lucid-plane/attestation/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            chain_id: self.chain_id.0,
            plane: self.plane.to_string(),
            payout_id: self.payout_id.to_string(),
            node_id: self.node_id.clone(),
            kyc_hash: self.kyc_hash.to_vec(),
            level: number_of(&LEVELS, &self.level),
            recipient: self.recipient.to_bytes21().to_vec(),
            amount: self.amount.units(),
            reason: self.reason.clone(),
            not_before: self.not_before.0,
            expires_at: self.expires_at.0,
            nonce: self.nonce.to_vec(),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("attestation"))?;
        let attestation = Self::from_wire(&wire)?;
        let (from, until) = (attestation.not_before, attestation.expires_at);
        if until <= from || until.ms_since(from) > LONGEST_MS || attestation.amount.units() == 0 {
            return Err(StatementError::Malformed("an attestation is for an amount and for at most 24 hours"));
        }
        if attestation.encode() == bytes {
            Ok(attestation)
        } else {
            Err(StatementError::Malformed("not the one encoding"))
        }
    }
}
