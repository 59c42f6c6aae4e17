//! What is wrong is said, and leaves nothing behind.

use api::payout_router::{PayoutAsset, PayoutFilter, cancel_payout, payout, payouts, put_payout, thaw};
use primitives::{Address, PayoutId};
use serde_json::{Value, json};
use service::Outcome;
use service::testing::Raw;

use crate::testing::{Bench, NOW, SERVICE, id_of, request};

async fn raw(bench: &Bench, caller: &str, path: &str, content_type: &str, body: &[u8]) -> (u16, String) {
    let raw = Raw { caller, service: SERVICE, method: "PUT", path, content_type, body };
    let (status, answer) = raw.send(bench.router(), NOW).await;
    (status.as_u16(), answer["code"].as_str().unwrap_or_default().to_owned())
}

fn path_of(reference: &str) -> String {
    format!("/v1/payouts/{}", id_of(&request(reference, PayoutAsset::Usdt, "25")))
}

async fn assert_empty(bench: &Bench) {
    let page = bench.client("operator").ask(&payouts(&PayoutFilter::default())).await.unwrap();
    assert_eq!(page.payouts, vec![]);
    for scope in ["limit:v0:day", "limit:all:hour", "limit:trx:day"] {
        assert_eq!(bench.held(scope).await, 0, "{scope}");
    }
}

#[tokio::test]
async fn members_that_are_wrong() {
    let bench = Bench::new();
    let good = serde_json::to_value(request("order-1", PayoutAsset::Usdt, "25")).unwrap();
    let with = |member: &str, value: Value| {
        let mut body = good.clone();
        body[member] = value;
        body
    };
    let ethereum = json!("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    let cases = [
        (with("recipient", json!("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAG")), 400, "malformed_body"),
        (with("recipient", ethereum), 400, "malformed_body"),
        (with("recipient", json!("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")), 400, "malformed_body"),
        (with("recipient", json!("")), 400, "malformed_body"),
        (with("recipient", json!(Address::ZERO)), 422, "recipient_is_zero"),
        (with("amount", json!("1.0000001")), 422, "amount_malformed"),
        (with("amount", json!("-1")), 422, "amount_malformed"),
        (with("amount", json!("1e2")), 422, "amount_malformed"),
        (with("amount", json!("NaN")), 422, "amount_malformed"),
        (with("amount", json!("9223372036854.775808")), 422, "amount_malformed"),
        (with("amount", json!("0")), 422, "amount_below_minimum"),
        (with("amount", json!("0.009999")), 422, "amount_below_minimum"),
        (with("amount", json!("1000.000001")), 422, "amount_above_limit"),
        (with("amount", json!(25)), 400, "malformed_body"),
        (with("amount", json!(null)), 400, "malformed_body"),
        (with("asset", json!("usdt")), 400, "malformed_body"),
        (with("asset", json!("BTC")), 400, "malformed_body"),
        (with("memo", json!("")), 422, "memo_malformed"),
        (with("memo", json!("x".repeat(129))), 422, "memo_malformed"),
        (with("merchant", json!("a b")), 400, "malformed_body"),
        (with("reference", json!("x".repeat(65))), 400, "malformed_body"),
        (with("reference", json!("order-2")), 422, "id_mismatch"),
        (with("merchant", json!("another")), 422, "id_mismatch"),
        (with("priority", json!("high")), 400, "malformed_body"),
        (json!([good]), 400, "malformed_body"),
        (json!({}), 400, "malformed_body"),
    ];
    for (body, status, code) in cases {
        let text = body.to_string();
        let answer = raw(&bench, "payment-gateway", &path_of("order-1"), "application/json", text.as_bytes()).await;
        assert_eq!(answer, (status, code.to_owned()), "{text}");
    }
    assert_empty(&bench).await;
}

#[tokio::test]
async fn bodies_paths_and_callers_that_are_wrong() {
    let bench = Bench::new();
    let good = serde_json::to_vec(&request("order-1", PayoutAsset::Usdt, "25")).unwrap();
    let (path, json_type) = (path_of("order-1"), "application/json");
    let huge = vec![b' '; 65 * 1024];
    let cases = [
        ("payment-gateway", path.as_str(), json_type, &b""[..], 400, "malformed_body"),
        ("payment-gateway", &path, json_type, &b"{"[..], 400, "malformed_body"),
        ("payment-gateway", &path, json_type, &b"\xff\xfe"[..], 400, "malformed_body"),
        ("payment-gateway", &path, json_type, &huge, 413, "body_too_large"),
        ("payment-gateway", &path, "text/plain", &good, 415, "unsupported_media_type"),
        ("payment-gateway", "/v1/payouts/po_1", json_type, &good, 400, "malformed_path"),
        ("payment-gateway", "/v1/payouts/", json_type, &good, 404, "unknown_path"),
        ("operator", &path, json_type, &good, 403, "missing_scope"),
        ("stranger", &path, json_type, &good, 401, "token_invalid"),
    ];
    for (caller, path, content_type, body, status, code) in cases {
        let answer = raw(&bench, caller, path, content_type, body).await;
        assert_eq!(answer, (status, code.to_owned()), "{caller} {path} {content_type}");
    }
    assert_empty(&bench).await;
}

async fn code<A: serde::de::DeserializeOwned>(bench: &Bench, caller: &str, call: api::Call<A>) -> String {
    match bench.client(caller).call(&call).await {
        Outcome::Refused(problem) => format!("{} {}", problem.status, problem.code),
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Unknown(cause) => cause.to_string(),
    }
}

#[tokio::test]
async fn unknown_payouts_and_missing_scopes() {
    let bench = Bench::new();
    let unknown = id_of(&request("nowhere", PayoutAsset::Usdt, "25"));
    assert_eq!(code(&bench, "operator", payout(unknown)).await, "404 unknown_payout");
    for caller in ["payment-gateway", "operator"] {
        assert_eq!(code(&bench, caller, cancel_payout(unknown)).await, "404 unknown_payout");
    }
    for (caller, answer) in [
        ("nobody", code(&bench, "nobody", payout(unknown)).await),
        ("nobody", code(&bench, "nobody", payouts(&PayoutFilter::default())).await),
        ("nobody", code(&bench, "nobody", cancel_payout(unknown)).await),
        ("payment-gateway", code(&bench, "payment-gateway", thaw(Address::from_evm([1; 20]))).await),
    ] {
        assert_eq!(answer, "403 missing_scope", "{caller}");
    }
}

#[tokio::test]
async fn an_id_is_one_request_for_ever() {
    let bench = Bench::new();
    let first = request("order-1", PayoutAsset::Usdt, "25");
    let view = bench.put(&first).await;
    let spelt = api::payout_router::PayoutRequest { amount: "25.00".to_owned(), ..first.clone() };
    assert_eq!(bench.put(&spelt).await, view);
    assert_eq!(bench.held("limit:v0:day").await, 25_000_000, "counted once");
    let id: PayoutId = view.payout_id;
    for other in [
        request("order-1", PayoutAsset::Usdt, "26"),
        request("order-1", PayoutAsset::Trx, "25"),
        api::payout_router::PayoutRequest { memo: Some("x".to_owned()), ..first.clone() },
        // Refused as another request even where it would be refused by itself.
        request("order-1", PayoutAsset::Usdt, "100000"),
    ] {
        let Outcome::Refused(problem) = bench.client("payment-gateway").call(&put_payout(id, &other)).await else {
            panic!("{other:?}")
        };
        assert_eq!((problem.status, problem.code.as_str()), (422, "id_taken"));
    }
}
