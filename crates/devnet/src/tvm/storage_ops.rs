//! Instructions on storage and accounts whose rules differ from the EVM's.

use revm::interpreter::instructions::utility::IntoAddress as _;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::RuntimeFlag as _;
use revm::interpreter::{InstructionContext, InstructionResult, gas, popn, push, require_non_staticcall};
use revm::primitives::U256;

use super::from_evm;
use super::machine::{Machine, word};

type Context<'c, 'a> = InstructionContext<'c, Machine<'a>, EthInterpreter>;

const SET_SLOT: u64 = 20_000;
const RESET_SLOT: u64 = 5_000;

/// SSTORE: 20 000 for a row that was not there, 5 000 for everything else, clearing and rewriting included. There are
/// no refunds and no sentry (java-tron `EnergyCost.getSstoreCost`).
pub(super) fn sstore(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    require_non_staticcall!(context.interpreter);
    popn!([slot, value], context.interpreter);
    let row = (from_evm(context.interpreter.input.target_address), word(slot));
    let machine = context.host;
    let fresh = !machine.state.storage.contains_key(&row) && !value.is_zero();
    machine.last_cost = if fresh { SET_SLOT } else { RESET_SLOT };
    gas!(context.interpreter, machine.last_cost);
    machine.state.storage.insert_mut(row, word(value));
    machine.written.insert(row);
    Ok(())
}

/// EXTCODEHASH: zero where there is no account, the hash of nothing where there is one without code.
pub(super) fn extcodehash(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let InstructionContext { interpreter, host: machine } = context;
    popn!([address], interpreter);
    let address = from_evm(address.into_address());
    let state = &machine.state;
    let hash = match (state.contract(&address), state.account(&address)) {
        (Some(contract), _) => U256::from_be_bytes(contract.code_hash),
        (None, Some(_)) => revm::primitives::KECCAK_EMPTY.into(),
        (None, None) => U256::ZERO,
    };
    push!(interpreter, hash);
    Ok(())
}

/// SELFDESTRUCT: free; the balance goes to the heir, or is burned when the heir is the contract itself.
pub(super) fn selfdestruct(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    require_non_staticcall!(context.interpreter);
    popn!([heir], context.interpreter);
    let owner = from_evm(context.interpreter.input.target_address);
    let heir = from_evm(heir.into_address());
    let machine = context.host;
    let balance = machine.balance(owner);
    machine.record(owner, heir, balance, &[], "suicide");
    if owner == heir {
        machine.state.change(owner, |account| account.balance = 0);
        machine.state.totals.burned = machine.state.totals.burned.saturating_add(balance);
    } else {
        machine.state.change(owner, |account| account.balance = 0);
        machine.state.credit(heir, balance);
    }
    machine.doomed.insert(owner);
    Err(InstructionResult::SelfDestruct)
}
