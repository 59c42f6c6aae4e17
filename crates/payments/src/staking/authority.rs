//! trx-staking's right to authorise its own stakes and delegations.

use primitives::statement::{Asset, Authorisation, SignKey, Signed};
use primitives::{Address, AttemptNo, ChainId, PlaneId, Sun, UnixMs};

use api::wallet_manager::WalletView;

use super::{Operation, Purpose};

/// How long a permission is good for; generous, as nothing hurries a stake and a token may be away for hours.
const VALID_MS: u64 = 86_400_000;
/// How long after a permission's end its transaction may still be valid.
const EXPIRATION_GRACE_MS: u64 = 600_000;

/// The key that wallet-manager pins for stakes and delegations, and where they may be made.
#[derive(Debug, Clone)]
pub struct Authority {
    /// Signs the permissions.
    pub key: SignKey,
    /// The plane.
    pub plane: PlaneId,
    /// The chain.
    pub chain_id: ChainId,
}

impl Authority {
    /// The permission for the next attempt. `None` if an earlier one may still take effect, or has.
    pub(super) fn authorise<P: Purpose>(
        &self,
        operation: &Operation<P>,
        wallet: &WalletView,
        recipient: Address,
        now: UnixMs,
    ) -> Option<Signed<Authorisation>> {
        let previous: Vec<_> = operation
            .attempts
            .iter()
            .map(|attempted| attempted.attempt.ended()?.as_previous())
            .collect::<Option<_>>()?;
        let attempt = AttemptNo(u32::try_from(previous.len()).ok()?).next();
        let valid_until = now.plus_ms(VALID_MS);
        let authorisation = Authorisation {
            chain_id: self.chain_id,
            plane: self.plane,
            kind: P::KIND,
            intent: operation.id.into(),
            attempt,
            previous,
            key_id: wallet.key_id.clone(),
            permission_id: wallet.permission_id,
            asset: Asset::Trx,
            resource: Some(operation.request.resource()),
            recipient,
            amount: operation.request.amount().units(),
            memo_hash: None,
            fee_limit_max: Sun::ZERO,
            expiration_max: valid_until.plus_ms(EXPIRATION_GRACE_MS),
            valid_until,
        };
        Some(Signed::sign(authorisation, &self.key))
    }
}
