//! What the environment says: `LUCID_<SECTION>__<KEY>`, and the names that the seed project used.

use std::collections::BTreeMap;

use figment::Figment;
use figment::value::{Dict, Value};

use super::layers::Layer;
use super::{ConfigError, Source};

/// The prefix of our variables.
const PREFIX: &str = "LUCID_";
/// Names the configuration file; read by the command line.
const FILE_VARIABLE: &str = "LUCID_CONFIG";
/// Read by `lucid`, by compose's files and by whoever loads a module. Exported once, they are in every service's
/// environment too, and set no key of it.
const OF_OTHERS: [&str; 3] = ["LUCID_DATA", "LUCID_HOME", "LUCID_PKCS11_MODULE"];

/// A variable of old that sets a key of ours.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// The variable, such as `JWT_SECRET`.
    pub variable: &'static str,
    /// The key that it sets, such as `sessions.secret`.
    pub key: &'static str,
    /// Whether the value is secret. Then `<variable>_FILE` sets `<key>_file` as well, which is the better way.
    pub secret: bool,
}

/// The variables that every service understands.
const SHARED_SEEDS: [Seed; 8] = [
    plain("TRON_NETWORK", "plane.network"),
    plain("USDT_CONTRACT_ADDRESS", "plane.usdt_contract"),
    plain("TRON_CLIENT_URL", "peers.tron-client.url"),
    plain("PAYOUT_ROUTER_URL", "peers.payout-router.url"),
    plain("WALLET_MANAGER_URL", "peers.wallet-manager.url"),
    plain("USDT_MANAGER_URL", "peers.usdt-manager.url"),
    plain("TRX_STAKING_URL", "peers.trx-staking.url"),
    plain("PAYMENT_GATEWAY_URL", "peers.payment-gateway.url"),
];

/// Accepted and without effect.
const STAKING_CONTRACT: &str = "STAKING_CONTRACT_ADDRESS";

const fn plain(variable: &'static str, key: &'static str) -> Seed {
    Seed { variable, key, secret: false }
}

/// Variables by name; a value, so that reading the configuration is a function of it.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// This process's. Names or values that are not Unicode cannot be ours and are passed over.
    pub fn of_process() -> Self {
        let unicode =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(unicode.collect())
    }

    /// Made of these pairs.
    pub fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// The layer that these variables make over what is `below`, and what to warn about.
    ///
    /// An empty variable is one that is not set: compose files pass them through so.
    pub(super) fn layer(&self, source: &Source, below: &Figment) -> Result<(Layer, Vec<String>), ConfigError> {
        let mut values = Dict::new();
        let mut set_by: BTreeMap<String, &str> = BTreeMap::new();
        for (name, text) in self.0.iter().filter(|(_, text)| !text.is_empty()) {
            let Some(key) = key_of(name, source)? else { continue };
            // Two names for one key are fine while they agree.
            let secret = source.seeds.iter().any(|seed| seed.secret && seed.key == key);
            let value =
                if secret { Value::from(text.as_str()) } else { typed(text, below.find_value(&key).ok().as_ref()) };
            if let Some(other) = set_by.insert(key.clone(), name)
                && self.0.get(other) != Some(text)
            {
                let problem = format!("sets {key}, as {other} does to another value; unset one of them");
                return Err(ConfigError::Variable { name: name.clone(), problem });
            }
            put(&mut values, &key, value);
        }
        let staking = self.0.get(STAKING_CONTRACT).is_some_and(|value| !value.is_empty());
        let warnings = staking
            .then(|| format!("{STAKING_CONTRACT} is set and has no effect: staking on TRON has no contract; unset it"));
        Ok((Layer::of("the environment", values), warnings.into_iter().collect()))
    }
}

/// The key that a variable sets, if it is one of ours.
fn key_of(name: &str, source: &Source) -> Result<Option<String>, ConfigError> {
    if name == FILE_VARIABLE || OF_OTHERS.contains(&name) {
        return Ok(None);
    }
    if let Some(rest) = name.strip_prefix(PREFIX) {
        let parts: Vec<String> = rest.split("__").map(str::to_ascii_lowercase).collect();
        if parts.len() < 2 || parts.iter().any(String::is_empty) {
            let problem = "is not of the form LUCID_<SECTION>__<KEY>; correct or unset it".to_owned();
            return Err(ConfigError::Variable { name: name.to_owned(), problem });
        }
        return Ok(Some(dotted(parts)));
    }
    let seeds = || SHARED_SEEDS.iter().chain(source.seeds);
    if let Some(seed) = seeds().find(|seed| seed.variable == name) {
        // A service is no peer of its own, and the six addresses are usually given to all six.
        let own = format!("peers.{}.url", source.service);
        return Ok((seed.key != own).then(|| seed.key.to_owned()));
    }
    let file_seed =
        name.strip_suffix("_FILE").and_then(|stem| seeds().find(|seed| seed.secret && seed.variable == stem));
    Ok(file_seed.map(|seed| format!("{}_file", seed.key)))
}

/// Peers are named with hyphens, which a shell cannot export: `LUCID_PEERS__TRON_CLIENT__URL`.
fn dotted(mut parts: Vec<String>) -> String {
    if let [section, name, ..] = parts.as_mut_slice()
        && section == "peers"
    {
        *name = name.replace('_', "-");
    }
    parts.join(".")
}

/// Text, unless it can only be meant as something else: a hexadecimal key of digits alone must stay a text.
fn typed(text: &str, below: Option<&Value>) -> Value {
    if matches!(below, Some(Value::String(..))) {
        return Value::from(text);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let number = (1..=19).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let hex_number = text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    let structured = text.starts_with(['[', '{']) || matches!(text, "true" | "false");
    match hex_number {
        Some(value) => Value::from(value),
        None if number || structured => text.parse().unwrap_or_else(|_| Value::from(text)),
        None => Value::from(text),
    }
}

fn put(values: &mut Dict, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            values.insert(key.to_owned(), value);
        }
        Some((section, rest)) => {
            let entry = values.entry(section.to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = entry {
                put(inner, rest, value);
            } else {
                let mut inner = Dict::new();
                put(&mut inner, rest, value);
                *entry = Value::from(inner);
            }
        }
    }
}
