//! Callers that ask side by side, each on a connection of its own, as fast as they are answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::cpu;
use crate::payments::Wire;

/// What came of it.
#[derive(Debug)]
pub(crate) struct Taken {
    /// From the first request to the last answer.
    pub(crate) time: Duration,
    /// What the load itself cost.
    pub(crate) cpu: Duration,
    /// Each request's own.
    pub(crate) latencies: Vec<Duration>,
}

/// Sends all requests; every answer must be a success.
pub(crate) fn send(address: &str, requests: &[Wire], callers: usize) -> anyhow::Result<Taken> {
    let lines: Vec<_> = (0..callers).map(|_| Line::open(address)).collect::<anyhow::Result<_>>()?;
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    let (cpu, latencies) = std::thread::scope(|scope| {
        let threads: Vec<_> = lines.into_iter().map(|line| scope.spawn(|| ask(line, requests, &next))).collect();
        let (mut cpu, mut all) = (Duration::ZERO, Vec::with_capacity(requests.len()));
        for thread in threads {
            let (used, latencies) = thread.join().unwrap_or_else(|_| bail!("a caller panicked"))?;
            cpu += used;
            all.extend(latencies);
        }
        anyhow::Ok((cpu, all))
    })?;
    Ok(Taken { time: started.elapsed(), cpu, latencies })
}

/// Asks for whatever nobody has asked for yet. Also what that cost here.
fn ask(mut line: Line, requests: &[Wire], next: &AtomicUsize) -> anyhow::Result<(Duration, Vec<Duration>)> {
    let before = cpu::of_thread();
    let mut latencies = Vec::new();
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = Instant::now();
        let answer = line.ask(request)?;
        latencies.push(started.elapsed());
        // In a batch each has its own outcome.
        if has(&answer, b"\"problem\":") {
            bail!("{}", String::from_utf8_lossy(&answer));
        }
    }
    Ok((cpu::of_thread().saturating_sub(before), latencies))
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

/// Whether these bytes have that text in them.
fn has(bytes: &[u8], text: &[u8]) -> bool {
    // The first outcome tells: a load is made of equals.
    bytes.get(..64.min(bytes.len())).is_some_and(|head| head.windows(text.len()).any(|window| window == text))
}
