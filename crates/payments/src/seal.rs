//! From a permission to the bytes of its one transaction, and back.
//!
//! The signer makes the same comparison from the other side, with code of its own: what is built here and does not say
//! exactly what the permission says is not signed there.

use primitives::statement::{Anchor, Asset, Authorisation, Kind};
use primitives::{Address, HexBytes, Resource, Sun, UnixMs};
use thiserror::Error;
use tron_tx::contract::{Contract, Delegate, Freeze, Transfer, Trigger, Undelegate, Unfreeze};
use tron_tx::{DecodeError, PermissionId, RawTransaction, RefBlock, trc20};

use crate::attempt::SealedTx;

/// What goes around the contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The wallet that signs and pays.
    pub payer: Address,
    /// The bound on what energy may cost; ignored for contracts that use none.
    pub fee_limit: Sun,
    /// The memo whose hash the permission names.
    pub memo: Option<String>,
    /// When it is made; tells otherwise equal transactions apart.
    pub timestamp: UnixMs,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
}

/// Why a permission has no transaction.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// The protocol knows permissions 0 to 9.
    #[error("no such permission id")]
    Permission,
    /// A stake or delegation without saying of what.
    #[error("the permission does not say which resource")]
    Resource,
    /// Above what the protocol holds.
    #[error("the amount is too large")]
    Amount,
    /// The fee_limit is above the permission's bound.
    #[error("the fee limit is above the permission's")]
    FeeLimit,
}

impl SealError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Permission => "unknown_permission",
            Self::Resource => "resource_missing",
            Self::Amount => "amount_too_large",
            Self::FeeLimit => "fee_above_permission",
        }
    }
}

/// The transaction that does what `authorisation` permits, and nothing else, on the chain and after the block of
/// `anchor`.
pub fn build(authorisation: &Authorisation, envelope: &Envelope, anchor: &Anchor) -> Result<SealedTx, SealError> {
    let contract = contract(authorisation, envelope.payer)?;
    let permission = u8::try_from(authorisation.permission_id).ok().and_then(PermissionId::new);
    let mut raw =
        RawTransaction::new(contract, RefBlock::from(anchor.block_id), envelope.timestamp, envelope.expiration)
            .with_permission(permission.ok_or(SealError::Permission)?);
    if matches!(raw.contract, Contract::Trigger(_)) {
        if envelope.fee_limit > authorisation.fee_limit_max {
            return Err(SealError::FeeLimit);
        }
        raw = raw.with_fee_limit(envelope.fee_limit);
    }
    if let Some(memo) = &envelope.memo {
        raw = raw.with_memo(memo.as_bytes());
    }
    Ok(SealedTx { raw_data: raw.encode().into(), txid: raw.txid(), expiration: raw.expiration })
}

/// Reads a raw_data that the register holds.
pub fn read(raw_data: HexBytes) -> Result<SealedTx, DecodeError> {
    let raw = RawTransaction::decode(&raw_data.0)?;
    Ok(SealedTx { raw_data, txid: raw.txid(), expiration: raw.expiration })
}

/// The one contract that a permission stands for.
pub fn contract(authorisation: &Authorisation, payer: Address) -> Result<Contract, SealError> {
    let amount = Sun::new(authorisation.amount).map_err(|_| SealError::Amount)?;
    let recipient = authorisation.recipient;
    let resource = || -> Result<Resource, SealError> { authorisation.resource.ok_or(SealError::Resource) };
    Ok(match (authorisation.kind, authorisation.asset) {
        (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Trx) => {
            Contract::Transfer(Transfer { owner: payer, to: recipient, amount })
        }
        (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Token(contract)) => {
            let calldata = trc20::transfer(recipient, authorisation.amount);
            Contract::Trigger(Trigger::new(payer, contract, calldata))
        }
        (Kind::Stake, _) => Contract::Freeze(Freeze { owner: payer, amount, resource: resource()? }),
        (Kind::Unstake, _) => Contract::Unfreeze(Unfreeze { owner: payer, amount, resource: resource()? }),
        (Kind::Delegation, _) => Contract::Delegate(Delegate {
            owner: payer,
            receiver: recipient,
            amount,
            resource: resource()?,
            lock: false,
            lock_period: 0,
        }),
        (Kind::Reclaim, _) => {
            Contract::Undelegate(Undelegate { owner: payer, receiver: recipient, amount, resource: resource()? })
        }
    })
}
