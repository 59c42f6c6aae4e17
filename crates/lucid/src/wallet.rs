//! `lucid wallet`: keys born in the token, and the addresses they give.

use anyhow::{Context, Result};
use api::wallet_manager::{self, WalletClass, WalletRequest, WalletView};
use clap::{Args, Subcommand, ValueEnum};
use primitives::WalletId;
use primitives::statement::Action;

use crate::harden::{self, HardenArgs};
use crate::key::{self, ByTwo, Word};
use crate::operator::Operator;
use crate::output::{Output, table};
use crate::wallet_freeze;

/// What to do with wallets.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum WalletCommand {
    /// Make a wallet, as two operators decide. The same name again shows the wallet that there is.
    #[command(
        after_help = "Examples:\n  lucid wallet create hot --class hot --propose hot.json\n  lucid wallet create hot --class hot --ceremony hot.json\n\nOn a devnet, with the two keys that its directory has:\n  lucid wallet create hot --class hot"
    )]
    Create(CreateArgs),
    /// Show every wallet.
    List,
    /// Give a wallet's account its final permissions on the chain, once: the owner's key is offline from then on, and the
    /// wallet's keeps only what its class signs. Two operators decide.
    #[command(
        after_help = "Examples:\n  lucid wallet harden hot --owner TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t --propose harden.json\n  lucid wallet harden hot --ceremony harden.json"
    )]
    Harden(Box<HardenArgs>),
    /// Show one: whether it may pay, and whether the chain has the permissions for it that were decided.
    Show {
        /// Its name.
        name: WalletId,
    },
    /// Let nothing more be paid from one wallet; what is signed already goes on.
    #[command(after_help = "Example:\n  lucid wallet freeze hot --reason 'its balance is wrong'")]
    Freeze {
        /// Its name.
        name: WalletId,
        /// Why, for the log.
        #[arg(long, default_value = "frozen by an operator")]
        reason: String,
    },
    /// Let a frozen wallet pay again. The payouts that gave cause stay in review.
    Thaw {
        /// Its name.
        name: WalletId,
    },
}

/// The wallet to make.
#[derive(Debug, Clone, Args)]
pub(crate) struct CreateArgs {
    /// Its name, 1 to 64 letters, digits, _ and -.
    name: WalletId,
    /// What its key may sign.
    #[arg(long)]
    class: Class,
    #[command(flatten)]
    by: ByTwo,
}

/// A wallet's class by its name.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Class {
    /// Payouts and refunds.
    Hot,
    /// Stakes and delegations.
    Energy,
    /// Payouts to the hot wallet.
    Treasury,
}

impl From<Class> for WalletClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Hot => Self::Hot,
            Class::Energy => Self::Energy,
            Class::Treasury => Self::Treasury,
        }
    }
}

/// The command.
pub(crate) async fn run(command: &WalletCommand, operator: &Operator, output: Output) -> Result<()> {
    match command {
        WalletCommand::Create(args) => {
            let Some(wallet) = create(operator, &args.name, args.class.into(), &args.by, output).await? else {
                return Ok(());
            };
            output.show(&wallet, text(std::slice::from_ref(&wallet)))
        }
        WalletCommand::Show { name } => wallet_freeze::show(name, operator, output).await,
        WalletCommand::Freeze { name, reason } => wallet_freeze::stop(name, reason, operator, output).await,
        WalletCommand::Thaw { name } => wallet_freeze::lift(name, operator, output).await,
        WalletCommand::Harden(args) => harden::run(args, operator, output).await,
        WalletCommand::List => {
            let list = operator.ask("wallet-manager", &wallet_manager::wallets()).await?;
            output.show(&list, text(&list.wallets))
        }
    }
}

/// Makes a wallet, or finds the one of this name; none where it was only proposed.
async fn create(
    operator: &Operator,
    name: &WalletId,
    class: WalletClass,
    by: &ByTwo,
    output: Output,
) -> Result<Option<WalletView>> {
    let found = if by.is_here() { key::existing(operator, name, class.into()).await? } else { None };
    if found.is_some() {
        return Ok(Some(operator.insist("wallet-manager", &wallet_manager::wallet(name)).await?));
    }
    let action = || Ok(Action::MakeKey { class: class.into(), name: name.clone() });
    let Word::Decided(ceremony) = by.word(operator, action, output)? else { return Ok(None) };
    let call = wallet_manager::put_wallet(name, &WalletRequest { class, ceremony: Some(*ceremony) });
    let wallet = operator.insist("wallet-manager", &call).await.with_context(|| format!("making the wallet {name}"))?;
    Ok(Some(wallet))
}

/// A devnet's wallet, made if there is none, by the keys that its directory has.
pub(crate) async fn on_devnet(operator: &Operator, name: &WalletId, class: WalletClass) -> Result<WalletView> {
    let made = create(operator, name, class, &ByTwo::default(), Output::new(false)).await?;
    made.context("a devnet's wallet is made at once")
}

fn text(wallets: &[WalletView]) -> String {
    let row = |wallet: &WalletView| {
        vec![
            wallet.wallet_id.to_string(),
            format!("{:?}", wallet.class).to_lowercase(),
            wallet.address.to_string(),
            wallet.permission_id.to_string(),
            if wallet.retired_at.is_some() {
                format!("{} (retired)", wallet.key_id)
            } else {
                wallet.key_id.to_string()
            },
        ]
    };
    table(&["WALLET", "CLASS", "ADDRESS", "PERMISSION", "KEY"], &wallets.iter().map(row).collect::<Vec<_>>())
}
