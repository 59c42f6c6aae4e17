//! Whether a policy allows a transaction: its rules in order, and what must be reserved.

use primitives::statement::{Asset, Kind};
use tron_tx::ContractType;

use super::Policy;
use super::demands::Threshold;
use super::grant::Grant;
use super::holder::{Facts, Surroundings};
use super::limits::Window;
use super::names::{ContractName, Selector};
use super::reservation::Reservation;
use super::totals::Total;
use crate::Refusal;

/// A rule with its test, which says whether it is kept.
pub(super) type Rule = (Refusal, fn(&Grant, &Facts<'_>, &Surroundings<'_>) -> bool);

/// The rules beside those on sums, in the order in which the first broken one is named.
pub(super) const RULES: &[Rule] = &[
    (Refusal::PolicyKind, |grant, facts, _| grant.kinds.contains(&facts.kind)),
    // What is listed for one kind is not listed for another: each has its one contract.
    (Refusal::PolicyContractType, |grant, facts, _| {
        let measure = facts.measure();
        let fits = facts.contract == measure.contract() || !grant.limits.contains_key(&measure);
        fits && grant.contracts.contains(&ContractName(facts.contract))
    }),
    (Refusal::PolicyAsset, asset),
    (Refusal::PolicySelector, selector),
    (Refusal::PolicyPayTo, |grant, facts, known| {
        let pays = matches!(facts.kind, Kind::Payout | Kind::Refund);
        !pays || grant.pay_to.iter().any(|place| place.admits(facts.recipient, known.our_wallets))
    }),
    (Refusal::NotTreasury, |grant, facts, known| {
        let sweeps = facts.kind == Kind::Sweep;
        !sweeps || grant.sweep_to.iter().any(|place| place.admits(facts.recipient, known.our_wallets))
    }),
    (Refusal::PolicyDelegateTo, |grant, facts, known| {
        let lends = facts.kind == Kind::Delegation;
        !lends || grant.delegate_to.iter().any(|place| place.admits(facts.recipient, known.our_wallets))
    }),
    (Refusal::MemoTooLong, |grant, facts, _| facts.memo_bytes <= grant.memo_max_bytes),
    (Refusal::FeeLimitCap, |grant, facts, _| facts.fee_limit <= grant.fee_limit_max),
    (Refusal::ExpirationCap, |grant, facts, _| facts.expires_in_ms <= grant.expiry_max_ms),
    (Refusal::PolicyAmount, |grant, facts, _| {
        grant.limits.get(&facts.measure()).is_some_and(|limits| limits.per_transaction.admits(facts.amount))
    }),
    (Refusal::PolicyAttestation, |grant, facts, _| {
        let demanded = grant.demands.get(&facts.measure()).map_or(Threshold::Never, |demands| demands.attestation_from);
        let pays = matches!(facts.kind, Kind::Payout | Kind::Refund);
        facts.consent.attested || !pays || !demanded.concerns(facts.amount)
    }),
    (Refusal::PolicyApprovals, |grant, facts, _| {
        let needed = grant.demands.get(&facts.measure()).map_or(0, |demands| demands.approvers_for(facts.amount));
        facts.consent.approvals.suffice(needed)
    }),
];

fn asset(grant: &Grant, facts: &Facts<'_>, known: &Surroundings<'_>) -> bool {
    let listed = match facts.asset {
        Asset::Trx => true,
        Asset::Token(token) => grant.tokens.iter().any(|name| name.names(token, known.usdt)),
    };
    listed && grant.limits.contains_key(&facts.measure())
}

fn selector(grant: &Grant, facts: &Facts<'_>, _: &Surroundings<'_>) -> bool {
    facts.contract != ContractType::TriggerSmartContract
        || facts.selector.is_some_and(|selector| grant.selectors.contains(&Selector(selector)))
}

impl Policy {
    /// Every rule of policies, in the order in which the first broken one is named.
    pub fn rules() -> impl Iterator<Item = Refusal> {
        let rules = RULES.iter().map(|(rule, _)| *rule);
        let totals = Total::ALL.map(Total::rule);
        std::iter::once(Refusal::PolicyWallet).chain(rules).chain(Window::ALL.map(Window::rule)).chain(totals)
    }

    /// What must be reserved before this is signed, or the first rule that it breaks. The rules on sums are broken
    /// where a reservation cannot be taken.
    pub fn judge(&self, facts: &Facts<'_>, known: &Surroundings<'_>) -> Result<Vec<Reservation>, Refusal> {
        let grant = self.grant(facts.holder).ok_or(Refusal::PolicyWallet)?;
        if let Some((rule, _)) = RULES.iter().find(|(_, keeps)| !keeps(grant, facts, known)) {
            return Err(*rule);
        }
        let limits = grant.limits.get(&facts.measure()).ok_or(Refusal::PolicyAsset)?;
        Reservation::all(facts, grant, limits)
    }
}
