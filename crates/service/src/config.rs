//! Configuration: compiled-in defaults ← the service's defaults ← a file ← the environment, one value each, no guesses.
//!
//! The sections of [`Base`] are every service's; the rest of the document is the service's own type, which must carry
//! `#[serde(deny_unknown_fields)]`, so that a misspelt key stops the start with a sentence that names it. Secrets are
//! files (see [`secret`]); nothing here reads one.

mod base;
mod environment;
mod layers;
pub mod secret;
mod show;
#[cfg(test)]
mod tests;

pub use base::{Base, Keys, Log, LogFormat, Peer, Plane, Server};
pub use environment::{Environment, Seed};

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::value::Dict;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use layers::{Half, Layer};

/// The defaults of the sections that all services share.
const SHARED_DEFAULTS: &str = include_str!("../config.default.toml");

/// Why a service does not start as configured. Every text names the key and says what to do.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file named by `--config` or `LUCID_CONFIG`.
    #[error("the configuration file {} cannot be read", path.display())]
    File {
        /// What was to be read.
        path: PathBuf,
        /// Why it was not.
        source: std::io::Error,
    },
    /// A key is unknown or missing, or its value has the wrong form.
    #[error("{0}")]
    Values(String),
    /// A value has the right form and cannot be right.
    #[error("{key}: {problem}")]
    Invalid {
        /// The key, such as `plane.chain_id`.
        key: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A variable of the environment.
    #[error("the environment's {name}: {problem}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong and what to do.
        problem: String,
    },
}

impl ConfigError {
    /// A value that cannot be right; `problem` says what to do about it.
    pub fn invalid(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid { key: key.into(), problem: problem.into() }
    }
}

impl From<figment::Error> for ConfigError {
    fn from(error: figment::Error) -> Self {
        // figment quotes lists of one name twice.
        Self::Values(error.to_string().replace("``", "`"))
    }
}

/// What a service brings to be configured.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The service's name, such as `tron-client`; also its name among the peers.
    pub service: &'static str,
    /// The service's own commented defaults, a TOML text.
    pub defaults: &'static str,
    /// Variables of old that set keys of this service.
    pub seeds: &'static [Seed],
}

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Loaded<C> {
    /// The sections that every service has.
    pub base: Base,
    /// The service's own sections.
    pub own: C,
    /// What to log once there is a log.
    pub warnings: Vec<String>,
    pub(crate) effective: Dict,
}

impl<C> Loaded<C> {
    /// The effective values as TOML, with whatever is secret left out.
    pub fn show(&self, seeds: &[Seed]) -> String {
        show::show(&self.effective, seeds)
    }
}

/// For services without sections of their own.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSections {}

/// Reads and checks the configuration. The file, where one is named, must exist.
pub fn load<C: DeserializeOwned>(
    source: &Source,
    file: Option<&Path>,
    environment: &Environment,
) -> Result<Loaded<C>, ConfigError> {
    let (layers, warnings) = layered(source, file, environment)?;
    let base: Base = layers::figment(&layers, Half::Base).extract()?;
    base.check()?;
    let own = layers::figment(&layers, Half::Own).extract()?;
    let effective = effective(&layers::figment(&layers, Half::Whole))?;
    Ok(Loaded { base, own, warnings, effective })
}

/// Where the service listens, whatever else its configuration lacks: a container's health check is told less than the
/// service, and needs no more.
pub(crate) fn listen(
    source: &Source,
    file: Option<&Path>,
    environment: &Environment,
) -> Result<SocketAddr, ConfigError> {
    let (layers, _) = layered(source, file, environment)?;
    Ok(layers::figment(&layers, Half::Base).extract_inner("server.listen")?)
}

/// The defaults, the file, the environment, and what is to be warned of.
fn layered(
    source: &Source,
    file: Option<&Path>,
    environment: &Environment,
) -> Result<(Vec<Layer>, Vec<String>), ConfigError> {
    let mut layers = vec![
        Layer::toml("the shared defaults", None, SHARED_DEFAULTS)?,
        Layer::toml("the defaults", None, source.defaults)?,
    ];
    if let Some(path) = file {
        let text =
            std::fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
        layers.push(Layer::toml("the configuration file", Some(path), &text)?);
    }
    let below = layers::figment(&layers, Half::Whole);
    let (variables, warnings) = environment.layer(source, &below)?;
    layers.push(variables);
    Ok((layers, warnings))
}

fn effective(figment: &Figment) -> Result<Dict, ConfigError> {
    Ok(figment.extract::<Dict>()?)
}
