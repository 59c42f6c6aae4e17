//! TransferContract (java-tron `TransferActuator`): TRX to an account, which is made for 1 TRX if there is none.

use primitives::Address;
use tron_tx::proto::TransferContract;

use super::{Effects, Scene, address};
use crate::resource::burn;
use crate::state::State;

fn activation_fee(state: &State, scene: Scene<'_>, to: &Address) -> i64 {
    if state.account(to).is_some() { 0 } else { scene.rules.create_new_account_fee }
}

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &TransferContract) -> Result<(), String> {
    let owner = Address::from_bytes21(&contract.owner_address).map_err(|_| "Invalid ownerAddress!")?;
    let to = Address::from_bytes21(&contract.to_address).map_err(|_| "Invalid toAddress!")?;
    if owner == to {
        return Err("Cannot transfer TRX to yourself.".to_owned());
    }
    let account = state.account(&owner).ok_or("Validate TransferContract error, no OwnerAccount.")?;
    if contract.amount <= 0 {
        return Err("Amount must be greater than 0.".to_owned());
    }
    let needed = contract.amount.checked_add(activation_fee(state, scene, &to)).ok_or("long overflow")?;
    if account.balance < needed {
        return Err("Validate TransferContract error, balance is not sufficient.".to_owned());
    }
    let held = state.account(&to).map_or(0, |receiver| receiver.balance);
    held.checked_add(contract.amount).map(|_| ()).ok_or_else(|| "long overflow".to_owned())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &TransferContract) -> Effects {
    let (owner, to) = (address(&contract.owner_address), address(&contract.to_address));
    let fee = activation_fee(state, scene, &to);
    burn(state, owner, fee);
    state.change(owner, |account| account.balance -= contract.amount);
    state.credit(to, contract.amount);
    Effects { fee, ..Effects::default() }
}
