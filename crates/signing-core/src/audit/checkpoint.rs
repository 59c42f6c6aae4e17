//! Checkpoints as they are stored: the statement and the audit key's signature.

use api::wallet_manager::audit::AuditCheckpoint;
use primitives::statement::{Checkpoint, Statement, StatementError};
use primitives::{LogHead, LogPosition, UnixMs};
use serde::{Deserialize, Serialize};
use store::Record;
use tron_tx::{RecoverableSignature, TokenSigned};

/// A signed checkpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredCheckpoint(pub TokenSigned<Checkpoint>);

impl StoredCheckpoint {
    /// The record that it is of, and the head with it. Nothing is verified here.
    pub fn position(&self) -> LogPosition {
        position(self.0.unverified())
    }

    /// The form that others see.
    pub fn view(&self) -> AuditCheckpoint {
        AuditCheckpoint {
            statement: self.0.unverified().encode().into(),
            signature: self.0.signature().to_bytes().to_vec().into(),
        }
    }

    /// Reads what others saw.
    pub fn read(view: &AuditCheckpoint) -> Result<Self, StatementError> {
        let signature = RecoverableSignature::parse(view.signature.as_ref());
        let signature = signature.map_err(|_| StatementError::Malformed("signature"))?;
        Ok(Self(TokenSigned::new(Checkpoint::decode(view.statement.as_ref())?, signature.normalised())))
    }
}

/// The place that a checkpoint is of.
pub fn position(checkpoint: &Checkpoint) -> LogPosition {
    LogPosition { seq: checkpoint.seq, head: LogHead::new(checkpoint.head) }
}

impl Record for StoredCheckpoint {
    const NOUN: &'static str = "checkpoint";

    fn id(&self) -> String {
        format!("{:020}", self.0.unverified().seq)
    }

    fn stage(&self) -> &'static str {
        "signed"
    }

    fn due_at(&self) -> Option<UnixMs> {
        None
    }
}
