//! Whatever happens in whatever order: nobody is paid twice, and nothing ends without being certain.

use api::payout_router::PayoutAsset;
use api::tron_client::SubmissionStage;
use api::usdt_manager::TransferStage;
use proptest::prelude::*;
use proptest::sample::select;

use super::world::{Entry, Fate, World};
use super::{authority, payout, trx_fee_max};
use crate::attempt::{AnyAttempt, Fact, SealedTx, Verdict};
use crate::payout::{Facts, Leg, LimitRelease, Payout, Stage, Turn, UsdtFacts, cancel, plan};
use crate::testing::{self, paid_receipt, submission, wallet};

#[derive(Debug, Clone)]
enum Event {
    /// A turn on the truth, committed.
    Turn,
    /// A turn whose questions were asked and whose commit was lost.
    LostTurn,
    Cancel,
    UsdtSigns,
    UsdtBars(Option<&'static str>),
    UsdtSays(TransferStage, Option<&'static str>),
    Decide(u32, Fate),
    Wait(u64),
    Rich(bool),
    Frozen(bool),
    TxidTaken,
    /// A fact that does not belong, committed all the same.
    Stray(Stray),
}

#[derive(Debug, Clone, Copy)]
enum Stray {
    Nothing,
    Wallet,
    Anchor,
    FundsHeld,
    /// usdt-manager's word alone.
    NoRegister,
    AnothersPayment,
    SolidWithoutReceipt,
}

const REASONS: &[Option<&str>] =
    &[None, Some("recipient_is_contract"), Some("authorisation_expired"), Some("cancelled")];
const FATES: &[Fate] = &[Fate::Paid, Fate::Failed, Fate::Strange, Fate::Dead];
const WORDS: &[TransferStage] =
    &[TransferStage::Paid, TransferStage::Dead, TransferStage::Refused, TransferStage::WaitingFunds];
const STRAYS: &[Stray] = &[
    Stray::Nothing,
    Stray::Wallet,
    Stray::Anchor,
    Stray::FundsHeld,
    Stray::NoRegister,
    Stray::AnothersPayment,
    Stray::SolidWithoutReceipt,
];

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => Just(Event::Turn),
        3 => Just(Event::LostTurn),
        1 => Just(Event::Cancel),
        4 => Just(Event::UsdtSigns),
        1 => select(REASONS).prop_map(Event::UsdtBars),
        1 => (select(WORDS), select(REASONS))
            .prop_map(|(stage, reason)| Event::UsdtSays(stage, reason)),
        4 => (1..3_u32, select(FATES)).prop_map(|(attempt, fate)| Event::Decide(attempt, fate)),
        3 => (0..200_000_u64).prop_map(Event::Wait),
        1 => any::<bool>().prop_map(Event::Rich),
        1 => any::<bool>().prop_map(Event::Frozen),
        1 => Just(Event::TxidTaken),
        3 => select(STRAYS).prop_map(Event::Stray),
    ]
}

fn stray(stray: Stray, payout: &Payout) -> Facts {
    let tx = payout.current().and_then(|attempt| attempt.tx().cloned());
    let other = SealedTx { txid: primitives::TxId::new([3; 32]), raw_data: vec![1].into(), expiration: testing::NOW };
    let is_usdt = payout.current().is_some_and(|attempt| matches!(attempt.leg, Leg::Usdt { .. }));
    let seen = |tx: &SealedTx, receipt| submission(tx, SubmissionStage::Solid, receipt);
    let usdt =
        |submission| Facts::Usdt(Box::new(UsdtFacts { transfer: None, registered: None, submission, restored: false }));
    match stray {
        Stray::Wallet => Facts::Wallet { wallet: wallet(), trx_fee_max: trx_fee_max(), frozen: false },
        Stray::Anchor => Facts::Attempt(Fact::Anchor(testing::anchor())),
        Stray::FundsHeld if is_usdt => Facts::FundsHeld(true),
        // A register that has forgotten is another matter than one that never knew.
        Stray::NoRegister if tx.is_none() => usdt(None),
        Stray::AnothersPayment if tx.is_none() => usdt(Some(seen(&other, Some(paid_receipt())))),
        Stray::AnothersPayment => Facts::Attempt(Fact::Submission(seen(&other, Some(paid_receipt())))),
        Stray::SolidWithoutReceipt => match tx {
            Some(tx) => Facts::Attempt(Fact::Submission(seen(&tx, None))),
            None => Facts::Attempt(Fact::Nothing),
        },
        _ => Facts::Attempt(Fact::Nothing),
    }
}

/// A payout's step does not seal under a stray wallet while its stage is another.
fn apply(world: &mut World, payout: &Payout, event: &Event) -> Option<Turn> {
    match event {
        Event::Turn => return Some(world.turn(payout)),
        Event::LostTurn => drop(world.turn(payout)),
        Event::Cancel => return cancel(payout, world.now).ok(),
        Event::UsdtSigns => world.usdt_signs(payout),
        Event::UsdtBars(reason) => world.usdt_bars(payout, *reason),
        Event::UsdtSays(stage, reason) => world.word = (*stage, reason.map(str::to_owned)),
        Event::Decide(attempt, fate) => world.decide(*attempt, *fate),
        Event::Wait(ms) => world.now = world.now.plus_ms(*ms),
        Event::Rich(rich) => world.rich = *rich,
        Event::Frozen(frozen) => world.frozen = *frozen,
        Event::TxidTaken => world.txid_taken = true,
        Event::Stray(kind) => return Some(plan(payout, stray(*kind, payout), &authority(), world.now)),
    }
    None
}

fn is_over(payout: &Payout) -> bool {
    !matches!(payout.stage, Stage::Accepted | Stage::Attempting)
}

/// What holds of every step.
fn check(world: &mut World, before: &Payout, turn: &Turn) -> Result<(), TestCaseError> {
    let after = &turn.next;
    if is_over(before) {
        prop_assert_eq!(&after.stage, &before.stage, "an end is for ever");
        prop_assert!(turn.limits.is_none(), "limits are given back once");
    }
    prop_assert!(world.payments() <= 1, "paid twice");
    prop_assert!(after.attempts.len() <= 2, "a third attempt needs a person");
    if after.attempts.len() > before.attempts.len() {
        for earlier in &before.attempts {
            let ending = earlier.ended().map(|ended| ended.ending);
            prop_assert!(
                matches!(ending, Some(Verdict::Dead | Verdict::FailedOnChain | Verdict::Unsigned)),
                "another attempt beside {ending:?}"
            );
        }
    }
    for (before, after) in before.attempts.iter().zip(&after.attempts) {
        prop_assert_eq!(&before.authorisation, &after.authorisation);
        let fixed = match &before.leg {
            Leg::Usdt { tx, .. } => tx.is_some(),
            Leg::Trx { attempt, .. } => matches!(attempt, AnyAttempt::Submitted(_) | AnyAttempt::Ended(_)),
        };
        if fixed {
            prop_assert_eq!(before.tx(), after.tx(), "a transaction that may be paid was exchanged");
        }
        if before.ended().is_some() {
            prop_assert_eq!(before.ended(), after.ended());
        }
    }
    match turn.limits {
        Some(LimitRelease::AfterWindow(_)) => {
            prop_assert!(matches!(after.stage, Stage::Settled { .. }), "counts as paid in {:?}", after.stage);
            let tx = after.current().and_then(|attempt| attempt.tx().cloned()).expect("a paid transaction");
            prop_assert_eq!(world.fate(&tx), Some(Fate::Paid), "settled by nothing");
        }
        Some(LimitRelease::AtOnce) => {
            let unpaid = matches!(after.stage, Stage::Failed { .. } | Stage::Cancelled { .. });
            prop_assert!(unpaid, "given back in {:?}", after.stage);
            nothing_can_be_paid(world, after)?;
        }
        None if is_over(after) && !is_over(before) => {
            prop_assert!(matches!(after.stage, Stage::NeedsReview { .. }), "ended without a word on the limits");
        }
        None => {}
    }
    let review = matches!(after.stage, Stage::NeedsReview { .. });
    prop_assert!(turn.freeze.is_none() || review, "frozen in {:?}", after.stage);
    Ok(())
}

/// Every attempt is barred, failed or dead: what was reserved may be spent on somebody else.
fn nothing_can_be_paid(world: &mut World, payout: &Payout) -> Result<(), TestCaseError> {
    for attempt in &payout.attempts {
        match world.register.get(&attempt.attempt.0).cloned() {
            Some(Entry::Void) => {}
            Some(Entry::Signed(tx)) => {
                let fate = world.fate(&tx);
                prop_assert!(matches!(fate, Some(Fate::Failed | Fate::Dead)), "given up while {fate:?}");
            }
            None => prop_assert!(false, "attempt {} was never barred", attempt.attempt),
        }
    }
    Ok(())
}

/// Left to itself, with money there and the chain moving, every payout comes to its end.
fn run_out(world: &mut World, mut payout: Payout) -> Result<Payout, TestCaseError> {
    (world.rich, world.frozen, world.txid_taken) = (true, false, false);
    for _ in 0..100 {
        let Some(due_at) = payout.due_at else { return Ok(payout) };
        world.now = world.now.max(due_at);
        world.usdt_signs(&payout);
        let turn = world.turn(&payout);
        check(world, &payout, &turn)?;
        if turn.next == payout {
            world.now = world.now.plus_ms(60_000);
        }
        payout = turn.next;
    }
    Err(TestCaseError::fail(format!("never ends: {payout:?}")))
}

fn any_order(asset: PayoutAsset, events: &[Event]) -> Result<(), TestCaseError> {
    let mut world = World::new();
    let mut payout = payout(asset);
    for event in events {
        if let Some(turn) = apply(&mut world, &payout, event) {
            check(&mut world, &payout, &turn)?;
            let text = serde_json::to_string(&turn.next).expect("writes");
            prop_assert_eq!(&serde_json::from_str::<Payout>(&text).expect("reads"), &turn.next);
            payout = turn.next;
        }
    }
    let payout = run_out(&mut world, payout)?;
    prop_assert!(is_over(&payout), "asleep: {payout:?}");
    prop_assert!(world.funds.is_empty(), "TRX is held for ever: {payout:?}");
    prop_assert_eq!(&world.wrong, &Vec::<String>::new());
    let settled = matches!(payout.stage, Stage::Settled { .. });
    let review = matches!(payout.stage, Stage::NeedsReview { .. });
    prop_assert!(review || settled == (world.payments() == 1), "{:?} with {} paid", payout.stage, world.payments());
    // A wake after the end leaves it asleep.
    let woken = world.turn(&payout);
    prop_assert_eq!(woken.next, payout);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn usdt(events in proptest::collection::vec(event(), 0..60)) {
        any_order(PayoutAsset::Usdt, &events)?;
    }

    #[test]
    fn trx(events in proptest::collection::vec(event(), 0..60)) {
        any_order(PayoutAsset::Trx, &events)?;
    }
}
