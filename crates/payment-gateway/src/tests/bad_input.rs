//! What cannot be a payout is said clearly, without asking the router, and changes nothing.

use axum::body::Body;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::{Value, json};

use super::bench::{RECIPIENT, bench};

fn wish(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    let Value::Object(mut wish) = json!({ "asset": "USDT", "recipient": RECIPIENT, "amount": "25" }) else {
        unreachable!("it is an object")
    };
    change(&mut wish);
    Value::Object(wish).to_string()
}

fn with(member: &str, value: impl Into<Value>) -> String {
    wish(|wish| drop(wish.insert(member.to_owned(), value.into())))
}

fn without(member: &str) -> String {
    wish(|wish| drop(wish.remove(member)))
}

#[tokio::test(start_paused = true)]
async fn a_request_that_asks_for_no_payout() {
    let zero = primitives::Address::ZERO.to_string();
    let wrong_sum = RECIPIENT.replace("Lj6t", "Lj6u");
    let cases: Vec<(&str, String, u16, &str, &str)> = vec![
        ("nothing", String::new(), 400, "malformed_body", "EOF"),
        ("not JSON", "{".to_owned(), 400, "malformed_body", "EOF"),
        ("a list", "[]".to_owned(), 400, "malformed_body", ""),
        ("two values", format!("{} {{}}", wish(|_| {})), 400, "malformed_body", "trailing"),
        ("no asset", without("asset"), 400, "malformed_body", "asset"),
        ("no recipient", without("recipient"), 400, "malformed_body", "recipient"),
        ("no amount", without("amount"), 400, "malformed_body", "amount"),
        ("an unknown member", with("amonut", "25"), 400, "malformed_body", "amonut"),
        ("another asset", with("asset", "BTC"), 400, "malformed_body", "BTC"),
        ("the asset in small letters", with("asset", "usdt"), 400, "malformed_body", "asset"),
        ("an amount that is a number", with("amount", 25), 400, "malformed_body", "amount"),
        ("a float", with("amount", 25.5), 400, "malformed_body", "amount"),
        ("no amount's text", with("amount", ""), 422, "amount_malformed", "digits"),
        ("words", with("amount", "many"), 422, "amount_malformed", "digits"),
        ("a negative amount", with("amount", "-25"), 422, "amount_malformed", "digits"),
        ("a sign", with("amount", "+25"), 422, "amount_malformed", "digits"),
        ("an exponent", with("amount", "1e3"), 422, "amount_malformed", "digits"),
        ("a comma", with("amount", "1,000"), 422, "amount_malformed", "digits"),
        ("a space", with("amount", " 25"), 422, "amount_malformed", "digits"),
        ("other digits", with("amount", "٢٥"), 422, "amount_malformed", "digits"),
        ("no whole part", with("amount", ".5"), 422, "amount_malformed", "digits"),
        ("no decimals after the point", with("amount", "25."), 422, "amount_malformed", "digits"),
        ("seven decimals", with("amount", "0.0000001"), 422, "amount_malformed", "six"),
        ("seven decimals that are zero", with("amount", "1.0000000"), 422, "amount_malformed", "six"),
        ("above i64", with("amount", "9223372036854.775808"), 422, "amount_malformed", "large"),
        ("above u64", with("amount", "99999999999999999999999"), 422, "amount_malformed", "large"),
        ("zero", with("amount", "0"), 422, "amount_below_minimum", "zero"),
        ("zero at length", with("amount", "0.000000"), 422, "amount_below_minimum", "zero"),
        ("a recipient with a wrong sum", with("recipient", wrong_sum), 400, "malformed_body", "recipient"),
        ("a recipient cut short", with("recipient", &RECIPIENT[..33]), 400, "malformed_body", "recipient"),
        (
            "another chain's recipient",
            with("recipient", format!("0x{}", "ab".repeat(20))),
            400,
            "malformed_body",
            "recipient",
        ),
        ("hexadecimal", with("recipient", format!("41{}", "ab".repeat(20))), 400, "malformed_body", "recipient"),
        ("an empty recipient", with("recipient", ""), 400, "malformed_body", "recipient"),
        ("nobody", with("recipient", zero), 422, "recipient_is_zero", "zero"),
        ("an empty memo", with("memo", ""), 422, "memo_malformed", "memo"),
        ("a long memo", with("memo", "ü".repeat(65)), 422, "memo_malformed", "128"),
        ("a memo with a line", with("memo", "a\nb"), 422, "memo_malformed", "control"),
        ("a memo that is a number", with("memo", 7), 400, "malformed_body", "memo"),
    ];
    let bench = bench();
    for (name, body, status, code, words) in cases {
        let request = Request::put("/v1/payouts/order-1")
            .header(AUTHORIZATION, "Bearer lk_shop")
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let (answered, problem) = bench.answer(request).await;
        assert_eq!((answered, problem["code"].as_str()), (status, Some(code)), "{name}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{name}: {problem}");
    }
    assert_eq!(bench.other.asked(), Vec::<String>::new());
    assert_eq!(bench.get("shop", "/v1/payouts").await.1["payouts"], json!([]));
    for most in ["9223372036854.775807", "0.000001"] {
        assert_ne!(bench.ask("shop", "edge", most).await.1["code"], "amount_malformed", "{most}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_to_be_read_at_all() {
    let bench = bench();
    let good = wish(|_| {});
    let huge = format!("{{\"memo\":\"{}\"}}", "x".repeat(70_000));
    let json_type = "application/json";
    let long = format!("/v1/payouts/{}", "r".repeat(65));
    let an_id = format!("/v1/payouts/{}", bench.id("shop", "order-1"));
    let cases = [
        (Method::PUT, "/v1/payouts/order-1", "text/plain", &good, 415, "unsupported_media_type"),
        (Method::PUT, "/v1/payouts/order-1", "application/x-www-form-urlencoded", &good, 415, "unsupported_media_type"),
        (Method::PUT, "/v1/payouts/order-1", json_type, &huge, 413, "body_too_large"),
        (Method::PUT, &long, json_type, &good, 400, "malformed_path"),
        (Method::PUT, "/v1/payouts/order%201", json_type, &good, 400, "malformed_path"),
        (Method::PUT, "/v1/payouts/..%2f..%2fetc", json_type, &good, 400, "malformed_path"),
        (Method::PUT, "/v1/payouts/%FF", json_type, &good, 400, "malformed_path"),
        (Method::PUT, &an_id, json_type, &good, 422, "reference_is_an_id"),
        (Method::PUT, "/v1/payouts", json_type, &good, 405, "method_not_allowed"),
        (Method::POST, "/v1/payouts/order-1", json_type, &good, 405, "method_not_allowed"),
        (Method::DELETE, "/v1/payouts/order-1", json_type, &good, 405, "method_not_allowed"),
        (Method::PUT, "/v1/payouts/order-1/stop", json_type, &good, 404, "unknown_path"),
        (Method::GET, "/v1/payouts?limit=0", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/payouts?limit=101", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/payouts?limit=-1", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/payouts?stage=done", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/payouts?page=2", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/payouts?after=nowhere", json_type, &good, 400, "malformed_cursor"),
        (Method::GET, "/v1/payouts/order%201", json_type, &good, 400, "malformed_path"),
        (Method::GET, "/v1/payouts/order-1", json_type, &good, 404, "unknown_payout"),
        (Method::PUT, "/v1/payouts/order-1/cancel", json_type, &good, 404, "unknown_payout"),
        (Method::GET, "/v1/events?limit=0", json_type, &good, 400, "malformed_query"),
        (Method::GET, "/v1/events?after=nowhere", json_type, &good, 400, "malformed_query"),
    ];
    for (method, path, content_type, body, status, code) in cases {
        let request = Request::builder()
            .method(&method)
            .uri(path)
            .header(AUTHORIZATION, "Bearer lk_shop")
            .header(CONTENT_TYPE, content_type)
            .body(Body::from(body.clone()))
            .unwrap();
        let (answered, problem) = bench.answer(request).await;
        assert_eq!((answered, problem["code"].as_str()), (status, Some(code)), "{method} {path}: {problem}");
        assert_eq!(problem["status"], status);
    }
    assert_eq!(bench.row(bench.id("shop", "order-1")).await, None);
}
