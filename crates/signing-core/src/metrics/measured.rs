//! What is measured at each signature: the wait, the token's call, its answer, and the clock.

use std::time::Duration;

use primitives::UnixMs;
use prometheus::{Gauge, Histogram, HistogramOpts, IntCounter};
use service::metrics::Metrics;
use signer::Unverified;

/// Upper bounds of an anchor's age in seconds: a solid block is about a minute old, and 120 s are refused.
const ANCHOR_SECONDS: [f64; 8] = [15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 105.0, 120.0];

/// What is measured.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    pub(super) logins: IntCounter,
    pub(super) verify_failed: IntCounter,
    queue: Histogram,
    call: Histogram,
    high_s: IntCounter,
    anchor_age: Histogram,
    clock_behind: Gauge,
}

impl Measured {
    pub(super) fn new(shared: &Metrics) -> Self {
        let spans = |name: &str, help: &str| {
            let options = HistogramOpts::new(name, help).buckets(ANCHOR_SECONDS.to_vec());
            let spans = Histogram::with_opts(options).expect("names and buckets are constants");
            shared.registry().register(Box::new(spans.clone())).expect("each name is registered once");
            spans
        };
        Self {
            logins: shared.counter("lucid_token_logins_total", "How often the token took the PIN, openings included."),
            verify_failed: shared.counter(
                "lucid_signature_verify_failed_total",
                "Answers of the token that are no signature of the key; must be 0.",
            ),
            queue: shared.seconds("lucid_token_queue_seconds", "How long requests waited for a free session."),
            call: shared
                .seconds("lucid_token_call_seconds", "How long a session took for a signature, repairs included."),
            high_s: shared.counter(
                "lucid_signature_high_s_total",
                "Signatures that the token made with a high s; they were made low.",
            ),
            anchor_age: spans(
                "lucid_anchor_age_seconds",
                "How old the anchors of new transactions were by our clock; 120 s are refused.",
            ),
            clock_behind: shared.ratio(
                "lucid_clock_behind_seconds",
                "How far the last anchor's block was ahead of our clock, which is as far behind at least.",
            ),
        }
    }

    pub(super) fn replied(&self, reply: &Unverified) {
        self.queue.observe(reply.waited().as_secs_f64());
        self.call.observe(reply.took().as_secs_f64());
        if reply.has_high_s() {
            self.high_s.inc();
        }
    }

    pub(super) fn anchored(&self, solid_time: UnixMs, now: UnixMs) {
        let seconds = |ms| Duration::from_millis(ms).as_secs_f64();
        self.anchor_age.observe(seconds(now.ms_since(solid_time)));
        self.clock_behind.set(seconds(solid_time.ms_since(now)));
    }
}
