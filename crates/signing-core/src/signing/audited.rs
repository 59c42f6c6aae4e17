//! The records of what becomes of a request.

use primitives::statement::Statement;
use primitives::{AttemptNo, HexBytes, IntentId, KeyId, TxId};
use sha2::{Digest, Sha256};
use store::LogEntry;

use super::SignError;
use crate::audit::entry::{Entry, REGISTERED_BY_DECISION, Refused, Registered, Signed, Voided};
use crate::register::{self, Asked, Attempt};

/// That an attempt is registered, or barred.
pub(super) fn registered(attempt: &Attempt) -> LogEntry {
    let (intent, number) = (attempt.intent.clone(), attempt.attempt);
    let signing = match &attempt.entry {
        register::Entry::Void => return Voided { intent, attempt: number }.into(),
        register::Entry::Signed(signing) => signing,
    };
    let request = serde_json::to_vec(&signing.request).expect("wire types have text keys");
    let (authority, recipient, amount) = match &signing.request {
        Asked::Authorised(request) => {
            let authorisation = request.authorisation.unverified();
            (digest(authorisation), Some(authorisation.recipient), Some(authorisation.amount))
        }
        Asked::Decided(request) => (digest(request.ceremony.unverified()), None, None),
    };
    let mut entry: LogEntry = Registered {
        intent,
        attempt: number,
        txid: signing.txid,
        key_id: signing.key_id.clone(),
        recipient,
        amount,
        authority,
        request: sha256(&request),
        policy: signing.policy.clone(),
    }
    .into();
    if let Asked::Decided(_) = &signing.request {
        entry.kind = REGISTERED_BY_DECISION;
    }
    entry
}

/// That the token has signed an attempt.
pub(super) fn signed(attempt: &Attempt) -> Entry {
    let signing = attempt.signing().expect("only a registered attempt is signed");
    Signed {
        intent: attempt.intent.clone(),
        attempt: attempt.attempt,
        txid: signing.txid,
        key_id: signing.key_id.clone(),
        signature: signing.signature.as_ref().map(|signature| sha256(signature.as_ref())).unwrap_or_default(),
    }
    .into()
}

/// What a request says that it is, unverified, kept for the record of its refusal.
pub(super) struct Claim {
    txid: TxId,
    intent: IntentId,
    attempt: AttemptNo,
    key_id: Option<KeyId>,
}

impl Claim {
    pub(super) fn of(txid: TxId, asked: &Asked) -> Self {
        let (intent, attempt) = asked.names();
        let key_id = match asked {
            Asked::Authorised(request) => Some(request.authorisation.unverified().key_id.clone()),
            Asked::Decided(_) => None,
        };
        Self { txid, intent, attempt, key_id }
    }

    /// The record of its refusal; none for a failure, which decides nothing.
    pub(super) fn refused(&self, error: &SignError) -> Option<Refused> {
        let rule = match error {
            SignError::Refused(refusal) => refusal.code().to_owned(),
            // Registered, and not signed because of this rule.
            SignError::Withheld(refusal) => format!("attempt_withheld: {}", refusal.code()),
            SignError::OtherTxid { .. } => "other_txid".to_owned(),
            SignError::Void => "attempt_void".to_owned(),
            SignError::AttemptTaken { .. } => "attempt_taken".to_owned(),
            SignError::TxidTaken => "txid_taken".to_owned(),
            SignError::InFlight { .. } => "wallet_in_flight".to_owned(),
            SignError::Unavailable(_) | SignError::Token(_) | SignError::Audit(_) | SignError::Store(_) => return None,
        };
        let Self { txid, intent, attempt, key_id } = self;
        let (intent, key_id) = (intent.clone(), key_id.clone());
        Some(Refused { rule, intent, attempt: *attempt, txid: *txid, key_id })
    }
}

/// SHA-256 over a statement's domain tag and encoding.
fn digest<S: Statement>(statement: &S) -> HexBytes {
    Sha256::new().chain_update(S::DOMAIN).chain_update(statement.encode()).finalize().to_vec().into()
}

/// SHA-256 over bytes.
fn sha256(bytes: &[u8]) -> HexBytes {
    Sha256::digest(bytes).to_vec().into()
}
