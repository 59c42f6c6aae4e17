//! What is counted, in a registry that is passed in, never a global one. All names begin with `lucid_`.

mod born;
mod copied;
mod own;
mod room;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use primitives::UnixMs;
use prometheus::core::Collector;
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::clock::SharedClock;
use crate::health::Check;
use born::Reasons;

/// The media type of the text that Prometheus reads.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds in seconds: from a cached answer to a long poll.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

const CONSTANT_NAMES: &str = "metric names are constants, each registered once a registry";

/// The samples of another process of the service, in the same text form; none if it does not answer.
type Others = Box<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// What is reckoned anew whenever somebody looks.
type AtLook = Box<dyn Fn() + Send + Sync>;

/// A service's metrics. Clones count into the same ones.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    others: Arc<OnceLock<Others>>,
    at_look: Arc<Mutex<Vec<AtLook>>>,
    reasons: Reasons,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    rejected: IntCounterVec,
    calls: IntCounterVec,
    turns: IntCounterVec,
    late: GaugeVec,
    parked: IntGaugeVec,
    parts: IntGaugeVec,
    feed_lag: GaugeVec,
    feed_read: GaugeVec,
}

impl Metrics {
    /// The metrics that every service has, in a registry of their own.
    pub fn new(service: &str, version: &str) -> Self {
        let metrics = Self::of_part();
        let info = metrics.gauges("lucid_build_info", "1, labelled with what runs.", &["service", "version"]);
        info.with_label_values(&[service, version]).set(1);
        metrics
    }

    /// For a part of a service that is a process of its own: only what is counted in it is shown.
    pub fn of_part() -> Self {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, IntCounterVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
        };
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, IntGaugeVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
        };
        let ratios = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, GaugeVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
        };
        let seconds =
            HistogramOpts::new("lucid_http_request_seconds", "How long answers took.").buckets(SECONDS.to_vec());
        let request_seconds = HistogramVec::new(seconds, &["route", "method"]).expect(CONSTANT_NAMES);
        Self {
            requests: counters("lucid_http_requests_total", "Requests answered.", &["route", "method", "status"]),
            request_seconds: registered(&registry, request_seconds),
            rejected: counters("lucid_calls_rejected_total", "Calls refused for who made them.", &["reason"]),
            calls: counters("lucid_peer_calls_total", "Calls made, by outcome.", &["peer", "outcome"]),
            turns: counters("lucid_driver_turns_total", "Turns taken, by result.", &["noun", "result"]),
            late: ratios("lucid_driver_late_seconds", "For how long a due row has waited for a good turn.", &["noun"]),
            parked: gauges("lucid_driver_parked", "Rows set aside after a panic.", &["noun"]),
            parts: gauges("lucid_part_ok", "1 while a part of the service itself works.", &["part"]),
            feed_lag: ratios("lucid_feed_lag_seconds", "How old the last applied event was; 0 at the end.", &["peer"]),
            feed_read: ratios(
                "lucid_feed_read_timestamp_seconds",
                "When the peer last answered and all of it was applied, seconds since 1970.",
                &["peer"],
            ),
            registry,
            others: Arc::default(),
            at_look: Arc::default(),
            reasons: Reasons::default(),
        }
    }

    /// Shows the samples of another process of this service beside its own. They must have other names. Only the first
    /// such process is shown.
    pub fn show_also<F, Fut>(&self, samples: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<String>> + Send + 'static,
    {
        if self.others.set(Box::new(move || Box::pin(samples()))).is_err() {
            tracing::error!("the samples of a second process are not shown");
        }
    }

    /// Reckons something anew whenever somebody looks, so that it is true however little else happens.
    pub fn at_look(&self, reckon: impl Fn() + Send + Sync + 'static) {
        self.at_look.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(reckon));
    }

    /// Shows what this clock says: compared with others' it tells which one is wrong. And when it was asked for this.
    pub fn show_clock(&self, clock: SharedClock) {
        let started = self.ratio("lucid_start_timestamp_seconds", "When the process started, seconds since 1970.");
        started.set(since_1970(clock.now()));
        let shown = self.ratio("lucid_clock_timestamp_seconds", "What its clock says, seconds since 1970.");
        self.at_look(move || shown.set(since_1970(clock.now())));
    }

    /// Everything that this service has to show, other processes included.
    pub(crate) async fn whole_text(&self) -> String {
        let mut text = self.text();
        if let Some(others) = self.others.get() {
            text.push_str(&others().await.unwrap_or_default());
        }
        text
    }

    /// Everything that this process counts, in Prometheus' text form.
    pub fn text(&self) -> String {
        for reckon in &*self.at_look.lock().unwrap_or_else(PoisonError::into_inner) {
            reckon();
        }
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_else(|error| format!("# {error}\n"))
    }

    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[route, method, &status.to_string()]).inc();
        self.request_seconds.with_label_values(&[route, method]).observe(took.as_secs_f64());
    }

    /// A request was refused by this status and code; those that say nothing of who made it are no business of this.
    pub(crate) fn rejected(&self, status: u16, code: &str) {
        if let Some(reason) = self.reasons.of(status, code) {
            self.rejected.with_label_values(&[reason]).inc();
        }
    }

    pub(crate) fn called(&self, peer: &str, outcome: &str) {
        self.calls.with_label_values(&[peer, outcome]).inc();
    }

    pub(crate) fn turn(&self, noun: &str, result: &str) {
        self.turns.with_label_values(&[noun, result]).inc();
    }

    /// The driver of this noun says how late it is whenever somebody looks.
    pub(crate) fn late(&self, noun: &str, late_ms: impl Fn() -> u64 + Send + Sync + 'static) {
        let late = self.late.with_label_values(&[noun]);
        self.at_look(move || late.set(seconds(late_ms())));
    }

    /// Each part of the service was found to work, or not.
    pub(crate) fn checked(&self, parts: &[Check]) {
        for part in parts {
            self.parts.with_label_values(&[part.name.as_str()]).set(i64::from(part.ok));
        }
    }

    pub(crate) fn parked(&self, noun: &str, rows: usize) {
        self.parked.with_label_values(&[noun]).set(i64::try_from(rows).unwrap_or(i64::MAX));
    }

    /// The last event that was applied was so old.
    pub(crate) fn feed_lag(&self, peer: &str, ms: u64) {
        self.feed_lag.with_label_values(&[peer]).set(seconds(ms));
    }

    /// The peer has answered at this time, and all of it was applied.
    pub(crate) fn feed_read(&self, peer: &str, now: UnixMs) {
        self.feed_read.with_label_values(&[peer]).set(since_1970(now));
    }
}

/// Milliseconds as Prometheus has times: in seconds, with fractions.
pub fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
}

/// A moment as Prometheus has them.
pub fn since_1970(at: UnixMs) -> f64 {
    seconds(at.0)
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("registry", &self.registry).finish_non_exhaustive()
    }
}

fn registered<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry.register(Box::new(collector.clone())).expect(CONSTANT_NAMES);
    collector
}

#[cfg(test)]
mod tests;
