//! What one table of a policy allows, and whether it is at odds with itself.

use std::collections::{BTreeMap, BTreeSet};

use primitives::Sun;
use primitives::statement::Kind;
use serde::Deserialize;
use tron_tx::ContractType;

use super::demands::{Demands, Threshold};
use super::limits::{Bound, Limits, Measure, Window};
use super::names::{ContractName, Destination, Selector, TokenName, kind_name};
use super::totals::{Fees, Signatures, Total};

/// Everything that the wallets of one table may sign; what is not in it, they may not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub(super) kinds: Vec<Kind>,
    pub(super) contracts: BTreeSet<ContractName>,
    #[serde(default)]
    pub(super) tokens: BTreeSet<TokenName>,
    #[serde(default)]
    pub(super) selectors: BTreeSet<Selector>,
    #[serde(default)]
    pub(super) pay_to: BTreeSet<Destination>,
    #[serde(default)]
    pub(super) sweep_to: BTreeSet<Destination>,
    #[serde(default)]
    pub(super) delegate_to: BTreeSet<Destination>,
    #[serde(default)]
    pub(super) fee_limit_max: Sun,
    pub(super) expiry_max_ms: u64,
    #[serde(default)]
    pub(super) memo_max_bytes: usize,
    pub(super) fees: Option<Fees>,
    pub(super) signatures: Option<Signatures>,
    pub(super) limits: BTreeMap<Measure, Limits>,
    #[serde(default)]
    pub(super) demands: BTreeMap<Measure, Demands>,
}

impl Grant {
    /// The kinds that it allows, by name and in order.
    pub fn kinds(&self) -> BTreeSet<&'static str> {
        self.kinds.iter().map(|kind| kind_name(*kind)).collect()
    }

    /// The limits of what it allows.
    pub const fn limits(&self) -> &BTreeMap<Measure, Limits> {
        &self.limits
    }

    /// What fee_limits and attempts may add up to within a window; none where the table does not say, or says that there is
    /// no bound.
    pub fn total(&self, total: Total, window: Window) -> Option<u64> {
        let bound = match total {
            Total::Fees => self.fees?.bound(window),
            Total::Signatures => self.signatures?.bound(window),
        };
        match bound {
            Bound::AtMost(most) => Some(most),
            Bound::Unlimited => None,
        }
    }

    /// What it demands beside the authorisation.
    pub const fn demands(&self) -> &BTreeMap<Measure, Demands> {
        &self.demands
    }

    /// What is wrong with it. A line that could never matter is as wrong as one that is missing: its author meant
    /// something by it.
    pub(super) fn fault(&self) -> Option<String> {
        self.limits_fault()
            .or_else(|| self.contracts_fault())
            .or_else(|| self.destinations_fault().map(str::to_owned))
            .or_else(|| self.demands_fault())
            .or_else(|| self.totals_fault().map(str::to_owned))
            .or_else(|| (self.kinds().len() != self.kinds.len()).then(|| "a kind is named twice".to_owned()))
    }

    fn totals_fault(&self) -> Option<&'static str> {
        let fees = self.fees.and_then(|fees| fees.fault(self.fee_limit_max.units()));
        fees.or_else(|| self.signatures.and_then(Signatures::fault))
    }

    fn allows(&self, kinds: &[Kind]) -> bool {
        self.kinds.iter().any(|kind| kinds.contains(kind))
    }

    fn has(&self, contract: ContractType) -> bool {
        self.contracts.contains(&ContractName(contract))
    }

    fn limits_fault(&self) -> Option<String> {
        for (measure, limits) in &self.limits {
            if let Some(fault) = limits.fault() {
                return Some(format!("limits.{}: {fault}", measure.name()));
            }
        }
        None
    }

    /// Each measure stands and falls with the kind that it measures and the contract that does it.
    fn contracts_fault(&self) -> Option<String> {
        let pays = [Kind::Payout, Kind::Refund, Kind::Sweep];
        let forms: [(Measure, &[Kind]); 6] = [
            (Measure::Usdt, &pays),
            (Measure::Trx, &pays),
            (Measure::Stake, &[Kind::Stake]),
            (Measure::Unstake, &[Kind::Unstake]),
            (Measure::Delegation, &[Kind::Delegation]),
            (Measure::Reclaim, &[Kind::Reclaim]),
        ];
        for (measure, kinds) in forms {
            let (name, contract, limited) = (measure.name(), measure.contract(), self.limits.contains_key(&measure));
            if limited != self.has(contract) {
                return Some(format!("limits.{name} and contracts {:?} need one another", contract.name()));
            }
            if limited && !self.allows(kinds) {
                return Some(format!("limits.{name} is for none of the kinds"));
            }
        }
        let useless = |name: &&ContractName| forms.iter().all(|(measure, _)| measure.contract() != name.0);
        if let Some(name) = self.contracts.iter().find(useless) {
            return Some(format!("contracts: this signer makes no {name}"));
        }
        for kind in &self.kinds {
            if !forms.iter().any(|(measure, kinds)| kinds.contains(kind) && self.limits.contains_key(measure)) {
                return Some(format!("the kind {} has no limits", kind_name(*kind)));
            }
        }
        let calls = self.has(ContractType::TriggerSmartContract);
        (calls == self.tokens.is_empty() || calls == self.selectors.is_empty() || calls == self.fee_limit_max.is_zero())
            .then(|| "TriggerSmartContract, tokens, selectors and fee_limit_max need one another".to_owned())
    }

    fn demands_fault(&self) -> Option<String> {
        self.demands.iter().find_map(|(measure, demands)| {
            let name = measure.name();
            let attested = demands.attestation_from != Threshold::Never;
            let fault = if !self.limits.contains_key(measure) {
                Some("there is no limits table for it")
            } else if attested && (*measure != Measure::Usdt || !self.allows(&[Kind::Payout, Kind::Refund])) {
                Some("attestation_from is for payouts and refunds of USDT")
            } else {
                demands.fault()
            };
            fault.map(|fault| format!("demands.{name}: {fault}"))
        })
    }

    fn destinations_fault(&self) -> Option<&'static str> {
        if self.allows(&[Kind::Payout, Kind::Refund]) == self.pay_to.is_empty() {
            Some("payouts or refunds and pay_to need one another")
        } else if self.allows(&[Kind::Sweep]) == self.sweep_to.is_empty() {
            Some("sweeps and sweep_to need one another")
        } else if self.allows(&[Kind::Delegation]) == self.delegate_to.is_empty() {
            Some("delegations and delegate_to need one another")
        } else if self.sweep_to.contains(&Destination::Anyone) || self.delegate_to.contains(&Destination::Anyone) {
            Some("sweeps and delegations go to pinned places, not to anyone")
        } else {
            None
        }
    }
}
