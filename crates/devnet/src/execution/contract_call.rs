//! TriggerSmartContract (java-tron `VMActuator.call`).

use primitives::Address;
use tron_tx::proto::TriggerSmartContract;

use super::{BlockContext, CodeEffects};
use crate::actuator::Scene;
use crate::admitted::Admitted;
use crate::refusal::Refusal;
use crate::resource::energy;
use crate::state::State;
use crate::tvm::{self, Message, Ran};

pub(super) fn execute(
    state: &mut State,
    scene: Scene<'_>,
    block: &BlockContext<'_>,
    admitted: &Admitted,
    call: &TriggerSmartContract,
) -> Result<CodeEffects, Refusal> {
    let caller = admitted.owner;
    let no_contract = || Refusal::Validate("No contract or not a smart contract".to_owned());
    let target = Address::from_bytes21(&call.contract_address).map_err(|_| no_contract())?;
    let contract = state.contract(&target).cloned().ok_or_else(no_contract)?;
    let fee_limit = fee_limit(scene, admitted)?;
    check_values(call.call_value, call.call_token_value, call.token_id)?;
    let own = energy::caller_cap(state, scene.rules, &caller, fee_limit, call.call_value, scene.slot);
    let energy_limit = energy::call_cap(state, scene.rules, &contract, &caller, own, scene.slot);

    let before = state.clone();
    send_value(state, caller, target, call.call_value)?;
    let ran = tvm::call(
        state.clone(),
        &block.env(admitted),
        Message {
            caller,
            target,
            value: call.call_value,
            code: contract.code.clone(),
            input: call.call_data.clone().into(),
            energy_limit,
        },
    );
    let (after, mut effects) = split(ran, before);
    *state = after;
    effects.contract = Some(target);
    effects.energy = energy::pay(state, scene.rules, Some(&contract), caller, effects.energy_total, scene.slot)
        .map_err(|payer| Refusal::Execute(format!("{} insufficient balance", payer.to_hex21())))?;
    Ok(effects)
}

/// The transaction's own cap on what energy may cost, sun.
pub(super) fn fee_limit(scene: Scene<'_>, admitted: &Admitted) -> Result<i64, Refusal> {
    let (limit, most) = (admitted.raw().fee_limit, scene.rules.max_fee_limit);
    if (0..=most).contains(&limit) {
        Ok(limit)
    } else {
        Err(Refusal::Validate(format!("feeLimit must be >= 0 and <= {most}")))
    }
}

/// Values that no contract can be sent: there is no TRC-10 here, and java-tron refuses the rest.
pub(super) fn check_values(value: i64, token_value: i64, token: i64) -> Result<(), Refusal> {
    let refuse = |text: &str| Err(Refusal::Validate(text.to_owned()));
    if value < 0 {
        return refuse("callValue must be >= 0");
    }
    if token_value < 0 {
        return refuse("tokenValue must be >= 0");
    }
    if token != 0 && token <= 1_000_000 {
        return refuse("tokenId must be > 1000000");
    }
    if token_value > 0 {
        return refuse("No asset !");
    }
    Ok(())
}

/// Moves the call's value before the code runs.
pub(super) fn send_value(state: &mut State, from: Address, to: Address, sun: i64) -> Result<(), Refusal> {
    if sun == 0 {
        return Ok(());
    }
    if from == to {
        return Err(Refusal::Validate("Cannot transfer TRX to yourself.".to_owned()));
    }
    if state.account(&from).is_none_or(|account| account.balance < sun) {
        return Err(Refusal::Validate("Validate InternalTransfer error, balance is not sufficient.".to_owned()));
    }
    state.change(from, |account| account.balance -= sun);
    state.credit(to, sun);
    Ok(())
}

/// The state to go on with and what the receipt tells. A failed call leaves nothing behind, its value included.
pub(super) fn split(ran: Ran, before: State) -> (State, CodeEffects) {
    let succeeded = ran.result == tron_tx::proto::ContractResult::Success;
    let effects = CodeEffects {
        contract: None,
        result: Some(ran.result),
        energy_total: ran.energy_used,
        energy: energy::Paid::default(),
        output: ran.output.to_vec(),
        logs: ran.logs,
        internal: ran.internal,
        message: ran.message,
    };
    (if succeeded { ran.state } else { before }, effects)
}
