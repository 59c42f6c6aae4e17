//! What is known of a kind of token: a file under `hsm/profiles`, or one of the operator's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Limits, Network, OptionalAttribute, PinForm, SHIPPED};

/// Why there is no such profile.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// Neither a shipped one nor a file.
    #[error("there is no profile {name:?}: name one of {}, or a file by its path", known())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The file cannot be read.
    #[error("the profile {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// It does not say what a profile says.
    #[error("the profile {name} is wrong: {cause}")]
    Wrong {
        /// Which.
        name: String,
        /// Where and why.
        cause: Box<toml::de::Error>,
    },
}

/// A kind of token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VendorProfile {
    /// What people call it.
    pub title: String,
    /// Where its module usually is; the first that exists is taken.
    pub module: Vec<PathBuf>,
    /// The label that its module gives every token, where its vendor lets nobody choose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Variables of the environment that the module reads.
    pub environment: Vec<String>,
    /// What the module must reach.
    pub network: Network,
    /// Sessions that sign side by side; 0 means one per core.
    pub sessions: u8,
    /// Whether an object can be made that ends with its session.
    pub session_objects: bool,
    /// Whether it keeps data objects as the audit log's head needs them.
    pub data_objects: bool,
    /// Optional attributes that it rejects in a template.
    pub omit: BTreeSet<OptionalAttribute>,
    /// How it is logged in to.
    pub login: LoginRules,
    /// How long it is waited for.
    pub limits: Limits,
    /// What keys it has.
    pub keys: Keys,
    /// How a fresh one is made ready.
    pub initialise: Initialise,
    /// What all this rests on.
    pub evidence: Evidence,
}

/// How a token is logged in to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LoginRules {
    /// How a PIN looks.
    pub pin: PinForm,
    /// After how many wrong PINs it locks, where that is known.
    #[serde(default)]
    pub tries: Option<u8>,
}

/// What keys a token has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Whether it has TRON's curve.
    pub secp256k1: Curve,
    /// On what that depends.
    #[serde(default)]
    pub condition: Option<String>,
    /// How many keys fit, where that is known.
    #[serde(default)]
    pub capacity: Option<u32>,
}

/// Whether a kind of token has TRON's curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// It has.
    Yes,
    /// As it is set up.
    Conditional,
    /// It has not: it cannot serve.
    No,
}

/// How a fresh token is made ready.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Initialise {
    /// Whether `lucid token init` does it.
    pub by_lucid: bool,
    /// What to do with the vendor's own tools otherwise.
    pub steps: Vec<String>,
}

/// What a profile rests on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Devices that it was tried on, with firmware and date.
    pub hardware: Vec<String>,
    /// Software that it was tried on.
    pub software: Vec<String>,
    /// What was only read.
    #[serde(default)]
    pub read: Vec<Reading>,
}

/// Something that was read and not tried.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// What.
    pub fact: String,
    /// Where.
    pub source: String,
}

impl VendorProfile {
    /// The shipped profile of this name, or the one in the file of this path (a name with a / or that ends in .toml).
    pub fn named(name: &str) -> Result<Self, ProfileError> {
        if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        if !name.contains('/') && path.extension().is_none_or(|ending| ending != "toml") {
            return Err(ProfileError::Unknown { name: name.to_owned() });
        }
        let text =
            fs::read_to_string(path).map_err(|source| ProfileError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(name, &text)
    }

    fn parse(name: &str, text: &str) -> Result<Self, ProfileError> {
        toml::from_str(text).map_err(|cause| ProfileError::Wrong { name: name.to_owned(), cause: Box::new(cause) })
    }

    /// The module, where it is in one of the usual places.
    pub fn module(&self) -> Option<PathBuf> {
        self.module.iter().find(|path| path.exists()).cloned()
    }
}

impl Evidence {
    /// What it was tried on; `None` for what was only read.
    pub fn tried(&self) -> Option<String> {
        let tried = [self.hardware.as_slice(), self.software.as_slice()].concat();
        (!tried.is_empty()).then(|| tried.join(", "))
    }
}

fn known() -> String {
    SHIPPED.map(|(name, _)| name).join(", ")
}
