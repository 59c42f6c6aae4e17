//! The command line that every service's binary has.
//!
//! Exit codes: 0 after an orderly stop, 1 after a failure, 2 for a wrong command line, 64 for a configuration that has
//! to be corrected.

mod healthcheck;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::clock::SystemClock;
use crate::config::{self, ConfigError, Environment, Loaded};
use crate::problem::chain;
use crate::serve::{self, Context, Service, StartError};
use crate::{BoxError, telemetry};

/// The configuration has to be corrected (`EX_USAGE` of sysexits.h).
const CONFIG_ERROR: u8 = 64;

#[derive(Debug, Parser)]
#[command(arg_required_else_help = false)]
struct Arguments {
    /// The configuration file; values in the environment win over it.
    #[arg(long, global = true, env = "LUCID_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Command {
    /// Run the service; the default.
    Serve,
    /// Exit 0 if the running service is live, for containers without a shell.
    Healthcheck,
    /// Print the OpenAPI document.
    Openapi,
    /// Print the effective configuration, secrets left out.
    Config,
}

/// The whole `main` of a service.
pub fn main<S: Service>() -> ExitCode {
    let command = Arguments::command().name(S::NAME).version(S::VERSION);
    let arguments = match command.try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    exit::<S>(execute::<S>(&arguments, &Environment::of_process()))
}

fn execute<S: Service>(arguments: &Arguments, environment: &Environment) -> Result<(), StartError> {
    let load = || -> Result<Loaded<S::Config>, ConfigError> {
        config::load(&serve::source::<S>(), arguments.config.as_deref(), environment)
    };
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::<S>(load()?),
        Command::Healthcheck => {
            let file = arguments.config.as_deref();
            Ok(healthcheck::check(config::listen(&serve::source::<S>(), file, environment)?)?)
        }
        Command::Openapi => {
            let document = serve::openapi::<S>().to_pretty_json().map_err(StartError::other)?;
            print(&format!("{document}\n"))
        }
        Command::Config => print(&load()?.show(S::SEEDS)),
    }
}

fn serve<S: Service>(loaded: Loaded<S::Config>) -> Result<(), StartError> {
    telemetry::start(&loaded.base.log)?;
    let context = Context::new(S::NAME, S::VERSION, loaded.base.clone(), Arc::new(SystemClock))?;
    let mut builder = match S::THREADS {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    let runtime = builder.enable_all().build().map_err(StartError::other)?;
    let result = runtime.block_on(serve::run::<S>(loaded, context));
    // What still runs after an orderly stop has had its time.
    runtime.shutdown_background();
    result
}

fn print(text: &str) -> Result<(), StartError> {
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(StartError::other)
}

/// Says what went wrong, where an operator looks even if the log was never started.
fn exit<S: Service>(result: Result<(), StartError>) -> ExitCode {
    let Err(error) = result else { return ExitCode::SUCCESS };
    let code = code_of(&error);
    let error: BoxError = error.into();
    // Nobody is left to be told that standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "{}: {}", S::NAME, chain(&*error));
    ExitCode::from(code)
}

fn code_of(error: &StartError) -> u8 {
    match error {
        StartError::Config(_) => CONFIG_ERROR,
        // A service may have wrapped what its own checks of the configuration say.
        StartError::Other(other) if other.is::<ConfigError>() => CONFIG_ERROR,
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
