//! Who may sign for an account, and for what.

use primitives::Address;
use tron_tx::proto::{Key, Permission, PermissionType};

/// The operations of a new account's active permission: the bits of every contract type that mainnet has enabled.
pub const DEFAULT_ACTIVE_OPERATIONS: [u8; 32] = {
    let mut bits = [0; 32];
    let head = [0x7f, 0xff, 0x1f, 0xc0, 0x03, 0x3e, 0xc3, 0x0f];
    let mut at = 0;
    while at < head.len() {
        bits[at] = head[at];
        at += 1;
    }
    bits
};

/// An account's permissions as set by AccountPermissionUpdateContract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// Id 0: may do everything.
    pub owner: Permission,
    /// Id 1, of witnesses only.
    pub witness: Option<Permission>,
    /// Ids 2 to 9.
    pub actives: Vec<Permission>,
}

impl Permissions {
    /// What an account has that never set any: its own key alone, weight 1 of 1.
    pub fn default_of(address: Address) -> Self {
        let key = Key { address: address.to_bytes21().to_vec(), weight: 1 };
        let owner = Permission {
            permission_name: "owner".to_owned(),
            threshold: 1,
            keys: vec![key.clone()],
            ..Permission::default()
        };
        let active = Permission {
            permission_type: PermissionType::Active.into(),
            id: 2,
            permission_name: "active".to_owned(),
            threshold: 1,
            operations: DEFAULT_ACTIVE_OPERATIONS.to_vec(),
            keys: vec![key],
            ..Permission::default()
        };
        Self { owner, witness: None, actives: vec![active] }
    }

    /// The permission with an id.
    pub fn by_id(&self, id: i32) -> Option<&Permission> {
        match id {
            0 => Some(&self.owner),
            1 => self.witness.as_ref(),
            _ => self.actives.iter().find(|active| active.id == id),
        }
    }
}
