//! Which update of an account's permissions this signer makes at all, and that a contract is exactly it.

use primitives::Address;
use primitives::statement::PermissionKeys;
use tron_tx::Contract;
use tron_tx::contract::permission_update;

use super::Refusal;
use super::rules::Circumstances;

/// An account's permissions as two operators decided them.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// The account.
    pub account: Address,
    /// Who owns it from then on.
    pub owner: &'a PermissionKeys,
    /// Who signs under permission 2 from then on.
    pub active: &'a PermissionKeys,
    /// What they may sign.
    pub operations: [u8; 32],
}

impl Plan<'_> {
    /// Whether we would have such permissions: `key` is the address of our own key, `allowed` what its class signs.
    pub fn hold(&self, key: Address, allowed: [u8; 32], known: &Circumstances<'_>) -> Result<(), Refusal> {
        if self.operations != allowed {
            return Err(Refusal::Operations);
        }
        if !self.active.keys.iter().any(|(address, _)| *address == key) {
            return Err(Refusal::ActiveKey);
        }
        // An owner that a signer has is not offline. Its account is one of ours, or of those who sign beside us.
        let online = |address: &Address| {
            *address == Address::ZERO
                || *address == self.account
                || *address == key
                || known.our_wallets.contains(address)
                || self.active.keys.iter().any(|(active, _)| active == address)
        };
        if self.owner.keys.iter().any(|(address, _)| online(address)) {
            return Err(Refusal::OwnerKey);
        }
        Ok(())
    }
}

/// Holds a contract against the plan, byte by byte: what was decoded exactly is compared with what would be built.
pub(super) fn hold_update(
    contract: &Contract,
    plan: &Plan<'_>,
    allowed: [u8; 32],
    known: &Circumstances<'_>,
) -> Result<(), Refusal> {
    plan.hold(known.wallet.address, allowed, known)?;
    let Plan { account, owner, active, operations } = *plan;
    if *contract == permission_update(account, owner, active, operations) {
        Ok(())
    } else {
        Err(Refusal::PermissionUpdate)
    }
}
