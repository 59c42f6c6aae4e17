//! CreateSmartContract (java-tron `VMActuator.create`).

use std::sync::Arc;

use primitives::Address;
use revm::bytecode::Bytecode;
use tron_tx::proto::{ContractResult, CreateSmartContract, SmartContract};
use tron_tx::{contract_address, hash};

use super::contract_call::{check_values, fee_limit, send_value, split};
use super::{BlockContext, CodeEffects};
use crate::actuator::Scene;
use crate::admitted::Admitted;
use crate::refusal::Refusal;
use crate::resource::energy;
use crate::state::{Account, AccountKind, Contract, State};
use crate::tvm::{self, Message};

/// Bytes that a contract's name may have.
const MAX_NAME: usize = 32;

pub(super) fn execute(
    state: &mut State,
    scene: Scene<'_>,
    block: &BlockContext<'_>,
    admitted: &Admitted,
    deployment: &CreateSmartContract,
) -> Result<CodeEffects, Refusal> {
    let owner = admitted.owner;
    let description = deployment.new_contract.clone().unwrap_or_default();
    check_description(&description, owner)?;
    let address = contract_address::deployed(&admitted.id, owner);
    if state.account(&address).is_some() {
        return Err(Refusal::Validate(format!(
            "Trying to create a contract with existing contract address: {address}"
        )));
    }
    let fee_limit = fee_limit(scene, admitted)?;
    check_values(description.call_value, deployment.call_token_value, deployment.token_id)?;
    if description.origin_energy_limit <= 0 {
        return Err(Refusal::Validate("The originEnergyLimit must be > 0".to_owned()));
    }
    let energy_limit = energy::caller_cap(state, scene.rules, &owner, fee_limit, description.call_value, scene.slot);

    let before = state.clone();
    state.put(Account::new(address, AccountKind::Contract, scene.now));
    send_value(state, owner, address, description.call_value)?;
    let ran = tvm::create(
        state.clone(),
        &block.env(admitted),
        Message {
            caller: owner,
            target: address,
            value: description.call_value,
            code: Bytecode::new_legacy(description.bytecode.clone().into()),
            input: revm::primitives::Bytes::new(),
            energy_limit,
        },
    );
    let (after, mut effects) = split(ran, before);
    *state = after;
    if effects.result == Some(ContractResult::Success) {
        let contract = contract(description, address, admitted, &effects.output);
        state.contracts.insert_mut(address, Arc::new(contract));
    }
    effects.contract = Some(address);
    effects.energy = energy::pay(state, scene.rules, None, owner, effects.energy_total, scene.slot)
        .map_err(|payer| Refusal::Execute(format!("{} insufficient balance", payer.to_hex21())))?;
    Ok(effects)
}

fn check_description(description: &SmartContract, owner: Address) -> Result<(), Refusal> {
    let refuse = |text: &str| Err(Refusal::Validate(text.to_owned()));
    if description.origin_address != owner.to_bytes21() {
        return refuse("OwnerAddress is not equals OriginAddress");
    }
    if description.name.len() > MAX_NAME {
        return refuse("contractName's length cannot be greater than 32");
    }
    if !(0..=100).contains(&description.consume_user_resource_percent) {
        return refuse("percent must be >= 0 and <= 100");
    }
    Ok(())
}

fn contract(description: SmartContract, address: Address, admitted: &Admitted, code: &[u8]) -> Contract {
    let code_hash = hash::keccak256(code);
    Contract {
        creator: admitted.owner,
        caller_percent: description.consume_user_resource_percent,
        creator_energy_limit: description.origin_energy_limit,
        code_hash,
        code: Bytecode::new_legacy(code.to_vec().into()),
        description: SmartContract {
            contract_address: address.to_bytes21().to_vec(),
            code_hash: code_hash.to_vec(),
            trx_hash: admitted.id.as_bytes().to_vec(),
            ..description
        },
    }
}
