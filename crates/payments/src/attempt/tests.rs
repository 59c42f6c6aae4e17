//! Every path through an attempt, and what must not move it.

use api::tron_client::SubmissionStage::{Dead, Included, Pending, Solid};
use api::wallet_manager::SignatureView;
use api::wallet_manager::refusal::{Remedy, SIGNATURE_REFUSALS};
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, HexBytes, TxId};
use proptest::prelude::*;

use super::*;
use crate::testing::{NOW, anchor, authorisation, key, paid_receipt, payer, plane, receipt, submission, sun};

fn sealing() -> Sealing {
    Sealing { payer: payer(), fee_limit: sun("10"), memo: None, life_ms: 60_000 }
}

fn open() -> AnyAttempt {
    AnyAttempt::open(Signed::sign(authorisation(), &key()))
}

fn step(attempt: AnyAttempt, fact: Fact) -> AnyAttempt {
    advance(attempt, fact, &sealing(), NOW)
}

fn sealed() -> AnyAttempt {
    step(open(), Fact::Anchor(anchor()))
}

fn signature(tx: &SealedTx) -> Fact {
    Fact::Signature(SignatureAnswer::Signed(SignatureView {
        txid: tx.txid,
        intent: authorisation().intent,
        attempt: AttemptNo::FIRST,
        raw_data: tx.raw_data.clone(),
        signature: vec![7; 65].into(),
        audit: primitives::LogPosition::EMPTY,
    }))
}

fn tx(attempt: &AnyAttempt) -> SealedTx {
    attempt.tx().expect("has a transaction").clone()
}

fn submitted() -> AnyAttempt {
    let sealed = sealed();
    let fact = signature(&tx(&sealed));
    step(sealed, fact)
}

fn refused(code: &str) -> Fact {
    Fact::Signature(SignatureAnswer::Refused(Refusal { code: code.to_owned() }))
}

fn barred() -> Fact {
    let unsigned =
        Unsigned { plane: plane(), intent: authorisation().intent, attempt: AttemptNo::FIRST, voided_at: NOW };
    Fact::Void(VoidAnswer::Barred(Signed::sign(unsigned, &key())))
}

fn verdict(attempt: &AnyAttempt) -> Option<Verdict> {
    attempt.ended().map(|ended| ended.ending)
}

#[test]
fn the_straight_way() {
    let sealed = sealed();
    let tx = tx(&sealed);
    assert_eq!((sealed.state(), tx.expiration), ("sealed", NOW.plus_ms(60_000)));
    let submitted = submitted();
    assert_eq!(submitted.state(), "submitted");
    let paid = step(submitted, Fact::Submission(submission(&tx, Solid, Some(paid_receipt()))));
    assert_eq!(verdict(&paid), Some(Verdict::Paid));
    assert_eq!(paid.txid(), Some(tx.txid));
}

#[test]
fn only_solid_or_dead_ends_what_is_submitted() {
    for (stage, receipt, expected) in [
        (Pending, None, None),
        (Included, Some(paid_receipt()), None),
        (Solid, None, None),
        (Solid, Some(paid_receipt()), Some(Verdict::Paid)),
        (Solid, Some(receipt("OUT_OF_ENERGY", vec![])), Some(Verdict::FailedOnChain)),
        (Solid, Some(receipt("SUCCESS", vec![])), Some(Verdict::Mismatch)),
        (Dead, None, Some(Verdict::Dead)),
    ] {
        let attempt = submitted();
        let view = submission(&tx(&attempt), stage, receipt);
        assert_eq!(verdict(&step(attempt, Fact::Submission(view))), expected, "{stage:?}");
    }
}

#[test]
fn another_transactions_fate_is_no_answer() {
    let attempt = submitted();
    let mut view = submission(&tx(&attempt), Solid, Some(paid_receipt()));
    view.txid = TxId::new([3; 32]);
    assert_eq!(step(attempt.clone(), Fact::Submission(view)), attempt);
    let sealed = sealed();
    let mut other = tx(&sealed);
    other.txid = TxId::new([3; 32]);
    let fact = signature(&other);
    assert_eq!(step(sealed.clone(), fact), sealed);
}

#[test]
fn the_registers_transaction_is_adopted() {
    // Sealed, crashed before the commit, sealed again a moment later: the register has the first.
    let first = tx(&sealed());
    let second = advance(open(), Fact::Anchor(anchor()), &sealing(), NOW.plus_ms(5));
    assert_ne!(second.txid(), Some(first.txid));
    let adopted = step(second, Fact::Signature(SignatureAnswer::Taken(first.raw_data.clone())));
    assert_eq!((adopted.state(), adopted.txid()), ("sealed", Some(first.txid)));
    let garbage = step(sealed(), Fact::Signature(SignatureAnswer::Taken(HexBytes(vec![1, 2, 3]))));
    assert_eq!(garbage, sealed());
}

#[test]
fn a_refusal_is_acted_on_as_its_code_says() {
    for (code, remedy) in SIGNATURE_REFUSALS {
        let (before, after) = (sealed(), step(sealed(), refused(code)));
        match remedy {
            Remedy::SealAnew => {
                assert_eq!(after.state(), "open", "{code}");
                // A clock that is wrong would have each further one refused as well.
                assert_eq!(pause_ms(&before, &after), 1_000, "{code}");
            }
            Remedy::AskAgain | Remedy::Adopt => assert_eq!(after, before, "{code}"),
            Remedy::GiveUp => {
                assert_eq!((after.state(), after.ended()), ("barring", None), "{code}");
                let ended = step(after, barred());
                assert_eq!(verdict(&ended), Some(Verdict::Unsigned));
                assert_eq!(ended.ended().and_then(|ended| ended.reason.as_deref()), Some(*code));
            }
        }
    }
    assert_eq!(step(sealed(), refused("no_code_of_ours")), sealed());
}

#[test]
fn what_the_register_has_is_neither_exchanged_nor_given_up() {
    let first = tx(&sealed());
    let second = advance(open(), Fact::Anchor(anchor()), &sealing(), NOW.plus_ms(5));
    let adopted = step(second, Fact::Signature(SignatureAnswer::Taken(first.raw_data.clone())));
    let told = step(bar(open(), "cancelled"), Fact::Void(VoidAnswer::Taken(first.raw_data, anchor())));
    for registered in [adopted, told] {
        // As a register that was set back to an older state would answer.
        for (code, _) in SIGNATURE_REFUSALS {
            assert_eq!(step(registered.clone(), refused(code)), registered, "{code}");
        }
        assert_eq!(bar(registered.clone(), "cancelled"), registered);
        let fact = signature(&tx(&registered));
        assert_eq!(step(registered, fact).state(), "submitted");
    }
}

#[test]
fn too_late_to_bar_means_signed() {
    let tx = tx(&sealed());
    let barring = bar(open(), "cancelled");
    let fact = Fact::Void(VoidAnswer::Taken(tx.raw_data.clone(), anchor()));
    let signed_after_all = step(barring, fact);
    assert_eq!((signed_after_all.state(), signed_after_all.txid()), ("sealed", Some(tx.txid)));
}

#[test]
fn what_may_have_been_signed_cannot_be_given_up() {
    assert_eq!(bar(submitted(), "cancelled"), submitted());
    assert_eq!(bar(open(), "cancelled").state(), "barring");
    assert_eq!(bar(sealed(), "cancelled").state(), "barring");
}

#[test]
fn what_a_restore_found_given_up_is_given_up_for_the_restore() {
    for attempt in [open(), sealed(), bar(open(), "cancelled"), bar(sealed(), "recipient")] {
        let ended = step(bar_lost(attempt), barred());
        assert_eq!(ended.ended().and_then(|ended| ended.reason.as_deref()), Some(RESTORED));
    }
    assert_eq!(bar_lost(submitted()), submitted());
}

#[test]
fn an_expired_permission_seals_nothing() {
    let late = authorisation().valid_until;
    let attempt = advance(open(), Fact::Anchor(anchor()), &sealing(), late);
    assert_eq!(attempt.state(), "barring");
}

#[test]
fn a_transaction_never_outlives_its_permission() {
    let mut short = authorisation();
    short.expiration_max = NOW.plus_ms(1_000);
    let attempt = AnyAttempt::open(Signed::sign(short, &key()));
    assert_eq!(step(attempt, Fact::Anchor(anchor())).expiration(), Some(NOW.plus_ms(1_000)));
}

#[test]
fn every_state_survives_the_store() {
    let tx = tx(&sealed());
    let ended = step(submitted(), Fact::Submission(submission(&tx, Solid, Some(paid_receipt()))));
    for attempt in [open(), sealed(), submitted(), bar(open(), "x"), ended] {
        let text = serde_json::to_string(&attempt).expect("writes");
        assert_eq!(serde_json::from_str::<AnyAttempt>(&text).expect("reads"), attempt);
    }
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let tx = tx(&sealed());
    let other = SealedTx { txid: TxId::new([3; 32]), ..tx.clone() };
    let view = |tx: &SealedTx, stage, receipt| Fact::Submission(submission(tx, stage, receipt));
    let facts = vec![
        Fact::Nothing,
        Fact::Anchor(anchor()),
        signature(&tx),
        signature(&other),
        refused("txid_taken"),
        refused("amount"),
        refused("previous_alive"),
        barred(),
        Fact::Void(VoidAnswer::Taken(tx.raw_data.clone(), anchor())),
        Fact::Signature(SignatureAnswer::Taken(tx.raw_data.clone())),
        view(&tx, Pending, None),
        view(&tx, Included, Some(paid_receipt())),
        view(&tx, Solid, Some(paid_receipt())),
        view(&tx, Solid, Some(receipt("REVERT", vec![]))),
        view(&other, Solid, Some(paid_receipt())),
        view(&tx, Dead, None),
    ];
    proptest::sample::select(facts)
}

proptest! {
    /// Whatever is said in whatever order: an ending is for ever, a signed transaction is never exchanged for another,
    /// and nothing ends without the register or the chain.
    #[test]
    fn facts_in_any_order(facts in proptest::collection::vec(any_fact(), 0..40)) {
        let mut attempt = open();
        for fact in facts {
            let next = step(attempt.clone(), fact.clone());
            if attempt.ended().is_some() {
                prop_assert_eq!(&next, &attempt);
            }
            if let AnyAttempt::Submitted(_) = attempt {
                prop_assert_eq!(next.txid(), attempt.txid());
            }
            if let AnyAttempt::Sealed(sealed) = &attempt && sealed.is_registered() {
                prop_assert_eq!(next.txid(), attempt.txid());
            }
            if next.ended().is_some() && attempt.ended().is_none() {
                prop_assert!(matches!(fact, Fact::Submission(_) | Fact::Void(VoidAnswer::Barred(_))));
            }
            attempt = next;
        }
    }
}
