//! A wallet's decided permissions, as they are stored with it.

use api::tron_client::{Permission, PermissionKey};
use api::wallet_manager::WalletPermissions;
use api::wallet_manager::permissions::ACTIVE;
use primitives::statement::{Action, Ceremony, PermissionKeys};
use primitives::{Address, CeremonyId, HexBytes};
use serde::{Deserialize, Serialize};
use tron_tx::Contract;
use tron_tx::contract::permission_update;

/// How far the change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Its update may be on its way: nothing else is signed.
    Updating,
    /// The chain has it.
    InForce,
}

/// Keys with weights, and the weight that signatures must reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    threshold: u32,
    keys: Vec<(Address, u32)>,
}

/// What two operators decided for a wallet's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hardening {
    /// The decision.
    pub ceremony: CeremonyId,
    /// The account; another than that of the wallet's own key where it is shared.
    pub account: Address,
    /// Who owns it.
    pub owner: Keys,
    /// Who signs under permission 2.
    pub active: Keys,
    /// What they may sign, 32 bytes.
    pub operations: HexBytes,
    /// How far it is.
    pub stage: Stage,
}

impl Keys {
    fn of(keys: &PermissionKeys) -> Self {
        Self { threshold: keys.threshold, keys: keys.keys.clone() }
    }

    fn decided(&self) -> PermissionKeys {
        PermissionKeys { threshold: self.threshold, keys: self.keys.clone() }
    }

    fn permission(&self, id: u32, operations: Option<HexBytes>) -> Permission {
        let key = |(address, weight): &(Address, u32)| PermissionKey { address: *address, weight: u64::from(*weight) };
        let keys = self.keys.iter().map(key).collect();
        Permission { id, threshold: u64::from(self.threshold), operations, keys }
    }
}

impl Hardening {
    /// What a decision says, if it is one on permissions; nothing of it is done yet.
    pub fn of(ceremony: &Ceremony) -> Option<Self> {
        let Action::HardenWallet { account, owner, active, operations, .. } = &ceremony.action else { return None };
        Some(Self {
            ceremony: ceremony.id(),
            account: *account,
            owner: Keys::of(owner),
            active: Keys::of(active),
            operations: operations.to_vec().into(),
            stage: Stage::Updating,
        })
    }

    /// The contract that makes it so on the chain.
    pub fn contract(&self) -> Contract {
        let operations = self.operations.as_ref().try_into().unwrap_or_default();
        permission_update(self.account, &self.owner.decided(), &self.active.decided(), operations)
    }

    /// Whether it takes more than this key to sign.
    pub fn is_shared(&self, key: Address) -> bool {
        let own = self.active.keys.iter().find(|(address, _)| *address == key).map_or(0, |(_, weight)| *weight);
        own < self.active.threshold
    }

    /// The form that others see.
    pub fn view(&self) -> WalletPermissions {
        WalletPermissions {
            in_force: self.stage == Stage::InForce,
            owner: self.owner.permission(0, None),
            active: self.active.permission(ACTIVE, Some(self.operations.clone())),
        }
    }
}
