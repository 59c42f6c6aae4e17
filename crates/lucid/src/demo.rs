//! `lucid demo`: the plane's one job from nothing, on the devnet, and the proof that it was done.
//!
//! Every value shown is read from a service or from the chain; what a service says of a payout is held against what the
//! node itself has in its solid blocks.

mod evidence;
mod payouts;
mod report;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use api::wallet_manager;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::directory::Directory;
use crate::init::{self, BLOCK_MS, DEFAULT_BASE_PORT, InitArgs};
use crate::node::Node;
use crate::operator::Operator;
use crate::output::{Output, note};
use crate::plane_file::PlaneFile;
use crate::preparation;
use crate::random;
use crate::status;
use crate::steps::Steps;
use crate::up::{self, Notice, Supervisor};
use crate::web::Web;

use report::{Report, TokenPart};

/// How to run it.
#[derive(Debug, Clone, Args)]
pub(crate) struct DemoArgs {
    /// Milliseconds between the devnet's blocks; a block is solid 18 blocks later.
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u64).range(BLOCK_MS))]
    block_ms: u64,
    /// The devnet's port; the services take the six after it.
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_BASE_PORT)]
    base_port: u16,
    /// The PKCS#11 module; SoftHSM 2's usual places if none is named.
    #[arg(long, value_name = "PATH", env = "LUCID_PKCS11_MODULE")]
    module: Option<PathBuf>,
    /// Keep the plane's directory also after success.
    #[arg(long)]
    keep: bool,
}

/// The command. Without a directory it takes a temporary one.
pub(crate) async fn run(args: &DemoArgs, directory: Option<&Path>, output: Output) -> Result<()> {
    let directory = fresh(directory)?;
    let result = tell(args, &directory).await;
    match &result {
        Ok(_) if !args.keep => {
            let removed = fs::remove_dir_all(directory.path());
            removed.with_context(|| format!("{} cannot be removed", directory.path().display()))?;
        }
        Ok(_) => note(format!("The plane is in {}", directory.path().display())),
        Err(_) => note(format!("What happened is in {}", directory.path().join("logs").display())),
    }
    let report = result?;
    output.show(&report.document, &report)
}

/// A directory that is not there yet.
fn fresh(chosen: Option<&Path>) -> Result<Directory> {
    let path = match chosen {
        Some(path) => path.to_owned(),
        None => std::env::temp_dir().join(format!("lucid-demo-{}", hex::encode(random::bytes::<6>()?))),
    };
    if path.exists() {
        bail!("{} exists: the demo makes a plane of its own", path.display());
    }
    Ok(Directory::new(&path)?)
}

async fn tell(args: &DemoArgs, directory: &Directory) -> Result<Report> {
    let started = Instant::now();
    let steps = Steps::new();
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;

    steps.begin("making keys, secrets and a token");
    let init = InitArgs {
        base_port: args.base_port,
        block_ms: args.block_ms,
        module: args.module.clone(),
        ..InitArgs::default()
    };
    let plane = init::make(&init, directory).await?;
    steps.done(&format!("made plane {} with a token", plane.plane));

    let mut running = up::start(&plane, directory, None, true)?;
    let report = tokio::select! {
        report = story(&plane, directory, &steps, started) => report,
        gone = watch(&mut running, &steps) => Err(gone),
        _ = interrupt.recv() => Err(anyhow::anyhow!("interrupted")),
        _ = terminate.recv() => Err(anyhow::anyhow!("told to stop")),
    };
    steps.begin("stopping the seven processes");
    running.stop().await;
    steps.end();
    report
}

/// Tells when a part ended; returns when one will not be started again.
async fn watch(running: &mut Supervisor, steps: &Steps) -> anyhow::Error {
    while let Some(notice) = running.notice().await {
        match notice {
            Notice::Started { .. } => {}
            Notice::Ended { name, how, again: false } => {
                return anyhow::anyhow!("{name} ended again and again ({how}); its log says why");
            }
            Notice::Ended { .. } => steps.notice(&notice.to_string()),
        }
    }
    anyhow::anyhow!("nothing is running any more")
}

async fn story(plane: &PlaneFile, directory: &Directory, steps: &Steps, started: Instant) -> Result<Report> {
    let devnet = plane.devnet.as_ref().context("the demo is for the devnet")?;
    let node = Node::new(Web::new(), devnet.url(), plane.usdt_contract);
    let operator = Operator::of(directory)?;

    steps.begin("starting the devnet and the six services");
    up::until_ready(plane, |waiting| steps.update(&waiting)).await?;
    steps.done("the six services are ready");

    let token = operator.insist("wallet-manager", &wallet_manager::token()).await.context("asking for the token")?;
    preparation::prepare(&operator, &node, steps).await?;
    let settled = payouts::pay_all(&operator, &node, steps).await?;
    let refused = payouts::be_refused(&operator, &node, steps).await?;

    let services = status::of_all(plane, &Web::new()).await;
    let unwell: Vec<_> = services.iter().filter(|service| !service.is_ready()).map(|service| &*service.name).collect();
    if !unwell.is_empty() {
        bail!("not ready at the end: {}", unwell.join(", "));
    }
    // Asked once more, now that there are keys in it.
    let token_now =
        operator.insist("wallet-manager", &wallet_manager::token()).await.context("asking for the token")?;
    if token_now.key_extractable || token_now.keys <= token.keys {
        bail!("the token holds {} keys, extractable: {}", token_now.keys, token_now.key_extractable);
    }
    let token = TokenPart { label: token_now.label, key_extractable: token_now.key_extractable };
    Ok(Report::new(settled, refused, token, &services, started.elapsed()))
}
