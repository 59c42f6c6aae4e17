//! What wallet-manager is configured with beside the sections of all services.

mod audit;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use primitives::statement::{Operators, VerifyKey};
use serde::Deserialize;
use service::Context;
use service::config::ConfigError;
use signer::Rules;
use signer::check::{ChainTime, Desks, Issuers};
use signing_core::Settings;

pub use audit::Audit;
pub use token::Token;

/// `[token]`, `[worker]` and `[policy]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The token that holds the keys.
    pub token: Token,
    /// How the worker is watched over.
    pub worker: Worker,
    /// What may be signed, whatever an authorisation says.
    pub policy: Policy,
    /// How the audit log is looked after.
    pub audit: Audit,
    /// The people of whom two decide together, by name.
    #[serde(default)]
    pub operators: BTreeMap<String, VerifyKey>,
    /// Whose attestations are believed.
    #[serde(default)]
    pub compliance: Compliance,
    /// The people whose approvals are believed, by name.
    #[serde(default)]
    pub approvers: BTreeMap<String, VerifyKey>,
}

/// Whose attestations are believed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compliance {
    /// The account whose key signs them, or several while the key is renewed; without one, none is believed.
    #[serde(default)]
    pub address: Desks,
}

/// How the worker is watched over.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// How often it is asked whether it lives, milliseconds.
    pub ping_ms: u64,
    /// Without an answer for so long it is killed, milliseconds.
    pub hang_ms: u64,
    /// How long it may take to open its database, milliseconds.
    pub start_ms: u64,
    /// How long it may take to end in order, milliseconds.
    pub stop_ms: u64,
    /// The first pause before it is started anew, milliseconds.
    pub backoff_ms: u64,
    /// The longest one, milliseconds.
    pub longest_backoff_ms: u64,
    /// The variables of the environment that it gets.
    pub environment: Vec<String>,
}

/// Where the signing policy is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The policy file; none for the built-in policy.
    pub file: Option<PathBuf>,
    /// Whether two operators must have signed it.
    pub require_signature: bool,
}

impl Policy {
    /// A requirement that nothing could ever meet is a mistake of whoever wrote it.
    fn fault(&self, operators: usize) -> Option<&'static str> {
        match (self.require_signature, &self.file) {
            (true, None) => Some("needs policy.file: nobody signs the built-in policy"),
            (true, Some(_)) if operators < 2 => Some("needs two operators who can sign"),
            _ => None,
        }
    }
}

/// What the worker is started with.
pub fn settings(context: &Context, config: &Config) -> Result<Settings, ConfigError> {
    let module = std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into);
    let authority_key_file = context.base.keys.authority_key_file.clone();
    let vendor = config.token.vendor()?;
    let audit = config.audit.settings(&vendor)?;
    if let Some(fault) = config.policy.fault(config.operators.len()) {
        return Err(ConfigError::invalid("policy.require_signature", fault));
    }
    Ok(Settings {
        rules: Rules {
            operators: operators(config)?,
            compliance: config.compliance.address.clone(),
            approvers: approvers(config)?,
            ..rules(context)?
        },
        profile: config.token.profile(module)?,
        canary_ms: config.token.canary_ms,
        policy_file: config.policy.file.clone(),
        policy_signed: config.policy.require_signature,
        audit,
        authority_key_file: authority_key_file.ok_or_else(|| {
            let problem = "required: that an attempt is barred is signed with it; `lucid init` makes one";
            ConfigError::invalid("keys.authority_key_file", problem)
        })?,
        data_dir: context.base.server.data_dir.clone(),
        log: context.base.log.clone(),
        refused_pin: None,
    })
}

fn operators(config: &Config) -> Result<Operators, ConfigError> {
    let named = config.operators.iter().map(|(name, key)| (name.clone(), *key));
    Operators::new(named)
        .map_err(|_| ConfigError::invalid("operators", "two names have one key: one person would be two"))
}

fn approvers(config: &Config) -> Result<BTreeMap<String, VerifyKey>, ConfigError> {
    let mut keys: Vec<&VerifyKey> = Vec::new();
    for key in config.approvers.values() {
        if keys.contains(&key) {
            return Err(ConfigError::invalid("approvers", "two names have one key: one person would be two"));
        }
        keys.push(key);
    }
    Ok(config.approvers.clone())
}

/// Everything that the checks before a signature know by themselves, as far as all services' settings say it.
pub fn rules(context: &Context) -> Result<Rules, ConfigError> {
    let plane = &context.base.plane;
    Ok(Rules {
        plane: plane.id,
        chain_id: plane.chain(),
        issuers: Issuers {
            payout: context.authority_of("payout-router")?,
            sweep: context.authority_of("usdt-manager")?,
            staking: context.authority_of("trx-staking")?,
        },
        anchor: context.authority_of("tron-client")?,
        tokens: BTreeSet::from([plane.usdt_contract]),
        compliance: Desks::default(),
        approvers: BTreeMap::new(),
        operators: Operators::default(),
        chain_time: ChainTime::default(),
    })
}
