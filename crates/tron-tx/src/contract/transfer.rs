//! Transfers of TRX and of TRC-10 tokens.

use primitives::{Address, Sun};

use super::field;
use crate::decode_error::{DecodeError, FieldFlaw};
use crate::proto;

/// `TransferContract`: moves TRX; to an unknown address it also creates the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Who pays.
    pub owner: Address,
    /// Who is paid.
    pub to: Address,
    /// How much; the chain refuses nothing (0) and transfers to oneself.
    pub amount: Sun,
}

impl Transfer {
    pub(super) fn decode(owner: Address, m: &proto::TransferContract) -> Result<Self, DecodeError> {
        Ok(Self { owner, to: field::address("to_address", &m.to_address)?, amount: field::sun("amount", m.amount)? })
    }

    pub(super) fn to_message(&self) -> proto::TransferContract {
        proto::TransferContract {
            owner_address: self.owner.to_bytes21().into(),
            to_address: self.to.to_bytes21().into(),
            amount: self.amount.to_i64(),
        }
    }
}

/// A TRC-10 token's number, at most `i64::MAX`; the protocol writes it in ASCII digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(pub u64);

/// `TransferAssetContract`: moves a TRC-10 token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTransfer {
    /// Who pays.
    pub owner: Address,
    /// Who is paid.
    pub to: Address,
    /// Which token.
    pub token: TokenId,
    /// How much, in the token's smallest units.
    pub amount: u64,
}

impl TokenTransfer {
    pub(super) fn decode(owner: Address, m: &proto::TransferAssetContract) -> Result<Self, DecodeError> {
        let token = std::str::from_utf8(&m.asset_name)
            .ok()
            .and_then(|text| text.parse().ok().filter(|id: &u64| id.to_string() == text))
            .map(TokenId)
            .ok_or_else(|| DecodeError::field("asset_name", FieldFlaw::TokenId))?;
        let to = field::address("to_address", &m.to_address)?;
        Ok(Self { owner, to, token, amount: field::count("amount", m.amount)? })
    }

    pub(super) fn to_message(&self) -> proto::TransferAssetContract {
        proto::TransferAssetContract {
            asset_name: self.token.0.to_string().into_bytes(),
            owner_address: self.owner.to_bytes21().into(),
            to_address: self.to.to_bytes21().into(),
            amount: self.amount.cast_signed(),
        }
    }
}
