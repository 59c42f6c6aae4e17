//! What a refused signature means for the attempt that asked for it.
//!
//! Only a code of this table is a word on a transaction. Every other refusal (of a token, a body, a path) is a word on
//! the call: nothing is decided by it. wallet-manager's tests hold the table against the signer's rules.

/// What the owner of an attempt does about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Remedy {
    /// The register has taken nothing, and what stands in the way is this transaction's time, anchor or name: another
    /// transaction of the same attempt may pass.
    SealAnew,
    /// The attempt is registered as another transaction, which the refusal names: that one it is.
    Adopt,
    /// A configuration or an earlier attempt stands in the way, not the transaction: nothing is decided, and the question
    /// is put again later.
    AskAgain,
    /// No transaction under this permission will pass: the attempt is given up, on which the register has the last
    /// word.
    GiveUp,
}

/// Every code of a refused signature, and what is to be done.
pub const SIGNATURE_REFUSALS: &[(&str, Remedy)] = &[
    // The register's own.
    ("txid_taken", Remedy::SealAnew),
    ("attempt_taken", Remedy::Adopt),
    ("attempt_void", Remedy::GiveUp),
    ("other_txid", Remedy::GiveUp),
    // The transaction's time and place on the chain.
    ("anchor_stale", Remedy::SealAnew),
    ("anchor_signature", Remedy::SealAnew),
    ("anchor_chain", Remedy::SealAnew),
    ("clock_apart", Remedy::SealAnew),
    ("reference_block", Remedy::SealAnew),
    ("expiration_past", Remedy::SealAnew),
    ("timestamp", Remedy::SealAnew),
    // All signing is stopped: nothing is decided before two operators have lifted it.
    ("frozen", Remedy::AskAgain),
    // An earlier attempt that time alone ends.
    ("previous_alive", Remedy::AskAgain),
    // More attempts than are made without a person, who may still allow it.
    ("third_attempt", Remedy::AskAgain),
    // Services that do not agree on who they are: for a person, and no reason to fail every payout meanwhile. It ends
    // with the permission, of which the signer says so before it says these.
    ("authority_signature", Remedy::AskAgain),
    ("plane", Remedy::AskAgain),
    ("chain", Remedy::AskAgain),
    // A policy that is not finished, and its windows, which slide on: waited for as long as the permission is good.
    ("policy_unusable", Remedy::AskAgain),
    ("policy_wallet", Remedy::AskAgain),
    ("policy_hour", Remedy::AskAgain),
    ("policy_day", Remedy::AskAgain),
    ("policy_recipient_day", Remedy::AskAgain),
    ("policy_fees", Remedy::AskAgain),
    ("policy_signatures", Remedy::AskAgain),
    // Consent that may still come or be renewed, and keys that are not pinned yet.
    ("policy_attestation", Remedy::AskAgain),
    ("policy_approvals", Remedy::AskAgain),
    ("attestation_expired", Remedy::AskAgain),
    ("attestation_signature", Remedy::AskAgain),
    ("approval_expired", Remedy::AskAgain),
    ("approval_signature", Remedy::AskAgain),
    // Consent to something else.
    ("attestation_intent", Remedy::GiveUp),
    ("attestation_recipient", Remedy::GiveUp),
    ("attestation_amount", Remedy::GiveUp),
    ("attestation_domain", Remedy::GiveUp),
    ("attestation_used", Remedy::GiveUp),
    ("approval_intent", Remedy::GiveUp),
    ("approval_terms", Remedy::GiveUp),
    ("approval_requester", Remedy::GiveUp),
    ("approval_repeated", Remedy::GiveUp),
    // Permissions on their way to the chain: it ends with them.
    ("wallet_hardening", Remedy::AskAgain),
    // What operators decided.
    ("decision", Remedy::GiveUp),
    ("operations", Remedy::GiveUp),
    ("active_key", Remedy::GiveUp),
    ("owner_key", Remedy::GiveUp),
    ("permission_update", Remedy::GiveUp),
    // The permission, the transaction under it, and the signer's own bounds.
    ("authority_expired", Remedy::GiveUp),
    ("intent", Remedy::GiveUp),
    ("undecodable", Remedy::GiveUp),
    ("key", Remedy::GiveUp),
    ("key_retired", Remedy::GiveUp),
    ("class", Remedy::GiveUp),
    ("owner", Remedy::GiveUp),
    ("permission", Remedy::GiveUp),
    ("contract_type", Remedy::GiveUp),
    ("token_not_pinned", Remedy::GiveUp),
    ("token", Remedy::GiveUp),
    ("call_value", Remedy::GiveUp),
    ("calldata", Remedy::GiveUp),
    ("recipient", Remedy::GiveUp),
    ("recipient_forbidden", Remedy::GiveUp),
    ("not_treasury", Remedy::GiveUp),
    ("not_our_wallet", Remedy::GiveUp),
    ("amount", Remedy::GiveUp),
    ("resource", Remedy::GiveUp),
    ("lock", Remedy::GiveUp),
    ("memo", Remedy::GiveUp),
    ("memo_too_long", Remedy::GiveUp),
    ("fee_limit", Remedy::GiveUp),
    ("fee_limit_cap", Remedy::GiveUp),
    ("expiration", Remedy::GiveUp),
    ("expiration_cap", Remedy::GiveUp),
    ("previous", Remedy::GiveUp),
    ("policy_kind", Remedy::GiveUp),
    ("policy_contract_type", Remedy::GiveUp),
    ("policy_asset", Remedy::GiveUp),
    ("policy_selector", Remedy::GiveUp),
    ("policy_pay_to", Remedy::GiveUp),
    ("policy_delegate_to", Remedy::GiveUp),
    ("policy_amount", Remedy::GiveUp),
];

/// Every code by which the making and the retiring of a key is refused, with its status: 403 where the decision does not
/// count, 409 and 422 where it does and something else stands in the way. Nothing was done.
pub const CEREMONY_REFUSALS: &[(&str, u16)] = &[
    // Two operators have not decided, or not here and now.
    ("ceremony_required", 403),
    ("ceremony_expired", 403),
    ("ceremony_not_yet", 403),
    ("ceremony_operator_unknown", 403),
    ("ceremony_operator_twice", 403),
    ("ceremony_signature", 403),
    ("ceremony_operators", 403),
    ("ceremony_plane", 403),
    ("ceremony_chain", 403),
    // They decided on something else.
    ("ceremony_action", 403),
    ("ceremony_name", 403),
    ("ceremony_class", 403),
    ("ceremony_key", 403),
    // Another decision was acted upon.
    ("ceremony_used", 409),
    ("key_exists", 409),
    ("key_class_taken", 409),
    // What is there does not allow it.
    ("other_class", 422),
    ("key_class", 422),
    ("key_not_made", 409),
    ("key_needed", 409),
    ("unknown_key", 404),
];

/// What is to be done about a refusal with this code; a code that is not of the table decides nothing.
pub fn remedy(code: &str) -> Remedy {
    SIGNATURE_REFUSALS.iter().find(|(known, _)| *known == code).map_or(Remedy::AskAgain, |(_, remedy)| *remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_means_one_thing() {
        let signatures = SIGNATURE_REFUSALS.iter().map(|(code, _)| *code);
        let mut codes: Vec<_> = signatures.chain(CEREMONY_REFUSALS.iter().map(|(code, _)| *code)).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), SIGNATURE_REFUSALS.len() + CEREMONY_REFUSALS.len());
    }

    #[test]
    fn what_is_not_known_decides_nothing() {
        for code in ["", "missing_scope", "body_too_large", "malformed_body", "not_found", "Recipient"] {
            assert_eq!(remedy(code), Remedy::AskAgain, "{code}");
        }
    }
}
