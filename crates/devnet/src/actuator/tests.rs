//! Stake, delegation, votes and rewards, through the chain.

mod delegation;
mod rewards;
mod settings;
mod stake;

use tron_tx::proto::{
    DelegateResourceContract, FreezeBalanceV2Contract, UnDelegateResourceContract, UnfreezeBalanceV2Contract,
};

use crate::broadcast::ResponseCode;
use crate::testing::{TRX, World, at, bytes};

const ENERGY: i32 = 1;

fn freeze(name: &str, trx: i64, resource: i32) -> FreezeBalanceV2Contract {
    FreezeBalanceV2Contract { owner_address: bytes(at(name)), frozen_balance: trx * TRX, resource }
}

fn unfreeze(name: &str, sun: i64, resource: i32) -> UnfreezeBalanceV2Contract {
    UnfreezeBalanceV2Contract { owner_address: bytes(at(name)), unfreeze_balance: sun, resource }
}

fn delegate(from: &str, to: &str, sun: i64) -> DelegateResourceContract {
    DelegateResourceContract {
        owner_address: bytes(at(from)),
        receiver_address: bytes(at(to)),
        balance: sun,
        resource: ENERGY,
        ..DelegateResourceContract::default()
    }
}

fn undelegate(from: &str, to: &str, sun: i64) -> UnDelegateResourceContract {
    UnDelegateResourceContract {
        owner_address: bytes(at(from)),
        receiver_address: bytes(at(to)),
        balance: sun,
        resource: ENERGY,
    }
}

/// The text of a contract that is refused.
fn says(world: &mut World, payload: impl Into<tron_tx::Payload>, signer: &str) -> String {
    let (code, text) = world.refused(payload, signer);
    assert_eq!(code, ResponseCode::ContractValidateError, "{text}");
    text.strip_prefix("Contract validate error : ").unwrap().to_owned()
}
