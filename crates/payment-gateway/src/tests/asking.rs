//! A payout is asked for once, however often; a refusal is the router's own.

use serde_json::{Value, json};

use super::bench::{RECIPIENT, bench, bench_with};
use super::counterpart::Mood;

#[tokio::test(start_paused = true)]
async fn an_accepted_payout_is_answered_and_mirrored() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    let (status, view) = bench.ask("shop", "order-1", "25.50").await;
    assert_eq!(status, 202, "{view}");
    assert_eq!(view["payout_id"], id.to_string());
    assert_eq!(
        (&view["stage"], &view["amount"], &view["merchant"]),
        (&json!("accepted"), &json!("25.5"), &json!("shop"))
    );
    assert_eq!(bench.other.has(id).await.unwrap(), bench.row(id).await.unwrap().view);
    for name in ["order-1", &id.to_string()] {
        assert_eq!(bench.get("shop", &format!("/v1/payouts/{name}")).await, (200, view.clone()));
    }
    assert_eq!(bench.told(id).await, [("payout.changed".to_owned(), "accepted".to_owned())]);
    assert_eq!(bench.other.asked(), [format!("PUT {id}")], "the mirror answers the rest");
}

#[tokio::test(start_paused = true)]
async fn the_same_again_is_the_same_and_another_is_refused_for_ever() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    let (_, first) = bench.ask("shop", "order-1", "25").await;
    assert_eq!(bench.ask("shop", "order-1", "25.000").await, (202, first.clone()));
    let (status, problem) = bench.ask("shop", "order-1", "26").await;
    assert_eq!((status, &problem["code"]), (422, &json!("id_taken")));
    for other in [
        json!({ "asset": "TRX", "recipient": RECIPIENT, "amount": "25" }),
        json!({ "asset": "USDT", "recipient": RECIPIENT, "amount": "25", "memo": "hello" }),
    ] {
        let (status, problem) = bench.send("lk_shop", http::Method::PUT, "/v1/payouts/order-1", Some(&other)).await;
        assert_eq!((status, &problem["code"]), (422, &json!("id_taken")), "{other}");
    }
    assert_eq!(bench.other.asked(), [format!("PUT {id}")]);

    // What another has ended as does not free its name.
    let follower = bench.follows();
    bench.other.settles(id).await;
    let settled = bench.until_stage(id, api::payout_router::PayoutStage::Settled).await;
    assert_eq!(bench.ask("shop", "order-1", "25").await, (202, serde_json::to_value(settled).unwrap()));
    assert_eq!(bench.ask("shop", "order-1", "26").await.1["code"], "id_taken");
    follower.stop().await;
}

#[tokio::test(start_paused = true)]
async fn two_at_once_are_one() {
    let bench = bench();
    let (one, two) = tokio::join!(bench.ask("shop", "order-1", "25"), bench.ask("shop", "order-1", "25"));
    assert_eq!(one.0, 202);
    assert_eq!(one, two);
    assert_eq!(bench.told(bench.id("shop", "order-1")).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_passed_on_and_nothing_is_recorded() {
    let bench = bench();
    let (status, problem) = bench.ask("shop", "order-1", "1500").await;
    assert_eq!(
        (status, &problem["code"], &problem["detail"]),
        (422, &json!("amount_above_limit"), &json!("At most 1000."))
    );
    assert_eq!(problem["limit"], "1000");
    assert_eq!(bench.row(bench.id("shop", "order-1")).await, None);
    assert_eq!(bench.get("shop", "/v1/payouts/order-1").await.1["code"], "unknown_payout");

    bench.other.is(Mood::Full);
    assert_eq!(bench.ask("shop", "order-1", "25").await.1["window"], "v0:day");
    bench.other.is(Mood::Well);
    assert_eq!(bench.ask("shop", "order-1", "25").await.0, 202, "the name was not used up");
}

#[tokio::test(start_paused = true)]
async fn what_the_router_has_counts_though_the_mirror_does_not_know_it() {
    let lost = bench();
    lost.ask("shop", "order-1", "25").await;
    let fresh = lost.with_an_empty_mirror();
    assert_eq!(fresh.ask("shop", "order-1", "26").await.1["code"], "id_taken");
    let (status, view) = fresh.get("shop", "/v1/payouts/order-1").await;
    assert_eq!((status, &view["amount"]), (200, &json!("25")), "found at payout-router");
    assert_eq!(fresh.get("cafe", &format!("/v1/payouts/{}", fresh.id("shop", "order-1"))).await.0, 404);
    assert_eq!(fresh.ask("shop", "order-1", "25").await, (202, view));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_the_router_does_not_know_says_that_it_is_not_the_merchants_fault() {
    let unwelcome = bench_with(&[]);
    for mood in [Mood::Well, Mood::AnotherPlane] {
        let bench = if mood == Mood::Well { &unwelcome } else { &bench() };
        bench.other.is(mood);
        let (status, problem) = bench.ask("shop", "order-1", "25").await;
        assert_eq!((status, &problem["code"]), (503, &json!("router_unavailable")), "{mood:?}");
        assert!(!problem["detail"].as_str().unwrap().contains("scope"), "how we are set up is nobody's business");
        assert_eq!(bench.row(bench.id("shop", "order-1")).await, None);
    }
    let (status, problem) = unwelcome.get("shop", "/v1/payouts/order-1").await;
    assert_eq!((status, &problem["code"]), (503, &json!("router_unavailable")));
}

#[tokio::test(start_paused = true)]
async fn outcomes_are_counted() {
    let bench = bench();
    for amount in ["25", "25", "26", "x"] {
        bench.ask("shop", "order-1", amount).await;
    }
    bench.other.is(Mood::Away);
    let (_, kept): (_, Value) = bench.ask("shop", "order-2", "25").await;
    assert_eq!(kept["stage"], "received");
    let text = bench.context.metrics.text();
    for (outcome, count) in [("accepted", 1), ("repeated", 1), ("refused", 2), ("received", 1)] {
        let line = format!("lucid_payouts_asked_total{{outcome=\"{outcome}\"}} {count}");
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
}
