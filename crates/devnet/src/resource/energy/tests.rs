use std::sync::Arc;

use primitives::UnixMs;
use revm::bytecode::Bytecode;
use tron_tx::proto::SmartContract;

use super::*;
use crate::resource::limits::TRX;
use crate::state::{Account, AccountKind, Totals};

const CALLER: Address = Address::from_evm([1; 20]);
const CREATOR: Address = Address::from_evm([2; 20]);

/// One TRX of stake buys one unit of energy here.
fn world(caller: (i64, i64), creator_stake: i64) -> State {
    let mut state = State::empty(Totals::at_genesis(UnixMs(0)));
    state.totals.weight.energy = Rules::default().total_energy_limit;
    for (address, balance, stake) in [(CALLER, caller.0, caller.1), (CREATOR, 5 * TRX, creator_stake)] {
        let mut account = Account::new(address, AccountKind::Normal, UnixMs(0));
        account.balance = balance;
        account.frozen.energy = stake * TRX;
        state.put(account);
    }
    state
}

fn contract(caller_percent: i64, creator_energy_limit: i64) -> Arc<Contract> {
    Arc::new(Contract {
        description: SmartContract::default(),
        creator: CREATOR,
        caller_percent,
        creator_energy_limit,
        code_hash: [0; 32],
        code: Bytecode::default(),
    })
}

#[test]
fn the_fee_limit_caps_staked_energy_too() {
    let (state, rules) = (world((TRX, 50_000), 0), Rules::default());
    // 50 000 staked and 10 000 bought.
    assert_eq!(caller_cap(&state, &rules, &CALLER, 100 * TRX, 0, 0), 60_000);
    assert_eq!(caller_cap(&state, &rules, &CALLER, 100 * TRX, TRX, 0), 50_000);
    assert_eq!(caller_cap(&state, &rules, &CALLER, TRX, 0, 0), 10_000);
    assert_eq!(caller_cap(&state, &rules, &CALLER, 0, 0, 0), 0);
}

#[test]
fn the_creator_gives_in_proportion_up_to_its_limit() {
    let rules = Rules::default();
    let state = world((0, 0), 7_000);
    let cap = |percent, limit, own| call_cap(&state, &rules, &contract(percent, limit), &CALLER, own, 0);
    assert_eq!(cap(100, 10_000, 1_000), 1_000);
    assert_eq!(cap(30, 10_000, 1_000), 1_000 + 2_333);
    assert_eq!(cap(30, 10_000, 5_000), 5_000 + 7_000);
    assert_eq!(cap(30, 100, 5_000), 5_000 + 100);
    assert_eq!(cap(0, 3_000, 1_000), 4_000);
    assert_eq!(call_cap(&state, &rules, &contract(0, 3_000), &CREATOR, 1_000, 0), 1_000);
}

#[test]
fn stake_pays_first_and_sun_the_rest() {
    let rules = Rules::default();
    let mut state = world((2 * TRX, 10_000), 0);
    let paid = pay(&mut state, &rules, Some(&contract(100, 0)), CALLER, 29_650, 0);
    assert_eq!(paid, Ok(Paid { usage: 10_000, fee: 1_965_000, origin_usage: 0 }));
    assert_eq!(state.account(&CALLER).map(|caller| caller.balance), Some(35_000));
    assert_eq!(state.totals.burned, 1_965_000);
}

#[test]
fn a_creator_pays_its_share_from_stake_alone() {
    let rules = Rules::default();
    let mut state = world((2 * TRX, 0), 4_000);
    let paid = pay(&mut state, &rules, Some(&contract(40, 1_000_000)), CALLER, 10_000, 0);
    // 60 % would be 6 000; 4 000 are staked, and the creator's TRX are never touched.
    assert_eq!(paid, Ok(Paid { usage: 0, fee: 600_000, origin_usage: 4_000 }));
    assert_eq!(state.account(&CREATOR).map(|creator| creator.balance), Some(5 * TRX));
}

#[test]
fn who_cannot_pay_is_named() {
    let mut state = world((99, 0), 0);
    assert_eq!(pay(&mut state, &Rules::default(), None, CALLER, 1, 0), Err(CALLER));
}
