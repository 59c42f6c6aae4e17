//! Callers that ask side by side, each on a connection of its own, as fast as they are answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::payments::Wire;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Taken {
    /// From the first request to the last answer.
    pub(crate) time: Duration,
    /// Each request's own, ascending.
    pub(crate) latencies: Vec<Duration>,
}

impl Taken {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX)) / self.time.as_secs_f64()
    }

    /// The latency that so many of a hundred requests stay below, milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let at = self.latencies.len().saturating_sub(1) * percent / 100;
        self.latencies.get(at).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Sends all requests; every answer must be a success.
pub(crate) fn send(address: &str, requests: &[Wire], callers: usize) -> anyhow::Result<Taken> {
    let lines: Vec<_> = (0..callers).map(|_| Line::open(address)).collect::<anyhow::Result<_>>()?;
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let mut latencies = std::thread::scope(|scope| {
        let threads: Vec<_> = lines.into_iter().map(|line| scope.spawn(|| ask(line, requests, &next))).collect();
        let mut all = Vec::with_capacity(requests.len());
        for thread in threads {
            all.extend(thread.join().unwrap_or_else(|_| bail!("a caller panicked"))?);
        }
        anyhow::Ok(all)
    })?;
    let time = started.elapsed();
    latencies.sort_unstable();
    Ok(Taken { time, latencies })
}

/// Asks for whatever nobody has asked for yet.
fn ask(mut line: Line, requests: &[Wire], next: &AtomicUsize) -> anyhow::Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = Instant::now();
        line.ask(request)?;
        latencies.push(started.elapsed());
    }
    Ok(latencies)
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    pub(crate) fn open(address: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// The body of the answer, which must be a success.
    pub(crate) fn ask(&mut self, request: &[u8]) -> anyhow::Result<Vec<u8>> {
        self.0.get_mut().write_all(request)?;
        let (mut status, mut length) = (String::new(), 0);
        self.0.read_line(&mut status)?;
        loop {
            let mut header = String::new();
            if self.0.read_line(&mut header)? <= 2 {
                break;
            }
            if let Some((name, value)) = header.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("content-length")?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        if !status.starts_with("HTTP/1.1 200") {
            bail!("answered {} {}", status.trim(), String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}
