//! Which instruction stands at each opcode and what it costs (java-tron `EnergyCost`, `OperationRegistry`).

use revm::bytecode::opcode;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::{GasTable, Instruction, InstructionTable, gas_table, instruction_table};

use super::machine::Machine;
use super::{calls, creates, storage_ops, tron_ops};

/// Opcodes that only TRON has.
pub(super) mod tron_opcode {
    pub(crate) const TOKENBALANCE: u8 = 0xd1;
    pub(crate) const CALLTOKENVALUE: u8 = 0xd2;
    pub(crate) const CALLTOKENID: u8 = 0xd3;
    pub(crate) const ISCONTRACT: u8 = 0xd4;
}

/// revm's instructions with ours where the rules differ.
pub(super) fn instructions<'a>() -> InstructionTable<EthInterpreter, Machine<'a>> {
    let mut table = instruction_table::<EthInterpreter, Machine<'a>>();
    let mut set = |code: u8, instruction| table[usize::from(code)] = instruction;
    set(opcode::SSTORE, Instruction::new(storage_ops::sstore));
    set(opcode::EXTCODEHASH, Instruction::new(storage_ops::extcodehash));
    set(opcode::SELFDESTRUCT, Instruction::new(storage_ops::selfdestruct));
    set(opcode::CALL, Instruction::new(calls::call::<{ opcode::CALL }>));
    set(opcode::CALLCODE, Instruction::new(calls::call::<{ opcode::CALLCODE }>));
    set(opcode::DELEGATECALL, Instruction::new(calls::call::<{ opcode::DELEGATECALL }>));
    set(opcode::STATICCALL, Instruction::new(calls::call::<{ opcode::STATICCALL }>));
    set(opcode::CREATE, Instruction::new(creates::create::<false>));
    set(opcode::CREATE2, Instruction::new(creates::create::<true>));
    set(tron_opcode::TOKENBALANCE, Instruction::new(tron_ops::token_balance));
    set(tron_opcode::CALLTOKENVALUE, Instruction::new(tron_ops::push_zero));
    set(tron_opcode::CALLTOKENID, Instruction::new(tron_ops::push_zero));
    set(tron_opcode::ISCONTRACT, Instruction::new(tron_ops::is_contract));
    table
}

/// The part of each cost that does not depend on operands.
pub(super) const fn base_costs() -> GasTable {
    let mut table = gas_table();
    // MLOAD and its kin cost 1 besides the memory, copies nothing but their words.
    table[opcode::MLOAD as usize] = 1;
    table[opcode::MSTORE as usize] = 1;
    table[opcode::MSTORE8 as usize] = 1;
    table[opcode::CALLDATACOPY as usize] = 0;
    table[opcode::CODECOPY as usize] = 0;
    table[opcode::RETURNDATACOPY as usize] = 0;
    table[opcode::CREATE as usize] = 32_000;
    table[opcode::CREATE2 as usize] = 32_000;
    table[tron_opcode::TOKENBALANCE as usize] = 20;
    table[tron_opcode::CALLTOKENVALUE as usize] = 2;
    table[tron_opcode::CALLTOKENID as usize] = 2;
    table[tron_opcode::ISCONTRACT as usize] = 20;
    table
}
