//! The sign-once register: what became of every attempt that was ever signed or barred.
//!
//! An attempt is one transaction for ever, and a transaction of a key belongs to one attempt for ever; both are unique
//! in the store, and the row is synced before the token is asked.

use api::wallet_manager::decision::DecisionRequest;
use api::wallet_manager::{PolicyVersion, RegisteredAttempt, SignatureRequest, SignatureView};
use primitives::statement::Anchor;
use primitives::{AttemptNo, HexBytes, IntentId, KeyId, LogPosition, TxId, UnixMs};
use serde::{Deserialize, Serialize};
use signer::check::{self, ChainTime};
use store::{Filter, Record, Store, StoreError};

/// The unique name of a key's transaction.
pub const KEY_TXID: &str = "key_txid";

/// The tag by which the attempts of an intent are listed.
pub const INTENT: &str = "intent";

/// One attempt at an intent, as it ended here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// When it was registered or barred, by our clock.
    pub at: UnixMs,
    /// Which of the two.
    pub entry: Entry,
    /// The audit log's newest record of it, which the store fills in when it is committed.
    #[serde(default = "nowhere", skip_serializing_if = "LogPosition::is_empty")]
    pub audit: LogPosition,
}

const fn nowhere() -> LogPosition {
    LogPosition::EMPTY
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Barred for ever.
    Void,
    /// Signed, or about to be.
    Signed(Box<Signing>),
}

/// A registered transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Signing {
    /// The transaction.
    pub txid: TxId,
    /// The key that signs it.
    pub key_id: KeyId,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
    /// The whole request, so that a signature which a crash prevented is made after the same checks, at the time of
    /// the registration.
    pub request: Asked,
    /// The policy that it was registered under; none before there were policies.
    pub policy: Option<PolicyVersion>,
    /// r, s and v; none between the registration and the token's answer.
    pub signature: Option<HexBytes>,
}

/// What was asked for, and by what right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Asked {
    /// A transaction that an issuer authorised.
    Authorised(Box<SignatureRequest>),
    /// A transaction that two operators decided on.
    Decided(Box<DecisionRequest>),
}

impl Asked {
    /// The transaction's bytes.
    pub const fn raw_data(&self) -> &HexBytes {
        match self {
            Self::Authorised(request) => &request.raw_data,
            Self::Decided(request) => &request.raw_data,
        }
    }

    /// The solid block that it refers to, as its request says.
    pub fn anchor(&self) -> &Anchor {
        match self {
            Self::Authorised(request) => request.anchor.unverified(),
            Self::Decided(request) => request.anchor.unverified(),
        }
    }

    /// The attempt that it is for.
    pub fn names(&self) -> (IntentId, AttemptNo) {
        match self {
            Self::Authorised(request) => {
                let authorisation = request.authorisation.unverified();
                (authorisation.intent.clone(), authorisation.attempt)
            }
            Self::Decided(request) => (request.ceremony.unverified().id().into(), request.attempt),
        }
    }
}

impl From<SignatureRequest> for Asked {
    fn from(request: SignatureRequest) -> Self {
        Self::Authorised(Box::new(request))
    }
}

impl From<DecisionRequest> for Asked {
    fn from(request: DecisionRequest) -> Self {
        Self::Decided(Box::new(request))
    }
}

impl Attempt {
    /// The row's id.
    pub fn id_of(intent: &IntentId, attempt: AttemptNo) -> String {
        format!("{intent}/{attempt}")
    }

    /// The transaction, unless it was barred.
    pub const fn signing(&self) -> Option<&Signing> {
        match &self.entry {
            Entry::Signed(signing) => Some(signing),
            Entry::Void => None,
        }
    }

    /// With its signature.
    #[must_use]
    pub fn signed(&self, signature: HexBytes) -> Self {
        // Where its record stands is known when it is committed.
        let mut signed = Self { audit: LogPosition::EMPTY, ..self.clone() };
        if let Entry::Signed(signing) = &mut signed.entry {
            signing.signature = Some(signature);
        }
        signed
    }

    /// The form that the signing checks compare with what an authorisation lists.
    pub fn known(&self) -> check::RegisteredAttempt {
        match &self.entry {
            Entry::Void => check::RegisteredAttempt::Voided,
            Entry::Signed(signing) => {
                check::RegisteredAttempt::Signed { txid: signing.txid, expiration: signing.expiration }
            }
        }
    }

    /// The form that others see.
    pub fn view(&self) -> RegisteredAttempt {
        let signing = self.signing();
        RegisteredAttempt {
            intent: self.intent.clone(),
            attempt: self.attempt,
            txid: signing.map(|signing| signing.txid),
            raw_data: signing.map(|signing| signing.request.raw_data().clone()),
            expiration: signing.map(|signing| signing.expiration),
            policy: signing.and_then(|signing| signing.policy.clone()),
            void: signing.is_none(),
            audit: self.audit,
        }
    }

    /// The answer to its request, once it is signed.
    pub fn signature(&self) -> Option<SignatureView> {
        let signing = self.signing()?;
        Some(SignatureView {
            txid: signing.txid,
            intent: self.intent.clone(),
            attempt: self.attempt,
            raw_data: signing.request.raw_data().clone(),
            signature: signing.signature.clone()?,
            audit: self.audit,
        })
    }
}

/// How far the chain had come by the newest anchors in the register.
pub async fn chain_time(store: &Store) -> Result<ChainTime, StoreError> {
    let known = ChainTime::default();
    for attempt in store.list::<Attempt>(Filter::default()).await?.items {
        if let Some(signing) = attempt.record.signing() {
            known.reached(signing.request.anchor().solid_time);
        }
    }
    Ok(known)
}

impl Record for Attempt {
    const NOUN: &'static str = "attempt";

    fn id(&self) -> String {
        Self::id_of(&self.intent, self.attempt)
    }

    fn stage(&self) -> &'static str {
        match self.signing() {
            None => "void",
            Some(signing) if signing.signature.is_none() => "registered",
            Some(_) => "signed",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        self.signing().map(|signing| (KEY_TXID, format!("{}/{}", signing.key_id, signing.txid))).into_iter().collect()
    }

    fn tags(&self) -> Vec<(&'static str, String)> {
        vec![(INTENT, self.intent.to_string())]
    }
}
