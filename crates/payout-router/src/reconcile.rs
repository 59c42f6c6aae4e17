//! Every transaction of our wallets on the chain must be known to wallet-manager's register.
//!
//! Its feed may be behind the chain's, so it is asked by the txid before a transaction is called unknown. Whether it
//! answers is another matter: an answer that does not come is no answer.

use api::payout_router::reconciliation::{Finding, WalletPayment};
use api::tron_client::{WalletTransaction, block_transaction};
use api::wallet_manager::signature;
use payments::stray::payment;
use primitives::{Address, UnixMs};
use service::driver::{Machine, Plan};
use service::{BoxError, Outcome, PeerClient};
use store::{Store, Versioned};

use crate::discrepancy::Discrepancy;
use crate::kept_head::is_registered;
use crate::metrics::Metrics;
use crate::recovery::Recoveries;
use crate::sighting::{Sighting, Verdict};
use crate::stray;

/// Decides about transactions that were seen on the chain.
#[derive(Debug)]
pub(crate) struct Reconciler {
    pub(crate) store: Store,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) metrics: Metrics,
    /// The token whose transfers are payments.
    pub(crate) token: Address,
    pub(crate) recoveries: Recoveries,
}

/// What was learned of a transaction.
#[derive(Debug)]
pub(crate) enum Learned {
    /// The register has it, or it was decided before.
    Verdict(Verdict),
    /// The register has not: what it has paid, and whether a restore has stopped all signing already.
    Unknown(Option<WalletPayment>, bool),
}

impl Machine for Reconciler {
    type Record = Sighting;
    type Facts = Learned;

    async fn gather(&self, read: &Versioned<Sighting>, _: UnixMs) -> Result<Learned, BoxError> {
        let txid = read.record.transaction.txid;
        if let Some(verdict) = read.record.verdict {
            return Ok(Learned::Verdict(verdict));
        }
        if is_registered(&self.store, txid).await? {
            return Ok(Learned::Verdict(Verdict::Registered));
        }
        match self.wallet_manager.call(&signature(txid)).await {
            Outcome::Done(_) => Ok(Learned::Verdict(Verdict::Registered)),
            Outcome::Refused(problem) if problem.code == "unknown_signature" => {
                Ok(Learned::Unknown(self.paid(&read.record.transaction).await?, self.recoveries.stands().await?))
            }
            Outcome::Refused(problem) => Err(self.wallet_manager.refused(problem).into()),
            Outcome::Unknown(cause) => Err(self.wallet_manager.unknown(cause).into()),
        }
    }

    fn plan(&self, read: &Versioned<Sighting>, learned: Learned, now: UnixMs) -> Plan<Sighting> {
        let verdict = match &learned {
            Learned::Verdict(verdict) => *verdict,
            Learned::Unknown(..) => Verdict::Unknown,
        };
        let plan = Plan::to(Sighting { verdict: Some(verdict), ..read.record.clone() }, now);
        if read.record.verdict.is_some() {
            return plan;
        }
        self.metrics.reconciled(verdict);
        let Learned::Unknown(payment, signing_stopped) = learned else { return plan };
        let finding = Finding::UnknownTransaction { transaction: read.record.transaction.clone(), payment };
        let discrepancy = Discrepancy { signing_stopped, ..Discrepancy::new(finding, now) };
        plan.also(|commit| discrepancy.found(commit))
    }
}

impl Reconciler {
    /// What a transaction has paid, by what the chain has of it.
    async fn paid(&self, transaction: &WalletTransaction) -> Result<Option<WalletPayment>, BoxError> {
        let call = block_transaction(transaction.block.number, transaction.txid);
        let seen = self.tron_client.ask(&call).await?;
        if (seen.txid, seen.block) != (transaction.txid, transaction.block) {
            return Err("a node has another block than the one that was read".into());
        }
        Ok(payment(transaction.wallet, self.token, &seen.raw_data.0, &seen.receipt).map(stray::view))
    }
}
