//! The question for each state of an attempt.

use api::tron_client::{self, SubmissionRequest};
use api::wallet_manager::{self, SignatureRequest};
use payments::attempt::{AnyAttempt, Attempt, Barring, Fact, Sealed, SignatureAnswer, Submitted, VoidAnswer};
use primitives::IntentId;
use primitives::statement::VerifyKey;
use service::{Outcome, PeerClient};

use crate::answer::{AskError, raw_data_in_the_way, refusal, rejected};

/// The two services that a transaction goes through.
#[derive(Debug, Clone)]
pub struct Transact {
    wallet_manager: PeerClient,
    /// Checks wallet-manager's word that an attempt was never signed.
    register_key: VerifyKey,
    tron_client: PeerClient,
}

impl Transact {
    /// Asks these; `register_key` is the pinned key of wallet-manager's statements.
    pub const fn new(wallet_manager: PeerClient, register_key: VerifyKey, tron_client: PeerClient) -> Self {
        Self { wallet_manager, register_key, tron_client }
    }

    /// Asks what the attempt's state entitles to. An error is no fact: the attempt stays, and is asked for again.
    pub async fn ask(&self, attempt: &AnyAttempt) -> Result<Fact, AskError> {
        match attempt {
            AnyAttempt::Open(_) => Ok(Fact::Anchor(self.tron_client.ask(&tron_client::latest_anchor()).await?)),
            AnyAttempt::Sealed(sealed) => self.ask_signature(sealed).await.map(Fact::Signature),
            AnyAttempt::Submitted(submitted) => self.submit(submitted).await,
            AnyAttempt::Barring(barring) => self.bar(barring).await.map(Fact::Void),
            AnyAttempt::Ended(_) => Ok(Fact::Nothing),
        }
    }

    async fn ask_signature(&self, attempt: &Attempt<Sealed>) -> Result<SignatureAnswer, AskError> {
        let (authorisation, anchor) = (attempt.authorisation().clone(), attempt.anchor().clone());
        let request = SignatureRequest::new(attempt.tx().raw_data.clone(), authorisation, anchor);
        match self.wallet_manager.call(&wallet_manager::put_signature(attempt.tx().txid, &request)).await {
            Outcome::Done(view) => Ok(SignatureAnswer::Signed(view)),
            Outcome::Unknown(cause) => Err(AskError::unknown(&self.wallet_manager, cause)),
            Outcome::Refused(problem) if problem.code == "attempt_taken" => {
                Ok(SignatureAnswer::Taken(raw_data_in_the_way(&problem)?))
            }
            Outcome::Refused(problem) => refusal(&self.wallet_manager, problem).map(SignatureAnswer::Refused),
        }
    }

    async fn submit(&self, attempt: &Attempt<Submitted>) -> Result<Fact, AskError> {
        let request = SubmissionRequest {
            raw_data: attempt.tx().raw_data.clone(),
            signatures: vec![attempt.signature().clone()],
        };
        let view = self.tron_client.ask(&tron_client::put_submission(attempt.tx().txid, &request)).await?;
        Ok(Fact::Submission(view))
    }

    async fn bar(&self, attempt: &Attempt<Barring>) -> Result<VoidAnswer, AskError> {
        let authorisation = attempt.authorisation().unverified();
        self.bar_attempt(&authorisation.intent, authorisation.attempt).await
    }

    /// Asks wallet-manager to bar an attempt for ever, and believes only its signed word that it has.
    pub async fn bar_attempt(&self, intent: &IntentId, attempt: primitives::AttemptNo) -> Result<VoidAnswer, AskError> {
        match self.wallet_manager.call(&wallet_manager::void_attempt(intent, attempt)).await {
            Outcome::Done(signed) => {
                let unsigned = signed.verify(&self.register_key)?;
                if unsigned.intent == *intent && unsigned.attempt == attempt {
                    Ok(VoidAnswer::Barred(signed))
                } else {
                    Err(AskError::AnotherAttempt)
                }
            }
            Outcome::Unknown(cause) => Err(AskError::unknown(&self.wallet_manager, cause)),
            Outcome::Refused(problem) if problem.code == "already_signed" => {
                let anchor = self.tron_client.ask(&tron_client::latest_anchor()).await?;
                Ok(VoidAnswer::Taken(raw_data_in_the_way(&problem)?, anchor))
            }
            Outcome::Refused(problem) => Err(rejected(&self.wallet_manager, problem)),
        }
    }
}
