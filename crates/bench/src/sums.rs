//! What a load comes to, over all its slices.

use std::time::Duration;

use crate::cpu::{self, Times};
use crate::line;
use crate::load::Taken;

/// The sums over the slices of one load.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    signatures: usize,
    time: Duration,
    load: Duration,
    http: Times,
    worker: Times,
    latencies: Vec<Duration>,
    bare: Vec<f64>,
}

impl Sums {
    /// Adds a slice and the rate of the bare loop beside it.
    pub(crate) fn add(&mut self, taken: Taken, items: usize, used: (Times, Times), bare: f64) {
        self.signatures += taken.latencies.len() * items;
        self.time += taken.time;
        self.load += taken.cpu;
        cpu::add(&mut self.http, used.0);
        cpu::add(&mut self.worker, used.1);
        self.latencies.extend(taken.latencies);
        self.bare.push(bare);
    }

    /// Signatures a second.
    pub(crate) fn rate(&self) -> f64 {
        float(self.signatures) / self.time.as_secs_f64()
    }

    /// Signatures a second of the bare loop in the slices between.
    pub(crate) fn bare(&self) -> f64 {
        self.bare.iter().sum::<f64>() / float(self.bare.len())
    }

    /// What a signature cost in the HTTP process and in the database's thread.
    pub(crate) fn parts(&self) -> [(&'static str, Duration); 2] {
        let each = |ns: u64| Duration::from_nanos(ns / u64::try_from(self.signatures.max(1)).unwrap_or(1));
        let database = self.worker.iter().filter(|(name, _)| name.contains("sqlite")).map(|(_, ns)| ns).sum();
        [("http", each(self.http.values().sum())), ("commit", each(database))]
    }

    /// Prints all but the rate.
    pub(crate) fn say(&mut self, name: &str) {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / float(self.signatures);
        line::say(&format!("sign.cpu.load.{name}"), each(self.load), "us");
        for (process, times) in [("http", &self.http), ("worker", &self.worker)] {
            let name = format!("sign.cpu.{process}.{name}");
            line::say(&name, each(Duration::from_nanos(times.values().sum())), "us");
            for (thread, ns) in times.iter().filter(|(_, ns)| **ns > 0) {
                line::say(&format!("{name}.thread.{thread}"), each(Duration::from_nanos(*ns)), "us");
            }
        }
        self.latencies.sort_unstable();
        for percent in [50, 99] {
            let at = self.latencies.len().saturating_sub(1) * percent / 100;
            let latency = self.latencies.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0);
            line::say(&format!("sign.latency.p{percent}.{name}"), latency, "ms");
        }
    }
}

fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
