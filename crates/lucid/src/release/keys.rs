//! The release keys of a token: listed with their manifests, retired, and believed by whoever has the audit key.

use anyhow::{Context, Result, bail};
use clap::Args;
use primitives::statement::{KeyClass, Manifest};
use primitives::{Address, HexBytes};
use serde::{Deserialize, Serialize};
use tron_tx::{PublicKey, TokenSigned};

use super::public_key;
use super::sign::{KeyArgs, asked};
use crate::output::{Output, table};
use crate::tx_inspect::date::utc;

/// The key to retire.
#[derive(Debug, Clone, Args)]
pub(crate) struct RetireArgs {
    /// Its public key: SEC1 in hexadecimal.
    #[arg(long, value_name = "HEX", value_parser = public_key)]
    key: PublicKey,
    #[command(flatten)]
    token: KeyArgs,
}

/// What `lucid release keys` writes: the token's audit key, and the manifests that it signed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyFile {
    /// For people to compare. Whoever verifies takes it from elsewhere.
    audit_key: HexBytes,
    keys: Vec<TokenSigned<Manifest>>,
}

/// `lucid release keys`.
pub(super) async fn list(args: &KeyArgs, output: Output) -> Result<()> {
    let said = asked(&["keys"], args).await?;
    let file: KeyFile = serde_json::from_slice(&said).context("wallet-manager answered something else")?;
    let rows: Vec<_> = file.keys.iter().map(|key| row(key.unverified())).collect();
    let text = format!("{}\nSigned by the audit key {}", table(HEADS, &rows), file.audit_key);
    output.show(&file, text)
}

/// `lucid release retire`.
pub(super) async fn retire(args: &RetireArgs, output: Output) -> Result<()> {
    let key = HexBytes::from(args.key.to_compressed().to_vec()).to_string();
    let said = asked(&["retire", "--key", &key], &args.token).await?;
    let manifest: TokenSigned<Manifest> =
        serde_json::from_slice(&said).context("wallet-manager answered something else")?;
    let text = table(HEADS, &[row(manifest.unverified())]);
    output.show(&manifest, format!("{text}\nGive those who verify the list of keys anew: `lucid release keys`"))
}

const HEADS: &[&str] = &["NUMBER", "PUBLIC KEY", "STATE"];

fn row(manifest: &Manifest) -> Vec<String> {
    let state = manifest.retired_at.map_or("in force".to_owned(), |at| format!("retired {}", utc(at.0)));
    vec![manifest.generation.to_string(), hex::encode(manifest.public_key), state]
}

impl KeyFile {
    /// Reads the file's content.
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).context("no list of release keys")
    }

    /// Whether this account's key is a release key in force, by the word of this audit key. One manifest that says that it
    /// is retired is enough, whatever others say; every manifest must be the audit key's.
    pub(super) fn hold(&self, signer: Address, audit_key: &PublicKey) -> Result<()> {
        let mut known = false;
        for signed in &self.keys {
            let manifest =
                signed.verify(audit_key).context("a manifest is not signed by the audit key that is trusted")?;
            if manifest.class != KeyClass::Release || manifest.address != signer {
                continue;
            }
            if let Some(at) = manifest.retired_at {
                bail!("key_retired: release key {} is retired since {}", manifest.generation, utc(at.0));
            }
            known = true;
        }
        if known { Ok(()) } else { bail!("the release is signed by no release key of the list") }
    }
}
