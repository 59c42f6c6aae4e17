//! A transaction decoded without loss, as its messages: what it says, whether or not it makes sense.
//!
//! [`RawTransaction`](crate::RawTransaction) is the stricter reading in typed values, for whoever signs.

use primitives::TxId;

use crate::canonical::{decode_exactly, require_known_values};
use crate::decode_error::DecodeError;
use crate::{ContractType, Payload, hash, proto};

/// A raw_data with exactly one contract whose message is known, in canonical form throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExactRaw {
    txid: TxId,
    length: usize,
    message: proto::TransactionRaw,
    payload: Payload,
}

impl ExactRaw {
    /// Reads a raw_data that would be written again exactly like this.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message: proto::TransactionRaw = decode_exactly(bytes)?;
        let payload = match message.contract.as_slice() {
            [] => return Err(DecodeError::NoContract),
            [contract] => payload(contract)?,
            more => return Err(DecodeError::ManyContracts(more.len())),
        };
        Ok(Self { txid: hash::txid(bytes), length: bytes.len(), message, payload })
    }

    /// The transaction's name.
    pub const fn txid(&self) -> TxId {
        self.txid
    }

    /// How many bytes the raw_data has.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The raw_data as it stands.
    pub const fn message(&self) -> &proto::TransactionRaw {
        &self.message
    }

    /// The one contract's message.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The one contract's envelope.
    pub fn contract(&self) -> &proto::TransactionContract {
        self.message.contract.first().expect("decode requires one contract")
    }
}

/// The message of a contract, if type, name and form agree.
fn payload(contract: &proto::TransactionContract) -> Result<Payload, DecodeError> {
    let number = contract.contract_type;
    let contract_type = ContractType::from_number(number).ok_or(DecodeError::UnknownType(number))?;
    let parameter = contract.parameter.as_ref().ok_or(DecodeError::NoParameter)?;
    if parameter.type_url != contract_type.type_url() {
        return Err(DecodeError::TypeUrl { expected: contract_type, found: parameter.type_url.clone() });
    }
    let payload = Payload::decode_exactly(contract_type, &parameter.value)?;
    if let Some(schema) = contract_type.schema() {
        require_known_values(schema, &parameter.value)?;
    }
    Ok(payload)
}
