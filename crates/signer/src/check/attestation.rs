//! The compliance desk's word for a payment, held against the payment.

use primitives::Address;
use primitives::statement::{Asset, Attested, Authorisation, Hashed as _};
use tron_tx::RecoverableSignature;

use super::Refusal;
use super::rules::{Circumstances, Rules};

/// Whether the payment is attested. An attestation that is wrong is refused whether it is demanded or not: somebody
/// meant something else.
pub(super) fn hold(
    attested: Option<&Attested>,
    authorisation: &Authorisation,
    rules: &Rules,
    known: &Circumstances<'_>,
) -> Result<bool, Refusal> {
    let Some(attested) = attested else { return Ok(false) };
    let desk = signer_of(attested).ok_or(Refusal::AttestationSignature)?;
    // Before whether it is pinned: whoever forgot to unpin it is told what is the matter.
    if known.retired_desks.contains(&desk) {
        return Err(Refusal::KeyRetired);
    }
    if !rules.compliance.contains(&desk) {
        return Err(Refusal::AttestationSignature);
    }
    let attestation = attested.unverified();
    if attestation.plane != rules.plane || attestation.chain_id != rules.chain_id {
        return Err(Refusal::AttestationDomain);
    }
    if attestation.payout_id.to_string() != authorisation.intent.as_str() {
        return Err(Refusal::AttestationIntent);
    }
    if attestation.recipient != authorisation.recipient {
        return Err(Refusal::AttestationRecipient);
    }
    // Attestations speak of USDT.
    if authorisation.asset == Asset::Trx || attestation.amount.units() != authorisation.amount {
        return Err(Refusal::AttestationAmount);
    }
    if attestation.is_valid_at(known.now) { Ok(true) } else { Err(Refusal::AttestationExpired) }
}

fn signer_of(attested: &Attested) -> Option<Address> {
    RecoverableSignature::parse(attested.signature()).ok()?.signer(&attested.unverified().digest()).ok()
}
