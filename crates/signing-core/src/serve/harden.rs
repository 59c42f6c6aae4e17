//! What two operators decided and the token carries out.

use api::wallet_manager::decision::{DecisionRequest, HardeningOutcome, ShareRequest};
use api::wallet_manager::{SignatureView, WalletView};
use primitives::{TxId, WalletId};
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::protocol::Ask;

/// Asks for the signature of a transaction that two operators decided on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CarryOut(pub TxId, pub DecisionRequest);

impl Ask for CarryOut {
    type Answer = SignatureView;

    async fn answer(self, core: &Core) -> Result<SignatureView, Problem> {
        Ok(core.signing.carry_out(self.0, self.1).await?)
    }
}

/// Has a wallet sign for an account that it shares.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Share(pub WalletId, pub ShareRequest);

impl Ask for Share {
    type Answer = WalletView;

    async fn answer(self, core: &Core) -> Result<WalletView, Problem> {
        Ok(core.signing.share(&self.0, &self.1).await?)
    }
}

/// Tells what became of a wallet's update of permissions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hardened(pub WalletId, pub HardeningOutcome);

impl Ask for Hardened {
    type Answer = WalletView;

    async fn answer(self, core: &Core) -> Result<WalletView, Problem> {
        Ok(core.signing.hardened(&self.0, &self.1).await?)
    }
}
