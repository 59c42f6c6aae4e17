//! What is shown, when, and from when on.

use std::sync::atomic::{AtomicI64, Ordering};

use super::*;
use crate::clock::ManualClock;

#[tokio::test]
async fn another_process_of_the_service_is_shown_when_it_answers() {
    let metrics = Metrics::new("a", "1");
    assert_eq!(metrics.whole_text().await, metrics.text());
    metrics.clone().show_also(async || Some("lucid_other 7\n".to_owned()));
    assert_eq!(metrics.whole_text().await, format!("{}lucid_other 7\n", metrics.text()));
}

#[test]
fn two_registries_do_not_mix() {
    let (one, two) = (Metrics::new("a", "1"), Metrics::new("b", "1"));
    one.turn("thing", "committed");
    one.counter("lucid_things_total", "Things.").inc_by(3);
    assert!(one.text().contains("lucid_driver_turns_total{noun=\"thing\",result=\"committed\"} 1"));
    assert!(one.text().contains("lucid_things_total 3"));
    assert!(one.text().contains("lucid_build_info{service=\"a\",version=\"1\"} 1"));
    assert!(!two.text().contains("lucid_things_total"));
}

#[test]
fn what_is_reckoned_is_true_at_each_look() {
    let (metrics, clock) = (Metrics::new("a", "1"), ManualClock::at(UnixMs(1_800_000_000_250)));
    metrics.show_clock(clock.clone());
    assert!(metrics.text().contains("lucid_clock_timestamp_seconds 1800000000.25\n"), "{}", metrics.text());
    let (looks, number) = (Arc::new(AtomicI64::new(0)), metrics.gauge("lucid_looks", "Looks."));
    metrics.at_look(move || number.set(looks.fetch_add(1, Ordering::SeqCst)));
    clock.advance_ms(1_000);
    assert!(metrics.text().contains("lucid_clock_timestamp_seconds 1800000001.25\n"));
    assert!(metrics.text().contains("lucid_looks 1\n"));
}

#[test]
fn what_may_be_counted_is_there_before_it_is() {
    let metrics = Metrics::new("a", "1");
    metrics.calls("b");
    metrics.drives("thing", &["committed"]);
    metrics.rejects(&["key_missing"]);
    for line in [
        "lucid_peer_calls_total{outcome=\"unknown\",peer=\"b\"} 0",
        "lucid_driver_turns_total{noun=\"thing\",result=\"committed\"} 0",
        "lucid_driver_parked{noun=\"thing\"} 0",
        "lucid_calls_rejected_total{reason=\"key_missing\"} 0",
        "lucid_calls_rejected_total{reason=\"other\"} 0",
    ] {
        assert!(metrics.text().contains(line), "{line} is not in\n{}", metrics.text());
    }
    // A refusal for what was asked is none for who asked, and a stranger's words are no label.
    metrics.rejected(403, "policy_day");
    metrics.rejected(401, "never_announced");
    metrics.rejected(403, "key_missing");
    assert!(!metrics.text().contains("policy_day") && !metrics.text().contains("never_announced"));
    assert!(metrics.text().contains("lucid_calls_rejected_total{reason=\"other\"} 1"));
    assert!(metrics.text().contains("lucid_calls_rejected_total{reason=\"key_missing\"} 1"));
}
