//! Exceptional ends, in the protocol's words (java-tron `Program.Exception`, `TransactionTrace.setResult`).

use revm::bytecode::opcode::OpCode;
use revm::interpreter::InstructionResult;
use tron_tx::proto::ContractResult;

/// Why a frame ended without returning or reverting.
#[derive(Debug, Clone)]
pub(super) struct Halt {
    pub(super) result: ContractResult,
    pub(super) text: String,
}

/// Where the machine stood when it halted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) opcode: u8,
    pub(super) pc: usize,
    pub(super) limit: u64,
    pub(super) used: u64,
    pub(super) cost: u64,
}

impl Halt {
    pub(super) fn new(result: ContractResult, text: impl Into<String>) -> Self {
        Self { result, text: text.into() }
    }

    pub(super) fn memory(at: Moment) -> Self {
        let name = name(at.opcode);
        Self::new(ContractResult::OutOfMemory, format!("Out of Memory when '{name}' operation executing"))
    }

    /// Energy that does not pay for the created code.
    pub(super) fn code_deposit(needed: u64, left: u64) -> Self {
        let text = format!(
            "Not enough energy for 'save just created contract code' executing: curInvokeEnergyLimit[{left}], \
             curOpEnergy[{needed}], usedEnergy[0]"
        );
        Self::new(ContractResult::OutOfEnergy, text)
    }

    pub(super) fn classify(reason: InstructionResult, at: Moment) -> Self {
        use InstructionResult as R;
        let Moment { opcode, pc, limit, used, cost } = at;
        let name = name(opcode);
        match reason {
            R::OutOfGas | R::MemoryOOG | R::PrecompileOOG | R::ReentrancySentryOOG | R::InvalidOperandOOG => Self::new(
                ContractResult::OutOfEnergy,
                format!(
                    "Not enough energy for '{name}' operation executing: curInvokeEnergyLimit[{limit}], \
                     curOpEnergy[{cost}], usedEnergy[{used}]"
                ),
            ),
            R::MemoryLimitOOG => Self::memory(at),
            R::InvalidJump => {
                Self::new(ContractResult::BadJumpDestination, format!("Operation with pc isn't 'JUMPDEST': PC[{pc}];"))
            }
            R::StackUnderflow => Self::new(
                ContractResult::StackTooSmall,
                format!("Expected stack size is not reached when '{name}' operation executing"),
            ),
            R::StackOverflow => {
                Self::new(ContractResult::StackTooLarge, "Expected: overflow 1024 elements stack limit")
            }
            R::OpcodeNotFound | R::NotActivated | R::InvalidFEOpcode => {
                Self::new(ContractResult::IllegalOperation, format!("Invalid operation code: opCode[{opcode:02x}];"))
            }
            R::CallNotAllowedInsideStatic | R::StateChangeDuringStaticCall => {
                Self::new(ContractResult::Unknown, "Attempt to call a state modifying opcode inside STATICCALL")
            }
            R::OutOfOffset => {
                Self::new(ContractResult::Unknown, "Attempt to read out of bounds of the return data buffer")
            }
            _ => Self::new(ContractResult::Unknown, "Unknown Exception"),
        }
    }
}

fn name(opcode: u8) -> &'static str {
    OpCode::new(opcode).map_or("UNKNOWN", OpCode::as_str)
}
