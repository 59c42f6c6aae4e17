//! What is decided here, as the log keeps it.
//!
//! To append is one line: `commit.log(Entry::from(Frozen { .. }).into())` in the commit of the decision itself, or
//! [`Audit::append`](super::Audit::append) where there is nothing else to store.

use api::wallet_manager::{PolicyVersion, WalletClass};
use primitives::{
    Address, AttemptNo, CeremonyId, FreezeId, HexBytes, IntentId, KeyId, LogPosition, PlaneId, TxId, UnixMs, WalletId,
};
use serde::{Deserialize, Serialize};
use store::LogEntry;

use super::relayed::Relayed;
use crate::caller;

/// The kind of a registration that operators decided: it may change a wallet, which a payment's never does.
pub const REGISTERED_BY_DECISION: &str = "registered_by_decision";

macro_rules! entries {
    ($($(#[$doc:meta])* $name:ident = $kind:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $type,)*
            }

            impl From<$name> for Entry {
                fn from(record: $name) -> Self {
                    Self::$name(record)
                }
            }

            impl From<$name> for LogEntry {
                fn from(record: $name) -> Self {
                    Self { kind: $kind, body: Relayed { record, relayed_for: caller::current() }.body() }
                }
            }
        )+

        /// One record of the log.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Entry {
            $(#[doc = concat!("[`", stringify!($name), "`]")] $name($name),)+
        }

        impl Entry {
            /// Every kind of record that there is.
            pub const KINDS: &'static [&'static str] = &[REGISTERED_BY_DECISION, $($kind),+];

            /// Reads a record again; `None` for a kind of a later program.
            pub fn parse(kind: &str, body: &str) -> serde_json::Result<Option<Self>> {
                let kind = if kind == REGISTERED_BY_DECISION { "registered" } else { kind };
                match kind {
                    $($kind => Relayed::parse(body).map(|relayed| Some(Self::$name(relayed.record))),)+
                    _ => Ok(None),
                }
            }
        }

        impl From<Entry> for LogEntry {
            fn from(entry: Entry) -> Self {
                match entry {
                    $(Entry::$name(record) => record.into(),)+
                }
            }
        }
    };
}

entries! {
    /// The signing core has opened its token; the first record of every run.
    Opened = "opened" {
        /// The plane.
        plane: PlaneId,
        /// The life of the store, a UUID.
        incarnation: String,
        /// The program.
        version: String,
        /// SHA-256 of the program's file, as the system has it of this very process; none in records from before.
        binary: Option<HexBytes>,
        /// The key that signs the checkpoints, 65 bytes uncompressed.
        audit_key: HexBytes,
        /// The token's serial number.
        token: String,
        /// Whether the token keeps the newest head in a data object.
        head_in_token: bool,
        /// The policy in force; none while there is none, and nothing is signed.
        policy: Option<PolicyVersion>,
        /// SHA-256 of the settings that carry trust.
        settings: HexBytes,
        /// The names of those settings that were others at the start before.
        changed: Vec<String>,
    }

    /// An attempt was registered: its signature may be out from now on.
    Registered = "registered" {
        /// What it is for.
        intent: IntentId,
        /// Which attempt.
        attempt: AttemptNo,
        /// The transaction.
        txid: TxId,
        /// The key that is to sign it.
        key_id: KeyId,
        /// Who receives, where it was authorised and not decided by operators.
        recipient: Option<Address>,
        /// How much, in the asset's smallest unit, likewise.
        amount: Option<u64>,
        /// SHA-256 of the domain tag and encoding of the authorisation, or of the operators' decision.
        authority: HexBytes,
        /// SHA-256 of the whole request as the register keeps it, approvals and attestation included.
        request: HexBytes,
        /// The policy that allowed it; none where operators decided.
        policy: Option<PolicyVersion>,
    }

    /// The token has signed; the signature leaves only after this.
    Signed = "signed" {
        /// What it is for.
        intent: IntentId,
        /// Which attempt.
        attempt: AttemptNo,
        /// The transaction.
        txid: TxId,
        /// The key that signed.
        key_id: KeyId,
        /// SHA-256 of the signature's 65 bytes.
        signature: HexBytes,
    }

    /// A rule stood against a request. What the request claimed is not verified.
    Refused = "refused" {
        /// The rule's code.
        rule: String,
        /// What it was said to be for.
        intent: IntentId,
        /// Which attempt.
        attempt: AttemptNo,
        /// The transaction.
        txid: TxId,
        /// The key that was to sign, where the request names one.
        key_id: Option<KeyId>,
    }

    /// The same was refused again, word for word.
    RefusedAgain = "refused_again" {
        /// The record that has the first of them.
        first: Refused,
        /// Since when.
        since: UnixMs,
        /// How often, the first not counted.
        times: u64,
    }

    /// More requests were refused than are listed one by one.
    RefusedUnlisted = "refused_unlisted" {
        /// The rule's code.
        rule: String,
        /// Since when.
        since: UnixMs,
        /// How often.
        times: u64,
    }

    /// An attempt was barred for ever.
    Voided = "voided" {
        /// What it was for.
        intent: IntentId,
        /// Which attempt.
        attempt: AttemptNo,
    }

    /// A wallet's key was made and proven.
    WalletMade = "wallet_made" {
        /// The wallet.
        wallet: WalletId,
        /// What its key may sign.
        class: WalletClass,
        /// The key.
        key_id: KeyId,
        /// The account.
        address: Address,
        /// The public key, 65 bytes uncompressed.
        public_key: HexBytes,
    }

    /// Operators decided that a key is to be made: its id is known from now on, the key is not.
    KeyDecided = "key_decided" {
        /// The key.
        key_id: KeyId,
        /// Its name; a wallet's key has the wallet's.
        name: WalletId,
        /// Its class.
        class: String,
        /// The decision.
        ceremony: Option<CeremonyId>,
        /// Who agreed.
        operators: Vec<String>,
    }

    /// A key was made and proven, and the audit key vouches for it.
    KeyMade = "key_made" {
        /// The key.
        key_id: KeyId,
        /// Its name; a wallet's key has the wallet's.
        name: WalletId,
        /// Its class.
        class: String,
        /// The public key, 65 bytes uncompressed.
        public_key: HexBytes,
        /// The decision; none for a key that the signer makes for itself.
        ceremony: Option<CeremonyId>,
        /// Who agreed.
        operators: Vec<String>,
        /// What the audit key signed: the digest of the manifest, 32 bytes.
        manifest: HexBytes,
    }

    /// A key signs no more.
    KeyRetired = "key_retired" {
        /// The key.
        key_id: KeyId,
        /// Its name.
        name: WalletId,
        /// The decision.
        ceremony: CeremonyId,
        /// Who agreed.
        operators: Vec<String>,
    }

    /// All signing was stopped.
    Frozen = "frozen" {
        /// The stop.
        freeze_id: FreezeId,
        /// Who asked.
        by: String,
        /// Why.
        reason: String,
    }

    /// A stop was lifted.
    Thawed = "thawed" {
        /// The stop.
        freeze_id: FreezeId,
        /// Who agreed.
        operators: Vec<String>,
    }

    /// A wallet's account got its hardened permissions, or was asked to.
    Hardened = "hardened" {
        /// The wallet.
        wallet: WalletId,
        /// The permission that its key signs under from now on.
        permission_id: u32,
        /// The transaction that says so to the chain, if it is known.
        txid: Option<TxId>,
        /// Who agreed.
        operators: Vec<String>,
    }

    /// A policy came into force.
    PolicyChanged = "policy_changed" {
        /// The policy.
        policy: PolicyVersion,
        /// The one before.
        before: Option<PolicyVersion>,
        /// Who agreed, where it took somebody.
        operators: Vec<String>,
    }

    /// A policy is the highest that was ever in force: no lower one comes back.
    PolicyKnown = "policy_known" {
        /// The policy.
        policy: PolicyVersion,
    }

    /// A policy file did not come into force.
    PolicyRefused = "policy_refused" {
        /// SHA-256 of the file's bytes; none if it cannot be read.
        file: Option<HexBytes>,
        /// The policy in it, if there is one.
        policy: Option<PolicyVersion>,
        /// Why not.
        fault: String,
    }

    /// A ceremony of two operators took place that has no record of its own.
    Ceremony = "ceremony" {
        /// What was agreed to.
        action: String,
        /// SHA-256 of the statement's domain tag and encoding.
        statement: HexBytes,
        /// Who agreed.
        operators: Vec<String>,
    }

    /// The log can be written again after it could not be.
    Resumed = "resumed" {
        /// How many records could not be appended, none of which was acted on.
        failures: u64,
        /// What was wrong last.
        cause: String,
    }

    /// A person decided that what the token vouches for is lost, as after a restore.
    CutAccepted = "cut_accepted" {
        /// What the token's data object said.
        lost: LogPosition,
        /// Why, in a person's words.
        because: String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let voided = Voided { intent: "po_a".parse().unwrap(), attempt: AttemptNo(2) };
        let entry = LogEntry::from(voided.clone());
        assert_eq!(entry.kind, "voided");
        assert_eq!(entry.body, r#"{"intent":"po_a","attempt":2}"#);
        assert_eq!(Entry::parse(entry.kind, &entry.body).unwrap(), Some(Entry::Voided(voided)));
        assert_eq!(Entry::parse("of_a_later_program", "{}").unwrap(), None);
        assert!(Entry::parse("voided", r#"{"intent":"po_a"}"#).is_err());
    }
}
