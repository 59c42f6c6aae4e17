//! What a forwarder counts, for Prometheus.

use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tracing::warn;

use crate::listener::{Listener, is_of_one_connection};
use crate::pass::Passed;

const CONSTANT_NAMES: &str = "metric names are constants, each registered once";
/// How a connection may end.
const OUTCOMES: [&str; 5] = ["passed", "broken", "unreachable", "refused", "no_connect"];
/// Who asks for the counters has sent a request and read the answer by then.
const PATIENCE: Duration = Duration::from_secs(5);

/// The counters of all listeners. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Metrics {
    registry: Registry,
    connections: IntCounterVec,
    open: IntGaugeVec,
    bytes: IntCounterVec,
}

/// The counters of one listener.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    metrics: Metrics,
    place: String,
}

/// A connection that is open until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(Meter);

impl Metrics {
    /// New ones, at zero.
    pub(crate) fn new() -> Self {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, IntCounterVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
        };
        let gauges = |name: &str, help: &str, labels: &[&str]| {
            registered(&registry, IntGaugeVec::new(Opts::new(name, help), labels).expect(CONSTANT_NAMES))
        };
        Self {
            connections: counters(
                "lucid_forwarder_connections_total",
                "Connections that have ended, by where they arrived and how they ended.",
                &["place", "outcome"],
            ),
            open: gauges("lucid_forwarder_open_connections", "Connections that are open.", &["place"]),
            bytes: counters(
                "lucid_forwarder_bytes_total",
                "Bytes of ended connections, there and back.",
                &["place", "way"],
            ),
            registry,
        }
    }

    /// Those of one listener, exported from now on.
    pub(crate) fn of(&self, place: &str) -> Meter {
        self.open.with_label_values(&[place]).set(0);
        for outcome in OUTCOMES {
            self.connections.with_label_values(&[place, outcome]).inc_by(0);
        }
        Meter { metrics: self.clone(), place: place.to_owned() }
    }

    /// Answers every request on this listener with the counters; there is nothing else to ask for. Without a listener it
    /// waits for ever.
    pub(crate) async fn serve(&self, listener: Option<Listener>) -> std::io::Error {
        let Some(listener) = listener else { return std::future::pending().await };
        loop {
            let mut asking = match listener.accept().await {
                Ok(asking) => asking,
                // Whoever asks for counters ends no forwarding.
                Err(error) if is_of_one_connection(&error) => {
                    warn!(%error, "who asks for the counters was lost before it had asked");
                    tokio::task::yield_now().await;
                    continue;
                }
                Err(error) => return error,
            };
            let Ok(text) = TextEncoder::new().encode_to_string(&self.registry.gather()) else { continue };
            tokio::spawn(tokio::time::timeout(PATIENCE, async move {
                let mut head = [0; 2048];
                let mut length = 0;
                while length < head.len() && !head[..length].windows(4).any(|end| end == b"\r\n\r\n") {
                    match asking.read(&mut head[length..]).await {
                        Ok(0) | Err(_) => return,
                        Ok(more) => length += more,
                    }
                }
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n{text}",
                    text.len()
                );
                // Who asked may be gone.
                let _ = asking.write_all(answer.as_bytes()).await;
                let _ = asking.shutdown().await;
            }));
        }
    }
}

impl Meter {
    /// A connection begins.
    pub(crate) fn opened(&self) -> Open {
        self.metrics.open.with_label_values(&[self.place.as_str()]).inc();
        Open(self.clone())
    }
}

impl Open {
    /// It was passed, and has ended.
    pub(crate) fn passed(self, passed: Passed) {
        let Meter { metrics, place } = &self.0;
        metrics.bytes.with_label_values(&[place.as_str(), "there"]).inc_by(passed.there);
        metrics.bytes.with_label_values(&[place.as_str(), "back"]).inc_by(passed.back);
        self.failed("passed");
    }

    /// It has ended so.
    pub(crate) fn failed(self, outcome: &str) {
        self.0.metrics.connections.with_label_values(&[self.0.place.as_str(), outcome]).inc();
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.metrics.open.with_label_values(&[self.0.place.as_str()]).dec();
    }
}

fn registered<C: Collector + Clone + 'static>(registry: &Registry, collector: C) -> C {
    registry.register(Box::new(collector.clone())).expect(CONSTANT_NAMES);
    collector
}
