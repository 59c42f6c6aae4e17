//! Between the two processes: batches, what wakes whom, what both count, and a worker that is not there.

use std::collections::BTreeSet;

use api::wallet_manager::batch::BATCH_MAX;
use api::wallet_manager::{WalletClass, events, put_signature};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use signing_core::AskError;
use signing_core::serve::Sign;
use tower::ServiceExt;

use super::bench::{Bench, Payment, Running};

async fn page(running: &Running, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = running.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_batch_has_an_outcome_each_in_its_order() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payments: Vec<_> =
        (0..5).map(|number| Payment::usdt(&running, &hot, &format!("po_{number}")).later(number)).collect();
    let mut batch: Vec<_> = payments.iter().map(|payment| (payment.txid(), payment.request())).collect();
    batch[2].0 = payments[0].txid();
    let outcomes = running.worker.ask(Sign(batch)).await.unwrap();
    for (number, (payment, outcome)) in payments.iter().zip(&outcomes).enumerate() {
        match outcome {
            Ok(signed) => assert_eq!((signed.txid, &signed.intent), (payment.txid(), payment.intent())),
            Err(problem) => assert_eq!((number, problem.code.as_str()), (2, "other_txid")),
        }
    }
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 4);

    let long = vec![(payments[0].txid(), payments[0].request()); BATCH_MAX + 1];
    let refused = running.worker.ask(Sign(long)).await.unwrap_err();
    assert!(matches!(refused, AskError::Refused(problem) if problem.code == "batch_too_long"));
}

#[tokio::test]
async fn a_commit_in_the_worker_wakes_who_waits_for_events() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let reader = running.client("payout-router");
    let seen = running.done("payout-router", &api::event::events(None, 0, 100)).await.next;
    let waiting = tokio::spawn(async move { reader.call(&api::event::events(Some(&seen), 30_000, 10)).await });
    let payment = Payment::usdt(&running, &hot, "po_a");
    running.done("usdt-manager", &put_signature(payment.txid(), &payment.request())).await;
    let service::Outcome::Done(page) = waiting.await.unwrap() else { panic!("no page") };
    assert_eq!(page.events[0].kind, events::REGISTERED);
}

#[tokio::test]
async fn both_processes_are_counted_on_one_page() {
    let bench = Bench::new();
    let running = bench.start().await;
    running.wallet("hot", WalletClass::Hot).await;
    let (_, text) = page(&running, "/metrics").await;
    assert!(text.contains("lucid_token_up 1") && text.contains("lucid_http_requests_total"), "{text}");
    let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let once: BTreeSet<_> = names.iter().copied().collect();
    assert_eq!(names.len(), once.len(), "each name is told once: {names:?}");
}

#[tokio::test]
async fn a_request_keeps_its_name_in_both_processes() {
    let bench = Bench::new();
    let running = bench.start().await;
    let id = service::request_id::RequestId::parse("the-name").unwrap();
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    let other = payment.clone().later(1);
    let outcomes = id.scope(running.worker.ask(Sign(vec![(other.txid(), payment.request())]))).await.unwrap();
    let problem = outcomes[0].as_ref().unwrap_err();
    assert_eq!(problem.request_id.as_deref(), Some("the-name"));
}

#[tokio::test]
async fn without_a_worker_nothing_is_known_and_nothing_is_ready() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    running.worker.detach();
    let signature = put_signature(payment.txid(), &payment.request());
    assert_eq!(running.failed("usdt-manager", &signature).await, "answered 503 worker_unavailable");
    let (status, body) = page(&running, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    let (_, text) = page(&running, "/metrics").await;
    assert!(text.contains("lucid_build_info") && !text.contains("lucid_token_up"), "{text}");
}
