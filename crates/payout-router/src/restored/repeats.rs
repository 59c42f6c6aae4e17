//! What is asked for after a restore may have been asked for before, and otherwise.

use api::payout_router::PayoutRequest;
use primitives::Address;

use super::*;

fn asks(reference: &str, amount: &str) -> PayoutRequest {
    request(reference, PayoutAsset::Trx, amount)
}

/// Why it waits, after a turn; nothing if it does not.
async fn waits_for(bench: &Bench, id: PayoutId) -> Option<String> {
    let view = turned(bench, id, 1).await;
    if view.stage == PayoutStage::Accepted { view.reason } else { None }
}

#[tokio::test]
async fn what_is_asked_for_after_a_restore_waits_for_every_payment_that_is_kept() {
    let mut bench = Bench::new();
    let recorded = bench.put(&asks("recorded", "3")).await.payout_id;
    bench.restored = Some(RESTORED);
    bench.recoveries().begin(NOW).await.unwrap();
    let txid = lost(&bench, 1).await;
    // The same reference had 2 TRX from the plane that was lost, as only the merchant knows.
    let more = bench.put(&asks("order-7", "2.5")).await.payout_id;
    let elsewhere = PayoutRequest { recipient: Address::from_evm([4; 20]), ..asks("order-8", "2") };
    let elsewhere = bench.put(&elsewhere).await.payout_id;
    let operator = bench.client("operator");
    read_to(&bench, NOW.plus_ms(60_000)).await;
    assert_eq!(refused(&bench, &recover(&said_unpaid("order-7", "2.5"))).await, "recovering", "nothing is decided");
    operator.ask(&recover(&said(&[(txid, RecoveredAs::Kept)]))).await.unwrap();
    assert_eq!(operator.ask(&recovery()).await.unwrap().kept, 1);
    read_to(&bench, NOW.plus_ms(59_999)).await;
    assert_eq!(refused(&bench, &recover(&said_unpaid("order-7", "2.5"))).await, "recovering", "not read far enough");
    thaw(&bench).await;

    assert_eq!(waits_for(&bench, recorded).await, None, "what it asked for before is on record");
    for id in [more, elsewhere] {
        assert_eq!(waits_for(&bench, id).await.as_deref(), Some("may_be_paid"));
    }
    for other in [said_unpaid("order-7", "2"), said_unpaid("order-8", "2")] {
        assert_eq!(refused(&bench, &recover(&other)).await, "not_this_payout");
    }
    for _ in 0..2 {
        operator.ask(&recover(&said_unpaid("order-7", "2.5"))).await.unwrap();
    }
    assert_eq!(waits_for(&bench, more).await, None);
    operator.ask(&recover(&said_unpaid("order-7", "2.5"))).await.expect("said again, it is under way");
    assert_eq!(waits_for(&bench, elsewhere).await.as_deref(), Some("may_be_paid"), "of it nothing was said");
    operator.ask(&recover(&said(&[(txid, RecoveredAs::Other)]))).await.unwrap();
    assert_eq!(waits_for(&bench, elsewhere).await, None);
}

#[tokio::test]
async fn a_payment_that_comes_to_light_between_question_and_commit_stops_a_repetition() {
    let mut bench = Bench::new();
    bench.restored = Some(RESTORED);
    bench.recoveries().begin(NOW).await.unwrap();
    thaw(&bench).await;
    let id = bench.put(&asks("order-7", "2.5")).await.payout_id;
    let payment = trx("2");
    let payment = api::payout_router::reconciliation::WalletPayment {
        asset: PayoutAsset::Trx,
        recipient: payment.recipient,
        amount: "2".to_owned(),
        memo: None,
    };
    let found = crate::stray::hold(store::Commit::new(NOW), &payment, "a");
    let view = bench.turn_around(id, found).await.unwrap();
    assert_eq!((view.stage, view.reason.as_deref()), (PayoutStage::Accepted, Some("may_be_paid")));
}

#[tokio::test]
async fn operators_decide_on_what_they_have_signed_and_on_this_restore() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    let txid = lost(&bench, 1).await;
    let good = was(txid, paid_by("order-1"));
    let of = |recovered: Recovered| RecoverRequest { ceremony: decided(recovers(vec![recovered], vec![]), &BOTH) };
    let memo = PaidOut { memo: Some("invoice".to_owned()), ..trx("2") };
    for other in [
        Recovered { paid: Some(trx("3")), ..good.clone() },
        Recovered { paid: Some(memo), ..good.clone() },
        Recovered { paid: None, ..good.clone() },
        Recovered { deed: "TransferContract REVERT".to_owned(), ..good.clone() },
    ] {
        assert_eq!(refused(&bench, &recover(&of(other))).await, "not_this_payment");
    }
    let theirs = NamedPayout { merchant: "other".parse().unwrap(), ..named("order-1") };
    let theirs = Recovered { was: RecoveredAs::Payout(theirs), ..good.clone() };
    assert_eq!(refused(&bench, &recover(&of(theirs))).await, "not_this_payout");
    let freeze = FreezeId::derive(plane().uuid(), &["restore", "another"]);
    let transactions = vec![good.clone()];
    let earlier = Action::Recover { freeze, transactions, unpaid: vec![], note: "an earlier restore".to_owned() };
    let earlier = RecoverRequest { ceremony: decided(earlier, &BOTH) };
    assert_eq!(refused(&bench, &recover(&earlier)).await, "decision");
    assert_eq!(bench.view(id).await.stage, PayoutStage::Accepted);
    bench.client("operator").ask(&recover(&of(good))).await.unwrap();
    assert_eq!(bench.view(id).await.stage, PayoutStage::Settled);
}

#[tokio::test]
async fn what_was_being_barred_when_the_backup_was_made_may_have_been_paid() {
    for paid in [true, false] {
        let bench = Bench::new();
        let id = bench.put(&asks("order-1", "2")).await.payout_id;
        bench.turn(id).await.unwrap();
        bench.client("operator").ask(&cancel_payout(id)).await.unwrap();
        let (bench, id) = restored_as_it_is(bench).await;
        let waits = turned(&bench, id, 5).await;
        assert_eq!((waits.stage, waits.reason.as_deref()), (PayoutStage::Accepted, Some("halted")));
        if paid {
            let txid = lost(&bench, 1).await;
            bench.client("operator").ask(&recover(&said(&[(txid, paid_by("order-1"))]))).await.unwrap();
            assert_eq!(bench.view(id).await.stage, PayoutStage::Settled);
            continue;
        }
        thaw(&bench).await;
        let unsigned = Unsigned { plane: plane(), intent: id.into(), attempt: AttemptNo(2), voided_at: NOW };
        bench.wallet_manager.answer("PUT /v1/intents/", &Signed::sign(unsigned, &register_key()));
        assert_eq!(turned(&bench, id, 3).await.stage, PayoutStage::Cancelled);
    }
}

#[tokio::test]
async fn a_second_node_has_the_last_block_before_it_is_over() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    let operator = bench.client("operator");
    let end = || end_recovery(&EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze: stop() }, &BOTH) });
    let until = NOW.plus_ms(60_000);
    read_to(&bench, until).await;
    for (time, said) in [
        (until, BlockConfirmation::Unavailable),
        (until, BlockConfirmation::Disagrees),
        // Of a block that is not late enough nothing follows for those after it.
        (NOW.plus_ms(59_999), BlockConfirmation::Confirmed),
    ] {
        says(&bench, time, said);
        assert_eq!(refused(&bench, &end()).await, "recovering", "{said:?}");
    }
    // A configuration of one node has no second.
    says(&bench, until, BlockConfirmation::OneNode);
    operator.ask(&end()).await.unwrap();
}

#[tokio::test]
async fn what_was_said_of_one_restore_is_not_said_of_the_next() {
    let mut bench = Bench::new();
    bench.restored = Some(RESTORED);
    bench.recoveries().begin(NOW).await.unwrap();
    let id = bench.put(&asks("order-1", "2")).await.payout_id;
    let first = lost(&bench, 1).await;
    let operator = bench.client("operator");
    operator.ask(&recover(&said(&[(first, RecoveredAs::Kept)]))).await.unwrap();
    thaw(&bench).await;
    operator.ask(&recover(&said_unpaid("order-1", "2"))).await.unwrap();
    operator.ask(&recover(&said(&[(first, RecoveredAs::Other)]))).await.unwrap();

    // A backup is made, the plane pays, is lost, and that backup is put back.
    bench.restored = Some(Restored { id: Uuid::from_u128(8), ..RESTORED });
    bench.recoveries().begin(NOW).await.unwrap();
    let freeze = bench.recoveries().freeze_id().unwrap();
    let second = lost(&bench, 2).await;
    let again = |transactions, unpaid| {
        let action = Action::Recover { freeze, transactions, unpaid, note: "the merchant's list".to_owned() };
        RecoverRequest { ceremony: decided(action, &BOTH) }
    };
    let operator = bench.client("operator");
    operator.ask(&recover(&again(vec![was(second, RecoveredAs::Kept)], vec![]))).await.unwrap();
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let end = EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze }, &BOTH) };
    operator.ask(&end_recovery(&end)).await.unwrap();
    assert_eq!(waits_for(&bench, id).await.as_deref(), Some("may_be_paid"));
    let unpaid = vec![Unpaid { payout: named("order-1"), asks: trx("2") }];
    operator.ask(&recover(&again(vec![], unpaid))).await.unwrap();
    assert_eq!(waits_for(&bench, id).await, None, "said of this one");
}

#[tokio::test]
async fn a_payment_that_an_earlier_version_kept_has_repetitions_of_its_equals_wait() {
    let mut bench = Bench::new();
    bench.restored = Some(RESTORED);
    bench.recoveries().begin(NOW).await.unwrap();
    thaw(&bench).await;
    let id = bench.put(&asks("order-1", "2")).await.payout_id;
    let other = bench.put(&asks("order-2", "3")).await.payout_id;
    let scope = format!("stray:Trx:{}:2", asks("order-1", "2").recipient);
    let kept = |commit: store::Commit| {
        commit.hold(store::Hold { scope: scope.clone(), holder: "a".to_owned(), amount: 1, ceiling: i64::MAX })
    };
    // Between question and commit, and then before the question.
    let view = bench.turn_around(id, kept(store::Commit::new(NOW))).await.unwrap();
    assert_eq!((view.stage, view.reason.as_deref()), (PayoutStage::Accepted, Some("may_be_paid")));
    assert_eq!(waits_for(&bench, id).await.as_deref(), Some("may_be_paid"));
    assert_eq!(waits_for(&bench, other).await, None);
}

/// A payout's row that says nothing.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Garbled(String);

impl store::Record for Garbled {
    const NOUN: &'static str = "payout";

    fn id(&self) -> String {
        self.0.clone()
    }

    fn stage(&self) -> &'static str {
        "attempting"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_named_and_keeps_the_end_away_but_no_decision() {
    let (bench, id) = restored().await;
    turned(&bench, id, 4).await;
    bench.store.commit(store::Commit::new(NOW).insert(&Garbled("po_garbled".to_owned()))).await.unwrap();
    read_to(&bench, NOW.plus_ms(60_000)).await;
    let operator = bench.client("operator");
    let view = operator.ask(&recovery()).await.unwrap();
    assert_eq!((view.under_way, view.unreadable), (1, vec!["po_garbled".to_owned()]));
    let txid = lost(&bench, 1).await;
    operator.ask(&recover(&said(&[(txid, paid_by("order-1"))]))).await.unwrap();
    let end = EndRecoveryRequest { ceremony: decided(Action::Thaw { freeze: stop() }, &BOTH) };
    assert_eq!(refused(&bench, &end_recovery(&end)).await, "recovering");
}
