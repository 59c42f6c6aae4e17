//! Accounts as the node's JSON has them (`getaccount`, `getaccountresource`).

use api::tron_client::{AccountPermissions, AccountView, Permission, PermissionKey, Resources};
use primitives::{Address, Bandwidth, Energy, HexBytes, Sun};
use serde::Deserialize;

use super::{WireError, bytes};

/// `getaccount`; `{}` for an address that is not on the chain, which reads as all defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireAccount {
    address: String,
    #[serde(rename = "type")]
    kind: String,
    balance: i64,
    #[serde(rename = "frozenV2")]
    frozen_v2: Vec<WireFrozen>,
    #[serde(rename = "delegated_frozenV2_balance_for_bandwidth")]
    delegated_for_bandwidth: i64,
    account_resource: WireAccountResource,
    owner_permission: Option<WirePermission>,
    witness_permission: Option<WirePermission>,
    active_permission: Vec<WirePermission>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireAccountResource {
    #[serde(rename = "delegated_frozenV2_balance_for_energy")]
    delegated_for_energy: i64,
}

/// One entry of `frozenV2`; BANDWIDTH is the default and so has no type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireFrozen {
    #[serde(rename = "type")]
    kind: String,
    amount: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WirePermission {
    id: u32,
    threshold: i64,
    operations: String,
    keys: Vec<WireKey>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireKey {
    address: String,
    weight: i64,
}

/// `getaccountresource`; `{}` for an unknown address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WireResources {
    #[serde(rename = "freeNetUsed")]
    free_used: u64,
    #[serde(rename = "freeNetLimit")]
    free_limit: u64,
    #[serde(rename = "NetUsed")]
    net_used: u64,
    #[serde(rename = "NetLimit")]
    net_limit: u64,
    #[serde(rename = "EnergyUsed")]
    energy_used: u64,
    #[serde(rename = "EnergyLimit")]
    energy_limit: u64,
    /// All bandwidth from stake a day.
    #[serde(rename = "TotalNetLimit")]
    pub total_net_limit: u64,
    /// All stake for bandwidth, whole TRX.
    #[serde(rename = "TotalNetWeight")]
    pub total_net_weight: u64,
    /// All energy a day.
    #[serde(rename = "TotalEnergyLimit")]
    pub total_energy_limit: u64,
    /// All stake for energy, whole TRX.
    #[serde(rename = "TotalEnergyWeight")]
    pub total_energy_weight: u64,
}

impl WireAccount {
    /// The account in our terms.
    pub fn view(&self, address: Address, resources: &WireResources) -> Result<AccountView, WireError> {
        let AccountPermissions { activated, permissions, .. } = self.permissions_view(address)?;
        let staked = |kind: &str| sun(self.frozen_v2.iter().filter(|f| f.kind == kind).map(|f| f.amount).sum());
        Ok(AccountView {
            address,
            activated,
            is_contract: self.kind == "Contract",
            balance: sun(self.balance)?,
            staked_for_energy: staked("ENERGY")?,
            staked_for_bandwidth: sun(self
                .frozen_v2
                .iter()
                .filter(|f| matches!(&*f.kind, "" | "BANDWIDTH"))
                .map(|f| f.amount)
                .sum())?,
            delegated_for_energy: sun(self.account_resource.delegated_for_energy)?,
            delegated_for_bandwidth: sun(self.delegated_for_bandwidth)?,
            resources: resources.view(),
            permissions,
        })
    }

    /// Who may sign for it.
    pub fn permissions_view(&self, address: Address) -> Result<AccountPermissions, WireError> {
        let activated = !self.address.is_empty();
        if activated && self.address != address.to_hex21() {
            return Err(WireError::Member("address"));
        }
        let permissions = if activated { self.permissions(address)? } else { Vec::new() };
        Ok(AccountPermissions { address, activated, permissions })
    }

    fn permissions(&self, address: Address) -> Result<Vec<Permission>, WireError> {
        let Some(owner) = &self.owner_permission else { return Ok(vec![implicit(0, address), implicit(2, address)]) };
        std::iter::once(owner)
            .chain(&self.witness_permission)
            .chain(&self.active_permission)
            .map(WirePermission::view)
            .collect()
    }
}

/// An account that never set permissions signs alone, as owner and as active 2 (java-tron `AccountCapsule`).
fn implicit(id: u32, address: Address) -> Permission {
    Permission { id, threshold: 1, operations: None, keys: vec![PermissionKey { address, weight: 1 }] }
}

impl WirePermission {
    fn view(&self) -> Result<Permission, WireError> {
        let operations = bytes(&self.operations, "operations")?;
        Ok(Permission {
            id: self.id,
            threshold: unsigned(self.threshold)?,
            operations: (!operations.is_empty()).then_some(HexBytes(operations)),
            keys: self.keys.iter().map(WireKey::view).collect::<Result<_, _>>()?,
        })
    }
}

impl WireKey {
    fn view(&self) -> Result<PermissionKey, WireError> {
        let address = Address::from_hex21(&self.address).map_err(|_| WireError::Member("address"))?;
        Ok(PermissionKey { address, weight: unsigned(self.weight)? })
    }
}

impl WireResources {
    /// One account's part.
    pub const fn view(&self) -> Resources {
        Resources {
            energy_limit: Energy(self.energy_limit),
            energy_used: Energy(self.energy_used),
            bandwidth_limit: Bandwidth(self.net_limit),
            bandwidth_used: Bandwidth(self.net_used),
            free_bandwidth_limit: Bandwidth(self.free_limit),
            free_bandwidth_used: Bandwidth(self.free_used),
        }
    }
}

fn sun(value: i64) -> Result<Sun, WireError> {
    Sun::from_i64(value).map_err(|_| WireError::Member("an amount"))
}

fn unsigned(value: i64) -> Result<u64, WireError> {
    u64::try_from(value).map_err(|_| WireError::Member("a weight"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HEX: &str = "4194a15629b2b2bbd3a5453e6d6696b2875278633b";

    #[test]
    fn an_account_is_read_with_what_it_staked_and_lent() {
        let address = Address::from_hex21(HEX).unwrap();
        let account: WireAccount = serde_json::from_value(json!({
            "address": HEX, "balance": 5_000_000, "create_time": 1,
            "frozenV2": [{"amount": 3}, {"type": "ENERGY", "amount": 7}, {"type": "TRON_POWER"}],
            "delegated_frozenV2_balance_for_bandwidth": 11,
            "account_resource": {"delegated_frozenV2_balance_for_energy": 13, "energy_window_size": 28800},
            "owner_permission": {"permission_name": "owner", "threshold": 1, "keys": [{"address": HEX, "weight": 1}]},
            "active_permission": [{"type": "Active", "id": 2, "permission_name": "active", "threshold": 2,
                "operations": "7fff", "keys": [{"address": HEX, "weight": 2}]}],
        }))
        .unwrap();
        let resources = serde_json::from_value(
            json!({"freeNetUsed": 1, "freeNetLimit": 600, "EnergyLimit": 9, "TotalNetLimit": 4}),
        );
        let view = account.view(address, &resources.unwrap()).unwrap();
        assert!(view.activated && !view.is_contract);
        assert_eq!(view.balance, Sun::parse("5").unwrap());
        assert_eq!((view.staked_for_bandwidth.units(), view.staked_for_energy.units()), (3, 7));
        assert_eq!((view.delegated_for_bandwidth.units(), view.delegated_for_energy.units()), (11, 13));
        assert_eq!((view.resources.free_bandwidth_limit, view.resources.energy_limit), (Bandwidth(600), Energy(9)));
        assert_eq!((view.permissions[0].id, view.permissions[0].operations.clone()), (0, None));
        assert_eq!((view.permissions[1].id, view.permissions[1].threshold), (2, 2));
        let other = Address::ZERO;
        assert_eq!(account.view(other, &WireResources::default()), Err(WireError::Member("address")));
    }

    #[test]
    fn nobody_is_not_activated() {
        let view = WireAccount::default().view(Address::ZERO, &WireResources::default()).unwrap();
        assert!(!view.activated && view.balance.is_zero() && view.permissions.is_empty());
    }
}
