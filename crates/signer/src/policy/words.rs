//! What a policy says of a transaction, rule by rule and in words.

use primitives::Sun;
use primitives::statement::Kind;
use tron_tx::ContractType;

use super::Policy;
use super::canonical::joined;
use super::demands::Threshold;
use super::grant::Grant;
use super::holder::{Facts, Surroundings};
use super::judge::RULES;
use super::limits::{Measure, Window};
use super::names::{Selector, kind_name};
use super::totals::Total;
use crate::Refusal;
use crate::check::Approvals;

/// One rule, held against one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// The rule.
    pub rule: Refusal,
    /// Whether it is kept; none where that depends on what else is signed within its window.
    pub kept: Option<bool>,
    /// What is asked and what is allowed.
    pub words: String,
}

impl Policy {
    /// Every rule that is about such a transaction with what it says of this one, broken ones and kept ones.
    pub fn weigh(&self, facts: &Facts<'_>, known: &Surroundings<'_>) -> Vec<Weighed> {
        let holder = facts.holder;
        let Some(grant) = self.grant(holder) else {
            let words = format!(
                "there is no table for the key {}, the wallet {} or the class {}",
                holder.key,
                holder.wallet,
                holder.class.name()
            );
            return vec![Weighed { rule: Refusal::PolicyWallet, kept: Some(false), words }];
        };
        let concerned = RULES.iter().filter(|(rule, _)| concerns(*rule, facts));
        let rules = concerned.map(|(rule, keeps)| Weighed {
            rule: *rule,
            kept: Some(keeps(grant, facts, known)),
            words: words(*rule, grant, facts),
        });
        rules.chain(windows(grant, facts)).chain(totals(grant, facts)).collect()
    }
}

/// Whether a rule has anything to say of transactions of this form; the others are kept by saying nothing.
const fn concerns(rule: Refusal, facts: &Facts<'_>) -> bool {
    match rule {
        Refusal::PolicySelector => matches!(facts.contract, ContractType::TriggerSmartContract),
        Refusal::PolicyPayTo | Refusal::PolicyAttestation => matches!(facts.kind, Kind::Payout | Kind::Refund),
        Refusal::NotTreasury => matches!(facts.kind, Kind::Sweep),
        Refusal::PolicyDelegateTo => matches!(facts.kind, Kind::Delegation),
        _ => true,
    }
}

fn words(rule: Refusal, grant: &Grant, facts: &Facts<'_>) -> String {
    let measure = facts.measure();
    match rule {
        Refusal::PolicyKind => format!("{}; allowed: {}", kind_name(facts.kind), list(grant.kinds())),
        Refusal::PolicyContractType => format!("{}; allowed: {}", facts.contract.name(), list(&grant.contracts)),
        Refusal::PolicyAsset => format!(
            "{}; allowed: tokens {}, with limits for {}",
            measure.name(),
            list(&grant.tokens),
            list(grant.limits.keys().map(|measure| measure.name()))
        ),
        Refusal::PolicySelector => {
            let called = facts.selector.map_or_else(|| "no call".to_owned(), |bytes| Selector(bytes).to_string());
            format!("{called}; allowed: {}", list(&grant.selectors))
        }
        Refusal::PolicyPayTo => to(facts, "payouts", &list(&grant.pay_to)),
        Refusal::NotTreasury => to(facts, "sweeps", &list(&grant.sweep_to)),
        Refusal::PolicyDelegateTo => to(facts, "delegations", &list(&grant.delegate_to)),
        Refusal::MemoTooLong => {
            format!("a memo of {} bytes; allowed: {}", facts.memo_bytes, grant.memo_max_bytes)
        }
        Refusal::FeeLimitCap => {
            format!("a fee_limit of {} TRX; allowed: {} TRX", facts.fee_limit, grant.fee_limit_max)
        }
        Refusal::ExpirationCap => {
            format!("valid for {} ms; allowed: {} ms", facts.expires_in_ms, grant.expiry_max_ms)
        }
        Refusal::PolicyAttestation => {
            let from = grant.demands.get(&measure).map_or(Threshold::Never, |it| it.attestation_from);
            let has = if facts.consent.attested { "attested" } else { "not attested" };
            format!("{}, {has}; an attestation is needed from: {from}", shown(facts.amount, measure))
        }
        Refusal::PolicyApprovals => approvals(grant, facts),
        _ => {
            let most =
                grant.limits.get(&measure).map_or_else(|| "nothing".to_owned(), |it| it.per_transaction.to_string());
            format!("{}; allowed in one transaction: {most}", shown(facts.amount, measure))
        }
    }
}

fn approvals(grant: &Grant, facts: &Facts<'_>) -> String {
    let measure = facts.measure();
    let Approvals { approvers, requester_named } = facts.consent.approvals;
    let asked = if requester_named || approvers == 0 { "" } else { " without saying who asked" };
    let needed = grant.demands.get(&measure).filter(|demands| demands.approvers() > 0).map_or_else(
        || "never".to_owned(),
        |demands| format!("{} from {} on", demands.approvers(), demands.approvals_from),
    );
    format!("{}, {approvers} approvals{asked}; needed: {needed}", shown(facts.amount, measure))
}

fn windows<'a>(grant: &'a Grant, facts: &'a Facts<'_>) -> impl Iterator<Item = Weighed> + 'a {
    let measure = facts.measure();
    let limits = grant.limits.get(&measure);
    limits.into_iter().flat_map(move |limits| {
        Window::ALL.into_iter().map(move |window| {
            let bound = window.bound(limits);
            let span = match window {
                Window::Hour => "an hour".to_owned(),
                Window::Day => "24 hours".to_owned(),
                Window::RecipientDay => format!("24 hours to {}", facts.recipient),
            };
            let unlimited = bound == super::Bound::Unlimited;
            let kept = if unlimited { Some(true) } else { (!bound.admits(facts.amount)).then_some(false) };
            let words = format!("counts {} towards {bound} within {span}", shown(facts.amount, measure));
            Weighed { rule: window.rule(), kept, words }
        })
    })
}

fn totals<'a>(grant: &'a Grant, facts: &'a Facts<'_>) -> impl Iterator<Item = Weighed> + 'a {
    let bounded = move |total| {
        Total::WINDOWS.into_iter().filter_map(move |window| Some((total, window, grant.total(total, window)?)))
    };
    Total::ALL.into_iter().flat_map(bounded).map(|(total, window, most)| {
        let span = if window == Window::Hour { "an hour" } else { "24 hours" };
        let (adds, words) = match total {
            Total::Fees => {
                let most = Sun::new(most).unwrap_or_default();
                (
                    facts.fee_limit.units(),
                    format!("counts {} TRX of fees towards {most} within {span}", facts.fee_limit),
                )
            }
            Total::Signatures => (1, format!("counts 1 attempt towards {most} within {span}")),
        };
        Weighed { rule: total.rule(), kept: (adds > most).then_some(false), words }
    })
}

fn list<T: std::fmt::Display>(values: impl IntoIterator<Item = T>) -> String {
    let list = joined(values).replace(',', ", ");
    if list.is_empty() { "none".to_owned() } else { list }
}

fn to(facts: &Facts<'_>, what: &str, allowed: &str) -> String {
    format!("to {}; allowed for {what}: {allowed}", facts.recipient)
}

fn shown(amount: u64, measure: Measure) -> String {
    Sun::new(amount).map_or_else(|_| format!("{amount} units"), |whole| format!("{whole} {}", measure.unit()))
}
