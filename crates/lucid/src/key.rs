//! `lucid key`: keys of the token, made and retired by two operators, each with the audit key's word for how it was made.

mod by_two;
mod manifest;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use api::wallet_manager::key::{KeyList, KeyRequest, KeyStage, KeyView, RetireRequest, key, keys, put_key, retire_key};
use clap::{Args, Subcommand};
use primitives::WalletId;
use primitives::statement::{Action, KeyClass};
use service::client::NotDone;
use tron_tx::PublicKey;

use crate::directory::Directory;
use crate::operator::Operator;
use crate::output::{Output, table};
use crate::plane_file::PlaneFile;
use crate::release::public_key;

pub(crate) use by_two::{ByTwo, Word};

const SIGNER: &str = "wallet-manager";

/// What to do with keys.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key in the token, as two operators decide: of the class hot, energy or treasury a wallet, of the class
    /// compliance or release the next key of the kind, of which two are in force at most. Can be run again, whatever has
    /// happened.
    #[command(
        after_help = "Examples:\n  lucid key generate hot --class hot --propose hot.json\n  lucid ceremony sign hot.json --key alice.key\n  lucid ceremony sign hot.json --key bob.key\n  lucid key generate --ceremony hot.json\n\nOn a devnet, with the two keys that its directory has:\n  lucid key generate desk --class compliance"
    )]
    Generate(GenerateArgs),
    /// Show every key, retired ones too, and what else the token holds.
    List,
    /// Show a key with its manifest, and hold that against the audit key that was written down.
    #[command(after_help = "Example:\n  lucid key show hot --json > hot.manifest.json")]
    Show {
        /// Its name; a wallet's key has the wallet's.
        name: WalletId,
        /// The audit key, in place of the one that `lucid init` wrote down.
        #[arg(long, value_name = "HEX", value_parser = public_key)]
        audit_key: Option<PublicKey>,
    },
    /// Hold a manifest against the audit key, without a plane that runs: what `lucid key show --json` has written.
    #[command(after_help = "Example:\n  lucid key verify hot.manifest.json --audit-key 02…")]
    Verify {
        /// The key with its manifest, or the manifest alone.
        file: PathBuf,
        /// The audit key, in place of the one that `lucid init` wrote down.
        #[arg(long, value_name = "HEX", value_parser = public_key)]
        audit_key: Option<PublicKey>,
    },
    /// Let a key sign nothing any more, for ever, as two operators decide. It stays in the token and is still shown.
    #[command(
        after_help = "Examples:\n  lucid key retire hot --propose retire.json\n  lucid key retire --ceremony retire.json"
    )]
    Retire(RetireArgs),
}

/// The key to make.
#[derive(Debug, Clone, Args)]
pub(crate) struct GenerateArgs {
    /// Its name, 1 to 64 letters, digits, _ and -; a wallet's key has the wallet's.
    #[arg(required_unless_present = "ceremony")]
    name: Option<WalletId>,
    /// What it is for: hot, energy, treasury, compliance or release.
    #[arg(long, required_unless_present = "ceremony")]
    class: Option<KeyClass>,
    #[command(flatten)]
    by: ByTwo,
}

/// The key to retire.
#[derive(Debug, Clone, Args)]
pub(crate) struct RetireArgs {
    /// Its name.
    #[arg(required_unless_present = "ceremony")]
    name: Option<WalletId>,
    #[command(flatten)]
    by: ByTwo,
}

/// The command.
pub(crate) async fn run(command: &KeyCommand, directory: &Directory, output: Output) -> Result<()> {
    let operator = || Operator::of(directory);
    match command {
        KeyCommand::Generate(args) => generate(args, &operator()?, output).await,
        KeyCommand::Retire(args) => retire(args, &operator()?, output).await,
        KeyCommand::List => {
            let list = operator()?.ask(SIGNER, &keys()).await?;
            output.show(&list, text(&list))
        }
        KeyCommand::Show { name, audit_key } => {
            let shown = operator()?.ask(SIGNER, &key(name)).await?;
            let plane = PlaneFile::read(directory)?.plane;
            manifest::show(&shown, trusted(*audit_key, directory)?.as_ref(), plane, output)
        }
        KeyCommand::Verify { file, audit_key } => {
            let trusted = trusted(*audit_key, directory)?;
            let trusted = trusted.context("name the audit key with --audit-key: `lucid init` wrote none down here")?;
            let plane = PlaneFile::find(directory)?.map(|plane| plane.plane);
            manifest::verify_file(file, &trusted, plane, output)
        }
    }
}

/// The audit key that is believed: the one that was named, otherwise the one that `lucid init` wrote down.
fn trusted(named: Option<PublicKey>, directory: &Directory) -> Result<Option<PublicKey>> {
    if named.is_some() {
        return Ok(named);
    }
    let path = directory.audit_key();
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let key = public_key(text.trim()).map_err(anyhow::Error::msg);
    key.map(Some).with_context(|| format!("{} holds no audit key", path.display()))
}

async fn generate(args: &GenerateArgs, operator: &Operator, output: Output) -> Result<()> {
    let wanted = args.name.as_ref().zip(args.class);
    if let Some((name, class)) = wanted.filter(|_| args.by.is_here())
        && let Some(made) = existing(operator, name, class).await?
    {
        return output.show(&made, words(&made));
    }
    let action = || {
        let (name, class) = wanted.context("a name and a --class")?;
        Ok(Action::MakeKey { class, name: name.clone() })
    };
    let Word::Decided(ceremony) = args.by.word(operator, action, output)? else { return Ok(()) };
    let Action::MakeKey { class, name } = ceremony.unverified().action.clone() else {
        bail!("the operators decided on something else than to make a key");
    };
    let call = put_key(&name, &KeyRequest { class, ceremony: Some(*ceremony) });
    let made = operator.insist(SIGNER, &call).await.with_context(|| format!("the key {name} is not made"))?;
    output.show(&made, words(&made))
}

/// The key of this name and class, if it was made already.
pub(crate) async fn existing(operator: &Operator, name: &WalletId, class: KeyClass) -> Result<Option<KeyView>> {
    match operator.insist(SIGNER, &key(name)).await {
        Ok(made) if made.class != class => bail!("there is a key {name} of the class {}", made.class),
        Ok(made) => Ok(Some(made).filter(|made| made.stage != KeyStage::Making)),
        Err(NotDone::Refused { problem, .. }) if problem.code == "unknown_key" => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn retire(args: &RetireArgs, operator: &Operator, output: Output) -> Result<()> {
    let all = operator.insist(SIGNER, &keys()).await?.keys;
    let action = || {
        let name = args.name.as_ref().context("a name")?;
        let found = all.iter().find(|key| key.name == *name).with_context(|| format!("there is no key {name}"))?;
        Ok(Action::RetireKey { key_id: found.key_id.clone() })
    };
    let Word::Decided(ceremony) = args.by.word(operator, action, output)? else { return Ok(()) };
    let Action::RetireKey { key_id } = &ceremony.unverified().action else {
        bail!("the operators decided on something else than to retire a key");
    };
    let found = all.iter().find(|key| key.key_id == *key_id).with_context(|| format!("there is no key {key_id}"))?;
    if args.name.as_ref().is_some_and(|name| *name != found.name) {
        bail!("the operators decided to retire the key {}", found.name);
    }
    let call = retire_key(&found.name, &RetireRequest { ceremony: Some((*ceremony).clone()) });
    let retired = operator.insist(SIGNER, &call).await.context("the key is not retired")?;
    output.show(&retired, words(&retired))
}

/// A key in one line.
fn words(key: &KeyView) -> String {
    table(HEADS, &[row(key)])
}

const HEADS: &[&str] = &["KEY", "CLASS", "STATE", "ADDRESS", "ID", "DECIDED BY"];

fn row(key: &KeyView) -> Vec<String> {
    let stage = match key.stage {
        KeyStage::Making => "making",
        KeyStage::Ready => "ready",
        KeyStage::Retired => "retired",
    };
    let address = key.address.map_or_else(|| "-".to_owned(), |address| address.to_string());
    let by = if key.operators.is_empty() { "the signer".to_owned() } else { key.operators.join(", ") };
    vec![key.name.to_string(), key.class.to_string(), stage.to_owned(), address, key.key_id.to_string(), by]
}

fn text(list: &KeyList) -> String {
    let mut text = table(HEADS, &list.keys.iter().map(row).collect::<Vec<_>>());
    match &list.unknown {
        None => text.push_str("\nThe token does not answer: what else it holds is not known."),
        Some(unknown) => {
            for key in unknown {
                text.extend([
                    "\nUNKNOWN ",
                    &key.id.to_string(),
                    &format!(" {:?}: in the token, and nobody's here", key.label),
                ]);
            }
        }
    }
    text
}
