//! What differs from one vendor's token to the next, as configuration.
//!
//! A [`VendorProfile`] is what is known of a kind of token, a file; a [`Profile`] is one token, ready to be opened.

mod limits;
mod login;
mod network;
mod shipped;
mod vendor;

use std::collections::BTreeSet;
use std::num::NonZeroU8;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

pub use limits::Limits;
pub use login::{PinForm, PinFormError};
pub use network::{Network, NetworkError};
pub use shipped::SHIPPED;
pub use vendor::{Curve, Evidence, Initialise, Keys, LoginRules, ProfileError, Reading, VendorProfile};

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
    /// How the PIN must look to be worth presenting.
    #[serde(default)]
    pub pin_form: PinForm,
    /// Where a software token keeps its objects: synced after a key was made, because SoftHSM 2 does not.
    #[serde(default)]
    pub token_dir: Option<PathBuf>,
    /// Sessions that sign side by side, beside the one that holds the login.
    #[serde(default = "one_session")]
    pub sessions: NonZeroU8,
    /// Whether an object can be made that ends with its session.
    #[serde(default = "yes")]
    pub session_objects: bool,
    /// What the module must reach; read by whoever confines the worker.
    #[serde(default)]
    pub network: Network,
    /// Optional attributes that this token rejects in a template.
    #[serde(default)]
    pub omit: BTreeSet<OptionalAttribute>,
    /// How many keys fit into one of its kind, where that is known.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// How long it is waited for.
    #[serde(default)]
    pub limits: Limits,
}

/// Attributes of the key templates that make a safe key safer and that some tokens do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionalAttribute {
    /// CKA_ALLOWED_MECHANISMS = {CKM_ECDSA}.
    AllowedMechanisms,
    /// CKA_COPYABLE = false.
    Copyable,
    /// CKA_DESTROYABLE = false.
    Destroyable,
    /// CKA_PRIVATE = false on the public key; some have their own mind there.
    PublicPrivate,
    /// CKA_SIGN_RECOVER = false.
    SignRecover,
}

impl OptionalAttribute {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::AllowedMechanisms, Self::Copyable, Self::Destroyable, Self::PublicPrivate, Self::SignRecover];

    /// The word for it in a configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AllowedMechanisms => "allowed_mechanisms",
            Self::Copyable => "copyable",
            Self::Destroyable => "destroyable",
            Self::PublicPrivate => "public_private",
            Self::SignRecover => "sign_recover",
        }
    }
}

const fn one_session() -> NonZeroU8 {
    NonZeroU8::MIN
}

const fn yes() -> bool {
    true
}

/// The SoftHSM module of this machine: the one `chosen` (an environment's or operator's word), else the first that exists.
pub fn softhsm_module(chosen: Option<PathBuf>) -> Option<PathBuf> {
    chosen.or_else(|| VendorProfile::named(shipped::SOFTHSM).ok()?.module())
}

#[cfg(test)]
mod tests;
