//! The baseline: C_SignInit and C_Sign over 32 bytes with a wallet's key, as often as the token can, and nothing else.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, KeyType, ObjectClass};
use cryptoki::session::{Session, UserType};
use cryptoki::types::AuthPin;

use crate::place::Place;

/// What the loop is told.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[arg(long)]
    pin_file: PathBuf,
    #[arg(long)]
    sessions: usize,
}

/// The loop in a process of its own, idle until it is asked; ended when it goes.
#[derive(Debug)]
pub(crate) struct Bare {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Bare {
    fn drop(&mut self) {
        // One that has ended already is not to be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bare {
    /// With so many sessions, one thread each.
    pub(crate) fn open(place: &Place, sessions: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(crate::this_program()?);
        command.env("SOFTHSM2_CONF", place.path("softhsm2.conf")).arg("bare");
        command.arg("--pin-file").arg(place.path("pin")).args(["--sessions", &sessions.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("the bare loop")?;
        let questions = child.stdin.take().context("its input")?;
        let answers = BufReader::new(child.stdout.take().context("its output")?);
        Ok(Self { child, questions, answers })
    }

    /// Signatures a second, for so long.
    pub(crate) fn rate(&mut self, time: Duration) -> anyhow::Result<f64> {
        writeln!(self.questions, "{}", time.as_millis())?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        line.trim().parse().context("the bare loop ended")
    }
}

/// The loop: reads a number of milliseconds a line and answers with its rate.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let module = signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into))
        .context("SoftHSM 2 is not installed")?;
    let context = Pkcs11::new(&module)?;
    context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let slot = *context.get_slots_with_initialized_token()?.first().context("no token")?;
    let mut sessions: Vec<_> =
        (0..options.sessions).map(|_| context.open_ro_session(slot)).collect::<Result<_, _>>()?;
    let pin = std::fs::read_to_string(&options.pin_file)?;
    let first = sessions.first().context("at least one session")?;
    first.login(UserType::User, Some(&AuthPin::new(pin.trim().into())))?;
    for line in std::io::stdin().lines() {
        let rate = measure(&mut sessions, Duration::from_millis(line?.trim().parse()?))?;
        writeln!(std::io::stdout(), "{rate}")?;
    }
    Ok(())
}

fn measure(sessions: &mut [Session], time: Duration) -> anyhow::Result<f64> {
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let signatures: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = sessions
            .iter_mut()
            .map(|session| {
                let stop = &stop;
                scope.spawn(move || signed(session, stop))
            })
            .collect();
        std::thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
            .sum::<Result<_, _>>()
    })?;
    Ok(f64::from(u32::try_from(signatures)?) / started.elapsed().as_secs_f64())
}

/// How many signatures this session makes until it is to stop.
fn signed(session: &mut Session, stop: &AtomicBool) -> anyhow::Result<u64> {
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::KeyType(KeyType::EC),
        Attribute::Sign(true),
        Attribute::Token(true),
    ];
    let key = *session.find_objects(&wanted)?.first().context("no key")?;
    let mut count = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let mut digest = [7; 32];
        digest[..8].copy_from_slice(&count.to_be_bytes());
        session.sign(&Mechanism::Ecdsa, key, &digest)?;
        count += 1;
    }
    Ok(count)
}
