//! CALL, CALLCODE, DELEGATECALL and STATICCALL (java-tron `Program.callToAddress`, `callToPrecompiledAddress`).
//!
//! The callee gets all that the caller asks for and has, not 63/64 of it. Too little balance or too many frames give
//! the energy back and push 0; a value that no account can hold ends the frame.

use std::ops::Range;

use primitives::Address;
use revm::bytecode::opcode::{CALL, CALLCODE, DELEGATECALL, STATICCALL};
use revm::interpreter::instructions::contract::resize_memory;
use revm::interpreter::instructions::utility::IntoAddress as _;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{LoopControl as _, ReturnData as _};
use revm::interpreter::{
    CallInput, FrameInput, InputsImpl, InstructionContext, InstructionResult, Interpreter, InterpreterAction, gas,
    popn, push,
};
use revm::primitives::{Bytes, U256};

use super::frames::{Opening, Purpose};
use super::machine::{MAX_DEPTH, Machine};
use super::{from_evm, precompiles, to_evm};

type Context<'c, 'a> = InstructionContext<'c, Machine<'a>, EthInterpreter>;

const VALUE_CALL: u64 = 9_000;
const NEW_ACCOUNT_CALL: u64 = 25_000;
const STIPEND: u64 = 2_300;

struct Request {
    kind: u8,
    /// Already taken from the caller, the stipend added.
    energy: u64,
    code_at: Address,
    value: U256,
    input: Bytes,
    output: Range<usize>,
}

/// The four calls; `KIND` is the opcode.
pub(super) fn call<const KIND: u8>(context: Context<'_, '_>) -> Result<(), InstructionResult> {
    let InstructionContext { interpreter, host: machine } = context;
    popn!([asked, to], interpreter);
    let code_at = from_evm(to.into_address());
    let value = if matches!(KIND, CALL | CALLCODE) {
        popn!([value], interpreter);
        value
    } else {
        U256::ZERO
    };
    popn!([input_at, input_len, output_at, output_len], interpreter);
    if KIND == CALL && interpreter.runtime_flag.is_static && !value.is_zero() {
        return Err(InstructionResult::CallNotAllowedInsideStatic);
    }
    let input_range = resize_memory(interpreter, &machine.gas_params, input_at, input_len)?;
    let output = resize_memory(interpreter, &machine.gas_params, output_at, output_len)?;

    machine.last_cost = 0;
    if !value.is_zero() {
        machine.last_cost = VALUE_CALL;
        if KIND == CALL && machine.state.account(&code_at).is_none() {
            machine.last_cost += NEW_ACCOUNT_CALL;
        }
        gas!(interpreter, machine.last_cost);
    }
    let mut energy = u64::try_from(asked).unwrap_or(u64::MAX).min(interpreter.gas.remaining());
    gas!(interpreter, energy);
    if !value.is_zero() {
        energy = energy.saturating_add(STIPEND);
    }
    let input = if input_range.is_empty() {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(&interpreter.memory.slice_range(input_range))
    };
    enter(interpreter, machine, Request { kind: KIND, energy, code_at, value, input, output })
}

type Frame = Interpreter<EthInterpreter>;

fn enter(caller: &mut Frame, machine: &mut Machine<'_>, request: Request) -> Result<(), InstructionResult> {
    caller.return_data.clear();
    if caller.input.depth >= MAX_DEPTH {
        return give_back(caller, request.energy);
    }
    let here = from_evm(caller.input.target_address);
    let stateless = matches!(request.kind, CALLCODE | DELEGATECALL);
    let target = if stateless { here } else { request.code_at };
    let Ok(value) = i64::try_from(request.value) else {
        return transfer_failed(caller, machine, request.energy, "endowment out of long range".to_owned());
    };
    if machine.balance(here) < value {
        return give_back(caller, request.energy);
    }
    let checkpoint = machine.checkpoint();
    if precompiles::exists(request.code_at) {
        if value > 0 && target != here && machine.transfer(here, target, value).is_err() {
            return give_back(caller, request.energy);
        }
        if !run_precompile(caller, &request) {
            machine.revert(checkpoint);
        }
        return Ok(());
    }
    if value > 0
        && let Err(reason) = machine.transfer(here, target, value)
    {
        return transfer_failed(caller, machine, request.energy, reason);
    }
    machine.record(here, target, value, &request.input, "call");
    let Some(contract) = machine.state.contract(&request.code_at).filter(|contract| !contract.code.is_empty()) else {
        caller.gas.erase_cost(request.energy);
        push!(caller, U256::from(1));
        return Ok(());
    };
    let code = contract.code.clone();
    let delegated = request.kind == DELEGATECALL;
    machine.opening = Some(Opening {
        purpose: Purpose::Call { output: request.output },
        checkpoint,
        code,
        inputs: InputsImpl {
            target_address: to_evm(target),
            bytecode_address: Some(to_evm(request.code_at)),
            caller_address: if delegated { caller.input.caller_address } else { caller.input.target_address },
            input: CallInput::Bytes(request.input),
            call_value: if delegated { caller.input.call_value } else { request.value },
            depth: caller.input.depth + 1,
        },
        is_static: caller.runtime_flag.is_static || request.kind == STATICCALL,
        energy: request.energy,
    });
    caller.bytecode.set_action(InterpreterAction::NewFrame(FrameInput::Empty));
    Err(InstructionResult::Suspend)
}

/// Pushes 0 and returns what was forwarded.
pub(super) fn give_back(caller: &mut Frame, energy: u64) -> Result<(), InstructionResult> {
    caller.gas.erase_cost(energy);
    push!(caller, U256::ZERO);
    Ok(())
}

/// A TransferException: the frame ends, and what it did not spend is not lost.
pub(super) fn transfer_failed(
    caller: &mut Frame,
    machine: &mut Machine<'_>,
    energy: u64,
    reason: String,
) -> Result<(), InstructionResult> {
    caller.gas.erase_cost(energy);
    machine.transfer_failure = Some(reason);
    Err(InstructionResult::OutOfFunds)
}

/// True if it succeeded; otherwise all forwarded energy is gone.
fn run_precompile(caller: &mut Frame, request: &Request) -> bool {
    let Some((used, output)) = precompiles::run(request.code_at, &request.input, request.energy) else {
        // The stack had room: the operands just left it.
        let _ = caller.stack.push(U256::ZERO);
        return false;
    };
    caller.gas.erase_cost(request.energy - used);
    let _ = caller.stack.push(U256::from(1));
    let copied = request.output.len().min(output.len());
    if copied > 0 {
        caller.memory.set(request.output.start, &output[..copied]);
    }
    caller.return_data.set_buffer(output);
    true
}
