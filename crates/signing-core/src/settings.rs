//! What the worker is started with: everything that it needs of the configuration, in one message.

mod pin;
mod trust;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use service::config::Log;
use signer::{Profile, Rules};

use crate::audit::AuditSettings;
use crate::stamp::Stamp;

pub use pin::{Pin, PinnedSettings, SettingsDesk, Unpinned};
pub use trust::Trust;

/// The worker's settings. Secrets are named by their files, which the worker reads itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the checks know by themselves.
    pub rules: Rules,
    /// How to reach the token.
    pub profile: Profile,
    /// How often the token proves that it still signs, milliseconds.
    pub canary_ms: u64,
    /// How the audit log is looked after.
    pub audit: AuditSettings,
    /// The policy file; none for the built-in policy.
    pub policy_file: Option<PathBuf>,
    /// Whether two operators must have signed it.
    pub policy_signed: bool,
    /// The key that signs that an attempt is barred.
    pub authority_key_file: PathBuf,
    /// Where the database is.
    pub data_dir: PathBuf,
    /// How it logs.
    pub log: Log,
    /// The PIN file whose PIN the token has refused: while it looks like this, its PIN is not presented.
    pub refused_pin: Option<Stamp>,
}
