//! payout-router does not answer: the request is kept, and becomes one payout or one refusal.

use api::payout_router::PayoutStage;
use serde_json::json;

use super::bench::bench;
use super::counterpart::Mood;
use crate::payout::Origin;

#[tokio::test(start_paused = true)]
async fn a_request_is_kept_and_forwarded_when_the_router_is_back() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::Away);
    let driver = bench.drives();
    let (status, view) = bench.ask("shop", "order-1", "25").await;
    assert_eq!((status, &view["stage"], &view["payout_id"]), (202, &json!("received"), &json!(id.to_string())));
    assert_eq!(bench.ask("shop", "order-1", "25").await, (202, view.clone()));
    assert_eq!(bench.ask("shop", "order-1", "26").await.1["code"], "id_taken");
    assert_eq!(bench.get("shop", "/v1/payouts/order-1").await, (200, view));
    let (_, page) = bench.get("shop", "/v1/payouts?stage=received").await;
    assert_eq!(page["payouts"][0]["reference"], "order-1");

    bench.other.is(Mood::Well);
    let accepted = bench.until_stage(id, PayoutStage::Accepted).await;
    assert_eq!(Some(accepted), bench.other.has(id).await);
    driver.stop().await;
    let asked = bench.other.asked();
    assert!(asked.len() > 1 && asked.iter().all(|asked| *asked == format!("PUT {id}")), "{asked:?}");
    let stages: Vec<_> = bench.told(id).await.into_iter().map(|(_, stage)| stage).collect();
    assert_eq!(stages, ["received", "accepted"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_got_lost_is_one_payout() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::LosesAnswers);
    assert_eq!(bench.ask("shop", "order-1", "25").await.1["stage"], "received");
    bench.other.is(Mood::Well);
    let driver = bench.drives();
    bench.until_stage(id, PayoutStage::Accepted).await;
    driver.stop().await;
    assert_eq!(bench.other.store.events(None, 10).await.unwrap().events.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_later_refusal_fails_it_with_the_routers_code() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::Away);
    assert_eq!(bench.ask("shop", "order-1", "1500").await.1["stage"], "received");
    bench.other.is(Mood::Well);
    let driver = bench.drives();
    let failed = bench.until_stage(id, PayoutStage::Failed).await;
    driver.stop().await;
    assert_eq!(failed.reason.as_deref(), Some("amount_above_limit"));
    assert!(failed.ended_at.is_some());
    assert_eq!(bench.told(id).await.last().unwrap(), &("payout.ended".to_owned(), "failed".to_owned()));
    assert_eq!(bench.ask("shop", "order-1", "1500").await, (202, serde_json::to_value(&failed).unwrap()), "for ever");
    assert_eq!(bench.ask("shop", "order-1", "25").await.1["code"], "id_taken");
    assert_eq!(bench.cancel("shop", "order-1").await.1["code"], "too_late");
}

#[tokio::test(start_paused = true)]
async fn a_mistake_of_our_set_up_fails_no_payout() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::Away);
    bench.ask("shop", "order-1", "25").await;
    bench.other.is(Mood::AnotherPlane);
    bench.other.asked();
    let driver = bench.drives();
    bench.other.was_asked(3).await;
    assert_eq!(bench.row(id).await.unwrap().view.stage, PayoutStage::Received);
    bench.other.is(Mood::Well);
    bench.until_stage(id, PayoutStage::Accepted).await;
    driver.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_name_that_was_anothers_all_along_shows_that_one() {
    let lost = bench();
    lost.ask("shop", "order-1", "25").await;
    // The gateway has lost its mirror and the router is away: it cannot know that the name is taken.
    let bench = lost.with_an_empty_mirror();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::Away);
    assert_eq!(bench.ask("shop", "order-1", "26").await.1["stage"], "received");
    bench.other.is(Mood::Well);
    let driver = bench.drives();
    let row = bench.until(id, |row| row.origin == Origin::Router).await;
    driver.stop().await;
    assert_eq!((row.view.amount.as_str(), row.view.stage), ("25", PayoutStage::Accepted));
    assert_eq!(bench.ask("shop", "order-1", "26").await.1["code"], "id_taken");
}

#[tokio::test(start_paused = true)]
async fn a_silent_feed_is_asked_about() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    bench.other.settles(id).await;
    let driver = bench.drives();
    let begun = bench.context.clock.now();
    bench.until_stage(id, PayoutStage::Settled).await;
    assert_eq!(bench.context.clock.now().ms_since(begun), 5_000);
    assert_eq!(bench.row(id).await.unwrap().due_at, None);
    driver.stop().await;
}
