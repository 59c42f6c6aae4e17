//! CREATE and CREATE2 (java-tron `Program.createContract`).

use revm::bytecode::Bytecode;
use revm::interpreter::instructions::contract::resize_memory;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{LoopControl as _, ReturnData as _, RuntimeFlag as _};
use revm::interpreter::{
    CallInput, FrameInput, InputsImpl, InstructionContext, InstructionResult, InterpreterAction, gas, popn, push,
    require_non_staticcall,
};
use revm::primitives::{Bytes, U256};
use tron_tx::contract_address;

use super::calls::transfer_failed;
use super::frames::{Opening, Purpose};
use super::machine::{MAX_DEPTH, Machine};
use super::{from_evm, to_evm};

type Context<'c, 'a> = InstructionContext<'c, Machine<'a>, EthInterpreter>;

/// Energy per word of init code for its hash.
const CREATE2_WORD: u64 = 6;

/// Both creations. All energy left goes to the init code; what it leaves comes back.
pub(super) fn create<const WITH_SALT: bool>(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let InstructionContext { interpreter, host: machine } = context;
    require_non_staticcall!(interpreter);
    popn!([value, code_at, code_len], interpreter);
    let salt = if WITH_SALT {
        popn!([salt], interpreter);
        Some(salt)
    } else {
        None
    };
    let range = resize_memory(interpreter, &machine.gas_params, code_at, code_len)?;
    if WITH_SALT {
        machine.last_cost = CREATE2_WORD.saturating_mul(range.len().div_ceil(32) as u64);
        gas!(interpreter, machine.last_cost);
    }
    interpreter.return_data.clear();
    let here = from_evm(interpreter.input.target_address);
    let sun = i64::try_from(value);
    if interpreter.input.depth >= MAX_DEPTH || sun.as_ref().is_ok_and(|sun| machine.balance(here) < *sun) {
        push!(interpreter, U256::ZERO);
        return Ok(());
    }
    let Ok(sun) = sun else {
        return transfer_failed(interpreter, machine, 0, "endowment out of long range".to_owned());
    };
    let code =
        if range.is_empty() { Bytes::new() } else { Bytes::copy_from_slice(&interpreter.memory.slice_range(range)) };
    let address = match salt {
        Some(salt) => contract_address::created2(here, &salt.to_be_bytes(), &code),
        None => contract_address::created(&machine.env.root, machine.nonce),
    };
    let checkpoint = machine.checkpoint();
    let taken = machine.state.contract(&address).is_some();
    machine.make_contract_account(address);
    if sun > 0
        && let Err(reason) = machine.transfer(here, address, sun)
    {
        return transfer_failed(interpreter, machine, 0, reason);
    }
    machine.record(here, address, sun, &code, "create");
    let energy = interpreter.gas.remaining();
    gas!(interpreter, energy);
    if taken {
        // The init code does not run, and its energy is gone as after any exception.
        machine.revert(checkpoint);
        push!(interpreter, U256::ZERO);
        return Ok(());
    }
    machine.opening = Some(Opening {
        purpose: Purpose::Create { address },
        checkpoint,
        code: Bytecode::new_legacy(code),
        inputs: InputsImpl {
            target_address: to_evm(address),
            bytecode_address: None,
            caller_address: interpreter.input.target_address,
            input: CallInput::Bytes(Bytes::new()),
            call_value: value,
            depth: interpreter.input.depth + 1,
        },
        is_static: false,
        energy,
    });
    interpreter.bytecode.set_action(InterpreterAction::NewFrame(FrameInput::Empty));
    Err(InstructionResult::Suspend)
}
