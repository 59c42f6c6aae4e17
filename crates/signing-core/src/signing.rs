//! One signature: checked, registered durably, signed, stored, answered.

mod again;
mod audited;
mod consent;
mod decided;
mod each;
mod enter;
mod entitled;
mod governed;
mod settle;
mod void;

pub use again::Allowed;
pub use enter::reserved;
pub use void::VoidError;

use std::sync::Arc;

use api::wallet_manager::{PolicyVersion, SignatureRequest, SignatureView};
use primitives::statement::SignKey;
use primitives::{AttemptNo, HexBytes, IntentId, TxId, UnixMs};
use service::clock::SharedClock;
use signer::check::{Anchors, Authorised, Circumstances, RegisteredAttempt};
use signer::policy::{Facts, Reservation, Surroundings};
use signer::{Checked, PinnedKey, Refusal, Rules, SignTransaction, TokenError};
use store::{NewEvent, Store, StoreError, Versioned};
use thiserror::Error;

use crate::audit::{Audit, AuditError, AuditFault, STAMP};
use crate::book::Book;
use crate::freeze::Freezer;
use crate::keeper::{Keeper, Unavailable};
use crate::metrics::Metrics;
use crate::policy::PolicySource;
use crate::register::{Asked, Attempt};
use crate::wallet::Wallet;

/// Why there is no signature.
#[derive(Debug, Error)]
pub enum SignError {
    /// The path names another transaction than the body has.
    #[error("raw_data hashes to {found}, not to the txid of the path")]
    OtherTxid {
        /// What raw_data hashes to.
        found: TxId,
    },
    /// A rule stands against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A rule stands against what is registered: the rules have changed since. The signature is withheld until a person
    /// has looked, for the attempt can be neither signed nor barred.
    #[error("the attempt is registered and a rule now stands against it: {0}")]
    Withheld(Refusal),
    /// The attempt was barred.
    #[error("the attempt is barred")]
    Void,
    /// The attempt is another transaction already.
    #[error("the attempt was signed as {txid}")]
    AttemptTaken {
        /// That transaction.
        txid: TxId,
        /// Its raw_data.
        raw_data: HexBytes,
    },
    /// Another attempt has this transaction: equal transfers with one reference block and time hash alike.
    #[error("another attempt has this transaction")]
    TxidTaken,
    /// There is no token to sign with.
    #[error("the token does not sign: {}", .0.detail)]
    Unavailable(Unavailable),
    /// The token failed; the attempt stays registered, and the same request may be sent again.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A wallet that is to be hardened has a transaction that could still be included.
    #[error("a transaction of the wallet may still be included, until {until}")]
    InFlight {
        /// Until when.
        until: UnixMs,
    },
    /// The audit log is cut, or cannot be written with the register: nothing is signed.
    #[error(transparent)]
    Audit(#[from] AuditFault),
    /// The register failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A request that passed, and what must be reserved before it is registered.
struct Passed {
    checked: Checked,
    key: PinnedKey,
    reservations: Vec<Reservation>,
    policy: PolicyVersion,
    /// The wallet as it is stored and as it is from the registration on, where that differs.
    wallet: Option<(Versioned<Wallet>, Wallet)>,
}

/// Whether a request is held against what holds now, or again against what held when it was registered.
#[derive(Debug, Clone, Copy)]
struct Anew(bool);

/// What signs: the register, the rules, the wallets and the token.
#[derive(Debug, Clone)]
pub struct SigningCore {
    /// The register's store.
    pub store: Store,
    /// What the checks know by themselves.
    pub rules: Arc<Rules>,
    /// What wallets may sign, whatever an authorisation says.
    pub policy: Arc<PolicySource>,
    /// The anchors that were verified before.
    pub anchors: Arc<Anchors>,
    /// The wallets.
    pub book: Arc<Book>,
    /// The token.
    pub keeper: Arc<Keeper>,
    /// The log of every decision.
    pub audit: Arc<Audit>,
    /// What all signing passes through, and is stopped at.
    pub freezer: Arc<Freezer>,
    /// Signs that an attempt is barred.
    pub authority: Arc<SignKey>,
    /// The one clock.
    pub clock: SharedClock,
    /// What is counted.
    pub metrics: Metrics,
}

impl SigningCore {
    /// Signs a transaction, or gives the signature that its attempt has already.
    pub async fn sign(&self, txid: TxId, request: SignatureRequest) -> Result<SignatureView, SignError> {
        self.sign_asked(txid, Asked::Authorised(Box::new(request))).await
    }

    /// [`SigningCore::sign`] by whatever right.
    pub(crate) async fn sign_asked(&self, txid: TxId, asked: Asked) -> Result<SignatureView, SignError> {
        self.sign_each(vec![(txid, asked)]).await.pop().unwrap_or(Err(SignError::Store(StoreError::Lost)))
    }

    /// Runs every check as of `now`, and those of the policy that is in force. `anew` for what is not registered yet.
    async fn check(&self, asked: &Asked, now: UnixMs, anew: Anew) -> Result<Passed, SignError> {
        match asked {
            Asked::Authorised(request) => self.check_authorised(request, now, anew).await,
            Asked::Decided(request) => self.check_decided(request, now, anew).await,
        }
    }

    async fn check_authorised(&self, request: &SignatureRequest, now: UnixMs, anew: Anew) -> Result<Passed, SignError> {
        let request = SignTransaction {
            raw_data: request.raw_data.0.clone(),
            authorisation: request.authorisation.clone(),
            anchor: request.anchor.clone(),
            attestation: request.attestation.clone(),
            approvals: request.approvals.clone(),
        };
        // Before anything is looked up for it: who has no right learns nothing and costs nothing.
        let authorised = Authorised::new(&request, &self.rules, now)?;
        let authorisation = authorised.authorisation();
        let payer = self.book.signing_payer(&authorisation.key_id)?;
        let mut wallet = payer.wallet.clone();
        if anew.0 && self.book.is_closed(&authorisation.key_id, self.clock.now()) {
            return Err(Refusal::Hardening.into());
        }
        if !anew.0 {
            // Which it was when this was registered; the wallet may have been hardened since.
            wallet.permission_id = authorisation.permission_id;
        }
        let earlier = self.earlier(&authorisation.intent, authorisation.attempt).await?;
        let our_wallets = self.book.addresses();
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
        let checked = authorised.check(&known)?;
        let in_force = self.policy.current()?;
        let facts = Facts::of(&payer.holder, checked.transaction(), authorisation, checked.consent(), now);
        let surroundings = Surroundings { usdt: &self.rules.tokens, our_wallets: &our_wallets };
        let reservations = in_force.policy.judge(&facts, &surroundings)?;
        if anew.0 {
            self.allowed(authorisation).await?;
        }
        Ok(Passed { checked, key: payer.key, reservations, policy: in_force.version.clone(), wallet: None })
    }

    /// The register's entry for an attempt.
    pub async fn attempt(
        &self,
        intent: &IntentId,
        attempt: AttemptNo,
    ) -> Result<Option<Versioned<Attempt>>, StoreError> {
        self.store.get(&Attempt::id_of(intent, attempt)).await
    }

    /// What the register has for every attempt before this one, up to the first that it never saw: nothing follows such
    /// a gap, however far ahead somebody counts.
    async fn earlier(
        &self,
        intent: &IntentId,
        attempt: AttemptNo,
    ) -> Result<Vec<Option<RegisteredAttempt>>, SignError> {
        let mut earlier = Vec::new();
        for number in 1..attempt.0 {
            let entry = self.attempt(intent, AttemptNo(number)).await?;
            // What ended it decides whether there may be another: not believed unless the log says so.
            if let Some(entry) = &entry {
                self.audit.hold_attempt(&entry.record).await?;
            }
            let known = entry.map(|entry| entry.record.known());
            earlier.push(known);
            if known.is_none() {
                break;
            }
        }
        Ok(earlier)
    }
}

/// The event that tells of an attempt as it now is; the store fills in where its record stands.
fn told(attempt: &Versioned<Attempt>, kind: &'static str) -> NewEvent {
    let mut data = serde_json::to_value(attempt.record.view()).expect("wire types have text keys");
    if let Some(members) = data.as_object_mut() {
        members.remove(STAMP);
    }
    NewEvent { kind, subject: attempt.record.intent.to_string(), version: attempt.version, data }
}

fn of_commit(error: AuditError) -> SignError {
    match error {
        AuditError::Fault(fault) => fault.into(),
        // Holds are answered for where they are taken, and the only other unique name is the record's id.
        AuditError::Refused(_) => SignError::Store(StoreError::Lost),
    }
}
