//! Signing, from the callers' side and from the token's, in turn.

use std::path::PathBuf;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::{Context, bail};
use api::wallet_manager::{SignatureView, WalletView, put_signature};
use clap::Args;

use crate::bare::Bare;
use crate::cpu::{self, Memory};
use crate::load::{self, Line};
use crate::payments::{Payments, wire};
use crate::place::{self, Place, Process};
use crate::shape::{SHAPES, Shape};
use crate::sums::Sums;
use crate::{line, parts, tronpy};

/// How it is measured.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How long each load lasts, about, seconds; the bare loop as long again. Each begins and ends with idle parts, a
    /// few hundredths of a second three times, so that the longer one tells more.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// Only these shapes of load, as their lines are named: batch_64.callers_4; all without it.
    #[arg(long, value_name = "NAME")]
    shape: Vec<String>,
    /// The built wallet-manager.
    #[arg(long)]
    wallet_manager: PathBuf,
    /// A Python interpreter that has tronpy.
    #[arg(long)]
    python: Option<PathBuf>,
}

/// How often load and bare loop take turns: whatever else the machine does then weighs on both alike.
const TURNS: u32 = 3;

/// Measures everything.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let (place, binary) = (Place::new(&options.wallet_manager)?, options.wallet_manager.clone());
    let cores = available_parallelism()?.get();
    let wanted = |shape: &Shape| options.shape.is_empty() || options.shape.contains(&shape.name());
    let shapes: Vec<Shape> = SHAPES.into_iter().filter(wanted).collect();
    if shapes.is_empty() {
        bail!("there is no such shape; there are: {}", SHAPES.map(Shape::name).join(", "));
    }
    let mut bench = Bench { place, binary, payments: Payments::default(), seconds: options.seconds, shapes };
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
    binary: PathBuf,
    payments: Payments,
    seconds: u64,
    shapes: Vec<Shape>,
}

impl Bench {
    /// The API with this setting against the bare loop with as many threads as there are sessions then, in turns.
    fn sessions(&mut self, name: &str, setting: usize, threads: usize) -> anyhow::Result<()> {
        // Each has a place of its own: at its start a signer holds its whole log against the register.
        self.place = Place::new(&self.binary)?;
        let process = self.place.serve(setting)?;
        line::say(&format!("sign.start_to_ready.{name}"), process.ready_after.as_secs_f64() * 1000.0, "ms");
        Self::memory(&process, name);
        let asked = wire(&place::hot_request()?);
        let wallet: WalletView = serde_json::from_slice(&Line::open(&process.address)?.ask(&asked)?)?;
        let first = self.payments.one(&wallet)?;
        let asked = wire(&put_signature(first.txid, &first.request));
        let signed: SignatureView = serde_json::from_slice(&Line::open(&process.address)?.ask(&asked)?)?;
        if setting == 1 {
            parts::say(&wallet, &first, &signed)?;
        }
        let mut bare = Bare::open(&self.place, threads)?;
        let (mut guess, mut rates) = (200.0, Vec::new());
        for shape in self.shapes.clone() {
            let mut sums = self.load(&process, &wallet, &mut bare, shape, guess)?;
            guess = sums.rate();
            sums.say(&format!("{name}.{}", shape.name()));
            rates.push((shape, sums.rate(), sums.bare(), sums.parts()));
        }
        let mean = rates.iter().map(|(_, _, bare, _)| bare).sum::<f64>() / f64::from(u32::try_from(rates.len())?);
        line::say(&format!("sign.bare_{name}"), mean, "1/s");
        line::say(&format!("sign.cpu.part.c_sign.{name}"), 1e6 * f64::from(u32::try_from(threads)?) / mean, "us");
        for (shape, rate, bare, _) in &rates {
            line::against(&format!("sign.api_{name}.{}", shape.name()), *rate, "1/s", *bare);
        }
        let best = rates.iter().max_by(|(_, a, x, _), (_, b, y, _)| (a / x).total_cmp(&(b / y)));
        let (shape, rate, bare, parts) = best.context("no load")?;
        // Of the best load: the two parts that no loop of their own can tell.
        for (part, used) in parts {
            line::say(&format!("sign.cpu.part.{part}.{name}"), used.as_secs_f64() * 1e6, "us");
        }
        line::against_of(&format!("sign.api_{name}"), *rate, "1/s", *bare, &shape.name());
        Ok(())
    }

    /// One load, its slices in turn with the bare loop's.
    fn load(
        &mut self,
        process: &Process,
        wallet: &WalletView,
        bare: &mut Bare,
        shape: Shape,
        guess: f64,
    ) -> anyhow::Result<Sums> {
        let slice = Duration::from_secs(self.seconds) / TURNS;
        // A short load first finds how many a slice takes.
        let trial = self.payments.requests(wallet, shape.requests_for(64.0), shape.items)?;
        let taken = load::send(&process.address, &trial, shape.callers)?;
        let mut rate = f64::from(u32::try_from(trial.len() * shape.items)?) / taken.time.as_secs_f64();
        rate = rate.max(guess / 4.0);
        let mut sums = Sums::default();
        for _ in 0..TURNS {
            let count = shape.requests_for(rate * slice.as_secs_f64());
            let requests = self.payments.requests(wallet, count, shape.items)?;
            let beside = bare.rate(slice / 2)?;
            let before = (cpu::times(process.http()), cpu::times(process.worker));
            let taken = load::send(&process.address, &requests, shape.callers)?;
            let after = (cpu::times(process.http()), cpu::times(process.worker));
            let beside = f64::midpoint(beside, bare.rate(slice / 2)?);
            let used = (cpu::since(&after.0, &before.0), cpu::since(&after.1, &before.1));
            sums.add(taken, shape.items, used, beside);
            rate = sums.rate();
        }
        Ok(sums)
    }

    /// Memory before any load. What a service costs is the last line: each page of the program, which both processes
    /// have, counted once, as a container's account has it.
    fn memory(process: &Process, name: &str) {
        let mib = |bytes: u64| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1_048_576.0;
        let mut both = Some(0);
        for (what, pid) in [("http", process.http()), ("worker", process.worker)] {
            let metric = format!("sign.memory.idle_{what}.{name}");
            let Some(Memory { anonymous, of_files, proportional }) = cpu::memory(pid) else {
                line::skipped(&metric, "MiB", "the kernel does not say");
                both = None;
                continue;
            };
            for (part, bytes) in [("", anonymous + of_files), (".anonymous", anonymous), (".of_files", of_files)] {
                line::say(&format!("{metric}{part}"), mib(bytes), "MiB");
            }
            both = both.zip(proportional).map(|(both, bytes)| both + bytes);
        }
        match both {
            Some(bytes) => line::say(&format!("sign.memory.idle.{name}"), mib(bytes), "MiB"),
            None => line::skipped(&format!("sign.memory.idle.{name}"), "MiB", "the kernel does not tell this user"),
        }
    }
}
