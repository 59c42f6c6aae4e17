//! Moves operations and pools: asks what their stage wants to know, lets `payments::staking` decide, stores the decision.

mod operation;
mod pool;

pub(crate) use operation::{OperationMachine, to_plan};
pub(crate) use pool::PoolMachine;

use api::wallet_manager::{self, WalletView};
use primitives::WalletId;
use service::client::NotDone;
use service::{Outcome, PeerClient};

/// A wallet, or none of that name.
pub(crate) async fn wallet(wallet_manager: &PeerClient, id: &WalletId) -> Result<Option<WalletView>, NotDone> {
    match wallet_manager.call(&wallet_manager::wallet(id)).await {
        Outcome::Done(wallet) => Ok(Some(wallet)),
        Outcome::Refused(problem) if problem.code == "unknown_wallet" => Ok(None),
        Outcome::Refused(problem) => Err(NotDone::Refused { peer: wallet_manager.peer().into(), problem }),
        Outcome::Unknown(cause) => Err(NotDone::Unknown { peer: wallet_manager.peer().into(), cause }),
    }
}
