//! WithdrawBalanceContract (java-tron `WithdrawBalanceActuator`): rewards to the balance, once a day. Genesis witnesses
//! may withdraw here, since a devnet has no others.

use tron_tx::proto::WithdrawBalanceContract;

use super::{Effects, Scene, address, existing, rewards};
use crate::state::State;

const DAY_MS: u64 = 86_400_000;

pub(super) fn validate(state: &State, scene: Scene<'_>, contract: &WithdrawBalanceContract) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    let last = state.account(&owner).map(|account| account.last_withdraw_at).unwrap_or_default();
    if scene.now.ms_since(last) < DAY_MS {
        return Err(format!("The last withdraw time is {last}, less than 24 hours"));
    }
    if rewards::due(state, owner) <= 0 {
        return Err("witnessAccount does not have any reward".to_owned());
    }
    Ok(())
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &WithdrawBalanceContract) -> Effects {
    let owner = address(&contract.owner_address);
    rewards::settle(state, owner);
    let withdraw_amount = state.change(owner, |account| {
        account.last_withdraw_at = scene.now;
        let reward = std::mem::take(&mut account.allowance);
        account.balance += reward;
        reward
    });
    Effects { withdraw_amount, ..Effects::default() }
}
