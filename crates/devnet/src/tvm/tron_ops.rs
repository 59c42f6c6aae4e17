//! Instructions that only TRON has. Those of TRC-10 behave as if no token existed; those that stake or vote from a
//! contract are left out and end as unknown opcodes do.

use revm::interpreter::instructions::utility::IntoAddress as _;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{InstructionContext, InstructionResult, popn, push};
use revm::primitives::U256;

use super::from_evm;
use super::machine::Machine;

type Context<'c, 'a> = InstructionContext<'c, Machine<'a>, EthInterpreter>;

/// CALLTOKENVALUE and CALLTOKENID: no token ever comes along. Every guard that tron-solc writes asks for them.
pub(super) fn push_zero(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let interpreter = context.interpreter;
    push!(interpreter, U256::ZERO);
    Ok(())
}

/// TOKENBALANCE: nobody has any.
pub(super) fn token_balance(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let interpreter = context.interpreter;
    popn!([_token, _address], interpreter);
    push!(interpreter, U256::ZERO);
    Ok(())
}

/// ISCONTRACT: whether code was deployed at the address.
pub(super) fn is_contract(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let InstructionContext { interpreter, host: machine } = context;
    popn!([address], interpreter);
    let found = machine.state.contract(&from_evm(address.into_address())).is_some();
    push!(interpreter, U256::from(found));
    Ok(())
}
