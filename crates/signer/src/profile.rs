//! What differs from one vendor's token to the next, as configuration.

use std::collections::BTreeSet;
use std::num::NonZeroU8;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How to reach one token and how it wants to be treated.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The vendor's PKCS#11 module, a shared library.
    pub module: PathBuf,
    /// CKA_LABEL of the token; slots are not used because SoftHSM renumbers them.
    pub token_label: String,
    /// The user PIN's file, mode 0400.
    pub pin_file: PathBuf,
    /// Where a software token keeps its objects: synced after a key was made, because SoftHSM 2 does not.
    #[serde(default)]
    pub token_dir: Option<PathBuf>,
    /// Sessions that sign side by side, beside the one that holds the login.
    #[serde(default = "one_session")]
    pub sessions: NonZeroU8,
    /// The host and port that the module must reach, `none` for a local token; read by whoever confines the worker.
    #[serde(default = "no_network")]
    pub network: String,
    /// Optional attributes that this token rejects in a template.
    #[serde(default)]
    pub omit: BTreeSet<OptionalAttribute>,
}

/// Attributes of the key template that make a safe key safer and that some tokens do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionalAttribute {
    /// CKA_ALLOWED_MECHANISMS = {CKM_ECDSA}.
    AllowedMechanisms,
    /// CKA_COPYABLE = false.
    Copyable,
    /// CKA_DESTROYABLE = false.
    Destroyable,
    /// CKA_SIGN_RECOVER = false.
    SignRecover,
}

const fn one_session() -> NonZeroU8 {
    NonZeroU8::MIN
}

fn no_network() -> String {
    "none".to_owned()
}

/// Where distributions put SoftHSM 2: Debian by architecture, Debian's old path, Fedora, Alpine and Homebrew.
const USUAL_SOFTHSM: [&str; 7] = [
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// The SoftHSM module of this machine: the one `chosen` (an environment's or operator's word), else the first that exists.
pub fn softhsm_module(chosen: Option<PathBuf>) -> Option<PathBuf> {
    chosen.or_else(|| USUAL_SOFTHSM.iter().map(Path::new).find(|path| path.exists()).map(Path::to_owned))
}
