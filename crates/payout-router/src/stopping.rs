//! What an open discrepancy does beyond this service: wallet-manager is asked to stop all signing.

use api::wallet_manager::freeze::{FreezeRequest, put_freeze};
use primitives::{FreezeId, PlaneId, UnixMs};
use service::driver::{Machine, Plan};
use service::{BoxError, Outcome, PeerClient};
use store::{Record, Versioned};

use crate::discrepancy::Discrepancy;

/// Asks until it is done. Two operators lift that stop at wallet-manager, whatever is said here.
#[derive(Debug)]
pub(crate) struct Stopper {
    pub(crate) plane: PlaneId,
    pub(crate) wallet_manager: PeerClient,
}

impl Machine for Stopper {
    type Record = Discrepancy;
    /// Whether signing was stopped.
    type Facts = bool;

    async fn gather(&self, read: &Versioned<Discrepancy>, _: UnixMs) -> Result<bool, BoxError> {
        if read.record.due_at().is_none() {
            return Ok(read.record.signing_stopped);
        }
        let id = read.record.id();
        let request = FreezeRequest {
            freeze_id: FreezeId::derive(self.plane.uuid(), &["discrepancy", &id]),
            reason: format!("payout-router found what nobody can explain: {id}"),
        };
        match self.wallet_manager.call(&put_freeze(&request)).await {
            Outcome::Done(_) => Ok(true),
            // Two operators were faster.
            Outcome::Refused(problem) if problem.code == "freeze_lifted" => Ok(true),
            Outcome::Refused(problem) => Err(self.wallet_manager.refused(problem).into()),
            Outcome::Unknown(cause) => Err(self.wallet_manager.unknown(cause).into()),
        }
    }

    fn plan(&self, read: &Versioned<Discrepancy>, signing_stopped: bool, now: UnixMs) -> Plan<Discrepancy> {
        Plan::to(Discrepancy { signing_stopped, ..read.record.clone() }, now)
    }
}
