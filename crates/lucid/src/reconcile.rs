//! `lucid reconcile`: what nobody could explain, and a person's word on it.

use anyhow::{Context, Result};
use api::payout_router::reconciliation::{
    DiscrepancyFilter, DiscrepancyView, Finding, ResolveRequest, discrepancies, resolve,
};
use clap::Subcommand;

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
    /// Explain one, for ever. Once none is open payouts go on; the stop of signing that it made two operators lift with
    /// `lucid thaw`.
    #[command(
        after_help = "Example:\n  lucid reconcile resolve 5f1c…e2 --note 'the owner key, by hand, ticket 1042'\n  lucid thaw --propose thaw.json"
    )]
    Resolve {
        /// Its name: a txid, or audit- and a number.
        id: String,
        /// What it was; kept with your name.
        #[arg(long)]
        note: String,
    },
}

/// The command.
pub(crate) async fn run(command: &ReconcileCommand, operator: &Operator, output: Output) -> Result<()> {
    match command {
        ReconcileCommand::List { all } => {
            let filter = DiscrepancyFilter { open: (!all).then_some(true), after: None, limit: Some(LIMIT) };
            let page = operator.ask("payout-router", &discrepancies(&filter)).await?;
            let standing = if page.halted { "Nothing is authorised." } else { "Nothing stops payouts here." };
            output.show(&page, format!("{}\n{standing}", text(&page.discrepancies)))
        }
        ReconcileCommand::Resolve { id, note } => {
            let call = resolve(id, &ResolveRequest { note: note.clone() });
            let view = operator.insist("payout-router", &call).await.context("it stays unexplained")?;
            output.show(&view, text(std::slice::from_ref(&view)))
        }
    }
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
        Finding::UnknownTransaction { transaction } => format!(
            "{} by {} in block {}, {}, unknown to the register",
            transaction.contract_type, transaction.wallet, transaction.block.number, transaction.contract_ret
        ),
        Finding::AuditContradicted { kept, told } => {
            format!("the audit log told record {} after {}, or with another head", told.audit.seq, kept.seq)
        }
    }
}
