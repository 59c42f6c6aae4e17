//! Each step, its waits and its refusals.

use api::tron_client::SubmissionStage::{Dead, Solid};
use api::usdt_manager::{EnergyPlan, TransferStage};
use primitives::Address;

use super::*;
use crate::attempt::{Refusal, Verdict};
use crate::testing::{paid_receipt, receipt, submission};

/// Makes one check fail.
type Spoil = fn(&mut Checks);

fn refused_with(change: Spoil) -> Transfer {
    let mut checks = checks();
    change(&mut checks);
    step(&transfer(), Facts::Checks(Box::new(checks)))
}

#[test]
fn what_the_checks_refuse_ends_only_when_the_register_has_barred_it() {
    let rules: [(Spoil, &str); 7] = [
        (|checks| checks.wallet.key_id = "ff".parse().expect("a key id"), "wrong_wallet"),
        (|checks| checks.wallet.permission_id = 2, "wrong_permission"),
        (|checks| checks.wallet.address = authorisation().recipient, "recipient_is_payer"),
        (|checks| checks.recipient_is_contract = true, "recipient_is_contract"),
        (|checks| checks.recipient_blacklisted = true, "recipient_blacklisted"),
        (|checks| checks.payer_blacklisted = true, "wallet_blacklisted"),
        (|checks| checks.dry_run.as_mut().expect("a run").success = false, "dry_run_reverted"),
    ];
    for (change, code) in rules {
        let refused = refused_with(change);
        // Said from here on: whoever hears of the bar first finds the reason.
        assert_eq!((refused.stage(), refused.view().reason.as_deref()), (TransferStage::Accepted, Some(code)));
        let turn = plan(&refused, barred(), NOW);
        assert!(turn.ended && turn.hold.is_none(), "{code}");
        assert_eq!((turn.next.stage(), turn.next.view().reason.as_deref()), (TransferStage::Refused, Some(code)));
        let over = step(&turn.next, Facts::LeaseReleased);
        assert!(matches!(over.step, Step::Over { .. }) && over.due_at.is_none(), "{code}");
    }
    let mut to_nobody = transfer();
    let nobody = primitives::statement::Authorisation { recipient: Address::ZERO, ..authorisation() };
    to_nobody.request.authorisation = Signed::sign(nobody, &key());
    let refused = step(&to_nobody, Facts::Checks(Box::new(checks())));
    assert_eq!(refused.view().reason.as_deref(), Some("recipient_is_zero"));
}

#[test]
fn what_may_change_is_waited_for() {
    for (waits, code) in [
        (refused_with(|checks| checks.paused = true), "token_paused"),
        (refused_with(|checks| checks.fee = primitives::Usdt::new(1).expect("small")), "token_takes_fee"),
        (refused_with(|checks| checks.dry_run = None), "waiting_funds"),
        (short_of_funds(&reserving(), NOW).next, "waiting_funds"),
    ] {
        assert_eq!((waits.stage(), waits.view().reason.as_deref()), (TransferStage::WaitingFunds, Some(code)));
        assert_eq!(waits.due_at, Some(NOW.plus_ms(5_000)));
    }
    let on = step(&short_of_funds(&reserving(), NOW).next, funds());
    assert_eq!((on.waiting.as_ref(), on.attempt().map(AnyAttempt::state)), (None, Some("open")));
}

#[test]
fn what_waits_waits_no_longer_than_its_permission() {
    let poor = || Facts::Checks(Box::new(Checks { dry_run: None, ..checks() }));
    let paused = || Facts::Checks(Box::new(Checks { paused: true, ..checks() }));
    let over = authorisation().valid_until;
    for (waiting, facts) in [(transfer(), poor()), (transfer(), paused()), (leasing(), lease()), (reserving(), funds())]
    {
        let in_time = plan(&waiting, facts.clone(), over.minus_ms(1));
        assert_ne!(in_time.next.attempt().map(AnyAttempt::state), Some("barring"));
        let barring = plan(&waiting, facts, over);
        assert_eq!(barring.next.attempt().map(AnyAttempt::state), Some("barring"));
        assert_eq!((barring.next.view().reason.as_deref(), barring.hold), (Some("authorisation_expired"), None));
        let refused = plan(&barring.next, barred(), over);
        assert!(refused.ended);
        assert_eq!(refused.next.stage(), TransferStage::Refused);
    }
}

#[test]
fn what_waits_for_a_barred_attempt_gives_up() {
    let waiting = [
        refused_with(|checks| checks.dry_run = None),
        Transfer { waiting: Some("waiting_funds".to_owned()), ..leasing() },
        short_of_funds(&reserving(), NOW).next,
    ];
    for waiting in waiting {
        let barring = step(&waiting, Facts::Void { payer: payer() });
        assert_eq!(barring.attempt().map(AnyAttempt::state), Some("barring"));
        assert_eq!(step(&barring, barred()).stage(), TransferStage::Refused);
    }
    // One that has its transaction learns of it from the register's answer to that.
    assert_eq!(step(&sealed(), Facts::Void { payer: payer() }).step, sealed().step);
}

#[test]
fn the_lease_decides_what_may_burn_and_the_whole_energy_what_it_may_cost() {
    let Step::Reserving { energy, fee_limit, .. } = reserving().step else { panic!("not reserving") };
    assert_eq!(energy, EnergyPlan { estimated: Energy(64_285), leased: Energy(70_713), burn_max: sun("0.35") });
    assert_eq!(fee_limit, sun("7.0713"));
    let turn = plan(&reserving(), funds(), NOW);
    let held = turn.hold.expect("a hold");
    assert_eq!((held.usdt, held.usdt_balance), (usdt("25"), usdt("30")));
    assert_eq!((held.trx, held.trx_balance, held.payer), (sun("0.35"), sun("2"), payer()));
    assert_eq!(turn.next.view().energy, Some(energy));

    let mut dear = transfer();
    let cheap = primitives::statement::Authorisation { fee_limit_max: sun("7.0712"), ..authorisation() };
    dear.request.authorisation = Signed::sign(cheap, &key());
    let refused = step(&step(&dear, Facts::Checks(Box::new(checks()))), lease());
    assert_eq!(refused.view().reason.as_deref(), Some("fee_above_permission"));
}

#[test]
fn the_chain_ends_it_and_its_funds_are_given_back_then() {
    let submitted = submitted();
    for (stage, receipt, ending, shown) in [
        (Solid, Some(paid_receipt()), Verdict::Paid, TransferStage::Paid),
        (Solid, Some(receipt("REVERT", vec![])), Verdict::FailedOnChain, TransferStage::FailedOnChain),
        (Solid, Some(receipt("SUCCESS", vec![])), Verdict::Mismatch, TransferStage::Mismatch),
        (Dead, None, Verdict::Dead, TransferStage::Dead),
    ] {
        let view = submission(&tx(&submitted), stage, receipt);
        let turn = plan(&submitted, Facts::Attempt(Fact::Submission(view)), NOW);
        assert!(turn.ended);
        assert_eq!(turn.next.attempt().and_then(AnyAttempt::ended).map(|ended| ended.ending), Some(ending));
        assert_eq!((turn.next.stage(), turn.next.due_at), (shown, Some(NOW)));
        let over = step(&turn.next, Facts::LeaseReleased);
        // However often it is woken, it sleeps.
        assert_eq!(step(&over, Facts::Attempt(Fact::Nothing)), over);
        assert_eq!(over.stage(), shown);
    }
}

#[test]
fn a_refusal_for_the_moment_is_tried_again_after_a_pause() {
    let refused =
        |code: &str| Facts::Attempt(Fact::Signature(SignatureAnswer::Refused(Refusal { code: code.to_owned() })));
    let reopened = step(&sealed(), refused("anchor_stale"));
    assert_eq!((reopened.attempt().map(AnyAttempt::state), reopened.due_at), (Some("open"), Some(NOW.plus_ms(1_000))));
    let unmoved = step(&sealed(), refused("previous_alive"));
    assert_eq!((unmoved.step, unmoved.due_at), (sealed().step, Some(NOW.plus_ms(3_000))));
    let given_up = step(&sealed(), refused("attempt_void"));
    assert_eq!((given_up.attempt().map(AnyAttempt::state), given_up.due_at), (Some("barring"), Some(NOW)));
}

#[test]
fn a_permission_beyond_what_fits_seals_nothing() {
    let mut broken = sealed();
    let beyond = primitives::statement::Authorisation { amount: u64::MAX, ..authorisation() };
    let attempt = AnyAttempt::open(Signed::sign(beyond, &key()));
    broken.step = Step::Attempting { payer: payer(), energy: None, fee_limit: sun("7"), attempt };
    let refused = step(&broken, Facts::Attempt(Fact::Anchor(anchor())));
    assert_eq!(refused.view().reason.as_deref(), Some("amount_too_large"));
}
