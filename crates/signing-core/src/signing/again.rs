//! A third attempt needs a person: so many that came to nothing are a fault of something, which more of them do not mend.

use api::wallet_manager::attempt::{AllowRequest, AllowedAttempt};
use primitives::statement::{Action, Authorisation, Statement};
use primitives::{AttemptNo, HexBytes, IntentId, UnixMs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use signer::Refusal;
use signer::check::agreed_by;
use store::{Commit, Record};

use super::{SignError, SigningCore};
use crate::audit::entry;
use crate::register::Attempt;
use crate::undecided::Undecided;

/// How many attempts at an intent are signed without a person.
const ATTEMPTS_ALONE: u32 = 2;

/// How many operators allow one more.
const OPERATORS: usize = 1;

/// A further attempt that operators have allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// When.
    pub at: UnixMs,
    /// By whom.
    pub operators: Vec<String>,
}

impl SigningCore {
    /// Refuses an attempt beyond those that are made without a person, unless one has allowed exactly this one.
    pub(super) async fn allowed(&self, authorisation: &Authorisation) -> Result<(), SignError> {
        let Authorisation { intent, attempt, .. } = authorisation;
        if attempt.0 <= ATTEMPTS_ALONE {
            return Ok(());
        }
        match self.store.get::<Allowed>(&Attempt::id_of(intent, *attempt)).await? {
            Some(_) => Ok(()),
            None => Err(Refusal::ThirdAttempt.into()),
        }
    }

    /// Takes an operator's word that one more attempt may be made. The same again is the same.
    pub async fn allow(&self, request: &AllowRequest) -> Result<AllowedAttempt, Undecided> {
        let now = self.clock.now();
        let agreed = agreed_by(OPERATORS, &request.ceremony, &self.rules, now)?;
        let Action::AttemptAgain { intent, attempt } = &agreed.statement.action else {
            return Err(Refusal::Decision.into());
        };
        if let Some(known) = self.store.get::<Allowed>(&Attempt::id_of(intent, *attempt)).await? {
            return Ok(known.record.view());
        }
        let operators = agreed.operators;
        let allowed = Allowed { intent: intent.clone(), attempt: *attempt, at: now, operators: operators.clone() };
        let digest = Sha256::new().chain_update(primitives::statement::Ceremony::DOMAIN);
        let statement: HexBytes = digest.chain_update(agreed.statement.encode()).finalize().to_vec().into();
        let record = entry::Ceremony { action: format!("attempt_again {intent}/{attempt}"), statement, operators };
        self.audit.commit(Commit::new(now).insert(&allowed).log(record.into())).await?;
        Ok(allowed.view())
    }
}

impl Allowed {
    fn view(&self) -> AllowedAttempt {
        let Self { intent, attempt, at, operators } = self.clone();
        AllowedAttempt { intent, attempt, at, operators }
    }
}

impl Record for Allowed {
    const NOUN: &'static str = "allowed_attempt";

    fn id(&self) -> String {
        Attempt::id_of(&self.intent, self.attempt)
    }

    fn stage(&self) -> &'static str {
        "allowed"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
