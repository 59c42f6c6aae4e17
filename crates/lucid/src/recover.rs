//! `lucid recover`: how far a restored plane is, and two operators' word on payments that it has no record of.

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context, Result, bail};
use api::payout_router::reconciliation::{DiscrepancyFilter, DiscrepancyView, Finding, WalletPayment, discrepancies};
use api::payout_router::recovery::{EndRecoveryRequest, RecoverRequest, RecoveryView, end_recovery, recover, recovery};
use api::payout_router::{PayoutFilter, PayoutStage, PayoutView, payouts};
use clap::Args;
use primitives::statement::{Action, Ceremony, Cosigned, RECOVERED_MAX, Recovered, RecoveredAs, RecoveryEnded, Signed};
use primitives::{FreezeId, PayoutId, TxId};
use serde::Serialize;

use crate::decision;
use crate::operator::Operator;
use crate::output::{Output, table};
use crate::tx_inspect::date::utc;

/// The most that one page has.
const PAGE: u32 = 100;

/// What to do.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecoverArgs {
    /// Write to this new file what each payment would be taken for, for two operators to read, correct and sign.
    #[arg(long, value_name = "FILE", conflicts_with = "ceremony")]
    propose: Option<std::path::PathBuf>,
    /// Carry out what this file says, which two operators have signed. Can be run again.
    #[arg(long, value_name = "FILE")]
    ceremony: Option<std::path::PathBuf>,
    /// With --propose: by what it is known, in one line.
    #[arg(long, default_value = "equal recipient, asset and amount")]
    note: String,
    /// With --propose: this transaction has paid this payout, whatever else fits; may be given several times.
    #[arg(long, value_name = "TXID=PAYOUT", requires = "propose")]
    paid: Vec<String>,
    /// With --propose: this transaction has paid no payout; may be given several times.
    #[arg(long, value_name = "TXID", requires = "propose")]
    other: Vec<TxId>,
}

/// What the plane has no record of.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    recovery: RecoveryView,
    transactions: Vec<Lost>,
}

/// A transaction, and what it would be taken for.
#[derive(Debug, Serialize)]
struct Lost {
    txid: TxId,
    what: String,
    payment: Option<WalletPayment>,
    /// The payout that asks for just this.
    payout: Option<PayoutId>,
    /// How many payouts ask for just this.
    candidates: usize,
}

/// The command.
pub(crate) async fn run(args: &RecoverArgs, operator: &Operator, output: Output) -> Result<()> {
    if let Some(path) = &args.ceremony {
        let request = RecoverRequest { ceremony: decision::read(path)? };
        let view = operator.insist("payout-router", &recover(&request)).await.context("not all of it was done")?;
        return output.show(&view, text(&view));
    }
    let recovery = operator.ask("payout-router", &recovery()).await?;
    let lost = lost(operator).await?;
    let Some(path) = &args.propose else {
        let text = format!("{}{}", text(&recovery), lines(&lost));
        return output.show(&Shown { recovery, transactions: lost }, text);
    };
    let mut transactions = decided(args, &lost)?;
    if transactions.is_empty() {
        bail!("there is nothing to decide");
    }
    transactions.sort_unstable_by_key(|recovered| recovered.txid);
    let left = transactions.len().saturating_sub(RECOVERED_MAX);
    transactions.truncate(RECOVERED_MAX);
    let action = Action::Recover { transactions, note: args.note.clone() };
    let proposed = decision::propose(operator, action, path)?;
    let left = if left > 0 { format!("\n{left} more are left for the next proposal.") } else { String::new() };
    let text = format!(
        "{} is to be read (lucid ceremony show) and signed by two operators, then given back with --ceremony.{left}{}",
        path.display(),
        lines(&lost)
    );
    output.show(&proposed, text)
}

/// Ends the stop of payouts that a restore made, if the decision lifts the stop of signing that it made: payout-router's
/// word on it.
pub(crate) async fn end(
    operator: &Operator,
    ceremony: &Cosigned<Ceremony>,
    freeze: FreezeId,
) -> Result<Option<Signed<RecoveryEnded>>> {
    match operator.ask("payout-router", &recovery()).await {
        Ok(view) if view.freeze_id == freeze => {}
        // Another stop; or nobody knows, and wallet-manager does: it lifts that of a restore by no word but this.
        Ok(_) | Err(_) => return Ok(None),
    }
    let request = EndRecoveryRequest { ceremony: ceremony.clone() };
    let ended = operator.insist("payout-router", &end_recovery(&request)).await;
    Ok(ended.context("the restored plane stays frozen")?.word)
}

/// What each transaction is taken for: as was said, else the oldest payout that asks for just this.
fn decided(args: &RecoverArgs, lost: &[Lost]) -> Result<Vec<Recovered>> {
    let mut said = BTreeMap::new();
    for pair in &args.paid {
        let (txid, payout) = pair.split_once('=').context("--paid is TXID=PAYOUT")?;
        let txid: TxId = txid.parse().with_context(|| format!("{txid} is no txid"))?;
        let payout: PayoutId = payout.parse().with_context(|| format!("{payout} is no payout's id"))?;
        said.insert(txid, RecoveredAs::Payout(payout));
    }
    said.extend(args.other.iter().map(|txid| (*txid, RecoveredAs::Other)));
    let unknown = said.keys().filter(|txid| !lost.iter().any(|lost| lost.txid == **txid));
    // What was kept before may be decided now.
    let mut decided: Vec<Recovered> = unknown.map(|txid| Recovered { txid: *txid, was: said[txid] }).collect();
    decided.extend(lost.iter().map(|lost| {
        let was = said.get(&lost.txid).copied().unwrap_or(match (lost.payout, &lost.payment) {
            (Some(payout), _) => RecoveredAs::Payout(payout),
            (None, Some(_)) => RecoveredAs::Kept,
            (None, None) => RecoveredAs::Other,
        });
        Recovered { txid: lost.txid, was }
    }));
    Ok(decided)
}

/// The open findings, oldest first, each with the payout that it fits.
async fn lost(operator: &Operator) -> Result<Vec<Lost>> {
    let mut waiting: BTreeMap<String, VecDeque<PayoutId>> = BTreeMap::new();
    for payout in waiting_payouts(operator).await? {
        let key = key(&format!("{:?}", payout.asset), &payout.recipient.to_string(), &payout.amount);
        // Newest first in the list, oldest first here.
        waiting.entry(key).or_default().push_front(payout.payout_id);
    }
    let counts: BTreeMap<String, usize> = waiting.iter().map(|(key, payouts)| (key.clone(), payouts.len())).collect();
    let mut lost = Vec::new();
    for view in open_findings(operator).await? {
        let Finding::UnknownTransaction { transaction, payment } = view.finding else { continue };
        let key = payment.as_ref().map(|one| key(&format!("{:?}", one.asset), &one.recipient.to_string(), &one.amount));
        let payout = key.as_ref().and_then(|key| waiting.get_mut(key)).and_then(VecDeque::pop_front);
        let candidates = key.and_then(|key| counts.get(&key).copied()).unwrap_or_default();
        let what = format!(
            "{} by {} in block {} of {}, {}",
            transaction.contract_type,
            transaction.wallet,
            transaction.block.number,
            utc(transaction.block.time.0),
            transaction.contract_ret
        );
        lost.push(Lost { txid: transaction.txid, what, payment, payout, candidates });
    }
    Ok(lost)
}

fn key(asset: &str, recipient: &str, amount: &str) -> String {
    format!("{asset} {recipient} {amount}")
}

async fn waiting_payouts(operator: &Operator) -> Result<Vec<PayoutView>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let filter =
            PayoutFilter { stage: Some(PayoutStage::Accepted), after, limit: Some(PAGE), ..PayoutFilter::default() };
        let page = operator.ask("payout-router", &payouts(&filter)).await?;
        found.extend(page.payouts);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

async fn open_findings(operator: &Operator) -> Result<Vec<DiscrepancyView>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let filter = DiscrepancyFilter { open: Some(true), after, limit: Some(PAGE) };
        let page = operator.ask("payout-router", &discrepancies(&filter)).await?;
        found.extend(page.discrepancies);
        after = page.next;
        if after.is_none() {
            found.reverse();
            return Ok(found);
        }
    }
}

fn text(view: &RecoveryView) -> String {
    let state = match view.ended_at {
        Some(at) => format!("It was over at {}.", utc(at.0)),
        None => "Nothing is signed or paid until it is over.".to_owned(),
    };
    let read = view.read_to.map_or_else(|| "not known now".to_owned(), |at| utc(at.0));
    format!(
        "Restored {} from a backup of {}. {state}\nThe chain is read to {read}; it must be to {}.\n{} transactions not looked \
         at yet, {} findings not decided, {} attempts not barred yet.\nThe stop of signing for it: {}",
        utc(view.restored_at.0),
        utc(view.backup_at.0),
        utc(view.read_until.0),
        view.unseen,
        view.undecided,
        view.under_way,
        view.freeze_id
    )
}

fn lines(lost: &[Lost]) -> String {
    if lost.is_empty() {
        return String::new();
    }
    let row = |lost: &Lost| {
        let paid = lost.payment.as_ref().map_or_else(
            || lost.what.clone(),
            |one| format!("{} {:?} to {}{}", one.amount, one.asset, one.recipient, memo(one)),
        );
        let payout = match (lost.payout, lost.candidates) {
            (Some(payout), 1) => payout.to_string(),
            (Some(payout), more) => format!("{payout}, the oldest of {more} alike"),
            (None, _) if lost.payment.is_some() => "none yet: an equal one will wait".to_owned(),
            (None, _) => "no payment".to_owned(),
        };
        vec![lost.txid.to_string(), paid, payout]
    };
    format!("\n\n{}", table(&["TRANSACTION", "PAID", "PAYOUT"], &lost.iter().map(row).collect::<Vec<_>>()))
}

fn memo(payment: &WalletPayment) -> String {
    payment.memo.as_ref().map_or_else(String::new, |memo| format!(" ({memo})"))
}
