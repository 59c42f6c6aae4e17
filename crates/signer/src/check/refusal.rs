//! Why a transaction is not signed: one name per rule, stable, for answers, metrics and the audit log.

use thiserror::Error;

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $text:literal;)*) => {
        /// The rule that a request broke. The order is that of the checks; the first broken rule is named.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
        pub enum Refusal {
            $($(#[$doc])* #[error($text)] $name,)*
        }

        impl Refusal {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The stable code, lower-case with underscores.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

refusals! {
    /// All signing is stopped until two operators lift it. Before everything else: whoever waits for that loses nothing.
    Frozen = "frozen", "all signing is stopped";
    /// Our clock is past the authorisation's `valid_until`.
    AuthorityExpired = "authority_expired", "the authorisation is no longer valid";
    /// The authorisation is not signed by the pinned issuer of its kind.
    AuthoritySignature = "authority_signature", "the authorisation is not signed by the issuer for its kind";
    /// The authorisation is for another plane.
    Plane = "plane", "the authorisation is for another plane";
    /// The authorisation is for another chain.
    Chain = "chain", "the authorisation is for another chain";
    /// The intent is none of this kind's: another issuer's, whose attempts are not this one's to take.
    Intent = "intent", "the intent is not one of the authorised kind";
    /// The anchor is not signed by the pinned key of tron-client.
    AnchorSignature = "anchor_signature", "the anchor is not signed by tron-client";
    /// The anchor is of another chain.
    AnchorChain = "anchor_chain", "the anchor is of another chain";
    /// The anchor's block is more than two minutes old.
    AnchorStale = "anchor_stale", "the anchor is more than two minutes old";
    /// The anchor's block is more than 30 seconds in our future: one of the clocks is wrong.
    ClockApart = "clock_apart", "the anchor is in the future, a clock is wrong";
    /// raw_data is not exactly one transaction in its one encoding.
    Undecodable = "undecodable", "raw_data is not exactly one transaction in canonical form";
    /// The reference block is not the anchor's.
    ReferenceBlock = "reference_block", "the reference block is not the anchor";
    /// The authorisation names another key than the wallet's.
    Key = "key", "the authorisation names another key";
    /// The wallet's key was retired: it signs nothing any more, and what is registered for it is not signed either. Or the
    /// compliance desk's was: what it attested is believed no more.
    KeyRetired = "key_retired", "the key was retired";
    /// The wallet's class does not do this kind of thing.
    Class = "class", "the wallet's class does not allow this kind";
    /// The transaction is from another account than the wallet's.
    Owner = "owner", "the transaction is from another account than the wallet";
    /// The transaction's or the authorisation's permission is not the wallet's.
    Permission = "permission", "the permission is not the authorised one";
    /// The contract's type is not the one form of this kind of authorisation.
    ContractType = "contract_type", "the contract's type is not that of the authorised kind";
    /// The token's contract is not pinned.
    TokenNotPinned = "token_not_pinned", "the token's contract is not pinned";
    /// The call is to another contract than the authorised token.
    Token = "token", "the call is to another contract than the authorised token";
    /// TRX or a TRC-10 token is attached to the call.
    CallValue = "call_value", "the call carries a value of its own";
    /// The calldata is not exactly `transfer(address,uint256)`.
    Calldata = "calldata", "the calldata is not exactly one transfer";
    /// The recipient is not the authorised one.
    Recipient = "recipient", "the recipient is not the authorised one";
    /// The recipient is one that no authorisation can allow: the wallet itself, zero, or a token's contract.
    RecipientForbidden = "recipient_forbidden", "the recipient is the wallet itself, zero or a token";
    /// A delegation goes elsewhere than to one of our wallets.
    NotOurWallet = "not_our_wallet", "a delegation goes to our own wallets only";
    /// The amount is not the authorised one.
    Amount = "amount", "the amount is not the authorised one";
    /// The resource is not the authorised one.
    Resource = "resource", "the resource is not the authorised one";
    /// The delegation is locked.
    Lock = "lock", "a delegation is not locked";
    /// The memo is not the authorised one.
    Memo = "memo", "the memo is not the authorised one";
    /// The fee_limit is missing, needless, or above the authorised one.
    FeeLimit = "fee_limit", "the fee_limit is not within the authorisation";
    /// The expiration is later than authorised.
    Expiration = "expiration", "the expiration is later than authorised";
    /// The transaction has expired already.
    ExpirationPast = "expiration_past", "the transaction has expired";
    /// The transaction claims to have been made after it expires.
    Timestamp = "timestamp", "the transaction is dated after its expiration";
    /// The earlier attempts that the authorisation lists are not those of the register.
    Previous = "previous", "the earlier attempts are not those of the register";
    /// An earlier attempt can still be included.
    PreviousAlive = "previous_alive", "an earlier attempt has not expired";
    /// Two attempts were made, and no person has allowed a third.
    ThirdAttempt = "third_attempt", "a third attempt needs a person, and no operator has allowed it";
    /// The attestation is not signed by the pinned compliance key, or none is pinned.
    AttestationSignature = "attestation_signature", "the attestation is not signed by the compliance key";
    /// The attestation is for another plane or chain.
    AttestationDomain = "attestation_domain", "the attestation is for another plane or chain";
    /// The attestation is for another payout.
    AttestationIntent = "attestation_intent", "the attestation is for another payout";
    /// The attestation is for another recipient.
    AttestationRecipient = "attestation_recipient", "the attestation is for another recipient";
    /// The attestation is for another amount.
    AttestationAmount = "attestation_amount", "the attestation is for another amount";
    /// Our clock is before the attestation's `notBefore` or past its `expiresAt`.
    AttestationExpired = "attestation_expired", "the attestation is not valid now";
    /// The attestation's nonce was used for another intent.
    AttestationUsed = "attestation_used", "the attestation was used for another payout";
    /// An approval is not signed by a pinned approver.
    ApprovalSignature = "approval_signature", "an approval is not signed by a pinned approver";
    /// An approval is for another plane or another intent.
    ApprovalIntent = "approval_intent", "an approval is for another intent";
    /// An approval is for another kind, asset, recipient or amount.
    ApprovalTerms = "approval_terms", "an approval is for other terms";
    /// Our clock is past an approval's `valid_until`.
    ApprovalExpired = "approval_expired", "an approval is no longer valid";
    /// An approver approves what they asked for themselves, or the approvals disagree on who asked.
    ApprovalRequester = "approval_requester", "an approver is the requester, or approvals name different ones";
    /// One person approves twice.
    ApprovalRepeated = "approval_repeated", "one approver approves twice";
    /// The wallet's account is given new permissions, and meanwhile nothing else is signed for it.
    Hardening = "wallet_hardening", "the permissions of the wallet's account are being changed";
    /// What the operators decided is not done by a transaction.
    Decision = "decision", "the operators decided on something else than a transaction";
    /// The decided operations are not exactly those of the wallet's class.
    Operations = "operations", "the operations are not exactly those of the wallet's class";
    /// The wallet's own key is not one of the decided active permission.
    ActiveKey = "active_key", "the wallet's key is none of the active permission's";
    /// An owner key is one that signs, here or beside us.
    OwnerKey = "owner_key", "an owner key is not offline: it is a signer's";
    /// The contract is not exactly the decided update.
    PermissionUpdate = "permission_update", "the contract is not exactly the decided update of permissions";
    /// There is no policy: the file is missing, wrong, not signed, or older than one that was in force.
    PolicyUnusable = "policy_unusable", "there is no usable policy, and without one nothing is signed";
    /// The policy has no table for the wallet.
    PolicyWallet = "policy_wallet", "the policy says nothing of this wallet";
    /// The policy does not let the wallet do this kind of thing.
    PolicyKind = "policy_kind", "the policy does not allow this kind";
    /// The policy does not let the wallet make this type of contract.
    PolicyContractType = "policy_contract_type", "the policy does not allow this contract type";
    /// The policy does not list the token, or gives no limits for what is moved.
    PolicyAsset = "policy_asset", "the policy does not allow this asset";
    /// The policy does not list the called function.
    PolicySelector = "policy_selector", "the policy does not allow this function";
    /// The policy does not let the wallet pay this recipient.
    PolicyPayTo = "policy_pay_to", "the policy does not allow this recipient";
    /// A sweep goes elsewhere than to where the policy pins sweeps to.
    NotTreasury = "not_treasury", "a sweep goes to pinned treasury addresses only";
    /// The policy does not let the wallet lend to this one.
    PolicyDelegateTo = "policy_delegate_to", "the policy does not allow a delegation to this wallet";
    /// The memo is longer than the policy's cap.
    MemoTooLong = "memo_too_long", "the memo is longer than this signer allows";
    /// The fee_limit is above the policy's cap.
    FeeLimitCap = "fee_limit_cap", "the fee_limit is above what this signer allows";
    /// The expiration is further ahead than the policy's cap.
    ExpirationCap = "expiration_cap", "the expiration is further ahead than this signer allows";
    /// The amount is above the policy's limit of one transaction.
    PolicyAmount = "policy_amount", "the amount is above the policy's limit of one transaction";
    /// The policy demands an attestation for this much.
    PolicyAttestation = "policy_attestation", "the policy demands an attestation for this amount";
    /// The policy demands more approvals for this much.
    PolicyApprovals = "policy_approvals", "the policy demands more approvals for this amount";
    /// With what was registered within the last hour, the amount is above the policy's limit.
    PolicyHour = "policy_hour", "the policy's limit of an hour has no room for the amount";
    /// With what was registered within the last 24 hours, the amount is above the policy's limit.
    PolicyDay = "policy_day", "the policy's limit of a day has no room for the amount";
    /// With what was registered for the recipient within the last 24 hours, the amount is above the policy's limit.
    PolicyRecipientDay = "policy_recipient_day", "the policy's limit of a recipient's day has no room for the amount";
    /// With what was registered within the last hour or 24 hours, the fee_limits add up to more than the policy's total.
    PolicyFees = "policy_fees", "the policy's total of fees has no room for the fee_limit";
    /// Within the last hour or 24 hours as many attempts were registered as the policy allows.
    PolicySignatures = "policy_signatures", "the policy's number of signatures is used up";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct() {
        let mut codes: Vec<_> = Refusal::ALL.iter().map(|refusal| refusal.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Refusal::ALL.len());
    }
}
