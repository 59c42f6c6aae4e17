//! The checks of what two operators decided.

use api::wallet_manager::decision::DecisionRequest;
use primitives::UnixMs;
use primitives::statement::Action;
use signer::Refusal;
use signer::check::{Circumstances, Council, SignDecision, agreed_as_of, check_decision};
use signer::policy::{Facts, Surroundings};
use store::Versioned;

use super::{Anew, Passed, SignError, SigningCore};
use crate::harden::Hardening;
use crate::wallet::Wallet;

impl SigningCore {
    /// Runs every check as of `now`: the policy's as well, except for an update of permissions, on which the operators
    /// alone decide, and which leaves no more than the wallet's class needs.
    pub(super) async fn check_decided(
        &self,
        request: &DecisionRequest,
        now: UnixMs,
        Anew(anew): Anew,
    ) -> Result<Passed, SignError> {
        // Before anything is looked up for it.
        let ceremony = agreed_as_of(&request.ceremony, &self.rules, now)?.statement;
        let stored = self.wallet_of(ceremony).await?;
        let key_id = &stored.record.key_id;
        let payer = self.book.signing_payer(key_id)?;
        let hardens = matches!(ceremony.action, Action::HardenWallet { .. });
        if anew && !hardens && self.book.is_closed(key_id, self.clock.now()) {
            return Err(Refusal::Hardening.into());
        }
        let spends = matches!(ceremony.action, Action::Spend(_));
        if anew && spends && self.freezer.may_be_lost(self.rules.plane, ceremony.issued_at).await? {
            return Err(Refusal::AuthorityExpired.into());
        }
        let earlier = self.earlier(&ceremony.id().into(), request.attempt).await?;
        let our_wallets = self.book.addresses();
        let mut wallet = payer.wallet.clone();
        if hardens && !anew {
            // It was the owner's when this was registered.
            wallet.permission_id = 0;
        }
        let anchors = &self.anchors;
        let retired_desks = &self.book.retired_desks();
        let known = Circumstances {
            wallet: &wallet,
            our_wallets: &our_wallets,
            earlier: &earlier,
            retired_desks,
            anchors,
            now,
        };
        let council = Council { attempt: request.attempt, operations: payer.operations, shared: payer.shared };
        let sign = SignDecision {
            raw_data: request.raw_data.0.clone(),
            ceremony: request.ceremony.clone(),
            anchor: request.anchor.clone(),
        };
        let checked = check_decision(&sign, &council, &self.rules, &known)?;
        let in_force = self.policy.current()?;
        let reservations = match checked.authorisation() {
            None => Vec::new(),
            Some(payment) => {
                let mut facts = Facts::of(&payer.holder, checked.transaction(), payment, checked.consent(), now);
                if payer.shared {
                    // The cap is on what a transaction may cost, and the second signature costs.
                    let fee = api::wallet_manager::permissions::MULTI_SIGN_FEE_SUN;
                    let beside = primitives::Sun::new(fee).map_err(|_| Refusal::FeeLimitCap)?;
                    facts.fee_limit = facts.fee_limit.checked_add(beside).ok_or(Refusal::FeeLimitCap)?;
                }
                let surroundings = Surroundings { usdt: &self.rules.tokens, our_wallets: &our_wallets };
                in_force.policy.judge(&facts, &surroundings)?
            }
        };
        let wallet = if anew { updated(stored, Hardening::of(ceremony))? } else { None };
        Ok(Passed { checked, key: payer.key, reservations, policy: in_force.version.clone(), wallet })
    }
}

/// The wallet with its permissions on their way; nothing to write if they are already.
fn updated(
    stored: Versioned<Wallet>,
    hardening: Option<Hardening>,
) -> Result<Option<(Versioned<Wallet>, Wallet)>, SignError> {
    let Some(hardening) = hardening else { return Ok(None) };
    match &stored.record.hardening {
        None => {
            let next = stored.record.clone().with_hardening(Some(hardening));
            Ok(Some((stored, next)))
        }
        Some(known) if known.ceremony == hardening.ceremony => Ok(None),
        Some(_) => Err(Refusal::Hardening.into()),
    }
}
