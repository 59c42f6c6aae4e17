//! What is counted, in a registry that is passed in, never a global one. All names begin with `lucid_`.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures::future::BoxFuture;

use prometheus::core::Collector;
use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

/// The media type of the text that Prometheus reads.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds in seconds: from a cached answer to a long poll.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

const CONSTANT_NAMES: &str = "metric names are constants, each registered once a registry";

/// The samples of another process of the service, in the same text form; none if it does not answer.
type Others = Box<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// A service's metrics. Clones count into the same ones.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    others: Arc<OnceLock<Others>>,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    rejected: IntCounterVec,
    calls: IntCounterVec,
    turns: IntCounterVec,
    due_lag: IntGaugeVec,
    parked: IntGaugeVec,
    feed_lag: IntGaugeVec,
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
        let seconds =
            HistogramOpts::new("lucid_http_request_seconds", "How long answers took.").buckets(SECONDS.to_vec());
        let request_seconds = HistogramVec::new(seconds, &["route", "method"]).expect(CONSTANT_NAMES);
        Self {
            requests: counters("lucid_http_requests_total", "Requests answered.", &["route", "method", "status"]),
            request_seconds: registered(&registry, request_seconds),
            rejected: counters("lucid_calls_rejected_total", "Calls refused for who made them.", &["reason"]),
            calls: counters("lucid_peer_calls_total", "Calls made, by outcome.", &["peer", "outcome"]),
            turns: counters("lucid_driver_turns_total", "Turns taken, by result.", &["noun", "result"]),
            due_lag: gauges("lucid_driver_due_lag_ms", "How late the last claimed row was.", &["noun"]),
            parked: gauges("lucid_driver_parked", "Rows set aside after a panic.", &["noun"]),
            feed_lag: gauges("lucid_feed_lag_ms", "How old the last applied event was.", &["peer"]),
            registry,
            others: Arc::default(),
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

    /// The registry, for a service's own collectors.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// A counter of the service's own. Names are constants that begin with `lucid_`; a second one of a name panics.
    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        registered(&self.registry, IntCounter::new(name, help).expect(CONSTANT_NAMES))
    }

    /// Counters of the service's own, by labels.
    pub fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        registered(&self.registry, IntCounterVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
    }

    /// A gauge of the service's own.
    pub fn gauge(&self, name: &str, help: &str) -> IntGauge {
        registered(&self.registry, IntGauge::new(name, help).expect(CONSTANT_NAMES))
    }

    /// Gauges of the service's own, by labels.
    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        registered(&self.registry, IntGaugeVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
    }

    /// A gauge with fractions, for ratios and seconds; never for money.
    pub fn ratio(&self, name: &str, help: &str) -> Gauge {
        registered(&self.registry, Gauge::new(name, help).expect(CONSTANT_NAMES))
    }

    /// A histogram of durations in seconds.
    pub fn seconds(&self, name: &str, help: &str) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(SECONDS.to_vec());
        registered(&self.registry, Histogram::with_opts(options).expect(CONSTANT_NAMES))
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
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_else(|error| format!("# {error}\n"))
    }

    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[route, method, &status.to_string()]).inc();
        self.request_seconds.with_label_values(&[route, method]).observe(took.as_secs_f64());
    }

    pub(crate) fn rejected(&self, reason: &str) {
        self.rejected.with_label_values(&[reason]).inc();
    }

    pub(crate) fn called(&self, peer: &str, outcome: &str) {
        self.calls.with_label_values(&[peer, outcome]).inc();
    }

    pub(crate) fn turn(&self, noun: &str, result: &str) {
        self.turns.with_label_values(&[noun, result]).inc();
    }

    pub(crate) fn due_lag(&self, noun: &str, ms: u64) {
        self.due_lag.with_label_values(&[noun]).set(i64::try_from(ms).unwrap_or(i64::MAX));
    }

    pub(crate) fn parked(&self, noun: &str, rows: usize) {
        self.parked.with_label_values(&[noun]).set(i64::try_from(rows).unwrap_or(i64::MAX));
    }

    pub(crate) fn feed_lag(&self, peer: &str, ms: u64) {
        self.feed_lag.with_label_values(&[peer]).set(i64::try_from(ms).unwrap_or(i64::MAX));
    }
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
mod tests {
    use super::*;

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
}
