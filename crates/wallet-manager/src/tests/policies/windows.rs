//! The windows' sums on both back ends, against a list of what was let through.

use std::collections::BTreeSet;

use primitives::statement::{Asset, Kind};
use primitives::{Address, AttemptNo, Sun, UnixMs};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use signer::check::Consent;
use signer::policy::{Class, Facts, Holder, Surroundings};
use signer::{Policy, Refusal};
use store::{Commit, CommitError, Record, Store};
use tron_tx::{ContractType, trc20};

use super::{DAY_MS, HOUR_MS, NOW, PolicyFile};
use signing_core::register::{Attempt, Entry};
use signing_core::signing::reserved;

const TOKEN: Address = Address::from_evm([0x22; 20]);
const LIMITS: PolicyFile = PolicyFile { version: 1, once: "40", hour: "60", day: "100", recipient: "50" };
const UNIT: u64 = 1_000_000;

/// One attempt: how long after the one before, to whom, how much.
type Step = (u64, u8, u64);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pause = prop_oneof![Just(0), Just(1), 0..HOUR_MS, Just(HOUR_MS), 0..DAY_MS / 4, Just(DAY_MS)];
    prop::collection::vec((pause, 0..3_u8, 1..=45_u64), 1..30)
}

/// The rule that a brute sum over everything let through so far finds broken.
fn expected(let_through: &[(UnixMs, u8, u64)], now: UnixMs, payee: u8, amount: u64) -> Option<Refusal> {
    let sum = |window_ms: u64, payee: Option<u8>| -> u64 {
        let counts = let_through
            .iter()
            .filter(|(at, to, _)| at.plus_ms(window_ms) > now && payee.is_none_or(|payee| payee == *to));
        counts.map(|(.., amount)| amount).sum()
    };
    if amount > 40 {
        Some(Refusal::PolicyAmount)
    } else if sum(HOUR_MS, None) + amount > 60 {
        Some(Refusal::PolicyHour)
    } else if sum(DAY_MS, None) + amount > 100 {
        Some(Refusal::PolicyDay)
    } else if sum(DAY_MS, Some(payee)) + amount > 50 {
        Some(Refusal::PolicyRecipientDay)
    } else {
        None
    }
}

async fn tried(store: &Store, policy: &Policy, number: usize, now: UnixMs, payee: u8, amount: u64) -> Option<Refusal> {
    let holder = Holder { wallet: "hot".parse().unwrap(), class: Class::Hot, key: "00ff".parse().unwrap() };
    let facts = Facts {
        holder: &holder,
        kind: Kind::Payout,
        contract: ContractType::TriggerSmartContract,
        selector: Some(trc20::selector::TRANSFER),
        asset: Asset::Token(TOKEN),
        amount: amount * UNIT,
        recipient: Address::from_evm([payee; 20]),
        fee_limit: Sun::ZERO,
        expires_in_ms: 0,
        memo_bytes: 0,
        consent: Consent::default(),
    };
    let (usdt, none) = (BTreeSet::from([TOKEN]), BTreeSet::new());
    let reservations = match policy.judge(&facts, &Surroundings { usdt: &usdt, our_wallets: &none }) {
        Ok(reservations) => reservations,
        Err(refusal) => return Some(refusal),
    };
    let intent = format!("po_{number}").parse().unwrap();
    let (attempt, audit) = (AttemptNo::FIRST, primitives::LogPosition::EMPTY);
    let attempt = Attempt { intent, attempt, at: now, entry: Entry::Void, audit };
    let commit = reserved(Commit::new(now).insert(&attempt), &attempt, &reservations);
    match store.commit(commit).await {
        Ok(()) => None,
        Err(CommitError::Exceeded { scope, .. }) => {
            Some(reservations.iter().find(|share| share.scope == scope).unwrap().rule())
        }
        Err(error) => panic!("{error}"),
    }
}

async fn walk(store: &Store, steps: &[Step]) {
    let policy = Policy::parse(&LIMITS.text()).unwrap();
    let (mut now, mut let_through) = (NOW, Vec::new());
    for (number, (pause, payee, amount)) in steps.iter().enumerate() {
        now = now.plus_ms(*pause);
        let refusal = tried(store, &policy, number, now, *payee, *amount).await;
        assert_eq!(refusal, expected(&let_through, now, *payee, *amount), "step {number}");
        if refusal.is_none() {
            let_through.push((now, *payee, *amount));
        }
    }
}

fn each(cases: u32, store: impl AsyncFn() -> Store) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(cases) });
    let ran = runner.run(&steps(), |steps| {
        runtime.block_on(async { walk(&store().await, &steps).await });
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn sums_slide_and_never_pass_in_memory() {
    each(256, async || service::testing::store(&[Attempt::NOUN]));
}

#[test]
fn sums_slide_and_never_pass_in_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0_u32);
    each(12, async || {
        number.set(number.get() + 1);
        let path = directory.path().join(format!("{}.db", number.get()));
        let incarnation = service::testing::store(&[]).incarnation();
        Store::sqlite(&path, &[Attempt::NOUN], incarnation).await.unwrap()
    });
}
