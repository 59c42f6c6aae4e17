//! `lucid up`: runs a plane on this machine, the six services as six processes and on the devnet its node, until
//! Ctrl-C.

mod binaries;
mod parts;
mod ports;
mod readiness;
mod supervisor;

pub(crate) use binaries::Binaries;
pub(crate) use supervisor::{Notice, Supervisor};

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::directory::Directory;
use crate::init::{self, BLOCK_MS, InitArgs};
use crate::node::Node;
use crate::operator::Operator;
use crate::output::note;
use crate::plane_file::PlaneFile;
use crate::preparation;
use crate::steps::Steps;
use crate::web::Web;

/// Longer than any start: SoftHSM, migrations and a first scan together take a few seconds.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// How to run it.
#[derive(Debug, Clone, Args)]
pub(crate) struct UpArgs {
    /// Milliseconds between the devnet's blocks, in place of what `plane.toml` says.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(BLOCK_MS))]
    pub(crate) block_ms: Option<u64>,
    /// Start a part again when it ends by itself.
    #[arg(long)]
    pub(crate) restart: bool,
    /// On the devnet: have a hot and an energy wallet, funded and with energy, so that payouts can be asked for at once.
    #[arg(long)]
    pub(crate) prepare: bool,
}

/// The command. A directory without a plane gets one on the devnet.
pub(crate) async fn run(args: &UpArgs, directory: &Directory) -> Result<()> {
    let plane = if let Some(plane) = PlaneFile::find(directory)? {
        if directory.is_for_containers() {
            bail!(
                "the plane in {} runs in containers: docker-compose --env-file compose/env -f compose/compose.yaml up -d, \
                 as `lucid init --containers` says",
                directory.path().display()
            );
        }
        plane
    } else {
        note(format!("Making a plane on the devnet in {}", directory.path().display()));
        init::make(&InitArgs::default(), directory).await?
    };
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for Ctrl-C")?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let mut running = start(&plane, directory, args.block_ms, args.restart)?;
    let ended = tokio::select! {
        ended = watch(&mut running, &plane, directory, args.prepare) => ended,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    };
    note("Stopping");
    running.stop().await;
    ended
}

/// Starts every part of a plane, if the ports are free.
pub(crate) fn start(
    plane: &PlaneFile,
    directory: &Directory,
    block_ms: Option<u64>,
    restart: bool,
) -> Result<Supervisor> {
    let parts = parts::of(plane, directory, &Binaries::beside_this_one()?, block_ms)?;
    ports::check_free(&parts)?;
    Ok(Supervisor::start(parts, restart))
}

/// Waits until every service is ready, showing what it waits for.
pub(crate) async fn until_ready(plane: &PlaneFile, progress: impl FnMut(String)) -> Result<()> {
    readiness::wait(plane, &Web::new(), READY_WITHIN, progress).await
}

async fn watch(running: &mut Supervisor, plane: &PlaneFile, directory: &Directory, prepare: bool) -> Result<()> {
    let ready = async {
        until_ready(plane, note).await?;
        if prepare { prepare_wallets(plane, directory).await } else { Ok(()) }
    };
    tokio::pin!(ready);
    let mut waiting = true;
    loop {
        tokio::select! {
            result = &mut ready, if waiting => {
                waiting = false;
                match result {
                    Ok(()) => note("Ready. Ctrl-C stops it; `lucid status` shows it."),
                    // It goes on: what is missing may come later, and --restart or a person may bring it.
                    Err(error) => note(format!("Not ready: {error:#}")),
                }
            }
            notice = running.notice() => {
                let Some(notice) = notice else { bail!("nothing is running any more") };
                note(&notice);
            }
        }
    }
}

/// `lucid prepare`, and `lucid up --prepare`.
pub(crate) async fn prepare_wallets(plane: &PlaneFile, directory: &Directory) -> Result<()> {
    let devnet = plane.devnet.as_ref().context("only a devnet gives money away")?;
    let node = Node::new(Web::new(), devnet.url(), plane.usdt_contract);
    let steps = Steps::new();
    let prepared = preparation::prepare(&Operator::of(directory)?, &node, &steps).await;
    steps.end();
    prepared
}
