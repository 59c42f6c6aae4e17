//! AccountUpdateContract (java-tron `UpdateAccountActuator`): a name for the account, once.

use primitives::Address;
use tron_tx::proto::AccountUpdateContract;

use super::{Effects, address};
use crate::state::State;

/// Bytes that a name may have.
const MAX_NAME: usize = 200;

pub(super) fn validate(state: &State, contract: &AccountUpdateContract) -> Result<(), String> {
    if contract.account_name.len() > MAX_NAME {
        return Err("Invalid accountName".to_owned());
    }
    let owner = Address::from_bytes21(&contract.owner_address).map_err(|_| "Invalid ownerAddress")?;
    let account = state.account(&owner).ok_or("Account does not exist")?;
    if account.name.is_empty() { Ok(()) } else { Err("This account name is already existed".to_owned()) }
}

pub(super) fn execute(state: &mut State, contract: &AccountUpdateContract) -> Effects {
    state.change(address(&contract.owner_address), |account| account.name.clone_from(&contract.account_name));
    Effects::default()
}
