//! What makes a transfer and what does not.

use api::usdt_manager::{TransferRequest, put_transfer, transfer};
use primitives::statement::{Asset, Authorisation, Ending, Kind, PreviousAttempt, SignKey, Signed};
use primitives::{Address, AttemptNo, ChainId, TransferId, UnixMs};
use serde_json::json;
use service::Outcome;
use service::testing::Raw;
use sha2::{Digest, Sha256};

use crate::testing::{Bench, NOW, SERVICE, authorisation, id, payout, request};

async fn put(bench: &Bench, id: TransferId, request: &TransferRequest) -> String {
    match bench.client("payout-router").call(&put_transfer(id, request)).await {
        Outcome::Done(_) => "done".to_owned(),
        Outcome::Refused(problem) => format!("{} {}", problem.status, problem.code),
        Outcome::Unknown(cause) => cause.to_string(),
    }
}

#[tokio::test]
async fn a_permission_for_something_else_makes_no_transfer() {
    let bench = Bench::new();
    let changes: [fn(&mut Authorisation); 8] = [
        |authorisation| authorisation.kind = Kind::Sweep,
        |authorisation| authorisation.asset = Asset::Trx,
        |authorisation| authorisation.asset = Asset::Token(Address::from_evm([8; 20])),
        |authorisation| authorisation.plane = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c9".parse().unwrap(),
        |authorisation| authorisation.chain_id = ChainId(1),
        |authorisation| authorisation.memo_hash = Some([1; 32]),
        |authorisation| {
            let ending = Ending::Unsigned;
            authorisation.attempt = AttemptNo(2);
            authorisation.previous = vec![PreviousAttempt { txid: None, expiration: UnixMs(0), ending }];
        },
        |authorisation| authorisation.intent = "st_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut authorisation = authorisation(1);
        change(&mut authorisation);
        assert_eq!(put(&bench, id(1), &request(authorisation)).await, "403 authorisation_mismatch", "change {number}");
    }
    for amount in [0, 1 << 63, u64::MAX] {
        let beyond = request(Authorisation { amount, ..authorisation(1) });
        assert_eq!(put(&bench, id(1), &beyond).await, "400 malformed_body", "{amount}");
    }
    let mut with_memo = request(authorisation(1));
    with_memo.memo = Some("unpermitted".to_owned());
    assert_eq!(put(&bench, id(1), &with_memo).await, "403 authorisation_mismatch");
    let mut forged = request(authorisation(1));
    forged.authorisation = Signed::sign(authorisation(1), &SignKey::from_seed(&[66; 32]));
    assert_eq!(put(&bench, id(1), &forged).await, "403 authorisation_invalid");
    assert!(matches!(bench.client("operator").call(&transfer(id(1))).await, Outcome::Refused(problem)
        if problem.code == "unknown_transfer"));
}

#[tokio::test]
async fn the_same_request_is_the_same_transfer_and_another_is_refused() {
    let bench = Bench::new();
    let first = bench.put(1).await;
    assert_eq!(bench.put(1).await, first);
    let other = Authorisation { amount: 26_000_000, ..authorisation(1) };
    assert_eq!(put(&bench, id(1), &request(other)).await, "422 id_taken");
    let mut elsewhere = request(authorisation(1));
    elsewhere.wallet_id = "cold".parse().unwrap();
    assert_eq!(put(&bench, id(1), &elsewhere).await, "422 id_taken");
    let hash = Sha256::digest(b"thanks").into();
    let memo = Authorisation { memo_hash: Some(hash), ..authorisation(2) };
    let with_memo = TransferRequest { memo: Some("thanks".to_owned()), ..request(memo) };
    assert_eq!(put(&bench, id(2), &with_memo).await, "done");
}

#[tokio::test]
async fn bodies_paths_and_callers_that_are_wrong() {
    let bench = Bench::new();
    let good = serde_json::to_value(request(authorisation(1))).unwrap();
    let text = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut body = good.clone();
        change(&mut body);
        body.to_string().into_bytes()
    };
    let good_text = text(&|_| ());
    let path = format!("/v1/transfers/{}", id(1));
    let wrong_path = format!("/v1/transfers/{}", payout(1));
    let json_type = "application/json";
    let cases = [
        ("payout-router", path.as_str(), json_type, text(&|body| body["extra"] = json!(1)), 400, "malformed_body"),
        ("payout-router", &path, json_type, text(&|body| body["wallet_id"] = json!("a b")), 400, "malformed_body"),
        ("payout-router", &path, json_type, text(&|body| body["authorisation"] = json!({})), 400, "malformed_body"),
        ("payout-router", &path, json_type, text(&|body| body["memo"] = json!(7)), 400, "malformed_body"),
        ("payout-router", &path, json_type, b"{".to_vec(), 400, "malformed_body"),
        ("payout-router", &path, json_type, vec![b' '; 65 * 1024], 413, "body_too_large"),
        ("payout-router", &path, "text/plain", good_text.clone(), 415, "unsupported_media_type"),
        ("payout-router", &wrong_path, json_type, good_text.clone(), 400, "malformed_path"),
        ("operator", &path, json_type, good_text.clone(), 403, "missing_scope"),
        ("stranger", &path, json_type, good_text, 401, "token_invalid"),
    ];
    for (caller, path, content_type, body, status, code) in cases {
        let raw = Raw { caller, service: SERVICE, method: "PUT", path, content_type, body: &body };
        let (answered, answer) = raw.send(bench.router(), NOW).await;
        assert_eq!(
            (answered.as_u16(), answer["code"].as_str()),
            (status, Some(code)),
            "{caller} {path} {content_type}"
        );
    }
    assert_eq!(put(&bench, id(1), &request(authorisation(1))).await, "done");
}
