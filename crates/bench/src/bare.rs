//! The baseline: C_SignInit and C_Sign over 32 bytes with a wallet's key, as often as the token can, and nothing else.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
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
    #[arg(long)]
    milliseconds: u64,
}

/// Signatures a second with so many sessions, one thread each.
pub(crate) fn rate(place: &Place, sessions: usize, time: Duration) -> anyhow::Result<f64> {
    let mut command = Command::new(crate::this_program()?);
    command.env("SOFTHSM2_CONF", place.path("softhsm2.conf")).arg("bare");
    command.arg("--pin-file").arg(place.path("pin"));
    command.args(["--sessions", &sessions.to_string(), "--milliseconds", &time.as_millis().to_string()]);
    let output = command.output().context("the bare loop")?;
    if !output.status.success() {
        bail!("the bare loop: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// The loop; prints its rate.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let module = signer::softhsm_module(std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into))
        .context("SoftHSM 2 is not installed")?;
    let context = Pkcs11::new(&module)?;
    context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let slot = *context.get_slots_with_initialized_token()?.first().context("no token")?;
    let sessions: Vec<_> = (0..options.sessions).map(|_| context.open_ro_session(slot)).collect::<Result<_, _>>()?;
    let pin = std::fs::read_to_string(&options.pin_file)?;
    let first = sessions.first().context("at least one session")?;
    first.login(UserType::User, Some(&AuthPin::new(pin.trim().into())))?;
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let signatures: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = sessions
            .into_iter()
            .map(|session| {
                let stop = &stop;
                scope.spawn(move || signed(&session, stop))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(options.milliseconds));
        stop.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("a thread panicked")))
            .sum::<Result<_, _>>()
    })?;
    writeln!(std::io::stdout(), "{}", f64::from(u32::try_from(signatures)?) / started.elapsed().as_secs_f64())?;
    Ok(())
}

/// How many signatures this session makes until it is to stop.
fn signed(session: &Session, stop: &AtomicBool) -> anyhow::Result<u64> {
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
