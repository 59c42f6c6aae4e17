//! AccountCreateContract (java-tron `CreateAccountActuator`): an account without a balance, for 1 TRX.

use primitives::Address;
use tron_tx::proto::AccountCreateContract;

use super::{Effects, Scene, address, existing};
use crate::resource::burn;
use crate::state::{Account, AccountKind, State};

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &AccountCreateContract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    if state.account(&owner).is_some_and(|account| account.balance < scene.rules.create_new_account_fee) {
        return Err("Validate CreateAccountActuator error, insufficient fee.".to_owned());
    }
    let fresh = Address::from_bytes21(&contract.account_address).map_err(|_| "Invalid account address")?;
    if state.account(&fresh).is_some() {
        return Err("Account has existed".to_owned());
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &AccountCreateContract) -> Effects {
    let fee = scene.rules.create_new_account_fee;
    burn(state, address(&contract.owner_address), fee);
    state.put(Account::new(address(&contract.account_address), AccountKind::Normal, scene.now));
    Effects { fee, ..Effects::default() }
}
