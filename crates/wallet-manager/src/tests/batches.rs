//! Many signatures in one call: an outcome for each, as if it had been asked for alone.

use api::wallet_manager::batch::{
    BATCH_MAX, SignatureBatch, SignatureItem, SignatureOutcome, SignatureOutcomes, put_signatures,
};
use api::wallet_manager::{SignatureView, WalletClass, intent, put_signature, void_attempt};
use primitives::{AttemptNo, LogPosition, TxId};
use tron_tx::SignedTransaction;

use super::bench::{Bench, Payment, Running};

fn item(payment: &Payment) -> SignatureItem {
    SignatureItem { txid: payment.txid(), request: payment.request() }
}

fn batch(payments: &[Payment]) -> SignatureBatch {
    SignatureBatch { items: payments.iter().map(item).collect() }
}

async fn sign(running: &Running, batch: &SignatureBatch) -> Vec<SignatureOutcome> {
    let SignatureOutcomes { outcomes } = running.done("usdt-manager", &put_signatures(batch)).await;
    outcomes
}

fn signed(outcome: &SignatureOutcome) -> &SignatureView {
    match outcome {
        SignatureOutcome::Signed(view) => view,
        SignatureOutcome::Problem(problem) => panic!("{problem:?}"),
    }
}

fn code(outcome: &SignatureOutcome) -> (u16, &str) {
    match outcome {
        SignatureOutcome::Signed(view) => panic!("{view:?}"),
        SignatureOutcome::Problem(problem) => (problem.status, &problem.code),
    }
}

async fn attempts(running: &Running, payment: &Payment) -> usize {
    running.done("payout-router", &intent(payment.intent())).await.attempts.len()
}

#[tokio::test]
async fn every_item_is_signed_and_an_equal_batch_has_equal_answers() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> = (0..BATCH_MAX).map(|n| Payment::usdt(&running, &hot, &format!("po_{n}"))).collect();
    let payments: Vec<_> = payments.into_iter().enumerate().map(|(n, payment)| payment.later(n as u64)).collect();
    let first = sign(&running, &batch(&payments)).await;
    assert_eq!(first.len(), BATCH_MAX);
    let mut positions: Vec<LogPosition> = Vec::new();
    for (payment, outcome) in payments.iter().zip(&first) {
        let view = signed(outcome);
        assert_eq!((view.txid, &view.intent), (payment.txid(), payment.intent()));
        let transaction = SignedTransaction {
            raw_data: view.raw_data.0.clone(),
            signatures: vec![view.signature.0.clone()],
            results: vec![],
        };
        assert_eq!(transaction.signers().unwrap(), [hot.address]);
        positions.push(view.audit);
    }
    assert!(positions.windows(2).all(|pair| pair[0].seq < pair[1].seq), "each has a record of its own");
    assert_eq!(sign(&running, &batch(&payments)).await, first);
    // In another order, in another process, long after, and alone.
    bench.clock.advance_ms(3_600_000);
    let again = bench.start().await;
    let reversed: Vec<_> = payments.iter().rev().cloned().collect();
    let mut last = sign(&again, &batch(&reversed)).await;
    last.reverse();
    assert_eq!(last, first);
    let alone = again.done("usdt-manager", &put_signature(payments[7].txid(), &payments[7].request())).await;
    assert_eq!(&alone, signed(&first[7]));
}

#[tokio::test]
async fn a_refused_item_refuses_itself_alone() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = |name: &str, ms| Payment::usdt(&running, &hot, name).later(ms);
    let (good, twin, voided, known) = (payment("po_a", 1), payment("po_b", 1), payment("po_c", 2), payment("po_d", 3));
    let mut altered = payment("po_e", 4);
    altered.authorisation.amount += 1;
    let (other, last) = (payment("po_a", 5), payment("po_f", 6));
    let before: SignatureView = running.done("usdt-manager", &put_signature(known.txid(), &known.request())).await;
    running.done("payout-router", &void_attempt(voided.intent(), AttemptNo::FIRST)).await;
    let mut asked = batch(&[good.clone(), twin, voided, known, altered, other, good.clone(), last.clone()]);
    asked.items.push(SignatureItem { txid: TxId::new([1; 32]), ..item(&payment("po_g", 7)) });
    let outcomes = sign(&running, &asked).await;
    assert_eq!(signed(&outcomes[0]).txid, good.txid());
    // Equal bytes for another intent; barred; signed before; not what was authorised; another attempt's; the first again.
    assert_eq!(code(&outcomes[1]), (409, "txid_taken"));
    assert_eq!(code(&outcomes[2]), (409, "attempt_void"));
    assert_eq!(signed(&outcomes[3]), &before);
    assert_eq!(code(&outcomes[4]), (403, "amount"));
    assert_eq!(code(&outcomes[5]), (409, "attempt_taken"));
    assert_eq!(outcomes[6], outcomes[0]);
    assert_eq!(signed(&outcomes[7]).txid, last.txid());
    assert_eq!(code(&outcomes[8]), (422, "other_txid"));
    assert_eq!(attempts(&running, &good).await, 1);
}

#[tokio::test]
async fn a_batch_that_cannot_be_taken_changes_nothing() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> =
        (0..=BATCH_MAX as u64).map(|n| Payment::trx(&running, &hot, &format!("po_{n}")).later(n)).collect();
    let problem = running.refused("usdt-manager", &put_signatures(&batch(&payments))).await;
    assert_eq!((problem.status, problem.code.as_str()), (422, "batch_too_long"));
    let problem = running.refused("tron-client", &put_signatures(&batch(&payments[..2]))).await;
    assert_eq!(problem.status, 403, "{problem}");
    assert_eq!(attempts(&running, &payments[0]).await, 0);
    assert_eq!(running.done("usdt-manager", &put_signatures(&batch(&[]))).await.outcomes, []);
}
