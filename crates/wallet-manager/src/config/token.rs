//! `[token]`: which token, and what its kind is known for.

use std::collections::BTreeSet;
use std::num::NonZeroU8;
use std::path::PathBuf;

use serde::Deserialize;
use service::config::ConfigError;
use signer::profile::{Curve, Limits, Network};
use signer::{OptionalAttribute, Profile, VendorProfile, sessions_for_cores};

/// The token that holds the keys. What is `None` is as the vendor's profile says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The vendor's profile: the name of a shipped one, or a file's path.
    pub profile: String,
    /// The PKCS#11 module; otherwise the environment's, otherwise the vendor's usual place.
    pub module: Option<PathBuf>,
    /// The token's label.
    pub label: String,
    /// The user PIN's file.
    pub pin_file: Option<PathBuf>,
    /// Where a software token keeps its files.
    pub token_dir: Option<PathBuf>,
    /// Sessions that sign side by side; 0 means one per core.
    pub sessions: Option<u8>,
    /// Optional key attributes that the module rejects.
    pub omit: Option<BTreeSet<OptionalAttribute>>,
    /// The host and port that the module must reach, or `none`.
    pub network: Option<Network>,
    /// How often the token proves that it still signs, milliseconds.
    #[serde(default)]
    pub canary_ms: u64,
    /// How long the token may take for a signature before the worker counts as hung, milliseconds.
    pub sign_timeout_ms: Option<u64>,
}

impl Token {
    /// What is known of its kind.
    pub fn vendor(&self) -> Result<VendorProfile, ConfigError> {
        VendorProfile::named(&self.profile).map_err(|error| ConfigError::invalid("token.profile", error.to_string()))
    }

    /// How to open it. `module` is the environment's choice of a module, if it made one.
    pub fn profile(&self, module: Option<PathBuf>) -> Result<Profile, ConfigError> {
        let vendor = self.vendor()?;
        if vendor.keys.secp256k1 == Curve::No {
            let problem = format!("{} has no secp256k1: it cannot hold keys of TRON", vendor.title);
            return Err(ConfigError::invalid("token.profile", problem));
        }
        let pin_file = self.pin_file.clone().ok_or_else(|| {
            ConfigError::invalid("token.pin_file", "is required: the file of the token's user PIN, mode 0400")
        })?;
        let module = self.module.clone().or(module).or_else(|| vendor.module()).ok_or_else(|| {
            let problem = format!("is not set and {} is not where it usually is; name the module", vendor.title);
            ConfigError::invalid("token.module", problem)
        })?;
        let network = self.network.clone().unwrap_or_else(|| vendor.network.clone());
        if network.is_placeholder() {
            let problem = format!("is the placeholder {network}; set it to the host and port of your own device");
            return Err(ConfigError::invalid("token.network", problem));
        }
        Ok(Profile {
            module,
            token_label: self.label.clone(),
            pin_file,
            pin_form: vendor.login.pin,
            token_dir: self.token_dir.clone(),
            sessions: NonZeroU8::new(self.sessions.unwrap_or(vendor.sessions)).unwrap_or_else(sessions_for_cores),
            session_objects: vendor.session_objects,
            network,
            capacity: vendor.keys.capacity,
            omit: self.omit.clone().unwrap_or(vendor.omit),
            limits: Limits { sign_ms: self.sign_timeout_ms.unwrap_or(vendor.limits.sign_ms), ..vendor.limits },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Token {
        toml::from_str(&format!("label = \"lucid\"\npin_file = \"pin\"\nmodule = \"module.so\"\n{text}")).unwrap()
    }

    fn profile(text: &str) -> Profile {
        token(text).profile(None).unwrap()
    }

    fn refusal(text: &str) -> String {
        token(text).profile(None).unwrap_err().to_string()
    }

    #[test]
    fn a_profile_says_what_the_configuration_does_not() {
        let softhsm = profile("profile = \"softhsm\"");
        assert_eq!(softhsm.sessions, sessions_for_cores());
        assert!(softhsm.omit.is_empty() && !softhsm.network.is_needed());
        let yubihsm = profile("profile = \"yubihsm2\"");
        assert_eq!(yubihsm.network.to_string(), "127.0.0.1:12345");
        assert_eq!(yubihsm.sessions.get(), 2);
        assert!(!yubihsm.session_objects && yubihsm.omit.contains(&OptionalAttribute::Destroyable));
    }

    #[test]
    fn the_configuration_goes_before_the_profile() {
        let yubihsm = profile(
            "profile = \"yubihsm2\"\nsessions = 1\nomit = [\"copyable\"]\nnetwork = \"hsm-1:9\"\nsign_timeout_ms = 300",
        );
        assert_eq!((yubihsm.sessions.get(), yubihsm.limits.sign_ms), (1, 300));
        assert_eq!(yubihsm.omit, BTreeSet::from([OptionalAttribute::Copyable]));
        assert_eq!(yubihsm.network.to_string(), "hsm-1:9");
        assert!(profile("profile = \"softhsm\"\nsessions = 0").sessions == sessions_for_cores());
    }

    #[test]
    fn a_placeholder_is_refused_with_what_to_set() {
        for name in ["luna", "cloudhsm"] {
            let refusal = refusal(&format!("profile = \"{name}\""));
            assert!(refusal.contains("token.network") && refusal.contains("placeholder"), "{refusal}");
        }
        assert!(profile("profile = \"luna\"\nnetwork = \"hsm-1.internal:1792\"").network.is_needed());
        // A card in this machine.
        assert!(!profile("profile = \"luna\"\nnetwork = \"none\"").network.is_needed());
    }

    #[test]
    fn what_cannot_be_is_named() {
        assert!(refusal("profile = \"lunar\"").contains("token.profile"));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("curveless.toml");
        let (_, softhsm) = signer::profile::SHIPPED[0];
        std::fs::write(&path, softhsm.replace("secp256k1 = \"yes\"", "secp256k1 = \"no\"")).unwrap();
        let refusal = refusal(&format!("profile = \"{}\"", path.display()));
        assert!(refusal.contains("has no secp256k1"), "{refusal}");
        toml::from_str::<Token>("profile = \"softhsm\"\nlabel = \"x\"\nnetwork = \"NONE\"").unwrap_err();
    }
}
