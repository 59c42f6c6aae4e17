//! The stack of frames: from the transaction's message to its end.

use std::ops::Range;
use std::sync::Arc;

use primitives::Address;
use revm::bytecode::Bytecode;
use revm::interpreter::interpreter::{EthInterpreter, ExtBytecode};
use revm::interpreter::interpreter_types::{Jumps as _, LoopControl as _, ReturnData as _};
use revm::interpreter::{
    CallInput, GasTable, InputsImpl, InstructionResult, InstructionTable, Interpreter, InterpreterAction, SharedMemory,
};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Bytes, U256};
use tron_tx::hash::keccak256;
use tron_tx::proto::{ContractResult, SmartContract};

use super::halts::{Halt, Moment};
use super::machine::{Checkpoint, Machine};
use super::{CODE_BYTE_ENERGY, Message, Ran, table, to_evm};
use crate::state::Contract;

/// Memory that one frame may use, bytes (java-tron `Program.MAX_MEMORY` is 3 MiB).
const MEMORY_LIMIT: usize = 3 * 1024 * 1024;

const COSTS: GasTable = table::base_costs();

/// What a frame is for.
pub(super) enum Purpose {
    /// Running a contract; where the caller wants the output.
    Call { output: Range<usize> },
    /// Running init code.
    Create { address: Address },
}

/// A frame that is to be opened.
pub(super) struct Opening {
    pub(super) purpose: Purpose,
    pub(super) checkpoint: Checkpoint,
    pub(super) code: Bytecode,
    pub(super) inputs: InputsImpl,
    pub(super) is_static: bool,
    pub(super) energy: u64,
}

struct Frame {
    purpose: Purpose,
    checkpoint: Checkpoint,
    interpreter: Interpreter<EthInterpreter>,
}

/// How a frame ended.
enum End {
    Returned(Bytes),
    Reverted(Bytes),
    Halted(Halt),
    /// A TransferException: as a halt, but for the energy.
    TransferFailed(String),
}

/// A frame's end and the energy that it leaves.
struct Closed {
    end: End,
    left: u64,
}

impl Frame {
    fn open(opening: Opening) -> Self {
        let interpreter = Interpreter::new(
            SharedMemory::new(),
            ExtBytecode::new(opening.code),
            opening.inputs,
            opening.is_static,
            SpecId::CANCUN,
            opening.energy,
        );
        Self { purpose: opening.purpose, checkpoint: opening.checkpoint, interpreter }
    }
}

impl Machine<'_> {
    /// Runs the message to its end.
    pub(super) fn run(mut self, message: Message, deploys: bool) -> Ran {
        let instructions = table::instructions();
        let before = self.state.clone();
        let limit = message.energy_limit.max(0).unsigned_abs();
        let target = message.target;
        let mut frames = vec![Frame::open(Opening {
            purpose: if deploys { Purpose::Create { address: target } } else { Purpose::Call { output: 0..0 } },
            checkpoint: self.checkpoint(),
            code: message.code,
            inputs: InputsImpl {
                target_address: to_evm(target),
                bytecode_address: Some(to_evm(target)),
                caller_address: to_evm(message.caller),
                input: CallInput::Bytes(message.input),
                call_value: U256::from(message.value.unsigned_abs()),
                depth: 0,
            },
            is_static: false,
            energy: limit,
        })];
        loop {
            let frame = frames.last_mut().expect("the loop ends with the last frame");
            let Some(closed) = self.step(frame, &instructions) else {
                let opening = self.opening.take().expect("an instruction suspends only with a frame to open");
                frames.push(Frame::open(opening));
                continue;
            };
            let frame = frames.pop().expect("it was the last");
            let is_root = frames.is_empty();
            let closed = self.close(frame.purpose, frame.checkpoint, closed, is_root, frames.last_mut());
            if let Some(closed) = closed {
                return self.finish(before, limit, closed);
            }
        }
    }

    /// Runs a frame until it ends, or until it opens another: then nothing is returned.
    fn step(&mut self, frame: &mut Frame, instructions: &InstructionTable<EthInterpreter, Self>) -> Option<Closed> {
        let interpreter = &mut frame.interpreter;
        let limit = interpreter.gas.limit();
        let mut at;
        let reason = loop {
            let left = interpreter.gas.remaining();
            let opcode = interpreter.bytecode.opcode();
            let base = u64::from(COSTS[usize::from(opcode)]);
            at = Moment { opcode, pc: 0, limit, used: limit.saturating_sub(left), cost: base };
            self.last_cost = 0;
            if let Err(reason) = interpreter.step(instructions, &COSTS, self) {
                break reason;
            }
            if interpreter.memory.len() > MEMORY_LIMIT {
                return Some(Closed { end: End::Halted(Halt::memory(at)), left: 0 });
            }
        };
        if reason == InstructionResult::Suspend {
            let _ = interpreter.take_next_action();
            return None;
        }
        let left = interpreter.gas.remaining();
        let output = match interpreter.bytecode.action().take() {
            Some(InterpreterAction::Return(result)) => result.output,
            _ => Bytes::new(),
        };
        let end = match reason {
            InstructionResult::Stop | InstructionResult::Return | InstructionResult::SelfDestruct => {
                End::Returned(output)
            }
            InstructionResult::Revert => End::Reverted(output),
            InstructionResult::OutOfFunds => End::TransferFailed(self.transfer_failure.take().unwrap_or_default()),
            _ => {
                at.cost = at.cost.max(self.last_cost);
                at.pc = interpreter.bytecode.pc().saturating_sub(1);
                End::Halted(Halt::classify(reason, at))
            }
        };
        Some(Closed { left: if matches!(end, End::Halted(_)) { 0 } else { left }, end })
    }

    /// Settles a frame that ended and tells its caller; returns the end of the last one.
    fn close(
        &mut self,
        purpose: Purpose,
        checkpoint: Checkpoint,
        mut closed: Closed,
        is_root: bool,
        caller: Option<&mut Frame>,
    ) -> Option<Closed> {
        if let Purpose::Create { address } = purpose {
            self.deposit_code(address, &mut closed, is_root);
        }
        if !matches!(closed.end, End::Returned(_)) {
            self.revert(checkpoint);
        }
        let Some(caller) = caller else { return Some(closed) };
        let parent = &mut caller.interpreter;
        let (success, output) = match closed.end {
            End::Returned(output) => (true, output),
            End::Reverted(output) => (false, output),
            // No return data, and nothing of the energy comes back.
            End::Halted(_) | End::TransferFailed(_) => {
                let _ = parent.stack.push(U256::ZERO);
                return None;
            }
        };
        parent.gas.erase_cost(closed.left);
        match purpose {
            Purpose::Call { output: wanted } => {
                let _ = parent.stack.push(U256::from(success));
                let copied = wanted.len().min(output.len());
                if copied > 0 {
                    parent.memory.set(wanted.start, &output[..copied]);
                }
                parent.return_data.set_buffer(output);
            }
            Purpose::Create { address } => {
                let pushed = if success { to_evm(address).into_word().into() } else { U256::ZERO };
                let _ = parent.stack.push(pushed);
                if !success {
                    parent.return_data.set_buffer(output);
                }
            }
        }
        None
    }

    /// Pays for and stores the code that init code returned.
    fn deposit_code(&mut self, address: Address, closed: &mut Closed, is_root: bool) {
        let End::Returned(code) = &closed.end else { return };
        let cost = CODE_BYTE_ENERGY.unsigned_abs().saturating_mul(code.len() as u64);
        if closed.left < cost {
            let halt = Halt::code_deposit(cost, closed.left);
            *closed = Closed { end: End::Halted(halt), left: 0 };
            return;
        }
        if code.first() == Some(&0xef) {
            let halt = Halt::new(ContractResult::InvalidCode, "invalid code: must not begin with 0xef");
            *closed = Closed { end: End::Halted(halt), left: 0 };
            return;
        }
        closed.left -= cost;
        if is_root {
            // The deployment's actuator has the description and stores it.
            return;
        }
        let creator = self.internal.iter().rev().find(|inner| inner.transfer_to_address == address.to_bytes21());
        let creator = creator.map_or_else(Vec::new, |inner| inner.caller_address.clone());
        let code_hash = keccak256(code);
        let description = SmartContract {
            origin_address: creator.clone(),
            contract_address: address.to_bytes21().to_vec(),
            consume_user_resource_percent: 100,
            name: "CreatedByContract".to_owned(),
            code_hash: code_hash.to_vec(),
            trx_hash: self.env.root.as_bytes().to_vec(),
            ..SmartContract::default()
        };
        let contract = Contract {
            description,
            creator: Address::from_bytes21(&creator).unwrap_or(Address::ZERO),
            caller_percent: 100,
            creator_energy_limit: 0,
            code_hash,
            code: Bytecode::new_legacy(code.clone()),
        };
        self.state.contracts.insert_mut(address, Arc::new(contract));
    }

    fn finish(mut self, before: crate::state::State, limit: u64, closed: Closed) -> Ran {
        let used = limit.saturating_sub(closed.left);
        let (result, output, message) = match closed.end {
            End::Returned(output) => (ContractResult::Success, output, String::new()),
            End::Reverted(output) => (ContractResult::Revert, output, "REVERT opcode executed".to_owned()),
            End::Halted(halt) => (halt.result, Bytes::new(), halt.text),
            End::TransferFailed(text) => (ContractResult::TransferFailed, Bytes::new(), text),
        };
        if result == ContractResult::Success {
            self.settle();
        } else {
            self.state = before;
            self.logs.clear();
            self.internal.iter_mut().for_each(|inner| inner.rejected = true);
        }
        Ran {
            state: self.state,
            result,
            energy_used: i64::try_from(used).unwrap_or(i64::MAX),
            output,
            logs: self.logs,
            internal: self.internal,
            message,
        }
    }
}
