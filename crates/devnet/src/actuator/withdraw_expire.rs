//! WithdrawExpireUnfreezeContract (java-tron `WithdrawExpireUnfreezeActuator`): stake that is out, back to the balance.

use tron_tx::proto::WithdrawExpireUnfreezeContract;

use super::{Effects, Scene, address, existing, unfreeze};
use crate::state::State;

pub(super) fn validate(
    state: &State,
    scene: Scene<'_>,
    contract: &WithdrawExpireUnfreezeContract,
) -> Result<(), String> {
    let owner = existing(state, &contract.owner_address, "not exists")?;
    let any = state
        .account(&owner)
        .is_some_and(|account| account.unfreezing.iter().any(|entry| entry.expires_at <= scene.now));
    if any { Ok(()) } else { Err("no unFreeze balance to withdraw ".to_owned()) }
}

pub(super) fn execute(state: &mut State, scene: Scene<'_>, contract: &WithdrawExpireUnfreezeContract) -> Effects {
    let paid = unfreeze::pay_expired(state, address(&contract.owner_address), scene.now);
    Effects { withdraw_expire_amount: paid, ..Effects::default() }
}
