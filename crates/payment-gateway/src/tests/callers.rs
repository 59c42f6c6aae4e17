//! Who may call, and that a merchant never sees another's payouts.

use api::payment_gateway;
use api::payout_router::PayoutFilter;
use axum::body::Body;
use http::header::AUTHORIZATION;
use http::{Method, Request};
use service::Outcome;
use service::config::ConfigError;
use service::{StartError, testing};
use store::Record;

use super::bench::{bench, config};
use crate::app::assemble;
use crate::payout::PayoutRow;

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_exactly_one_of_ours_is_refused() {
    let bench = bench();
    let hash = hex::encode(service::auth::token::sha256(b"lk_shop"));
    let table: &[(Option<&str>, &str)] = &[
        (None, "token_missing"),
        (Some(""), "token_missing"),
        (Some("lk_shop"), "token_missing"),
        (Some("Basic lk_shop"), "token_missing"),
        (Some("bearer lk_shop"), "token_missing"),
        (Some("Bearer "), "token_invalid"),
        (Some("Bearer lk_"), "api_key_invalid"),
        (Some("Bearer lk_sho"), "api_key_invalid"),
        (Some("Bearer lk_shopp"), "api_key_invalid"),
        (Some("Bearer lk_shop "), "api_key_invalid"),
        (Some("Bearer LK_SHOP"), "token_invalid"),
        (Some("Bearer shop"), "token_invalid"),
        (Some(&hash), "token_missing"),
    ];
    for path in ["/v1/payouts", "/v1/payouts/order-1", "/v1/events", "/v1/nothing"] {
        for (header, code) in table {
            let mut request = Request::get(path);
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, *header);
            }
            let (status, problem) = bench.answer(request.body(Body::empty()).unwrap()).await;
            assert_eq!((status, problem["code"].as_str()), (401, Some(*code)), "{path} {header:?}");
        }
    }
    assert_eq!(bench.send(&hash, Method::GET, "/v1/payouts", None).await.1["code"], "token_invalid");
    assert_eq!(bench.send(&format!("lk_{hash}"), Method::GET, "/v1/payouts", None).await.1["code"], "api_key_invalid");
    assert_eq!(bench.get("shop", "/v1/payouts").await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn merchants_see_their_own_alone() {
    let bench = bench();
    assert_eq!(bench.ask("shop", "order-1", "25").await.0, 202);
    assert_eq!(bench.ask("cafe", "order-1", "7").await.0, 202);
    let shops = bench.id("shop", "order-1");
    assert_ne!(shops, bench.id("cafe", "order-1"));
    assert_eq!(bench.get("cafe", "/v1/payouts/order-1").await.1["amount"], "7");
    let (status, problem) = bench.get("cafe", &format!("/v1/payouts/{shops}")).await;
    assert_eq!((status, problem["code"].as_str()), (404, Some("unknown_payout")));
    let nobodys = bench.get("cafe", &format!("/v1/payouts/{}", bench.id("shop", "order-2"))).await.1;
    assert_eq!(problem["detail"], nobodys["detail"], "another's payout looks like none");

    assert_eq!(bench.cancel("cafe", &shops.to_string()).await.0, 404);
    assert_eq!(bench.other.has(shops).await.unwrap().ended_at, None);

    let (_, page) = bench.get("cafe", "/v1/payouts").await;
    let amounts: Vec<_> = page["payouts"].as_array().unwrap().iter().map(|payout| &payout["amount"]).collect();
    assert_eq!(amounts, ["7"]);
    assert_eq!(bench.get("cafe", "/v1/payouts?merchant=cafe").await.1, page);
    assert_eq!(bench.get("cafe", "/v1/payouts?merchant=shop").await.1["code"], "another_merchant");
}

#[tokio::test(start_paused = true)]
async fn lists_go_on_and_are_filtered() {
    let bench = bench();
    for number in 1..=5 {
        bench.ask("shop", &format!("order-{number}"), &number.to_string()).await;
        bench.ask("cafe", &format!("order-{number}"), "100").await;
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/payouts?limit=2".to_owned());
    loop {
        let (_, page) = bench.get("shop", &path).await;
        seen.extend(page["payouts"].as_array().unwrap().iter().map(|payout| payout["amount"].clone()));
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/payouts?limit=2&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"]);
    for (stage, count) in [("accepted", 5), ("settled", 0)] {
        let (_, page) = bench.get("shop", &format!("/v1/payouts?stage={stage}")).await;
        assert_eq!(page["payouts"].as_array().unwrap().len(), count, "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_operator_reads_everything_and_pays_nothing() {
    let bench = bench();
    bench.ask("shop", "order-1", "25").await;
    bench.ask("cafe", "order-1", "7").await;
    let (operator, guest) = (bench.caller("operator"), bench.caller("guest"));
    let Outcome::Done(page) = operator.call(&payment_gateway::payouts(None, 10)).await else { panic!("a page") };
    assert_eq!(page.payouts.len(), 2);
    // The router's list takes a merchant in the same words.
    let filter = PayoutFilter { merchant: Some("cafe".parse().unwrap()), ..PayoutFilter::default() };
    let Outcome::Done(page) = operator.call(&api::payout_router::payouts(&filter)).await else { panic!("a page") };
    assert_eq!(page.payouts.len(), 1);
    let id = bench.id("shop", "order-1");
    assert!(matches!(operator.call(&payment_gateway::payout(&id.to_string())).await, Outcome::Done(_)));
    assert!(
        matches!(operator.call(&api::event::events(None, 0, 10)).await, Outcome::Done(page) if page.events.len() == 2)
    );

    let refusal = |outcome| match outcome {
        Outcome::Refused(problem) => (problem.status, problem.code.clone()),
        other => panic!("{other:?}"),
    };
    let by_reference = operator.call(&payment_gateway::payout("order-1")).await;
    assert_eq!(
        refusal(by_reference),
        (404, "unknown_payout".to_owned()),
        "a reference is nothing without its merchant"
    );
    let request = serde_json::from_value(serde_json::json!({
        "asset": "USDT", "recipient": super::bench::RECIPIENT, "amount": "1",
    }));
    let asked = operator.call(&payment_gateway::put_payout(&"order-2".parse().unwrap(), &request.unwrap())).await;
    assert_eq!(refusal(asked), (403, "api_key_required".to_owned()));
    let read = guest.call(&payment_gateway::payout(&id.to_string())).await;
    assert_eq!(refusal(read), (403, "missing_scope".to_owned()));
    assert!(matches!(bench.caller("stranger").call(&payment_gateway::payouts(None, 10)).await, Outcome::Refused(_)));
}

#[tokio::test(start_paused = true)]
async fn two_merchants_with_one_key_are_a_mistake() {
    let bench = bench();
    let mut config = config();
    let shops = config.merchants[&"shop".parse().unwrap()].clone();
    config.merchants.insert("branch".parse().unwrap(), shops);
    let context = testing::context("payment-gateway", bench.context.clock.clone(), &[("payout-router", &[])]);
    let error = assemble(&context, &config, testing::store(&[PayoutRow::NOUN])).unwrap_err();
    let StartError::Config(ConfigError::Invalid { key, problem }) = error else { panic!("{error}") };
    assert_eq!(key, "merchants.shop.api_key_sha256");
    assert!(problem.contains("branch"), "{problem}");
}
