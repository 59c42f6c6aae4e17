//! Who may hear of a registered attempt.

use primitives::UnixMs;
use primitives::statement::Authorisation;
use signer::check::authority;
use signer::{Refusal, Rules};

use super::SignError;
use crate::register::{Asked, Attempt};

/// Whether this right entitles to hear of a registered attempt: the one that it was registered with does for ever, any
/// other authorisation of the issuer if it is for the same payment here. A decision's attempts are named by its every
/// byte.
pub(super) fn to_hear(asked: &Asked, registered: &Attempt, rules: &Rules) -> Result<(), SignError> {
    let signing = registered.signing().ok_or(SignError::Void)?;
    let (request, known) = match (asked, &signing.request) {
        (Asked::Authorised(request), Asked::Authorised(known)) => (request, known),
        (Asked::Decided(_), Asked::Decided(_)) => return Ok(()),
        // The intent is the operators' own: nobody's authorisation is for it.
        _ => return Err(Refusal::Intent.into()),
    };
    if known.authorisation == request.authorisation {
        return Ok(());
    }
    // As of the beginning of time: one that has ended still entitles to hear what was registered while it was good.
    let other = authority(&request.authorisation, rules, UnixMs(0))?;
    same_payment(other, known.authorisation.unverified())?;
    Ok(())
}

/// Whether two authorisations are for one payment. Terms of their use may differ: a renewed one lasts longer.
fn same_payment(other: &Authorisation, known: &Authorisation) -> Result<(), Refusal> {
    for (differs, rule) in [
        (other.kind != known.kind, Refusal::Intent),
        (other.key_id != known.key_id, Refusal::Key),
        (other.asset != known.asset, Refusal::ContractType),
        (other.recipient != known.recipient, Refusal::Recipient),
        (other.amount != known.amount, Refusal::Amount),
    ] {
        if differs {
            return Err(rule);
        }
    }
    Ok(())
}
