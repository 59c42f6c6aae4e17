//! A transaction before it is signed, in typed values: what our services build and our signer decodes.

use primitives::{Sun, TxId, UnixMs};
use prost::Message as _;

use crate::contract::Contract;
use crate::decode_error::{DecodeError, FieldFlaw};
use crate::exact::ExactRaw;
use crate::permission::PermissionId;
use crate::reference::RefBlock;
use crate::{hash, proto};

/// Everything that is hashed and signed.
///
/// Its bytes are canonical: [`RawTransaction::decode`] accepts nothing that [`RawTransaction::encode`] would not
/// write, so a decoded transaction and its hash can never tell two stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTransaction {
    /// The block that it refers to.
    pub reference: RefBlock,
    /// When it dies: no block whose predecessor is that late may include it.
    pub expiration: UnixMs,
    /// When it was made; the chain does not check it, but it tells otherwise equal transactions apart.
    pub timestamp: UnixMs,
    /// The most that its energy may cost, staked energy included; 0 for contracts that use none.
    pub fee_limit: Sun,
    /// Bytes for the recipient; a transaction with a memo costs 1 TRX more.
    pub memo: Vec<u8>,
    /// Which of the owner's permissions signs.
    pub permission_id: PermissionId,
    /// What it does.
    pub contract: Contract,
}

impl RawTransaction {
    /// A transaction without fee limit and memo, for the owner's permission.
    pub const fn new(contract: Contract, reference: RefBlock, timestamp: UnixMs, expiration: UnixMs) -> Self {
        Self {
            reference,
            expiration,
            timestamp,
            fee_limit: Sun::ZERO,
            memo: Vec::new(),
            permission_id: PermissionId::OWNER,
            contract,
        }
    }

    /// With this fee limit.
    #[must_use]
    pub fn with_fee_limit(self, fee_limit: Sun) -> Self {
        Self { fee_limit, ..self }
    }

    /// With this memo.
    #[must_use]
    pub fn with_memo(self, memo: impl Into<Vec<u8>>) -> Self {
        Self { memo: memo.into(), ..self }
    }

    /// To be signed under this permission.
    #[must_use]
    pub fn with_permission(self, permission_id: PermissionId) -> Self {
        Self { permission_id, ..self }
    }

    /// Reads a raw_data of which every byte is understood and would be written again.
    pub fn decode(raw_data: &[u8]) -> Result<Self, DecodeError> {
        let exact = ExactRaw::decode(raw_data)?;
        let unused = |field| Err(DecodeError::field(field, FieldFlaw::Unused));
        let (raw, envelope) = (exact.message(), exact.contract());
        if raw.ref_block_num != 0 {
            return unused("ref_block_num");
        }
        if !raw.auths.is_empty() {
            return unused("auths");
        }
        if !raw.scripts.is_empty() {
            return unused("scripts");
        }
        if !envelope.provider.is_empty() {
            return unused("provider");
        }
        if !envelope.contract_name.is_empty() {
            return unused("ContractName");
        }
        let time =
            |field, value| UnixMs::from_i64(value).ok_or_else(|| DecodeError::field(field, FieldFlaw::Negative(value)));
        let fee_limit = Sun::from_i64(raw.fee_limit)
            .map_err(|_| DecodeError::field("fee_limit", FieldFlaw::Negative(raw.fee_limit)))?;
        let decoded = Self {
            reference: RefBlock::decode(&raw.ref_block_bytes, &raw.ref_block_hash)?,
            expiration: time("expiration", raw.expiration)?,
            timestamp: time("timestamp", raw.timestamp)?,
            fee_limit,
            memo: raw.memo.clone(),
            permission_id: PermissionId::decode(envelope.permission_id)?,
            contract: Contract::from_payload(exact.payload().clone())?,
        };
        // Every field above was read, so this cannot differ; the check makes that a fact and not an argument.
        if decoded.encode() == raw_data {
            Ok(decoded)
        } else {
            Err(DecodeError::NotCanonical { message: "Transaction.raw", what: "it would not be written like this" })
        }
    }

    /// The message.
    pub fn to_message(&self) -> proto::TransactionRaw {
        let permission_id = i32::from(self.permission_id.number());
        proto::TransactionRaw {
            ref_block_bytes: self.reference.bytes.into(),
            ref_block_hash: self.reference.hash.into(),
            expiration: self.expiration.to_i64(),
            memo: self.memo.clone(),
            contract: vec![self.contract.to_payload().into_contract(permission_id)],
            timestamp: self.timestamp.to_i64(),
            fee_limit: self.fee_limit.to_i64(),
            ..Default::default()
        }
    }

    /// The raw_data: the bytes that are hashed.
    pub fn encode(&self) -> Vec<u8> {
        self.to_message().encode_to_vec()
    }

    /// The transaction's name.
    pub fn txid(&self) -> TxId {
        hash::txid(&self.encode())
    }
}

#[cfg(test)]
mod tests;
