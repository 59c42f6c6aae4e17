//! What wallet-manager is configured with beside the sections of all services.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU8;
use std::path::PathBuf;

use primitives::Address;
use primitives::statement::{Operators, VerifyKey};
use serde::Deserialize;
use service::Context;
use service::config::ConfigError;
use signer::{OptionalAttribute, Profile, Rules, check::Issuers, sessions_for_cores, softhsm_module};
use signing_core::Settings;
use signing_core::audit::AuditSettings;

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
    pub audit: AuditSettings,
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
    /// The account whose key signs them; without one, none is believed.
    pub address: Option<Address>,
}

/// The token that holds the keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The PKCS#11 module; otherwise the environment's, otherwise SoftHSM's usual place.
    pub module: Option<PathBuf>,
    /// The token's label.
    pub label: String,
    /// The user PIN's file.
    pub pin_file: Option<PathBuf>,
    /// Where a software token keeps its files.
    pub token_dir: Option<PathBuf>,
    /// Sessions that sign side by side; 0 means one per core.
    pub sessions: u8,
    /// Optional key attributes that the module rejects.
    pub omit: BTreeSet<OptionalAttribute>,
    /// The host and port that the module must reach, or `none`.
    pub network: String,
    /// How often the token proves that it still signs, milliseconds.
    pub canary_ms: u64,
    /// How long the token may take for a signature before the worker counts as hung, milliseconds.
    pub sign_timeout_ms: u64,
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
}

impl Token {
    /// How to open the token. `module` is the environment's choice of a module, if it made one.
    pub fn profile(&self, module: Option<PathBuf>) -> Result<Profile, ConfigError> {
        let pin_file = self.pin_file.clone().ok_or_else(|| {
            ConfigError::invalid("token.pin_file", "is required: the file of the token's user PIN, mode 0400")
        })?;
        let module = self.module.clone().or_else(|| softhsm_module(module)).ok_or_else(|| {
            ConfigError::invalid("token.module", "is not set and SoftHSM 2 is not where it usually is; name the module")
        })?;
        Ok(Profile {
            module,
            token_label: self.label.clone(),
            pin_file,
            token_dir: self.token_dir.clone(),
            sessions: NonZeroU8::new(self.sessions).unwrap_or_else(sessions_for_cores),
            network: self.network.clone(),
            omit: self.omit.clone(),
        })
    }
}

/// What the worker is started with.
pub fn settings(context: &Context, config: &Config) -> Result<Settings, ConfigError> {
    let module = std::env::var_os("LUCID_PKCS11_MODULE").map(Into::into);
    let authority_key_file = context.base.keys.authority_key_file.clone();
    Ok(Settings {
        rules: Rules {
            operators: operators(config)?,
            compliance: config.compliance.address,
            approvers: approvers(config)?,
            ..rules(context)?
        },
        profile: config.token.profile(module)?,
        canary_ms: config.token.canary_ms,
        sign_timeout_ms: config.token.sign_timeout_ms,
        policy_file: config.policy.file.clone(),
        audit: config.audit,
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
        compliance: None,
        approvers: BTreeMap::new(),
        operators: Operators::default(),
    })
}
