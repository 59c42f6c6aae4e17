//! Transactions that nobody has a record of, each with what it would be taken for.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use api::payout_router::reconciliation::{DiscrepancyFilter, DiscrepancyView, Finding, WalletPayment, discrepancies};
use api::payout_router::{PayoutFilter, PayoutStage, PayoutView, payouts};
use api::tron_client::WalletTransaction;
use api::wallet_manager::{WalletClass, WalletView, wallets};
use primitives::statement::{NamedPayout, PaidOut, RecoveredAs};
use primitives::{BlockRef, MerchantId, MerchantRef, PayoutId, TxId, WalletId};
use serde::Serialize;

use crate::operator::Operator;

/// The most that one page has.
const PAGE: u32 = 100;
/// So many payouts that may be meant are named with a payment.
const SIMILAR_MAX: usize = 3;

/// A transaction, and what it would be taken for.
#[derive(Debug, Serialize)]
pub(crate) struct Lost {
    pub(crate) txid: TxId,
    pub(crate) wallet: Option<WalletId>,
    /// What it did and how that ended, by the protocol's names.
    pub(crate) deed: String,
    pub(crate) block: BlockRef,
    pub(crate) payment: Option<WalletPayment>,
    /// Whether it was decided that it is the payment of a payout which is to be asked for again.
    pub(crate) kept: bool,
    /// Why it is no payment of a payout, if that can be told.
    pub(crate) no_payout: Option<String>,
    /// The payout that asks for just this.
    pub(crate) payout: Option<Candidate>,
    /// How many payouts ask for just this.
    pub(crate) candidates: usize,
    /// Payouts that wait and may be meant, though they ask for something else.
    pub(crate) similar: Vec<Candidate>,
}

/// A payout that a transaction may have paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Candidate {
    pub(crate) payout_id: PayoutId,
    pub(crate) merchant: MerchantId,
    pub(crate) reference: MerchantRef,
    /// In what it is like the payment, if not in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alike_in: Option<&'static str>,
}

impl Candidate {
    fn of(payout: &PayoutView, alike_in: Option<&'static str>) -> Self {
        let (merchant, reference) = (payout.merchant.clone(), payout.reference.clone());
        Self { payout_id: payout.payout_id, merchant, reference, alike_in }
    }

    pub(crate) fn named(&self) -> NamedPayout {
        NamedPayout { payout: self.payout_id, merchant: self.merchant.clone(), reference: self.reference.clone() }
    }
}

impl Lost {
    /// What it would be taken for.
    pub(crate) fn was(&self) -> RecoveredAs {
        match (&self.payout, &self.payment, &self.no_payout) {
            (Some(payout), ..) => RecoveredAs::Payout(payout.named()),
            (None, Some(_), None) => RecoveredAs::Kept,
            (None, ..) => RecoveredAs::Other,
        }
    }

    /// What is proposed that it was, where operators say nothing else. One that is kept stays so unless something fits now;
    /// and none is kept while attempts are `settling`: their payouts do not wait to be paid yet, and may fit when they do.
    pub(crate) fn proposed(&self, settling: bool) -> Option<RecoveredAs> {
        let was = self.was();
        let nothing_new = (self.kept && self.payout.is_none()) || (settling && was == RecoveredAs::Kept);
        (!nothing_new).then_some(was)
    }

    pub(crate) fn paid(&self) -> Option<PaidOut> {
        self.payment.as_ref().and_then(WalletPayment::paid_out)
    }
}

/// Those that are to be decided, and those that are kept, oldest first. All that were ever found, if `all`. None is taken
/// for the payment of one of the payouts in `not`.
pub(crate) async fn lost(operator: &Operator, all: bool, not: &BTreeSet<PayoutId>) -> Result<Vec<Lost>> {
    let found = if all {
        findings(operator, DiscrepancyFilter::default()).await?
    } else {
        let kept = DiscrepancyFilter { kept: Some(true), ..DiscrepancyFilter::default() };
        let open = DiscrepancyFilter { open: Some(true), ..DiscrepancyFilter::default() };
        [findings(operator, kept).await?, findings(operator, open).await?].concat()
    };
    let mut waiting = waiting_payouts(operator).await?;
    waiting.retain(|payout| !not.contains(&payout.payout_id));
    let wallets = operator.ask("wallet-manager", &wallets()).await?.wallets;
    Ok(matched(found, &waiting, &wallets))
}

/// Each with the oldest payout that asks for just this, of such with the same memo where there is one. A payout is given
/// to one payment.
fn matched(found: Vec<DiscrepancyView>, waiting: &[PayoutView], wallets: &[WalletView]) -> Vec<Lost> {
    let named: BTreeMap<_, _> = wallets.iter().map(|wallet| (wallet.address, wallet)).collect();
    let mut lost: Vec<Lost> = found
        .into_iter()
        .filter_map(|view| match view.finding {
            Finding::UnknownTransaction { transaction, payment } => Some((transaction, payment, view.kept)),
            Finding::AuditContradicted { .. } => None,
        })
        .map(|(transaction, payment, kept)| {
            let WalletTransaction { txid, wallet, block, .. } = transaction;
            let from = named.get(&wallet);
            let to = payment.as_ref().and_then(|payment| named.get(&payment.recipient));
            let no_payout = match (from, to) {
                _ if payment.is_none() => Some("no payment".to_owned()),
                (Some(from), _) if from.class != WalletClass::Hot => {
                    Some(format!("from the wallet {}, which pays no payouts", from.wallet_id))
                }
                (_, Some(to)) => Some(format!("to our own wallet {}", to.wallet_id)),
                _ => None,
            };
            let wallet = from.map(|wallet| wallet.wallet_id.clone());
            let deed = transaction.deed();
            Lost { txid, wallet, deed, block, payment, kept, no_payout, payout: None, candidates: 0, similar: vec![] }
        })
        .collect();
    let mut given = BTreeSet::new();
    for by_memo in [true, false] {
        for one in &mut lost {
            let Some(payment) = &one.payment else { continue };
            let equals: Vec<_> = waiting.iter().filter(|payout| asks_for(payout, payment)).collect();
            one.candidates = equals.len();
            // The list has the newest first.
            let free = equals.into_iter().rev().filter(|payout| !by_memo || payout.memo == payment.memo);
            if let Some(payout) = free.filter(|_| one.payout.is_none()).find(|one| !given.contains(&one.payout_id)) {
                given.insert(payout.payout_id);
                (one.payout, one.no_payout) = (Some(Candidate::of(payout, None)), None);
            }
        }
    }
    for one in lost.iter_mut().filter(|one| one.payout.is_none() && one.no_payout.is_none()) {
        let Some(payment) = &one.payment else { continue };
        let free = waiting.iter().rev().filter(|payout| !given.contains(&payout.payout_id));
        let similar = free.filter_map(|payout| Some(Candidate::of(payout, Some(alike_in(payout, payment)?))));
        one.similar = similar.take(SIMILAR_MAX).collect();
    }
    lost
}

fn asks_for(payout: &PayoutView, payment: &WalletPayment) -> bool {
    (payout.asset, payout.recipient, &payout.amount) == (payment.asset, payment.recipient, &payment.amount)
}

/// In what a payout that asks for something else is like a payment: a merchant may have mended the rest.
fn alike_in(payout: &PayoutView, payment: &WalletPayment) -> Option<&'static str> {
    if payout.memo.is_some() && payout.memo == payment.memo {
        Some("memo")
    } else if payout.recipient == payment.recipient {
        Some("recipient")
    } else {
        ((payout.asset, &payout.amount) == (payment.asset, &payment.amount)).then_some("amount")
    }
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

async fn findings(operator: &Operator, which: DiscrepancyFilter) -> Result<Vec<DiscrepancyView>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let filter = DiscrepancyFilter { after, limit: Some(PAGE), ..which.clone() };
        let page = operator.ask("payout-router", &discrepancies(&filter)).await?;
        found.extend(page.discrepancies);
        after = page.next;
        if after.is_none() {
            found.reverse();
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests;
