//! The approvals of people, held against the payment.

use primitives::UnixMs;
use primitives::statement::{Approval, Authorisation, Signed, Terms};

use super::Refusal;
use super::consent::Approvals;
use super::rules::Rules;

/// Who approved. One wrong approval spoils the request: somebody meant something else.
///
/// An approval is good for one intent, and an intent is paid once: so it is used once without any record of it.
pub(super) fn hold(
    approvals: &[Signed<Approval>],
    authorisation: &Authorisation,
    rules: &Rules,
    now: UnixMs,
) -> Result<Approvals, Refusal> {
    let terms_hash = Terms::from(authorisation).hash();
    let mut seen: Vec<&Approval> = Vec::new();
    for signed in approvals {
        let approver = signed.unverified().approver;
        if !rules.approvers.values().any(|pinned| *pinned == approver) {
            return Err(Refusal::ApprovalSignature);
        }
        let approval = signed.verify(&approver).map_err(|_| Refusal::ApprovalSignature)?;
        if approval.plane != rules.plane || approval.intent != authorisation.intent {
            return Err(Refusal::ApprovalIntent);
        }
        if approval.terms_hash != terms_hash {
            return Err(Refusal::ApprovalTerms);
        }
        if now > approval.valid_until {
            return Err(Refusal::ApprovalExpired);
        }
        let agrees = seen.first().is_none_or(|first| first.requester == approval.requester);
        if approval.requester == Some(approver) || !agrees {
            return Err(Refusal::ApprovalRequester);
        }
        if seen.iter().any(|other| other.approver == approver) {
            return Err(Refusal::ApprovalRepeated);
        }
        seen.push(approval);
    }
    Ok(Approvals {
        approvers: u8::try_from(seen.len()).unwrap_or(u8::MAX),
        requester_named: seen.first().is_some_and(|first| first.requester.is_some()),
    })
}
