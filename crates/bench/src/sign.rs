//! Signing, from the callers' side and from the token's, in turn.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Context;
use api::wallet_manager::{SignatureView, WalletView};
use clap::Args;

use crate::cpu::{self, Times};
use crate::load::{self, Line};
use crate::payments::{Payments, wire};
use crate::place::{self, Place, Process};
use crate::{bare, line, parts, tronpy};

/// How it is measured.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long each load lasts, about, seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=10))]
    seconds: u64,
    /// The built wallet-manager.
    #[arg(long)]
    wallet_manager: PathBuf,
    /// A Python interpreter that has tronpy.
    #[arg(long)]
    python: Option<PathBuf>,
}

const CALLERS: [usize; 4] = [1, 4, 16, 64];

/// Measures everything.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let place = Place::new(&options.wallet_manager)?;
    let cores = available_parallelism()?.get();
    let mut bench = Bench { place, payments: Payments::default(), seconds: options.seconds };
    line::note(&format!(
        "{cores} cores; on a machine that does other work too, ratios and CPU time say more than rates"
    ));
    bench.sessions("1session", 1, 1)?;
    bench.sessions("all", 0, cores)?;
    match &options.python {
        None => line::skipped("sign.tronpy", "1/s", "tronpy could not be installed"),
        Some(python) => line::say("sign.tronpy", tronpy::rate(python, options.seconds)?, "1/s"),
    }
    Ok(())
}

struct Bench {
    place: Place,
    payments: Payments,
    seconds: u64,
}

impl Bench {
    /// The API with this setting against the bare loop with as many threads as there are sessions then. The loop runs
    /// before each load and after the last, and is compared by its mean.
    fn sessions(&mut self, name: &str, setting: usize, threads: usize) -> anyhow::Result<()> {
        let process = self.place.serve(setting)?;
        line::say(&format!("sign.start_to_ready.{name}"), process.ready_after.as_secs_f64() * 1000.0, "ms");
        Self::memory(&process, name);
        let asked = wire(&place::hot_request()?);
        let wallet: WalletView = serde_json::from_slice(&Line::open(&process.address)?.ask(&asked)?)?;
        let first = self.payments.singly(&wallet, 1)?.pop().context("a payment")?;
        let signed: SignatureView = serde_json::from_slice(&Line::open(&process.address)?.ask(&first)?)?;
        if setting == 1 {
            parts::say(&wallet, &signed)?;
        }
        let window = Duration::from_secs(self.seconds);
        let (mut bare, mut best, mut guess) = (Vec::new(), (0.0_f64, 0), 200.0);
        let mut loads = Vec::new();
        for callers in CALLERS {
            bare.push(bare::rate(&self.place, threads, window)?);
            let taken = self.load(&process, &wallet, &format!("{name}.callers_{callers}"), callers, guess)?;
            guess = taken;
            loads.push((callers, taken));
            best = if taken > best.0 { (taken, callers) } else { best };
        }
        bare.push(bare::rate(&self.place, threads, window)?);
        line::note(&format!("bare loop, {threads} threads: {bare:.0?} a second"));
        let count = f64::from(u32::try_from(bare.len())?);
        let bare = bare.into_iter().sum::<f64>() / count;
        line::say(&format!("sign.bare_{name}"), bare, "1/s");
        line::say(&format!("sign.cpu.part.c_sign.{name}"), 1e6 * f64::from(u32::try_from(threads)?) / bare, "us");
        for (callers, rate) in loads {
            line::against(&format!("sign.api_{name}.callers_{callers}"), rate, "1/s", bare);
        }
        line::note(&format!("sign.api_{name} is the load with {} callers", best.1));
        line::against(&format!("sign.api_{name}"), best.0, "1/s", bare);
        Ok(())
    }

    /// One load: its rate. Prints latencies and what each kind of thread used for a signature.
    fn load(
        &mut self,
        process: &Process,
        wallet: &WalletView,
        name: &str,
        callers: usize,
        guess: f64,
    ) -> anyhow::Result<f64> {
        // A short load first finds how many the window takes.
        let trial = self.payments.singly(wallet, 64)?;
        let rate = load::send(&process.address, &trial, callers)?.rate().max(guess);
        let seconds = f64::from(u32::try_from(self.seconds)?);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of requests, far below 2^32"
        )]
        let requests = self.payments.singly(wallet, ((rate * seconds) as usize).max(64))?;
        let before = (cpu::times(process.http()), cpu::times(process.worker));
        let taken = load::send(&process.address, &requests, callers)?;
        let count = f64::from(u32::try_from(requests.len())?);
        said(&format!("sign.cpu.http.{name}"), &cpu::since(&cpu::times(process.http()), &before.0), count);
        said(&format!("sign.cpu.worker.{name}"), &cpu::since(&cpu::times(process.worker), &before.1), count);
        line::say(&format!("sign.latency.p50.{name}"), taken.percentile(50), "ms");
        line::say(&format!("sign.latency.p99.{name}"), taken.percentile(99), "ms");
        Ok(taken.rate())
    }

    fn memory(process: &Process, name: &str) {
        for (what, pid) in [("http", process.http()), ("worker", process.worker)] {
            let metric = format!("sign.memory.idle_{what}.{name}");
            match cpu::memory(pid).and_then(|bytes| u32::try_from(bytes).ok()) {
                Some(bytes) => line::say(&metric, f64::from(bytes) / 1_048_576.0, "MiB"),
                None => line::skipped(&metric, "MiB", "the kernel does not say"),
            }
        }
    }
}

/// What each kind of thread used for one signature; in all, and by name.
fn said(name: &str, times: &Times, signatures: f64) {
    let each = |ns: u64| Duration::from_nanos(ns).as_secs_f64() * 1e6 / signatures;
    line::say(name, each(times.values().sum()), "us");
    for (thread, ns) in times.iter().filter(|(_, ns)| **ns > 0) {
        line::say(&format!("{name}.thread.{thread}"), each(*ns), "us");
    }
}
