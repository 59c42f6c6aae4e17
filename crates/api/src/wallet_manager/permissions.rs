//! Which permissions a hardened account has on the chain, and what the update costs.

use primitives::{Address, HexBytes};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::WalletClass;
use crate::tron_client::Permission;

/// The number of the active permission that wallets sign under once they are hardened.
pub const ACTIVE: u32 = 2;

/// What the chain burns for an update of an account's permissions, sun (`getUpdateAccountPermissionFee`).
pub const UPDATE_FEE_SUN: u64 = 100_000_000;

/// What the chain burns beside all else for a transaction of more than one signature, sun (`getMultiSignFee`).
pub const MULTI_SIGN_FEE_SUN: u64 = 1_000_000;

/// The permissions that two operators have decided on for a wallet's account: all that it has on the chain once its
/// update is solid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletPermissions {
    /// Whether the update is solid. Until then the wallet signs nothing else.
    pub in_force: bool,
    /// Who owns the account; its keys are in none of our tokens.
    pub owner: Permission,
    /// The one active permission, number 2, with all that its keys may sign.
    pub active: Permission,
}

impl WalletClass {
    /// The numbers of the contract types that a wallet of this class signs: all that its key keeps.
    pub const fn contract_types(self) -> &'static [u8] {
        match self {
            // TransferContract, TriggerSmartContract.
            Self::Hot | Self::Treasury => &[1, 31],
            // FreezeBalanceV2, UnfreezeBalanceV2, DelegateResource, UnDelegateResource.
            Self::Energy => &[54, 55, 57, 58],
        }
    }

    /// The same as the protocol has it: 32 bytes, a bit for each contract type, the lowest bit of a byte first.
    pub fn operations(self) -> [u8; 32] {
        let mut operations = [0; 32];
        for number in self.contract_types() {
            operations[usize::from(number / 8)] |= 1 << (number % 8);
        }
        operations
    }
}

impl WalletPermissions {
    /// The addresses of the keys that sign together, and the weight that they must reach.
    pub fn signers(&self) -> impl Iterator<Item = Address> {
        self.active.keys.iter().map(|key| key.address)
    }

    /// Whether no key alone may sign.
    pub fn is_shared(&self) -> bool {
        self.active.keys.iter().all(|key| key.weight < self.active.threshold)
    }

    /// What the active permission's keys may sign, as the protocol has it.
    pub const fn operations(&self) -> Option<&HexBytes> {
        self.active.operations.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bit_for_each_contract_type() {
        let hot = WalletClass::Hot.operations();
        assert_eq!(hot[..4], [0b10, 0, 0, 0b1000_0000]);
        assert_eq!(hot[4..], [0; 28]);
        let energy = WalletClass::Energy.operations();
        // 54 and 55 are the upper two bits of byte 6, 57 and 58 the second and third of byte 7.
        assert_eq!(energy[6..8], [0b1100_0000, 0b0000_0110]);
        assert_eq!(energy.iter().map(|byte| byte.count_ones()).sum::<u32>(), 4);
    }
}
