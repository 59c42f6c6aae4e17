//! The feed as a merchant reads it: its own events, each once, without waiting for anybody else's.

use std::time::Duration;

use api::EventPage;

use super::bench::{Bench, bench};

async fn events(bench: &Bench, merchant: &str, query: &str) -> EventPage {
    let (status, page) = bench.get(merchant, &format!("/v1/events{query}")).await;
    assert_eq!(status, 200, "{page}");
    serde_json::from_value(page).unwrap()
}

fn references(page: &EventPage) -> Vec<&str> {
    page.events.iter().map(|event| event.data["reference"].as_str().unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_merchant_reads_its_own_events_each_once() {
    let bench = bench();
    for number in 1..=3 {
        bench.ask("cafe", &format!("c{number}"), "1").await;
        bench.ask("shop", &format!("s{number}"), "1").await;
    }
    let first = events(&bench, "shop", "?limit=2").await;
    assert_eq!(references(&first), ["s1", "s2"]);
    let second = events(&bench, "shop", &format!("?limit=2&after={}", first.next)).await;
    assert_eq!(references(&second), ["s3"]);
    assert_eq!(references(&events(&bench, "shop", &format!("?after={}", second.next)).await), Vec::<&str>::new());
    assert_eq!(references(&events(&bench, "shop", &format!("?after={}", first.events[0].cursor)).await), ["s2", "s3"]);
    assert_eq!(references(&events(&bench, "cafe", "").await), ["c1", "c2", "c3"]);
    assert_eq!(first.events[0].data["merchant"], "shop");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_waits_for_ones_own_event() {
    let bench = bench();
    let start = bench.context.clock.now();
    let others = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench.ask("cafe", "c1", "1").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        bench.ask("shop", "s1", "1").await;
    };
    let (page, ()) = tokio::join!(events(&bench, "shop", "?wait_ms=9000"), others);
    assert_eq!(references(&page), ["s1"]);
    assert_eq!(bench.context.clock.now().ms_since(start), 200);

    bench.ask("cafe", "c2", "1").await;
    let page = events(&bench, "shop", &format!("?wait_ms=3000&after={}", page.next)).await;
    assert_eq!(references(&page), Vec::<&str>::new());
    assert_eq!(bench.context.clock.now().ms_since(start), 3_200, "somebody else's event is not waited for");
}
