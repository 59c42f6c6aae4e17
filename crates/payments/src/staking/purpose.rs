//! What tells a stake from a delegation.

use std::fmt;
use std::str::FromStr;

use api::trx_staking::{DelegationRequest, DelegationView, StakeRequest, StakeView};
use primitives::statement::Kind;
use primitives::{DelegationId, IntentId, Resource, StakeId, Sun, WalletId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::Operation;

/// The least that can be staked or lent, 1 TRX (java-tron 4.8 `FreezeBalanceV2Actuator`, `DelegateResourceActuator`).
pub const MIN_AMOUNT: u64 = 1_000_000;

/// Why a request can never be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Malformed {
    /// Below what the protocol takes.
    #[error("at least 1 TRX is staked or lent")]
    TooSmall,
    /// A wallet cannot lend to itself.
    #[error("the receiver is the wallet that lends")]
    ToItself,
}

/// What an operation is for: the request of a stake or of a delegation.
pub trait Purpose:
    Clone + fmt::Debug + PartialEq + Eq + Serialize + DeserializeOwned + Send + Sync + Sized + 'static
{
    /// Its id.
    type Id: Copy
        + fmt::Debug
        + fmt::Display
        + FromStr
        + PartialEq
        + Eq
        + Serialize
        + DeserializeOwned
        + Into<IntentId>
        + Send
        + Sync
        + 'static;
    /// How others see it.
    type View: fmt::Debug + PartialEq + Serialize + Send + 'static;
    /// What its authorisations are for.
    const KIND: Kind;

    /// The staking wallet.
    fn wallet_id(&self) -> &WalletId;
    /// The wallet that a resource is lent to.
    fn receiver(&self) -> Option<&WalletId>;
    /// Of what.
    fn resource(&self) -> Resource;
    /// How much TRX.
    fn amount(&self) -> Sun;
    /// The operation as others see it.
    fn view(operation: &Operation<Self>) -> Self::View;

    /// Refuses what can never be carried out.
    fn check(&self) -> Result<(), Malformed> {
        if self.amount().units() < MIN_AMOUNT {
            return Err(Malformed::TooSmall);
        }
        if self.receiver() == Some(self.wallet_id()) { Err(Malformed::ToItself) } else { Ok(()) }
    }
}

impl Purpose for StakeRequest {
    type Id = StakeId;
    type View = StakeView;
    const KIND: Kind = Kind::Stake;

    fn wallet_id(&self) -> &WalletId {
        &self.wallet_id
    }

    fn receiver(&self) -> Option<&WalletId> {
        None
    }

    fn resource(&self) -> Resource {
        self.resource
    }

    fn amount(&self) -> Sun {
        self.amount
    }

    fn view(operation: &Operation<Self>) -> StakeView {
        StakeView {
            stake_id: operation.id,
            request: operation.request.clone(),
            stage: operation.stage(),
            txid: operation.txid(),
            reason: operation.reason(),
            created_at: operation.created_at,
        }
    }
}

impl Purpose for DelegationRequest {
    type Id = DelegationId;
    type View = DelegationView;
    const KIND: Kind = Kind::Delegation;

    fn wallet_id(&self) -> &WalletId {
        &self.wallet_id
    }

    fn receiver(&self) -> Option<&WalletId> {
        Some(&self.receiver)
    }

    fn resource(&self) -> Resource {
        self.resource
    }

    fn amount(&self) -> Sun {
        self.amount
    }

    fn view(operation: &Operation<Self>) -> DelegationView {
        DelegationView {
            delegation_id: operation.id,
            request: operation.request.clone(),
            stage: operation.stage(),
            txid: operation.txid(),
            reason: operation.reason(),
            created_at: operation.created_at,
        }
    }
}
