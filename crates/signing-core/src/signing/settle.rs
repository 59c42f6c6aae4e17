//! Registered attempts brought to their signatures.

use std::time::Instant;

use api::wallet_manager::SignatureView;
use primitives::{LogPosition, TxId};
use signer::policy::Class;
use signer::{Ticket, Unverified};
use store::{Commit, CommitError, StoreError, Versioned};
use tracing::error;
use tron_tx::{ContractType, RecoverableSignature};

use super::enter::Registered;
use super::{Anew, Passed, SignError, SigningCore, audited, of_commit};
use crate::audit::{AuditError, STAMP};
use crate::register::Attempt;

/// How many answers of the token are taken at a time: being woken for each costs more than it gains.
const TAKEN_AT_ONCE: usize = 8;

/// An attempt that the token is asked for.
struct Asked {
    attempt: Versioned<Attempt>,
    answer: Result<(Ticket<Unverified>, Sort), SignError>,
}

/// What sort of signature it is, for the count.
type Sort = (Option<Class>, ContractType);

impl SigningCore {
    /// The signature of each registered attempt as this transaction: the stored one, or one that is made now, in one
    /// synced commit with the others.
    pub(super) async fn settle_each(
        &self,
        registered: Vec<(TxId, Registered)>,
    ) -> Vec<Result<SignatureView, SignError>> {
        let mut outcomes: Vec<Option<Result<SignatureView, SignError>>> = Vec::with_capacity(registered.len());
        let mut unsigned = Vec::new();
        for (txid, registered) in registered {
            let known = answer_of(&registered.attempt.record, txid);
            if known.is_none() {
                unsigned.push(registered);
            }
            outcomes.push(known);
        }
        let mut made = self.sign_registered(unsigned).await.into_iter();
        let lost = || Err(SignError::Store(StoreError::Lost));
        outcomes.into_iter().map(|known| known.or_else(|| made.next()).unwrap_or_else(lost)).collect()
    }

    async fn sign_registered(&self, unsigned: Vec<Registered>) -> Vec<Result<SignatureView, SignError>> {
        let started = Instant::now();
        let mut asked = Vec::with_capacity(unsigned.len());
        for Registered { attempt, passed } in unsigned {
            let answer = self.ask_token(&attempt, passed).await;
            asked.push(Asked { attempt, answer });
        }
        let answered = self.take_answers(asked, started).await;
        let mut signed = Vec::with_capacity(answered.len());
        for (attempt, signature) in answered {
            signed.push(signature.map(|signature| {
                let next = attempt.record.signed(signature.to_bytes().to_vec().into());
                (attempt, next)
            }));
        }
        self.store_signatures(signed).await
    }

    /// Has the token sign what passed. What did not pass in this very call is checked again, as of its registration:
    /// nothing is signed on the register's word alone.
    async fn ask_token(
        &self,
        attempt: &Versioned<Attempt>,
        passed: Option<Passed>,
    ) -> Result<(Ticket<Unverified>, Sort), SignError> {
        drop(self.freezer.pass().await?);
        let Passed { key, checked, .. } = if let Some(passed) = passed {
            passed
        } else {
            let signing = attempt.record.signing().ok_or(SignError::Void)?;
            self.check(&signing.request, attempt.record.at, Anew(false)).await.map_err(withheld)?
        };
        let token = self.keeper.token().map_err(SignError::Unavailable)?;
        self.audit.sound()?;
        let class = self.book.payer(&key.id.key_id()).map(|payer| payer.holder.class);
        Ok((token.sign(key, &checked), (class, checked.transaction().contract.contract_type())))
    }

    /// The token's answers, verified.
    async fn take_answers(
        &self,
        asked: Vec<Asked>,
        started: Instant,
    ) -> Vec<(Versioned<Attempt>, Result<RecoverableSignature, SignError>)> {
        let mut answered = Vec::with_capacity(asked.len());
        let mut asked = asked.into_iter().peekable();
        while asked.peek().is_some() {
            let mut some: Vec<Asked> = asked.by_ref().take(TAKEN_AT_ONCE).collect();
            let mut replies = Vec::with_capacity(some.len());
            // The last first: when it is there, so are the others.
            for Asked { answer, .. } in some.iter_mut().rev() {
                let ticket = std::mem::replace(answer, Err(SignError::Void));
                replies.push(match ticket {
                    Ok((ticket, sort)) => ticket.await.map(|reply| (reply, sort)).map_err(SignError::from),
                    Err(error) => Err(error),
                });
            }
            for (Asked { attempt, .. }, reply) in some.into_iter().zip(replies.into_iter().rev()) {
                if let Ok((reply, _)) = &reply {
                    self.metrics.replied(reply);
                }
                let verified = reply.and_then(|(reply, (class, contract))| {
                    let signature = reply.verify()?;
                    class.inspect(|class| self.metrics.made(*class, contract));
                    Ok(signature)
                });
                self.note_answer(started, &verified);
                answered.push((attempt, verified));
            }
        }
        answered
    }

    fn note_answer(&self, started: Instant, answer: &Result<RecoverableSignature, SignError>) {
        match answer {
            Ok(_) => self.metrics.asked_token(started.elapsed(), None),
            Err(SignError::Token(error)) => {
                self.metrics.asked_token(started.elapsed(), Some(error));
                self.keeper.suspect(error);
            }
            // The token was not asked.
            Err(_) => {}
        }
    }

    /// Stores signatures in one synced commit; only what is durable is answered.
    async fn store_signatures(
        &self,
        signed: Vec<Result<(Versioned<Attempt>, Attempt), SignError>>,
    ) -> Vec<Result<SignatureView, SignError>> {
        // A signature that a stop overtook in the token does not leave: it is made again when the stop is lifted.
        let _passage = match self.freezer.pass().await {
            Ok(passage) => passage,
            Err(refusal) => return signed.into_iter().map(|each| each.and(Err(refusal.into()))).collect(),
        };
        // Nor one of a key that was retired meanwhile.
        let released = signed.into_iter().map(|each| {
            let (attempt, next) = each?;
            let key_id = &next.signing().ok_or(SignError::Void)?.key_id;
            self.book.signing_payer(key_id).map_err(|refusal| withheld(refusal.into()))?;
            Ok((attempt, next))
        });
        let released: Vec<Result<_, SignError>> = released.collect();
        let now = self.clock.now();
        let commits = released.iter().flatten().map(|(attempt, next)| {
            let commit = Commit::new(now).update(attempt, next);
            commit.log(audited::signed(next).into()).stamp::<Attempt>(STAMP)
        });
        let commits = commits.collect();
        let mut positions = self.audit.commit_each(commits).await.into_iter();
        let mut outcomes = Vec::with_capacity(released.len());
        for each in released {
            outcomes.push(match each {
                Ok((attempt, next)) => {
                    let position = positions.next().unwrap_or(Err(AuditError::Refused(StoreError::Lost.into())));
                    self.released(&attempt, next, position).await
                }
                Err(error) => Err(error),
            });
        }
        outcomes
    }

    /// The answer that is durable now.
    async fn released(
        &self,
        attempt: &Versioned<Attempt>,
        mut signed: Attempt,
        position: Result<LogPosition, AuditError>,
    ) -> Result<SignatureView, SignError> {
        match position {
            Ok(position) => {
                signed.audit = position;
                signed.signature().ok_or(SignError::Store(StoreError::Lost))
            }
            // Signed twice at the same time; the first stored one is the answer for ever.
            Err(AuditError::Refused(CommitError::Conflict { .. })) => self.stored_signature(attempt).await,
            Err(error) => Err(of_commit(error)),
        }
    }

    async fn stored_signature(&self, known: &Versioned<Attempt>) -> Result<SignatureView, SignError> {
        let stored = self.attempt(&known.record.intent, known.record.attempt).await?;
        let signature = stored.and_then(|stored| stored.record.signature());
        signature.ok_or(SignError::Store(StoreError::Lost))
    }
}

/// What the register answers by itself; nothing where the token has to be asked.
fn answer_of(attempt: &Attempt, txid: TxId) -> Option<Result<SignatureView, SignError>> {
    let Some(signing) = attempt.signing() else { return Some(Err(SignError::Void)) };
    if signing.txid != txid {
        let raw_data = signing.request.raw_data().clone();
        return Some(Err(SignError::AttemptTaken { txid: signing.txid, raw_data }));
    }
    attempt.signature().map(Ok)
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
