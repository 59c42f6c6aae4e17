//! Every transaction of our wallets on the chain must be known to wallet-manager's register.
//!
//! Its feed may be behind the chain's, so it is asked by the txid before a transaction is called unknown. Whether it
//! answers is another matter: an answer that does not come is no answer.

use api::payout_router::reconciliation::Finding;
use api::wallet_manager::signature;
use primitives::UnixMs;
use service::driver::{Machine, Plan};
use service::{BoxError, Outcome, PeerClient};
use store::{Store, Versioned};

use crate::discrepancy::Discrepancy;
use crate::kept_head::is_registered;
use crate::metrics::Metrics;
use crate::sighting::{Sighting, Verdict};

/// Decides about transactions that were seen on the chain.
#[derive(Debug)]
pub(crate) struct Reconciler {
    pub(crate) store: Store,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) metrics: Metrics,
}

impl Machine for Reconciler {
    type Record = Sighting;
    type Facts = Verdict;

    async fn gather(&self, read: &Versioned<Sighting>, _: UnixMs) -> Result<Verdict, BoxError> {
        let txid = read.record.transaction.txid;
        if let Some(verdict) = read.record.verdict {
            return Ok(verdict);
        }
        if is_registered(&self.store, txid).await? {
            return Ok(Verdict::Registered);
        }
        match self.wallet_manager.call(&signature(txid)).await {
            Outcome::Done(_) => Ok(Verdict::Registered),
            Outcome::Refused(problem) if problem.code == "unknown_signature" => Ok(Verdict::Unknown),
            Outcome::Refused(problem) => Err(self.wallet_manager.refused(problem).into()),
            Outcome::Unknown(cause) => Err(self.wallet_manager.unknown(cause).into()),
        }
    }

    fn plan(&self, read: &Versioned<Sighting>, verdict: Verdict, now: UnixMs) -> Plan<Sighting> {
        let plan = Plan::to(Sighting { verdict: Some(verdict), ..read.record.clone() }, now);
        if read.record.verdict.is_some() {
            return plan;
        }
        self.metrics.reconciled(verdict);
        match verdict {
            Verdict::Registered => plan,
            Verdict::Unknown => {
                let finding = Finding::UnknownTransaction { transaction: read.record.transaction.clone() };
                plan.also(|commit| Discrepancy::new(finding, now).found(commit))
            }
        }
    }
}
