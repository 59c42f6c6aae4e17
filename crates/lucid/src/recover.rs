//! `lucid recover`: how far a restored plane is, and two operators' word on payments that it has no record of.

mod lost;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use api::payout_router::payout;
use api::payout_router::recovery::{EndRecoveryRequest, RecoverRequest, RecoveryView, end_recovery, recover, recovery};
use clap::Args;
use primitives::statement::{
    Action, Ceremony, Cosigned, RECOVERED_MAX, Recovered, RecoveredAs, RecoveryEnded, Signed, Unpaid,
};
use primitives::{FreezeId, PayoutId, TxId};
use serde::Serialize;

use crate::decision;
use crate::operator::Operator;
use crate::output::Output;
use lost::{Lost, lost};
use shown::{lines, text};

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
    /// With --propose: this transaction has paid no payout that will be asked for again; may be given several times.
    #[arg(long, value_name = "TXID", requires = "propose")]
    other: Vec<TxId>,
    /// With --propose, once the chain was read: this payout waits because a payment that is kept may be its own
    /// (may_be_paid), but none of them is, so it is paid; may be given several times.
    #[arg(long, value_name = "PAYOUT", requires = "propose")]
    unpaid: Vec<PayoutId>,
}

/// What the plane has no record of.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    recovery: RecoveryView,
    transactions: Vec<Lost>,
}

/// The command.
pub(crate) async fn run(args: &RecoverArgs, operator: &Operator, output: Output) -> Result<()> {
    if let Some(path) = &args.ceremony {
        let request = RecoverRequest { ceremony: decision::read(path)? };
        let view = operator.insist("payout-router", &recover(&request)).await.context("not all of it was done")?;
        return output.show(&view, text(&view));
    }
    let recovery = operator.ask("payout-router", &recovery()).await?;
    let said = said(args)?;
    // What is said of these is not to be said of others.
    let named_payouts: BTreeSet<_> = said.values().flatten().chain(&args.unpaid).copied().collect();
    let mut lost = lost(operator, false, &named_payouts).await?;
    let Some(path) = &args.propose else {
        let text = format!("{}{}", text(&recovery), lines(&lost));
        return output.show(&Shown { recovery, transactions: lost }, text);
    };
    if said.keys().any(|txid| !lost.iter().any(|lost| lost.txid == *txid)) {
        // What was decided before may be decided otherwise now.
        let known: BTreeSet<_> = lost.iter().map(|one| one.txid).collect();
        let all = self::lost::lost(operator, true, &named_payouts).await?;
        lost.extend(all.into_iter().filter(|one| said.contains_key(&one.txid) && !known.contains(&one.txid)));
    }
    let settling = recovery.under_way > 0;
    let mut transactions = decided(operator, &said, &lost, settling).await?;
    let mut unpaid = named(operator, &args.unpaid).await?;
    if transactions.is_empty() && unpaid.is_empty() {
        if settling {
            bail!(
                "{} attempts are not barred yet: propose when they are, for their payouts may be meant",
                recovery.under_way
            );
        }
        bail!("there is nothing to decide");
    }
    transactions.sort_unstable_by_key(|recovered| recovered.txid);
    let left = transactions.len().saturating_sub(RECOVERED_MAX);
    transactions.truncate(RECOVERED_MAX);
    unpaid.sort_unstable_by_key(|unpaid| unpaid.payout.payout);
    unpaid.dedup();
    let action = Action::Recover { freeze: recovery.freeze_id, transactions, unpaid, note: args.note.clone() };
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

/// What the command's line says of transactions: the payout that each has paid, or none.
fn said(args: &RecoverArgs) -> Result<BTreeMap<TxId, Option<PayoutId>>> {
    let mut said = BTreeMap::new();
    for pair in &args.paid {
        let (txid, payout) = pair.split_once('=').context("--paid is TXID=PAYOUT")?;
        let txid: TxId = txid.parse().with_context(|| format!("{txid} is no txid"))?;
        let payout: PayoutId = payout.parse().with_context(|| format!("{payout} is no payout's id"))?;
        said.insert(txid, Some(payout));
    }
    said.extend(args.other.iter().map(|txid| (*txid, None)));
    Ok(said)
}

/// What each transaction is taken for: as was said, else what fits.
async fn decided(
    operator: &Operator,
    said: &BTreeMap<TxId, Option<PayoutId>>,
    lost: &[Lost],
    settling: bool,
) -> Result<Vec<Recovered>> {
    if let Some(unknown) = said.keys().find(|txid| !lost.iter().any(|lost| lost.txid == **txid)) {
        bail!("{unknown} was never found unknown");
    }
    let mut decided = Vec::new();
    for one in lost {
        let was = match said.get(&one.txid) {
            Some(Some(id)) => RecoveredAs::Payout(operator.ask("payout-router", &payout(*id)).await?.named()),
            Some(None) => RecoveredAs::Other,
            None => match one.proposed(settling) {
                Some(was) => was,
                None => continue,
            },
        };
        decided.push(Recovered { txid: one.txid, deed: one.deed.clone(), paid: one.paid(), was });
    }
    Ok(decided)
}

/// Payouts that none of the payments which are kept has paid, with what they ask for.
async fn named(operator: &Operator, payouts: &[PayoutId]) -> Result<Vec<Unpaid>> {
    let mut unpaid = Vec::new();
    for id in payouts {
        let view = operator.ask("payout-router", &payout(*id)).await?;
        let asks = view.paid_out().with_context(|| format!("{id} asks for no amount"))?;
        unpaid.push(Unpaid { payout: view.named(), asks });
    }
    Ok(unpaid)
}
