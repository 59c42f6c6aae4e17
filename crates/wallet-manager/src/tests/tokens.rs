//! A token that is not there, or does not know its PIN: said, never a panic, and the PIN not tried again.

use std::fs;

use api::wallet_manager::{WalletClass, WalletRequest, put_signature, put_wallet, token};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use primitives::statement::KeyClass;
use tower::ServiceExt;

use super::bench::{Bench, Payment, Running, both, make, secret_file};

pub(super) async fn ready(running: &Running) -> (StatusCode, String) {
    let request = Request::get("/health/ready").body(Body::empty()).unwrap();
    let response = running.router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 65_536).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_working_token_is_ready() {
    let bench = Bench::new();
    let (status, body) = ready(&bench.start().await).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body.contains("the token lucid signs"), "{body}");
}

#[tokio::test]
async fn a_token_that_was_not_proven_for_three_canaries_is_not_ready() {
    let bench = Bench::new();
    let running = bench.start().await;
    running.advance_ms(3 * bench.config.token.canary_ms);
    assert!(running.whole.token_finding().is_ok());
    running.advance_ms(1);
    let (status, body) = ready(&running).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert!(body.contains("the token did not prove itself for"), "{body}");
    running.whole.look_after().await;
    assert!(running.whole.token_finding().is_ok());
}

#[tokio::test]
async fn a_wrong_pin_is_said_and_not_tried_again() {
    let mut bench = Bench::new();
    let wrong = bench.directory.path().join("wrong-pin");
    secret_file(&wrong, "31415926535");
    bench.config.token.pin_file = Some(wrong);
    let running = bench.start().await;
    for _ in 0..2 {
        let unavailable = running.core.keeper.look_after(&[], super::bench::NOW).await.unwrap_err();
        assert_eq!((unavailable.code, unavailable.latched), ("pin_rejected", true));
        let (status, body) = ready(&running).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("refused the PIN") && !body.contains("31415926535"), "{body}");
    }
    let ceremony = Some(both(make(&running, "hot", KeyClass::Hot)));
    let request = put_wallet(&"hot".parse().unwrap(), &WalletRequest { class: WalletClass::Hot, ceremony });
    assert_eq!(running.failed("operator", &request).await, "answered 503 token_unavailable");
    assert_eq!(running.failed("operator", &token()).await, "answered 503 token_unavailable");
}

#[tokio::test]
async fn a_missing_token_is_said_and_found_when_it_comes() {
    let mut bench = Bench::new();
    bench.config.token.label = "other".to_owned();
    let running = bench.start().await;
    let (status, body) = ready(&running).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("no token is labelled"), "{body}");

    let pin = signer::pin::read(bench.config.token.pin_file.as_ref().unwrap()).unwrap();
    let module = bench.config.token.profile(std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into)).unwrap().module;
    signer::provision(&module, "other", &pin, &pin, None).unwrap();
    running.whole.look_after().await;
    running.wallet("hot", WalletClass::Hot).await;
}

#[tokio::test]
async fn a_token_that_lost_a_wallets_key_does_not_sign() {
    let bench = Bench::new();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    drop(running);
    let tokens = bench.config.token.token_dir.clone().unwrap();
    for token in fs::read_dir(tokens).unwrap() {
        for object in fs::read_dir(token.unwrap().path()).unwrap() {
            let object = object.unwrap();
            let name = object.file_name().into_string().unwrap();
            if name.ends_with(".object") && name != "token.object" {
                fs::remove_file(object.path()).unwrap();
            }
        }
    }
    let again = bench.start().await;
    let (status, body) = ready(&again).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains("the token has no key"), "{body}");
    let signature = put_signature(payment.txid(), &payment.request());
    assert_eq!(again.failed("usdt-manager", &signature).await, "answered 503 token_unavailable");
    assert_eq!(again.core.keeper.token().unwrap_err().code, "key_missing");
    assert!(again.core.attempt(payment.intent(), primitives::AttemptNo::FIRST).await.unwrap().is_none());
}
