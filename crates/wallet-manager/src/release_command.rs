//! `wallet-manager release`: the release key of a token, for `lucid release`. A token of the publisher's own, so it needs
//! no configuration and no plane.
//!
//! The key is renewed: each has a number, two are in force at most, and the token keeps which of them are retired.
//! What it signs is a release, decoded here, whatever the arguments carry.

mod keys;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use primitives::HexBytes;
use primitives::statement::{Release, Statement};
use serde_json::json;
use signer::Token;
use tron_tx::{PublicKey, TokenSigned};

use keys::ReleaseKeys;

use crate::token_args::TokenArgs;

/// The word that asks for it.
const COMMAND: &str = "release";

/// Make the release key of a token, and sign releases with it.
#[derive(Debug, Parser)]
#[command(name = "wallet-manager release")]
pub struct ReleaseCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the release key, or find the newest that is in force, prove that it signs, and print its public key.
    Key {
        /// Make the one that follows it.
        #[arg(long)]
        next: bool,
        #[command(flatten)]
        token: TokenArgs,
    },
    /// Print the manifest of every release key, retired ones too, signed by the token's audit key.
    Keys(TokenArgs),
    /// Let a release key sign nothing any more, for ever, and print its manifest, which says so.
    Retire {
        /// Its public key, SEC1 in hexadecimal.
        #[arg(long, value_name = "HEX", value_parser = public_key)]
        key: PublicKey,
        #[command(flatten)]
        token: TokenArgs,
    },
    /// Sign a release.
    Sign {
        /// The release: the encoding of the statement in hexadecimal.
        #[arg(long, value_name = "HEX")]
        statement: String,
        /// The public key that the token's release key must have, SEC1 in hexadecimal.
        #[arg(long, value_name = "HEX", value_parser = public_key)]
        key: PublicKey,
        #[command(flatten)]
        token: TokenArgs,
    },
}

impl ReleaseCommand {
    /// The command, if the arguments ask for it; a wrong one of its options ends the process with a usage text.
    pub fn asked_for(arguments: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut arguments = arguments.skip(1).peekable();
        arguments.peek().is_some_and(|word| word == COMMAND).then(|| Self::parse_from(arguments))
    }

    /// Does it and answers in one line of JSON.
    pub fn run(self) -> ExitCode {
        let said = self.answer().and_then(|answer| Ok(writeln!(std::io::stdout().lock(), "{answer}")?));
        if let Err(error) = said {
            // Nobody is left to be told that standard error is closed.
            let _ = writeln!(std::io::stderr().lock(), "{COMMAND}: {error:#}");
            return ExitCode::FAILURE;
        }
        ExitCode::SUCCESS
    }

    fn answer(self) -> anyhow::Result<String> {
        match self.what {
            What::Key { next, token } => {
                let key = ReleaseKeys::of(open(token)?)?.made(next)?;
                let public_key = HexBytes::from(key.public_key.to_compressed().to_vec());
                Ok(json!({ "public_key": public_key, "generation": key.id.number() }).to_string())
            }
            What::Keys(token) => {
                let keys = ReleaseKeys::of(open(token)?)?;
                let audit_key = HexBytes::from(keys.audit_key()?.public_key.to_compressed().to_vec());
                Ok(json!({ "audit_key": audit_key, "keys": keys.manifests()? }).to_string())
            }
            What::Retire { key, token } => Ok(serde_json::to_string(&ReleaseKeys::of(open(token)?)?.retire(&key)?)?),
            What::Sign { statement, key, token } => {
                let bytes: HexBytes = statement.try_into()?;
                let release = Release::decode(bytes.as_ref())?;
                let signature = ReleaseKeys::of(open(token)?)?.sign(&key, &release)?;
                Ok(serde_json::to_string(&TokenSigned::new(release, signature))?)
            }
        }
    }
}

fn open(token: TokenArgs) -> anyhow::Result<Token> {
    Ok(Token::open(&token.resolve()?)?)
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: HexBytes = text.to_owned().try_into().map_err(|_| "not hexadecimal".to_owned())?;
    PublicKey::from_sec1(bytes.as_ref()).map_err(|error| error.to_string())
}
