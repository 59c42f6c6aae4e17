//! One signature: checked, registered durably, signed, stored, answered.

mod audited;
mod consent;
mod decided;
mod entitled;
mod void;

pub use void::VoidError;

use std::sync::Arc;
use std::time::Instant;

use api::wallet_manager::{PolicyVersion, SignatureRequest, SignatureView, events};
use primitives::statement::SignKey;
use primitives::{AttemptNo, HexBytes, IntentId, LogPosition, TxId, UnixMs};
use service::clock::SharedClock;
use signer::check::{Authorised, Circumstances, RegisteredAttempt};
use signer::policy::{Facts, Reservation, Surroundings};
use signer::{Checked, PinnedKey, Refusal, Rules, SignTransaction, TokenError, Unverified};
use store::{Commit, CommitError, Hold, NewEvent, Store, StoreError, Versioned};
use thiserror::Error;
use tracing::error;

use crate::audit::{Audit, AuditError, AuditFault, STAMP};
use crate::book::Book;
use crate::freeze::Freezer;
use crate::keeper::{Keeper, Unavailable};
use crate::metrics::Metrics;
use crate::policy::PolicySource;
use crate::register::{Asked, Attempt, Entry, KEY_TXID, Signing};
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
        let claim = audited::Claim::of(txid, &asked);
        let mut outcome = self.signed(txid, asked).await;
        if let Some(refused) = outcome.as_ref().err().and_then(|error| claim.refused(error))
            && let Err(fault) = self.audit.refused(refused).await
        {
            outcome = Err(fault.into());
        }
        self.metrics.signed(&outcome);
        outcome
    }

    async fn signed(&self, txid: TxId, asked: Asked) -> Result<SignatureView, SignError> {
        let found = tron_tx::hash::txid(asked.raw_data().as_ref());
        if found != txid {
            return Err(SignError::OtherTxid { found });
        }
        let (intent, attempt) = asked.names();
        let registered = match self.attempt(&intent, attempt).await? {
            Some(registered) => {
                entitled::to_hear(&asked, &registered.record, &self.rules)?;
                registered
            }
            None => self.register(asked).await?,
        };
        self.settle(registered, txid).await
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
        let known = Circumstances { wallet: &wallet, our_wallets: &our_wallets, earlier: &earlier, now };
        let checked = authorised.check(&known)?;
        let in_force = self.policy.current();
        let facts = Facts::of(&payer.holder, checked.transaction(), authorisation, checked.consent(), now);
        let surroundings = Surroundings { usdt: &self.rules.tokens, our_wallets: &our_wallets };
        let reservations = in_force.policy.judge(&facts, &surroundings)?;
        Ok(Passed { checked, key: payer.key, reservations, policy: in_force.version.clone(), wallet: None })
    }

    /// Puts a new attempt into the register, durably, before the token hears of it.
    pub async fn register(&self, asked: impl Into<Asked>) -> Result<Versioned<Attempt>, SignError> {
        let asked = asked.into();
        // Held until the commit has ended, so that a stop that is answered comes after it.
        let _passage = self.freezer.pass().await?;
        // Without a token nothing is registered: an attempt that cannot be signed could not be voided any more.
        self.keeper.token().map_err(SignError::Unavailable)?;
        self.audit.sound()?;
        let now = self.clock.now();
        let Passed { checked, reservations, policy, wallet, .. } = self.check(&asked, now, Anew(true)).await?;
        self.policy.remember(&self.store, &policy, now).await?;
        self.audit.governed_by(&policy).await?;
        let attempt = Attempt {
            intent: checked.intent().clone(),
            attempt: checked.attempt(),
            at: now,
            audit: LogPosition::EMPTY,
            entry: Entry::Signed(Box::new(Signing {
                txid: checked.txid(),
                key_id: checked.key_id().clone(),
                expiration: checked.expiration(),
                request: asked,
                policy: Some(policy),
                signature: None,
            })),
        };
        let mut registered = Versioned::first(attempt);
        let commit = Commit::new(now).insert(&registered.record).event(told(&registered, events::REGISTERED));
        let commit = consent::used(commit, &registered.record);
        let commit = commit.log(audited::registered(&registered.record).into()).stamp::<Attempt>(STAMP);
        let commit = wallet.iter().fold(commit, |commit, (stored, next)| commit.update(stored, next));
        match self.audit.commit(reserved(commit, &registered.record, &reservations)).await {
            Ok(position) => {
                registered.record.audit = position;
                if let Some((_, next)) = &wallet {
                    self.book.enter(next);
                }
                Ok(registered)
            }
            Err(AuditError::Refused(CommitError::Exceeded { scope, .. })) if consent::is_use(&scope) => {
                Err(Refusal::AttestationUsed.into())
            }
            Err(AuditError::Refused(CommitError::Exceeded { scope, .. })) => Err(of_scope(&scope, &reservations)),
            Err(AuditError::Refused(CommitError::KeyTaken { key: KEY_TXID, .. })) => Err(SignError::TxidTaken),
            // The same request at the same time: what it registered is what holds.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => {
                let attempt = &registered.record;
                self.attempt(&attempt.intent, attempt.attempt).await?.ok_or(SignError::Store(StoreError::Lost))
            }
            Err(error) => Err(of_commit(error)),
        }
    }

    /// The stored signature of a registered attempt, made now if a crash prevented it.
    async fn settle(&self, mut registered: Versioned<Attempt>, txid: TxId) -> Result<SignatureView, SignError> {
        loop {
            let signing = registered.record.signing().ok_or(SignError::Void)?;
            if signing.txid != txid {
                let raw_data = signing.request.raw_data().clone();
                return Err(SignError::AttemptTaken { txid: signing.txid, raw_data });
            }
            if let Some(view) = registered.record.signature() {
                return Ok(view);
            }
            drop(self.freezer.pass().await?);
            // The checks are made again, as of the registration: nothing is signed on the register's word alone.
            let passed = self.check(&signing.request, registered.record.at, Anew(false)).await.map_err(withheld)?;
            let token = self.keeper.token().map_err(SignError::Unavailable)?;
            self.audit.sound()?;
            let started = Instant::now();
            let answer = token.sign(passed.key, &passed.checked).await.and_then(Unverified::verify);
            self.metrics.asked_token(started.elapsed(), &answer);
            if let Err(error) = &answer {
                self.keeper.suspect(error);
            }
            let mut signed = registered.record.signed(answer?.to_bytes().to_vec().into());
            let commit = Commit::new(self.clock.now()).update(&registered, &signed);
            let commit = commit.log(audited::signed(&signed).into()).stamp::<Attempt>(STAMP);
            // A signature that a stop overtook in the token does not leave: it is made again when the stop is lifted.
            // Nor one of a key that was retired meanwhile.
            self.book.signing_payer(&passed.key.key_id()).map_err(|refusal| withheld(refusal.into()))?;
            let _passage = self.freezer.pass().await?;
            match self.audit.commit(commit).await {
                Ok(position) => {
                    signed.audit = position;
                    registered = registered.next(signed);
                }
                // Signed twice at the same time; the first stored one is the answer for ever.
                Err(AuditError::Refused(CommitError::Conflict { .. })) => {
                    let (intent, attempt) = (&signed.intent, signed.attempt);
                    registered = self.attempt(intent, attempt).await?.ok_or(SignError::Store(StoreError::Lost))?;
                }
                Err(error) => return Err(of_commit(error)),
            }
        }
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
    ) -> Result<Vec<Option<RegisteredAttempt>>, StoreError> {
        let mut earlier = Vec::new();
        for number in 1..attempt.0 {
            let entry = self.attempt(intent, AttemptNo(number)).await?;
            let known = entry.map(|entry| entry.record.known());
            earlier.push(known);
            if known.is_none() {
                break;
            }
        }
        Ok(earlier)
    }
}

/// Takes every share in the commit that registers the attempt. It is released in the same breath, from the end of its
/// window on: so it counts for exactly that long, whatever becomes of the attempt, and nothing is left to be undone.
pub fn reserved(commit: Commit, attempt: &Attempt, reservations: &[Reservation]) -> Commit {
    let holder = Attempt::id_of(&attempt.intent, attempt.attempt);
    reservations.iter().fold(commit, |commit, share| {
        let Reservation { scope, amount, ceiling, .. } = share.clone();
        let hold = Hold { scope: scope.clone(), holder: holder.clone(), amount, ceiling };
        commit.hold(hold).release(scope, holder.clone(), Some(share.until(attempt.at)))
    })
}

/// The rule of the window that had no room.
fn of_scope(scope: &str, reservations: &[Reservation]) -> SignError {
    let share = reservations.iter().find(|share| share.scope == scope);
    share.map_or(SignError::Store(StoreError::Lost), |share| SignError::Refused(share.rule()))
}

/// What a refusal means for an attempt that is registered already: no word on the transaction, which the owner could
/// give up for it.
fn withheld(error: SignError) -> SignError {
    match error {
        SignError::Refused(refusal) => {
            error!(rule = refusal.code(), "a rule stands against an attempt that is registered");
            SignError::Withheld(refusal)
        }
        other => other,
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
