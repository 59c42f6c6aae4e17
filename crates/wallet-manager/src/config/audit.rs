//! `[audit]`: how the log is looked after, as far as the token's kind does not say it.

use std::path::PathBuf;

use serde::Deserialize;
use service::config::ConfigError;
use signer::VendorProfile;
use signing_core::audit::AuditSettings;

/// `[audit]`; see [`AuditSettings`], which this becomes for a kind of token.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// After how many records a checkpoint is signed.
    pub checkpoint_records: u64,
    /// After how long at most, milliseconds, if there is a record that no checkpoint covers.
    pub checkpoint_ms: u64,
    /// How long after a commit the token is told the new head, milliseconds.
    pub head_ms: u64,
    /// Whether the token keeps the newest head; `None` if it is to where its kind can.
    #[serde(default)]
    pub head_in_token: Option<bool>,
    /// A file outside of the database to which the head of every checkpoint is appended; none for no such file.
    #[serde(default)]
    pub heads_file: Option<PathBuf>,
}

impl Audit {
    /// Whether a token of this kind keeps the newest head.
    pub fn head_in_token(&self, vendor: &VendorProfile) -> bool {
        self.head_in_token.unwrap_or(vendor.data_objects)
    }

    /// The settings for a token of this kind; an error if it is to keep what it cannot.
    pub fn settings(&self, vendor: &VendorProfile) -> Result<AuditSettings, ConfigError> {
        let head_in_token = self.head_in_token(vendor);
        if head_in_token && !vendor.data_objects {
            let problem =
                format!("must be false: {} keeps no data objects, so that a cut log shows less", vendor.title);
            return Err(ConfigError::invalid("audit.head_in_token", problem));
        }
        let Self { checkpoint_records, checkpoint_ms, head_ms, heads_file, .. } = self.clone();
        Ok(AuditSettings { checkpoint_records, checkpoint_ms, head_ms, head_in_token, heads_file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_in_the_token_where_its_kind_can_keep_it() {
        let kept = |line: &str, kind: &str| {
            let text = format!("checkpoint_records = 1\ncheckpoint_ms = 1\nhead_ms = 1\n{line}");
            let vendor = VendorProfile::named(kind).unwrap();
            let settings = toml::from_str::<Audit>(&text).unwrap().settings(&vendor);
            settings.map(|settings| settings.head_in_token).map_err(|error| error.to_string())
        };
        for (kind, usual) in
            [("softhsm", true), ("luna", true), ("cloudhsm", false), ("yubihsm2", false), ("nitrokey-hsm2", false)]
        {
            assert_eq!(kept("", kind), Ok(usual), "{kind}");
            assert_eq!(kept("head_in_token = false", kind), Ok(false), "{kind}");
        }
        assert_eq!(kept("head_in_token = true", "softhsm"), Ok(true));
        assert!(kept("head_in_token = true", "yubihsm2").unwrap_err().contains("keeps no data objects"));
    }
}
