//! `wallet-manager release`: the release key of a token, for `lucid release`. A token of the publisher's own, so it needs
//! no configuration and no plane.
//!
//! What it signs is a release, decoded here, whatever the arguments carry.

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use primitives::statement::{Release, Statement};
use primitives::{HexBytes, PlaneId};
use service::clock::{Clock as _, SystemClock};
use signer::{Challenge, CkaId, PinnedKey, Token};
use signing_core::random;
use tron_tx::{PublicKey, TokenSigned};

use crate::token_args::TokenArgs;

/// The word that asks for it.
const COMMAND: &str = "release";

/// What people see who look into the token.
const LABEL: &str = "lucid release";

/// Make the release key of a token, and sign releases with it.
#[derive(Debug, Parser)]
#[command(name = "wallet-manager release")]
pub struct ReleaseCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make the release key, or find it, prove that it signs, and print its public key.
    Key(TokenArgs),
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
            What::Key(token) => {
                let token = open(token)?;
                let key = token.ensure_key(CkaId::RELEASE, LABEL, challenge()?).wait()?;
                let public_key = HexBytes::from(key.public_key.to_compressed().to_vec());
                Ok(serde_json::json!({ "public_key": public_key }).to_string())
            }
            What::Sign { statement, key, token } => {
                let bytes: HexBytes = statement.try_into()?;
                let release = Release::decode(bytes.as_ref())?;
                let key = PinnedKey { id: CkaId::RELEASE, public_key: key };
                let signature = open(token)?.sign(key, &release).wait()?.verify()?;
                Ok(serde_json::to_string(&TokenSigned::new(release, signature))?)
            }
        }
    }
}

fn open(token: TokenArgs) -> anyhow::Result<Token> {
    Ok(Token::open(&token.resolve()?)?)
}

/// What the key is asked to prove that it is there. It belongs to a publisher and to no plane, which a plane of zeros says.
fn challenge() -> anyhow::Result<Challenge> {
    let plane: PlaneId = format!("{}{}", PlaneId::PREFIX, "00000000-0000-0000-0000-000000000000").parse()?;
    Ok(Challenge { plane, nonce: random::bytes(), at: SystemClock.now() })
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: HexBytes = text.to_owned().try_into().map_err(|_| "not hexadecimal".to_owned())?;
    PublicKey::from_sec1(bytes.as_ref()).map_err(|error| error.to_string())
}
