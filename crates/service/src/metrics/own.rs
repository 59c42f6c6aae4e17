//! What a service registers beside what all have. Names are constants that begin with `lucid_`; a second one of a name
//! panics.

use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry,
};

use super::{CONSTANT_NAMES, Metrics, SECONDS, registered};

/// Upper bounds in seconds of what takes a chain's time: a block is 3 s, a solid one a minute.
const SPANS: [f64; 12] = [0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 90.0, 120.0, 300.0, 900.0];

impl Metrics {
    /// The registry, for a service's own collectors.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// A counter of the service's own.
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

    /// Gauges with fractions, by labels.
    pub fn ratios(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        registered(&self.registry, GaugeVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
    }

    /// Histograms of what takes seconds to minutes, in seconds, by labels.
    pub fn spans(&self, name: &str, help: &str, labels: &[&str]) -> HistogramVec {
        let options = HistogramOpts::new(name, help).buckets(SPANS.to_vec());
        registered(&self.registry, HistogramVec::new(options, labels).expect(CONSTANT_NAMES))
    }
}
