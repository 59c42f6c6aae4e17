//! One payment from a wallet that no service decides for, such as a treasury's.

use prost::Message;

use super::StatementError;
use super::authorisation::Asset;
use super::fields::{address, optional};
use crate::{Address, Sun, WalletId};

/// A payment as two operators mean it. Every signer of a shared account takes the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// The wallet that pays, by the name that it has at each of its signers.
    pub wallet: WalletId,
    /// Its account.
    pub account: Address,
    /// What is paid.
    pub asset: Asset,
    /// Who receives.
    pub recipient: Address,
    /// How much, in the asset's smallest units, from 1 to `i64::MAX`.
    pub amount: u64,
    /// The most that it may cost: the fee_limit of a call, and what the chain takes for a second signature.
    pub fee_max: Sun,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireSpending {
    #[prost(string, tag = "1")]
    wallet: String,
    #[prost(bytes = "vec", tag = "2")]
    account: Vec<u8>,
    /// 21 bytes of a contract, or none for TRX.
    #[prost(bytes = "vec", tag = "3")]
    asset: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    recipient: Vec<u8>,
    #[prost(uint64, tag = "5")]
    amount: u64,
    #[prost(uint64, tag = "6")]
    fee_max: u64,
}

impl Spending {
    pub(super) fn to_wire(&self) -> WireSpending {
        WireSpending {
            wallet: self.wallet.to_string(),
            account: self.account.to_bytes21().to_vec(),
            asset: match self.asset {
                Asset::Trx => Vec::new(),
                Asset::Token(contract) => contract.to_bytes21().to_vec(),
            },
            recipient: self.recipient.to_bytes21().to_vec(),
            amount: self.amount,
            fee_max: self.fee_max.units(),
        }
    }

    pub(super) fn from_wire(wire: &WireSpending) -> Result<Self, StatementError> {
        if wire.amount == 0 || i64::try_from(wire.amount).is_err() {
            return Err(StatementError::Malformed("amount"));
        }
        Ok(Self {
            wallet: wire.wallet.parse().map_err(|_| StatementError::Malformed("wallet"))?,
            account: address(&wire.account)?,
            asset: optional(&wire.asset, address)?.map_or(Asset::Trx, Asset::Token),
            recipient: address(&wire.recipient)?,
            amount: wire.amount,
            fee_max: Sun::new(wire.fee_max).map_err(|_| StatementError::Malformed("fee"))?,
        })
    }
}
