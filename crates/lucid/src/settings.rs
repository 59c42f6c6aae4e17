//! `lucid settings`: whom the signer believes, and two operators' agreement to a change of that.

use anyhow::{Context, Result, anyhow};
use api::wallet_manager::settings::{AdoptRequest, SettingsView, put_adoption, settings};
use clap::{Args, Subcommand};
use primitives::HexBytes;
use primitives::statement::Action;

use crate::decision::{self, DecisionFile};
use crate::operator::Operator;
use crate::output::Output;

/// What to do with the signer's settings.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Show the settings that carry trust as the signer has pinned them: keys that it believes, operators, plane, chain.
    Show,
    /// Let the signer be started under other settings, as two operators have agreed. It names their hash when it refuses
    /// them.
    #[command(
        after_help = "Examples:\n  lucid settings adopt --sha256 5f1c…e2 --propose settings.json\n  lucid ceremony sign settings.json --key alice.key\n  lucid ceremony sign settings.json --key bob.key\n  lucid settings adopt --ceremony settings.json"
    )]
    Adopt(AdoptArgs),
}

/// The settings to agree to.
#[derive(Debug, Clone, Args)]
pub(crate) struct AdoptArgs {
    /// Their SHA-256, 64 hexadecimal digits; needed with --propose.
    #[arg(long, value_name = "HEX", required_unless_present = "ceremony")]
    sha256: Option<String>,
    #[command(flatten)]
    file: DecisionFile,
}

/// The command.
pub(crate) async fn run(command: &SettingsCommand, operator: &Operator, output: Output) -> Result<()> {
    match command {
        SettingsCommand::Show => {
            let pinned = operator.ask("wallet-manager", &settings()).await?;
            output.show(&pinned, text(&pinned)?)
        }
        SettingsCommand::Adopt(args) => adopt(args, operator, output).await,
    }
}

async fn adopt(args: &AdoptArgs, operator: &Operator, output: Output) -> Result<()> {
    if let Some(path) = &args.file.propose {
        let sha256 = args.sha256.clone().context("name the settings with --sha256")?;
        let sha256: HexBytes = sha256.try_into().map_err(|_| anyhow!("the hash is not hexadecimal"))?;
        let sha256 = sha256.0.try_into().map_err(|_| anyhow!("the hash has not 64 digits"))?;
        let proposed = decision::propose(operator, Action::AdoptSettings { sha256 }, path)?;
        let text = format!("{} is to be signed by two operators, then given back with --ceremony.", path.display());
        return output.show(&proposed, text);
    }
    let path = args.file.ceremony.as_ref().context("either --propose or --ceremony")?;
    let request = AdoptRequest { ceremony: decision::read(path)? };
    let pinned = operator.insist("wallet-manager", &put_adoption(&request)).await.context("the settings stay")?;
    output.show(&pinned, text(&pinned)?)
}

fn text(view: &SettingsView) -> Result<String> {
    let settings = serde_json::to_string_pretty(&view.settings)?;
    let agreed = view.agreed.as_ref().map(|next| format!("\nat the next start two operators let be  {next}"));
    Ok(format!("{settings}\npinned  {}{}", view.sha256, agreed.unwrap_or_default()))
}
