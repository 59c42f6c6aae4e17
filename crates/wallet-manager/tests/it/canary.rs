//! The proof that the token signs: readiness falls with it and comes back with it.

use api::wallet_manager::put_signature;
use service::Outcome;

use crate::faults;
use crate::place::{Place, payment, until};

/// The value of a sample without labels.
fn sample(page: &str, name: &str) -> Option<f64> {
    page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn a_token_that_signs_with_another_key_is_not_ready() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let process = place.serve();
    let hot = process.hot().await;
    process.ready();
    plan.set("C_Sign other-key");
    let not_ready = || process.page("/health/ready").starts_with("HTTP/1.0 503").then_some(());
    until("not ready", not_ready);
    let counted = || {
        let page = process.page("/metrics");
        let down = sample(&page, "lucid_token_up")? < 0.5;
        (down && sample(&page, "lucid_token_canary_failures_total")? > 0.0).then_some(())
    };
    until("the failed proof in the metrics", counted);
    let (raw, request) = payment(&hot, "po_a", 0);
    match process.client.call(&put_signature(raw.txid(), &request)).await {
        Outcome::Unknown(cause) => assert_eq!(cause.to_string(), "answered 503 token_unavailable"),
        other => panic!("{other:?}"),
    }
    plan.set("");
    process.ready();
    process.done(&put_signature(raw.txid(), &request)).await;
}

#[tokio::test]
async fn a_high_s_is_counted_and_made_low() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let process = place.serve();
    let hot = process.hot().await;
    let high = || sample(&process.page("/metrics"), "lucid_signature_high_s_total").unwrap();
    let before = high();
    plan.set("C_Sign high-s");
    let (raw, request) = payment(&hot, "po_a", 0);
    process.done(&put_signature(raw.txid(), &request)).await;
    assert!(high() > before);
}

#[tokio::test]
async fn a_record_that_the_token_does_not_cover_grows_old_in_the_metrics() {
    let mut place = Place::new();
    // Nobody but the payment and the checkpoint asks the token.
    place.canary_ms = 3_600_000;
    place.sections = "[audit]\ncheckpoint_ms = 50\nhead_ms = 50\n".to_owned();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let process = place.serve();
    let hot = process.hot().await;
    process.ready();
    let age = || sample(&process.page("/metrics"), "lucid_audit_checkpoint_age_seconds").unwrap();
    until("all is covered", || (age() < 0.5).then_some(()));
    plan.set("C_Sign rv DEVICE_ERROR");
    let (raw, request) = payment(&hot, "po_a", 0);
    assert!(matches!(process.client.call(&put_signature(raw.txid(), &request)).await, Outcome::Unknown(_)));
    until("the attempt's record waits", || (age() > 1.5).then_some(()));
    plan.set("");
    until("it is covered", || (age() < 0.5).then_some(()));
}
