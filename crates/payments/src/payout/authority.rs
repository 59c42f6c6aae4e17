//! Who may authorise a payout, and within which bounds.

use primitives::statement::{Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, ChainId, KeyId, PlaneId, Sun, UnixMs};
use sha2::{Digest, Sha256};

use super::{Money, Payout};

/// payout-router's right to authorise: its key, and the bounds that it writes into every permission.
#[derive(Debug, Clone)]
pub struct Authority {
    /// The key that wallet-manager pins.
    pub key: SignKey,
    /// The plane.
    pub plane: PlaneId,
    /// The chain.
    pub chain_id: ChainId,
    /// The USDT contract.
    pub token: Address,
    /// The highest fee_limit of a USDT transfer.
    pub fee_limit_max: Sun,
    /// How long a permission is good for. Waiting for funds counts; after it the attempt is barred and another made.
    pub valid_ms: u64,
}

/// How long after a permission's end the transaction may still be valid.
const EXPIRATION_GRACE_MS: u64 = 600_000;

impl Authority {
    /// The permission for the next attempt at a payout. Every earlier attempt must have ended without paying; `None`
    /// if one has not, which is an error of the caller.
    pub(super) fn authorise(
        &self,
        payout: &Payout,
        key_id: KeyId,
        permission_id: u32,
        now: UnixMs,
    ) -> Option<Signed<Authorisation>> {
        let previous: Vec<_> =
            payout.attempts.iter().map(|attempt| attempt.ended()?.as_previous()).collect::<Option<_>>()?;
        let attempt = payout.attempts.last().map_or(AttemptNo::FIRST, |last| last.attempt.next());
        let (asset, amount, fee_limit_max) = match payout.money {
            Money::Usdt(amount) => (Asset::Token(self.token), amount.units(), self.fee_limit_max),
            Money::Trx(amount) => (Asset::Trx, amount.units(), Sun::ZERO),
        };
        let valid_until = now.plus_ms(self.valid_ms);
        let authorisation = Authorisation {
            chain_id: self.chain_id,
            plane: self.plane,
            kind: Kind::Payout,
            intent: payout.id.into(),
            attempt,
            previous,
            key_id,
            permission_id,
            asset,
            resource: None,
            recipient: payout.request.recipient,
            amount,
            memo_hash: payout.request.memo.as_ref().map(|memo| Sha256::digest(memo.as_bytes()).into()),
            fee_limit_max,
            expiration_max: valid_until.plus_ms(EXPIRATION_GRACE_MS),
            valid_until,
        };
        Some(Signed::sign(authorisation, &self.key))
    }
}
