//! What operators decide about payouts: their signatures, held against the keys that are pinned here.

use primitives::statement::{Agreed, Ceremony, Cosigned, CosignedError, Operators};
use primitives::{ChainId, PlaneId, UnixMs};
use service::Problem;

/// Who decides, and where.
#[derive(Debug, Clone)]
pub(crate) struct Council {
    pub(crate) operators: Operators,
    pub(crate) plane: PlaneId,
    pub(crate) chain_id: ChainId,
}

impl Council {
    /// The decision, if so many operators made it and it is good here and now. The codes are wallet-manager's.
    pub(crate) fn agreed<'a>(
        &self,
        ceremony: &'a Cosigned<Ceremony>,
        needed: usize,
        now: UnixMs,
    ) -> Result<Agreed<'a, Ceremony>, Problem> {
        let agreed = ceremony.verify(&self.operators, needed, now).map_err(|error| {
            let expired = matches!(error, CosignedError::Expired(_));
            Problem::forbidden(if expired { "authority_expired" } else { "authority_signature" }, error.to_string())
        })?;
        if agreed.statement.plane != self.plane {
            return Err(Problem::forbidden("plane", "The decision is for another plane."));
        }
        if agreed.statement.chain_id != self.chain_id {
            return Err(Problem::forbidden("chain", "The decision is for another chain."));
        }
        Ok(agreed)
    }
}
