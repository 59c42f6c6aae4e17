//! Something that nobody can explain, and a person's word on it.

use api::payout_router::events;
use api::payout_router::reconciliation::{DiscrepancyView, Finding, Resolution, WalletPayment};
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use store::{Commit, NewEvent, Record, Versioned};

use crate::{halt, stray};

/// What is stored of a discrepancy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Discrepancy {
    pub(crate) finding: Finding,
    pub(crate) found_at: UnixMs,
    /// Whether wallet-manager has stopped all signing for it.
    pub(crate) signing_stopped: bool,
    pub(crate) resolution: Option<Resolution>,
    /// Whether operators have kept it: the payment of a payout that is to be asked for again.
    #[serde(default)]
    pub(crate) kept: bool,
}

impl Discrepancy {
    pub(crate) const fn new(finding: Finding, found_at: UnixMs) -> Self {
        Self { finding, found_at, signing_stopped: false, resolution: None, kept: false }
    }

    /// The payment that it is, if it is one.
    pub(crate) const fn payment(&self) -> Option<&WalletPayment> {
        match &self.finding {
            Finding::UnknownTransaction { payment, .. } => payment.as_ref(),
            Finding::AuditContradicted { .. } => None,
        }
    }

    /// The name that a finding has, once for ever.
    pub(crate) fn id_of(finding: &Finding) -> String {
        match finding {
            Finding::UnknownTransaction { transaction, .. } => transaction.txid.to_string(),
            Finding::AuditContradicted { told, .. } => format!("audit-{}", told.audit.seq),
        }
    }

    /// What callers see.
    pub(crate) fn view(&self) -> DiscrepancyView {
        DiscrepancyView {
            id: self.id(),
            finding: self.finding.clone(),
            found_at: self.found_at,
            signing_stopped: self.signing_stopped,
            resolution: self.resolution.clone(),
            kept: self.kept,
        }
    }

    /// Stores it, stops everything for it and tells the feed, in this commit.
    pub(crate) fn found(&self, commit: Commit) -> Commit {
        tracing::error!(discrepancy = self.id(), finding = ?self.finding, "nobody can explain this: everything is stopped");
        let event = told(events::DISCREPANCY_FOUND, &self.view(), 1);
        let commit = halt::hold(commit.insert(self).event(event), &self.id());
        match self.payment() {
            Some(payment) => stray::hold(commit, payment, &self.id()),
            None => commit,
        }
    }

    /// A person has explained it: it stops nothing any more, and if it is not kept holds nothing.
    pub(crate) fn resolved(
        read: &Versioned<Self>,
        resolution: Resolution,
        kept: bool,
        commit: Commit,
    ) -> (Self, Commit) {
        let next = Self { resolution: Some(resolution), kept, ..read.record.clone() };
        let event = told(events::DISCREPANCY_RESOLVED, &next.view(), read.next_version());
        let commit = halt::lifted(commit.update(read, &next).event(event), &next.id());
        (next, commit)
    }
}

fn told(kind: &'static str, view: &DiscrepancyView, version: u64) -> NewEvent {
    let data = serde_json::to_value(view).expect("wire types have text keys and no failing serialiser");
    NewEvent { kind, subject: view.id.clone(), version, data }
}

impl Record for Discrepancy {
    const NOUN: &'static str = "discrepancy";

    fn id(&self) -> String {
        Self::id_of(&self.finding)
    }

    fn stage(&self) -> &'static str {
        match self.resolution {
            None => "open",
            Some(_) if self.kept => "kept",
            Some(_) => "resolved",
        }
    }

    /// Until wallet-manager has stopped all signing too.
    fn due_at(&self) -> Option<UnixMs> {
        (!self.signing_stopped && self.resolution.is_none()).then_some(self.found_at)
    }
}
