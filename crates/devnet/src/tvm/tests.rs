//! Code whose energy and effects are known.

mod calls;
mod costs;
mod ends;

use std::sync::Arc;

use primitives::{Address, BlockId, TxId, UnixMs};
use revm::bytecode::Bytecode;
use tron_tx::proto::{ContractResult, SmartContract};

use super::{Env, Message, Ran};
use crate::state::{Account, AccountKind, Contract, State, Totals};

const CALLER: Address = Address::from_evm([0xca; 20]);
const HERE: Address = Address::from_evm([0xbe; 20]);
const THERE: Address = Address::from_evm([0xee; 20]);
const NOWHERE: Address = Address::from_evm([0xaa; 20]);
const LIMIT: i64 = 1_000_000;

/// Hexadecimal code, with spaces for reading.
fn code(text: &str) -> Vec<u8> {
    hex::decode(text.replace([' ', '\n'], "")).unwrap()
}

/// A world with a caller of 1 000 sun and code at two addresses.
fn world(here: &[u8], there: &[u8]) -> State {
    let mut state = State::empty(Totals::at_genesis(UnixMs(0)));
    for (address, kind, code) in [
        (CALLER, AccountKind::Normal, None),
        (HERE, AccountKind::Contract, Some(here)),
        (THERE, AccountKind::Contract, Some(there)),
    ] {
        state.put(Account::new(address, kind, UnixMs(0)));
        state.credit(address, 1_000);
        if let Some(code) = code {
            let contract = Contract {
                description: SmartContract::default(),
                creator: CALLER,
                caller_percent: 100,
                creator_energy_limit: 0,
                code_hash: tron_tx::hash::keccak256(code),
                code: Bytecode::new_legacy(code.to_vec().into()),
            };
            state.contracts.insert_mut(address, Arc::new(contract));
        }
    }
    state
}

fn run_in(state: State, input: &[u8], energy_limit: i64) -> Ran {
    let env = Env {
        number: 300,
        time: UnixMs(1_700_000_000_999),
        producer: THERE,
        chain_id: 0x2b66_53dc,
        energy_fee: 100,
        block_ids: &|number| Some(BlockId::new([u8::try_from(number % 251).unwrap(); 32])),
        root: TxId::new([0x11; 32]),
        origin: CALLER,
    };
    let code = state.contract(&HERE).unwrap().code.clone();
    let input = input.to_vec().into();
    super::call(state, &env, Message { caller: CALLER, target: HERE, value: 0, code, input, energy_limit })
}

fn run(here: &str) -> Ran {
    run_in(world(&code(here), &[]), &[], LIMIT)
}

/// Runs code that must succeed and returns its energy.
fn energy(here: &str) -> i64 {
    let ran = run(here);
    assert_eq!(ran.result, ContractResult::Success, "{}", ran.message);
    ran.energy_used
}

/// The word that the code leaves on the stack.
fn top(here: &str) -> [u8; 32] {
    // PUSH0, MSTORE, and RETURN of that word.
    let ran = run(&format!("{here} 5f 52 6020 5f f3"));
    assert_eq!(ran.result, ContractResult::Success, "{}", ran.message);
    ran.output.to_vec().try_into().unwrap()
}

fn number(value: u64) -> [u8; 32] {
    let mut word = [0; 32];
    word[24..].copy_from_slice(&value.to_be_bytes());
    word
}

fn padded(address: Address) -> [u8; 32] {
    let mut word = [0; 32];
    word[12..].copy_from_slice(&address.evm());
    word
}
