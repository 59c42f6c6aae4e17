//! A token named by arguments, for commands that come before there is a configuration.

use std::path::PathBuf;

use clap::Args;
use service::config::ConfigError;
use signer::Profile;
use signer::profile::Network;

use crate::config::Token;

/// Which token, and where its PIN is.
#[derive(Debug, Clone, Args)]
pub(crate) struct TokenArgs {
    /// The kind of token: softhsm, luna, cloudhsm, yubihsm2, nitrokey-hsm2, or a profile's file.
    #[arg(long, value_name = "NAME|FILE", default_value = "softhsm")]
    profile: String,
    /// The PKCS#11 module; otherwise where the profile knows it.
    #[arg(long, value_name = "FILE", env = "LUCID_PKCS11_MODULE")]
    module: Option<PathBuf>,
    /// The token's label.
    #[arg(long, value_name = "LABEL")]
    token_label: String,
    /// The file with the user's PIN.
    #[arg(long, value_name = "FILE")]
    pin_file: PathBuf,
    /// Where a software token keeps its files, synced after a key is made.
    #[arg(long, value_name = "DIR")]
    token_dir: Option<PathBuf>,
    /// The host:port that the module must reach, or none; otherwise as the profile says.
    #[arg(long, value_name = "HOST:PORT")]
    network: Option<Network>,
}

impl TokenArgs {
    /// The `[token]` section that says the same.
    pub(crate) fn section(self) -> Token {
        let Self { profile, module, token_label, pin_file, token_dir, network } = self;
        let pin_file = Some(pin_file);
        Token { profile, module, label: token_label, pin_file, token_dir, network, ..Token::default() }
    }

    /// How to open it, with one session.
    pub(crate) fn resolve(self) -> Result<Profile, ConfigError> {
        Token { sessions: Some(1), ..self.section() }.profile(None)
    }
}
