//! Without a policy nothing is signed, everything else is answered, and a good file ends it.

use api::wallet_manager::audit::{audit, audit_head};
use api::wallet_manager::freeze::{FreezeRequest, freezes, put_freeze};
use api::wallet_manager::{intent, policy, wallets};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use tower::ServiceExt as _;

use super::*;

/// The readiness of the service, and what it says.
async fn ready(running: &Running) -> (StatusCode, String) {
    let request = Request::get("/health/ready").body(Body::empty()).unwrap();
    let response = running.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn kinds(running: &Running) -> Vec<String> {
    let records = running.done("operator", &audit(0, 100)).await.records;
    records.into_iter().map(|record| record.kind).collect()
}

#[tokio::test]
async fn a_start_with_a_wrong_file_signs_nothing_answers_all_else_and_takes_a_good_one() {
    let mut bench = Bench::new();
    let path = PolicyFile::WIDE.put(&bench);
    bench.config.policy.file = Some(path.clone());
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let (before, payment) = (Payment::usdt(&running, &hot, "po_a"), Payment::usdt(&running, &hot, "po_b").later(1));
    let pending = Payment::usdt(&running, &hot, "po_c").later(2);
    let signed = running.core.sign(before.txid(), before.request()).await.unwrap();
    running.core.register(pending.request()).await.unwrap();
    drop(running);

    fs::write(&path, "version = 2\n[class.hut]\n").unwrap();
    let running = bench.start().await;
    let (status, body) = ready(&running).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("Not working: policy") && body.contains("unknown variant `hut`"), "{body}");
    for _ in 0..3 {
        let call = put_signature(payment.txid(), &payment.request());
        let problem = running.refused("usdt-manager", &call).await;
        assert_eq!((problem.status, problem.code.as_str()), (403, "policy_unusable"));
    }
    assert!(running.done("payout-router", &intent(payment.intent())).await.attempts.is_empty());
    // What was given is given again; what was only registered is no refusal that its owner could take for an end.
    assert_eq!(running.core.sign(before.txid(), before.request()).await.unwrap(), signed);
    assert_eq!(said(&running, &pending).await, "attempt_withheld");
    // Reading and barring go on.
    assert_eq!(running.done("operator", &wallets()).await.wallets.len(), 1);
    let view = running.done("operator", &policy()).await;
    assert!(view.in_force.is_none() && view.fault.unwrap().contains("line 2"));
    assert_eq!(view.highest.unwrap().version, 1);
    assert!(running.done("operator", &audit_head()).await.fault.is_none());
    running.core.void("po_d".parse().unwrap(), primitives::AttemptNo::FIRST).await.unwrap();
    assert!(running.worker.ask(signing_core::serve::Metrics).await.unwrap().contains("lucid_policy_version 0"));
    // The file is in the log, once, and so is the refusal.
    let log = kinds(&running).await;
    assert_eq!(log.iter().filter(|kind| *kind == "policy_refused").count(), 1, "{log:?}");

    // A good file is enough, without a restart.
    PolicyFile { version: 3, ..PolicyFile::WIDE }.put(&bench);
    assert_eq!(said(&running, &payment).await, "ok");
    assert_eq!(said(&running, &pending).await, "ok");
    let log = kinds(&running).await;
    assert_eq!(log.iter().filter(|kind| *kind == "policy_changed").count(), 1, "{log:?}");
    assert!(running.core.policy.finding().unwrap().starts_with("version 3, "));
}

#[tokio::test]
async fn a_stop_is_taken_without_a_policy() {
    let mut bench = Bench::new();
    bench.config.policy.file = Some(bench.directory.path().join("missing.toml"));
    let running = bench.start().await;
    let freeze_id = primitives::FreezeId::derive(running.core.rules.plane.uuid(), &["a"]);
    running.done("operator", &put_freeze(&FreezeRequest { freeze_id, reason: "a test".to_owned() })).await;
    assert_eq!(running.done("operator", &freezes()).await.freezes.len(), 1);
}
