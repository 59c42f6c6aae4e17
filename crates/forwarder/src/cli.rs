//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Config, Connect};
use crate::place::{Pass, Place};
use crate::{health, run};

/// Passes bytes between named places, and nothing else.
///
/// A place is tcp:HOST:PORT or unix:/PATH. What is passed is not read. Once it listens, the kernel refuses it other
/// programs, further listeners, and, where no place beyond is a tcp: one, any socket of a network.
#[derive(Debug, Parser)]
#[command(name = "forwarder", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Forward until a signal.
    #[command(after_help = EXAMPLES)]
    Serve(ServeArgs),
    /// Say by the exit code whether the forwarder of this container serves.
    #[command(visible_alias = "healthcheck")]
    Health(NameArgs),
}

const EXAMPLES: &str = "\
Examples:
  forwarder serve --pass tcp:0.0.0.0:8091=unix:/run/airlock/8091.sock
  forwarder serve --connect unix:/run/webhooks/out.sock=hooks.example:443,other.example:8443
  forwarder serve --config forwarder.toml

A configuration file, of which every part may be left out:
  metrics = \"tcp:0.0.0.0:9100\"           # where Prometheus may read the counters

  [[pass]]                              # what arrives at one place goes to the other
  from = \"unix:/run/chain/node-1.sock\"
  to = \"tcp:node.example:443\"

  [[connect]]                           # who asks by CONNECT is connected, if it is allowed
  from = \"unix:/run/webhooks/out.sock\"
  allow = [\"hooks.example:443\"]         # these, whatever their addresses are; or
  public = true                         # any host at port 443 whose address is a public one";

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// The places, in a TOML file.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["passes", "connects"])]
    config: Option<PathBuf>,
    /// Two places, beside those of the file; may be repeated.
    #[arg(long = "pass", value_name = "FROM=TO")]
    passes: Vec<Pass>,
    /// A place where the far side is asked for by CONNECT: `public`, or a list of what may be asked for; may be repeated.
    #[arg(long = "connect", value_name = "FROM=public|HOST:PORT,…")]
    connects: Vec<Connect>,
    /// Where Prometheus may read the counters.
    #[arg(long, value_name = "PLACE")]
    metrics: Option<Place>,
    /// What to log: off, error, warn, info, debug; refusals are warnings.
    #[arg(long, value_name = "LEVEL", env = "LUCID_LOG__LEVEL", default_value = "info")]
    log: LevelFilter,
    #[command(flatten)]
    name: NameArgs,
}

#[derive(Debug, Args)]
struct NameArgs {
    /// By which `health` finds `serve`: one name for each forwarder of a network namespace.
    #[arg(long, default_value = "forwarder")]
    name: String,
}

/// Does what is asked; `serve` comes back after a signal, or because a listener broke.
pub fn main(arguments: Arguments) -> ExitCode {
    let (what, outcome) = match arguments.command {
        Command::Health(name) => {
            ("health", health::ask(&name.name).context("no forwarder answers in this network namespace"))
        }
        Command::Serve(args) => ("serve", serve(args)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            use std::io::Write as _;
            // Without standard error there is still the exit code.
            let _ = writeln!(std::io::stderr(), "forwarder {what}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(args: ServeArgs) -> Result<()> {
    let mut config = match &args.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    config.pass.extend(args.passes);
    config.connect.extend(args.connects);
    config.metrics = args.metrics.or(config.metrics);
    tracing_subscriber::fmt().json().flatten_event(true).with_max_level(args.log).with_writer(std::io::stderr).init();
    run::run(config, &args.name.name)
}
