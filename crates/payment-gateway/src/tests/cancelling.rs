//! A payout is cancelled by the router alone, and the wish is not lost.

use api::payout_router::PayoutStage;
use serde_json::json;

use super::bench::bench;
use super::counterpart::Mood;

#[tokio::test(start_paused = true)]
async fn the_router_cancels_and_says_when_it_is_too_late() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    let (status, view) = bench.cancel("shop", "order-1").await;
    assert_eq!((status, &view["stage"]), (202, &json!("cancelled")));
    assert_eq!(bench.get("shop", "/v1/payouts/order-1").await, (200, view));
    assert_eq!(bench.told(id).await.last().unwrap(), &("payout.ended".to_owned(), "cancelled".to_owned()));
    let (status, problem) = bench.cancel("shop", "order-1").await;
    assert_eq!((status, &problem["code"]), (409, &json!("too_late")));

    // Ended at the router, and the mirror has not heard.
    bench.ask("shop", "order-2", "25").await;
    bench.other.settles(bench.id("shop", "order-2")).await;
    assert_eq!(bench.cancel("shop", "order-2").await.1["code"], "too_late");

    // By its id, too.
    bench.ask("shop", "order-3", "25").await;
    assert_eq!(bench.cancel("shop", &bench.id("shop", "order-3").to_string()).await.0, 202);
}

#[tokio::test(start_paused = true)]
async fn what_the_mirror_does_not_know_is_cancelled_all_the_same() {
    let lost = bench();
    lost.ask("shop", "order-1", "25").await;
    let bench = lost.with_an_empty_mirror();
    assert_eq!(bench.cancel("cafe", &bench.id("shop", "order-1").to_string()).await.0, 404);
    assert_eq!(bench.cancel("shop", "order-1").await.1["stage"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn a_wish_that_the_router_does_not_hear_is_kept() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    bench.other.is(Mood::Away);
    let (status, view) = bench.cancel("shop", "order-1").await;
    assert_eq!((status, &view["stage"]), (202, &json!("accepted")));
    bench.other.is(Mood::Well);
    let driver = bench.drives();
    bench.until_stage(id, PayoutStage::Cancelled).await;
    driver.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_payout_on_its_way_arrives_before_it_is_cancelled() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.other.is(Mood::LosesAnswers);
    bench.ask("shop", "order-1", "25").await;
    bench.other.is(Mood::Away);
    let (status, view) = bench.cancel("shop", "order-1").await;
    assert_eq!((status, &view["stage"]), (202, &json!("received")), "cancelled would not be certain");
    bench.other.asked();
    bench.other.is(Mood::Well);
    let driver = bench.drives();
    let cancelled = bench.until_stage(id, PayoutStage::Cancelled).await;
    driver.stop().await;
    assert_eq!(Some(cancelled), bench.other.has(id).await);
    assert_eq!(bench.other.asked(), [format!("PUT {id}"), format!("CANCEL {id}")]);
}

#[tokio::test(start_paused = true)]
async fn a_kept_wish_that_comes_too_late_shows_the_end() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    bench.other.is(Mood::Away);
    bench.cancel("shop", "order-1").await;
    bench.other.is(Mood::Well);
    bench.other.settles(id).await;
    let driver = bench.drives();
    let row = bench.until(id, |row| row.view.stage == PayoutStage::Settled).await;
    driver.stop().await;
    assert!(!row.cancelling);
    assert_eq!(row.due_at, None);
}
