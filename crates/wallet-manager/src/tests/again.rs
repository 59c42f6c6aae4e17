//! A third attempt needs a person, whatever payout-router says.

use api::wallet_manager::attempt::{AllowRequest, put_allowed};
use api::wallet_manager::put_signature;
use api::wallet_manager::{WalletClass, WalletView};
use primitives::AttemptNo;
use primitives::statement::{Action, Ending, PreviousAttempt};

use super::bench::{Bench, Payment, Running, authority};
use super::council::{self, signed};

/// The next attempt, after those before it have expired.
fn next(bench: &Bench, running: &Running, hot: &WalletView, earlier: &[Payment]) -> Payment {
    if let Some(last) = earlier.last() {
        bench.clock.set(last.raw.expiration.plus_ms(30_001));
    }
    let mut payment = Payment::usdt(running, hot, "po_a");
    payment.authorisation.attempt = AttemptNo(u32::try_from(earlier.len()).unwrap() + 1);
    let told = |payment: &Payment| PreviousAttempt {
        txid: Some(payment.txid()),
        expiration: payment.raw.expiration,
        ending: Ending::Dead,
    };
    payment.authorisation.previous = earlier.iter().map(told).collect();
    payment
}

fn allow(running: &Running, attempt: u32, names: &[&str]) -> AllowRequest {
    let action = Action::AttemptAgain { intent: "po_a".parse().unwrap(), attempt: AttemptNo(attempt) };
    let keys: Vec<_> = names.iter().map(|name| authority(name)).collect();
    AllowRequest { ceremony: signed(running, action, &keys) }
}

#[tokio::test]
async fn the_signer_itself_waits_for_an_operators_word_on_exactly_this_attempt() {
    let bench = council::bench();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let sign = async |payment: &Payment| {
        running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await
    };
    let refused = async |payment: &Payment| {
        running.refused("usdt-manager", &put_signature(payment.txid(), &payment.request())).await.code.clone()
    };
    let mut made = Vec::new();
    for _ in 0..2 {
        let payment = next(&bench, &running, &hot, &made);
        sign(&payment).await;
        made.push(payment);
    }
    let third = next(&bench, &running, &hot, &made);
    assert_eq!(refused(&third).await, "third_attempt");
    // A person's word on another attempt, a stranger's, and a service's are none.
    running.done("operator", &put_allowed(&allow(&running, 4, &["alice"]))).await;
    let strange = running.refused("operator", &put_allowed(&allow(&running, 3, &["mallory"]))).await;
    assert_eq!(strange.code, "authority_signature");
    let nobody = running.refused("operator", &put_allowed(&allow(&running, 3, &[]))).await;
    assert_eq!(nobody.code, "authority_signature");
    let service = running.refused("payout-router", &put_allowed(&allow(&running, 3, &["alice"]))).await;
    assert_eq!(service.code, "missing_scope");
    assert_eq!(refused(&third).await, "third_attempt");

    let allowed = running.done("operator", &put_allowed(&allow(&running, 3, &["bob"]))).await;
    assert_eq!(allowed.operators, ["bob"]);
    assert_eq!(running.done("operator", &put_allowed(&allow(&running, 3, &["alice"]))).await, allowed, "once");
    sign(&third).await;
    made.push(third);
    // What was wrong before is wrong still: nobody's word makes a false history right.
    let mut fourth = next(&bench, &running, &hot, &made);
    fourth.authorisation.previous[2].txid = None;
    assert_eq!(refused(&fourth).await, "previous");
}
