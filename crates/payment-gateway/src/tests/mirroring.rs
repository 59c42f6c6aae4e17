//! payout-router's feed, applied once, in whatever order our own commits come.

use api::Event;
use api::payout_router::PayoutStage;
use service::feed::Apply;
use store::Commit;

use super::bench::{Bench, bench};
use crate::payout::PayoutRow;

/// The router's feed as the follower would pull it.
async fn feed(bench: &Bench) -> Vec<Event> {
    let page = bench.peer.ask(&api::event::events(None, 0, 100)).await.unwrap();
    page.events
}

async fn apply(bench: &Bench, event: &Event) {
    let commit = bench.mirror().apply(event, Commit::new(bench.context.clock.now())).await.unwrap();
    bench.store.commit(commit).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_payout_is_followed_to_its_end() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    let follower = bench.follows();
    bench.ask("shop", "order-1", "25").await;
    bench.other.moves(id, |view| view.stage = PayoutStage::Attempting).await;
    bench.until_stage(id, PayoutStage::Attempting).await;
    let settled = bench.other.settles(id).await;
    bench.until_stage(id, PayoutStage::Settled).await;
    follower.stop().await;
    assert_eq!(bench.get("shop", "/v1/payouts/order-1").await, (200, serde_json::to_value(settled).unwrap()));
    let told = bench.told(id).await;
    let stages: Vec<_> = told.iter().map(|(_, stage)| stage.as_str()).collect();
    assert_eq!(stages, ["accepted", "attempting", "settled"]);
    assert_eq!(told[2].0, "payout.ended");
}

#[tokio::test(start_paused = true)]
async fn an_event_applied_twice_or_late_changes_nothing() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    bench.other.moves(id, |view| view.stage = PayoutStage::Attempting).await;
    bench.other.settles(id).await;
    let events = feed(&bench).await;
    assert_eq!(events.len(), 3);
    for event in &events {
        apply(&bench, event).await;
    }
    let found = bench.store.get::<PayoutRow>(&id.to_string()).await.unwrap().unwrap();
    assert_eq!((found.record.view.stage, found.record.seen), (PayoutStage::Settled, 3));
    for event in events.iter().chain(events.iter().rev()) {
        apply(&bench, event).await;
    }
    assert_eq!(bench.store.get::<PayoutRow>(&id.to_string()).await.unwrap().unwrap(), found);
    assert_eq!(bench.told(id).await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_payout_that_we_do_not_have_is_taken_in() {
    let lost = bench();
    lost.ask("shop", "order-1", "25").await;
    // Between the router's answer and our commit the process died.
    let bench = lost.with_an_empty_mirror();
    let id = bench.id("shop", "order-1");
    let follower = bench.follows();
    let row = bench.until(id, |_| true).await;
    follower.stop().await;
    assert_eq!((row.seen, Some(row.view)), (1, bench.other.has(id).await));
    let (_, page) = bench.get("shop", "/v1/payouts").await;
    assert_eq!(page["payouts"].as_array().unwrap().len(), 1);
    assert_eq!(bench.ask("shop", "order-1", "25").await.0, 202);
    assert_eq!(bench.ask("shop", "order-1", "26").await.1["code"], "id_taken");
}

#[tokio::test(start_paused = true)]
async fn the_feed_may_be_faster_than_our_own_commit() {
    let lost = bench();
    lost.ask("shop", "order-1", "25").await;
    let bench = lost.with_an_empty_mirror();
    let id = bench.id("shop", "order-1");
    let [event] = &feed(&bench).await[..] else { panic!("one event") };
    // Both have found nothing in the mirror; the request commits first, the feed's commit is refused and made anew.
    let stale = bench.mirror().apply(event, Commit::new(bench.context.clock.now())).await.unwrap();
    assert_eq!(bench.ask("shop", "order-1", "25").await.0, 202);
    assert!(bench.store.commit(stale).await.is_err());
    apply(&bench, event).await;
    assert_eq!(bench.row(id).await.unwrap().seen, 1);
    assert_eq!(bench.told(id).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_kinds_of_events_are_of_no_concern_and_a_broken_one_stops_the_feed() {
    let bench = bench();
    bench.ask("shop", "order-1", "25").await;
    let mut event = feed(&bench).await.remove(0);
    event.data = serde_json::json!({ "half": "a payout" });
    let now = bench.context.clock.now();
    assert!(bench.mirror().apply(&event, Commit::new(now)).await.is_err());
    event.kind = "limit.changed".to_owned();
    assert!(bench.mirror().apply(&event, Commit::new(now)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_router_that_begins_anew_is_heard_again() {
    let bench = bench();
    let id = bench.id("shop", "order-1");
    bench.ask("shop", "order-1", "25").await;
    bench.other.moves(id, |view| view.stage = PayoutStage::Attempting).await;
    for event in feed(&bench).await {
        apply(&bench, &event).await;
    }
    bench.mirror().resync().await.unwrap();
    let row = bench.row(id).await.unwrap();
    assert_eq!((row.seen, row.view.stage), (0, PayoutStage::Attempting));
    // Version 1 of its new life is heard although version 2 of the old one was.
    let mut event = feed(&bench).await.remove(0);
    event.data["stage"] = "needs_review".into();
    apply(&bench, &event).await;
    assert_eq!(bench.row(id).await.unwrap().view.stage, PayoutStage::NeedsReview);
}
