//! `lucid payout`: what a merchant does through payment-gateway, from the command line.

pub(crate) mod text;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use api::payment_gateway::{self, MerchantPayoutRequest};
use api::payout_router::{self, PayoutAsset, PayoutStage, PayoutView};
use api::wallet_manager::attempt::{AllowRequest, put_allowed};
use clap::{Args, Subcommand, ValueEnum};
use primitives::statement::Action;
use primitives::{Address, AttemptNo, MerchantRef, PayoutId};

use crate::decision::{self, DecisionFile};
use crate::exit;
use crate::operator::Operator;
use crate::output::Output;
use crate::random;

const PAUSE: Duration = Duration::from_millis(500);

/// What to do with payouts.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum PayoutCommand {
    /// Ask for a payout. The same reference and request again is the same payout, never a second one.
    #[command(
        after_help = "Example:\n  lucid payout create --to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t --amount 25 --wait"
    )]
    Create(CreateArgs),
    /// Show a payout.
    Show {
        /// Its reference, or its id, which begins with po_.
        payout: String,
    },
    /// Stop a payout, as the operator, if it can still be stopped: one that is signed goes on.
    Cancel {
        /// Its id, which begins with po_.
        payout: PayoutId,
    },
    /// Let a payout whose attempts have all come to nothing be tried once more, as an operator has decided.
    #[command(
        after_help = "Examples:\n  lucid payout again po_6ba7… --propose again.json\n  lucid ceremony sign again.json --key alice.key\n  lucid payout again po_6ba7… --ceremony again.json"
    )]
    Again {
        /// Its id, which begins with po_.
        payout: PayoutId,
        #[command(flatten)]
        file: DecisionFile,
    },
    /// Show the newest payouts.
    List {
        /// How many, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Where to go on, from the page before.
        #[arg(long)]
        after: Option<String>,
    },
}

/// The payout to ask for.
#[derive(Debug, Clone, Args)]
pub(crate) struct CreateArgs {
    /// Who receives.
    #[arg(long, value_name = "ADDRESS")]
    to: Address,
    /// How much, with at most six decimals.
    #[arg(long)]
    amount: String,
    /// Of what.
    #[arg(long, default_value = "usdt")]
    asset: Asset,
    /// Your own name for it, for ever; a random one if none is given.
    #[arg(long)]
    reference: Option<MerchantRef>,
    /// A public memo; costs 1 TRX.
    #[arg(long)]
    memo: Option<String>,
    /// Wait until it has come to its end.
    #[arg(long)]
    wait: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Asset {
    Usdt,
    Trx,
}

/// The command.
pub(crate) async fn run(command: &PayoutCommand, operator: &Operator, output: Output) -> Result<ExitCode> {
    match command {
        PayoutCommand::Create(args) => create(args, operator, output).await,
        PayoutCommand::Show { payout } => {
            let view = operator.ask_as_merchant(&payment_gateway::payout(payout)).await?;
            output.show(&view, text::one(&view))?;
            Ok(ExitCode::SUCCESS)
        }
        PayoutCommand::Cancel { payout } => {
            let view = operator.insist("payout-router", &payout_router::cancel_payout(*payout)).await?;
            output.show(&view, text::one(&view))?;
            Ok(ExitCode::SUCCESS)
        }
        PayoutCommand::Again { payout, file } => {
            again(*payout, file, operator, output).await?;
            Ok(ExitCode::SUCCESS)
        }
        PayoutCommand::List { limit, after } => {
            let page = operator.ask_as_merchant(&payment_gateway::payouts(after.as_deref(), *limit)).await?;
            output.show(&page, text::page(&page))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The signer hears of it before payout-router does, which makes the attempt.
async fn again(payout: PayoutId, file: &DecisionFile, operator: &Operator, output: Output) -> Result<()> {
    if let Some(path) = &file.propose {
        let view = operator.ask("payout-router", &payout_router::payout(payout)).await?;
        let made = view.attempts.last().map_or(AttemptNo(0), |last| last.attempt);
        let action = Action::AttemptAgain { intent: payout.into(), attempt: made.next() };
        let proposed = decision::propose(operator, action, path)?;
        let text = format!("{} is to be signed by an operator, then given back with --ceremony.", path.display());
        return output.show(&proposed, text);
    }
    let path = file.ceremony.as_ref().context("either --propose or --ceremony")?;
    let request = AllowRequest { ceremony: decision::read(path)? };
    operator.insist("wallet-manager", &put_allowed(&request)).await.context("the signer does not allow it")?;
    let view = operator.insist("payout-router", &payout_router::attempt_again(payout, &request)).await?;
    output.show(&view, text::one(&view))
}

async fn create(args: &CreateArgs, operator: &Operator, output: Output) -> Result<ExitCode> {
    let reference = match &args.reference {
        Some(reference) => reference.clone(),
        None => format!("cli-{}", hex::encode(random::bytes::<8>()?)).parse()?,
    };
    let request = MerchantPayoutRequest {
        asset: match args.asset {
            Asset::Usdt => PayoutAsset::Usdt,
            Asset::Trx => PayoutAsset::Trx,
        },
        recipient: args.to,
        amount: args.amount.clone(),
        memo: args.memo.clone(),
    };
    let mut view = operator.insist_as_merchant(&payment_gateway::put_payout(&reference, &request)).await?;
    if args.wait {
        view = until_ended(operator, view, |_| {}).await?;
    }
    output.show(&view, text::one(&view))?;
    Ok(exit::if_well(!args.wait || view.stage == PayoutStage::Settled))
}

/// Follows a payout to its end, or to where a person is needed; tells `progress` whenever it has moved on.
pub(crate) async fn until_ended(
    operator: &Operator,
    mut view: PayoutView,
    mut progress: impl FnMut(&PayoutView),
) -> Result<PayoutView> {
    let id = view.payout_id.to_string();
    loop {
        progress(&view);
        let ended = matches!(
            view.stage,
            PayoutStage::Settled | PayoutStage::Failed | PayoutStage::Cancelled | PayoutStage::NeedsReview
        );
        if ended {
            return Ok(view);
        }
        tokio::time::sleep(PAUSE).await;
        view = operator.insist_as_merchant(&payment_gateway::payout(&id)).await?;
    }
}
