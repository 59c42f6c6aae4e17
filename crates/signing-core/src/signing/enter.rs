//! New attempts put into the register, durably, before the token hears of them.

use api::wallet_manager::events;
use primitives::{LogPosition, UnixMs};
use signer::Refusal;
use signer::policy::Reservation;
use store::{Commit, CommitError, Hold, StoreError, Versioned};

use super::{Passed, SignError, SigningCore, audited, consent, of_commit, told};
use crate::audit::{AuditError, STAMP};
use crate::register::{Asked, Attempt, Entry, KEY_TXID, Signing};

/// How many requests are checked before others get their turn.
const CHECKED_AT_ONCE: usize = 8;

/// An attempt that is registered, and what it passed where that was in this very call: what was read from the store is
/// checked again before it is signed.
pub(super) struct Registered {
    pub(super) attempt: Versioned<Attempt>,
    pub(super) passed: Option<Passed>,
}

impl SigningCore {
    /// Puts a new attempt into the register, durably.
    pub async fn register(&self, asked: impl Into<Asked>) -> Result<Versioned<Attempt>, SignError> {
        let outcome = self.register_each(vec![asked.into()]).await.pop();
        outcome.unwrap_or(Err(SignError::Store(StoreError::Lost))).map(|registered| registered.attempt)
    }

    /// Puts new attempts into the register in one synced commit, each of them or not; an outcome for each.
    pub(super) async fn register_each(&self, asked: Vec<Asked>) -> Vec<Result<Registered, SignError>> {
        // Held until the commit has ended, so that a stop that is answered comes after it.
        let _passage = match self.freezer.pass().await {
            Ok(passage) => passage,
            Err(refusal) => return asked.iter().map(|_| Err(refusal.into())).collect(),
        };
        let now = self.clock.now();
        let mut entries = Vec::with_capacity(asked.len());
        for (passed, asked) in self.check_each(&asked, now).await.into_iter().zip(asked) {
            entries.push(passed.map(|passed| NewEntry::new(asked, passed, now)));
        }
        let commits = entries.iter().flatten().map(NewEntry::commit).collect();
        let mut outcomes = self.audit.commit_each(commits).await.into_iter();
        let mut registered = Vec::with_capacity(entries.len());
        for entry in entries {
            let outcome = match entry {
                Err(error) => Err(error),
                Ok(entry) => match outcomes.next() {
                    Some(outcome) => self.entered(entry, outcome).await,
                    None => Err(SignError::Store(StoreError::Lost)),
                },
            };
            registered.push(outcome);
        }
        registered
    }

    /// Runs every check of new requests, all under one policy, and has the store and the log know which.
    async fn check_each(&self, asked: &[Asked], now: UnixMs) -> Vec<Result<Passed, SignError>> {
        let mut checked = Vec::with_capacity(asked.len());
        for (number, asked) in asked.iter().enumerate() {
            checked.push(self.check_new(asked, now).await);
            if (number + 1) % CHECKED_AT_ONCE == 0 {
                tokio::task::yield_now().await;
            }
        }
        // Where another came into force meanwhile: nothing is registered under what holds no more. One alone was held
        // against it just now.
        while checked.len() > 1 {
            let in_force = self.policy.current().ok();
            let older = |checked: &Result<Passed, SignError>| {
                let holds = |passed: &Passed| in_force.as_ref().is_some_and(|policy| policy.version == passed.policy);
                checked.as_ref().is_ok_and(|passed| !holds(passed))
            };
            if !checked.iter().any(older) {
                break;
            }
            for (asked, checked) in asked.iter().zip(&mut checked) {
                if older(checked) {
                    *checked = self.check_new(asked, now).await;
                }
            }
        }
        checked
    }

    async fn check_new(&self, asked: &Asked, now: UnixMs) -> Result<Passed, SignError> {
        // Without a token nothing is registered: an attempt that cannot be signed could not be voided any more.
        self.keeper.token().map_err(SignError::Unavailable)?;
        self.audit.sound()?;
        self.check_governed(asked, now).await
    }

    /// What became of an entry.
    async fn entered(
        &self,
        entry: NewEntry,
        outcome: Result<LogPosition, AuditError>,
    ) -> Result<Registered, SignError> {
        let NewEntry { mut attempt, passed } = entry;
        match outcome {
            Ok(position) => {
                attempt.record.audit = position;
                if let Some(signing) = attempt.record.signing() {
                    self.rules.chain_time.reached(signing.request.anchor().solid_time);
                }
                if let Some((_, next)) = &passed.wallet {
                    self.book.enter(next);
                }
                Ok(Registered { attempt, passed: Some(passed) })
            }
            Err(AuditError::Refused(CommitError::Exceeded { scope, .. })) if consent::is_use(&scope) => {
                Err(Refusal::AttestationUsed.into())
            }
            Err(AuditError::Refused(CommitError::Exceeded { scope, .. })) => {
                Err(of_scope(&scope, &passed.reservations))
            }
            Err(AuditError::Refused(CommitError::KeyTaken { key: KEY_TXID, .. })) => Err(SignError::TxidTaken),
            // The same request at the same time: what it registered is what holds.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => {
                let Attempt { intent, attempt, .. } = &attempt.record;
                let known = self.attempt(intent, *attempt).await?.ok_or(SignError::Store(StoreError::Lost))?;
                Ok(Registered { attempt: known, passed: None })
            }
            Err(error) => Err(of_commit(error)),
        }
    }
}

/// An attempt that is to be registered.
struct NewEntry {
    attempt: Versioned<Attempt>,
    passed: Passed,
}

impl NewEntry {
    fn new(asked: Asked, passed: Passed, now: UnixMs) -> Self {
        let checked = &passed.checked;
        let attempt = Versioned::first(Attempt {
            intent: checked.intent().clone(),
            attempt: checked.attempt(),
            at: now,
            audit: LogPosition::EMPTY,
            entry: Entry::Signed(Box::new(Signing {
                txid: checked.txid(),
                key_id: checked.key_id().clone(),
                expiration: checked.expiration(),
                request: asked,
                policy: Some(passed.policy.clone()),
                signature: None,
            })),
        });
        Self { attempt, passed }
    }

    fn commit(&self) -> Commit {
        let Self { attempt, passed } = self;
        let record = &attempt.record;
        let commit = Commit::new(record.at).insert(record).event(told(attempt, events::REGISTERED));
        let commit = consent::used(commit, record);
        let commit = commit.log(audited::registered(record)).stamp::<Attempt>(STAMP);
        let commit = passed.wallet.iter().fold(commit, |commit, (stored, next)| commit.update(stored, next));
        reserved(commit, record, &passed.reservations)
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
