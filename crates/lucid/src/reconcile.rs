//! `lucid reconcile`: what nobody could explain, and two operators' word on it.

use anyhow::{Context, Result, bail};
use api::payout_router::reconciliation::{
    DiscrepancyFilter, DiscrepancyView, Finding, ResolveRequest, discrepancies, resolve,
};
use clap::{Args, Subcommand};
use primitives::statement::Action;

use crate::decision::{self, DecisionFile};
use crate::operator::Operator;
use crate::output::{Output, table};

/// The most that one list shows.
const LIMIT: u32 = 100;

/// What to do with discrepancies.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum ReconcileCommand {
    /// Show what nobody has explained; payouts stand still while there is anything.
    List {
        /// Also what was explained.
        #[arg(long)]
        all: bool,
    },
    /// Explain one, for ever, as two operators have decided. Once none is open payouts go on; the stop of signing that it
    /// made two operators lift with `lucid thaw`.
    #[command(
        after_help = "Examples:\n  lucid reconcile resolve 5f1c…e2 --note 'the owner key, by hand, ticket 1042' --propose explain.json\n  lucid ceremony sign explain.json --key alice.key\n  lucid ceremony sign explain.json --key bob.key\n  lucid reconcile resolve --ceremony explain.json\n  lucid thaw --propose thaw.json"
    )]
    Resolve(ResolveArgs),
}

/// What to explain.
#[derive(Debug, Clone, Args)]
pub(crate) struct ResolveArgs {
    /// Its name: a txid, or audit- and a number; needed with --propose.
    #[arg(required_unless_present = "ceremony")]
    id: Option<String>,
    /// What it was, in one line; kept with the operators' names. Needed with --propose.
    #[arg(long, required_unless_present = "ceremony")]
    note: Option<String>,
    #[command(flatten)]
    file: DecisionFile,
}

/// The command.
pub(crate) async fn run(command: &ReconcileCommand, operator: &Operator, output: Output) -> Result<()> {
    match command {
        ReconcileCommand::List { all } => {
            let filter =
                DiscrepancyFilter { open: (!all).then_some(true), limit: Some(LIMIT), ..DiscrepancyFilter::default() };
            let page = operator.ask("payout-router", &discrepancies(&filter)).await?;
            let standing = if page.halted { "Nothing is authorised." } else { "Nothing stops payouts here." };
            output.show(&page, format!("{}\n{standing}", text(&page.discrepancies)))
        }
        ReconcileCommand::Resolve(args) => explain(args, operator, output).await,
    }
}

async fn explain(args: &ResolveArgs, operator: &Operator, output: Output) -> Result<()> {
    if let (Some(path), Some(discrepancy), Some(note)) = (&args.file.propose, &args.id, &args.note) {
        let explained = Action::Explain { discrepancy: discrepancy.clone(), note: note.clone() };
        let proposed = decision::propose(operator, explained, path)?;
        let text = format!("{} is to be signed by two operators, then given back with --ceremony.", path.display());
        return output.show(&proposed, text);
    }
    let ceremony = decision::read(args.file.ceremony.as_ref().context("either --propose or --ceremony")?)?;
    let Action::Explain { discrepancy, .. } = &ceremony.unverified().action else { bail!("this explains nothing") };
    let discrepancy = discrepancy.clone();
    let call = resolve(&discrepancy, &ResolveRequest { ceremony });
    let view = operator.insist("payout-router", &call).await.context("it stays unexplained")?;
    output.show(&view, text(std::slice::from_ref(&view)))
}

fn text(views: &[DiscrepancyView]) -> String {
    let row = |view: &DiscrepancyView| {
        let state = view.resolution.as_ref().map_or_else(
            || "open".to_owned(),
            |resolution| format!("explained by {}: {}", resolution.by, resolution.note),
        );
        vec![view.id.clone(), what(&view.finding), state]
    };
    table(&["DISCREPANCY", "WHAT", "STATE"], &views.iter().map(row).collect::<Vec<_>>())
}

fn what(finding: &Finding) -> String {
    match finding {
        Finding::UnknownTransaction { transaction, .. } => format!(
            "{} by {} in block {}, {}, unknown to the register",
            transaction.contract_type, transaction.wallet, transaction.block.number, transaction.contract_ret
        ),
        Finding::AuditContradicted { kept, told } => {
            format!("the audit log told record {} after {}, or with another head", told.audit.seq, kept.seq)
        }
    }
}
