//! AccountPermissionUpdateContract (java-tron `AccountPermissionUpdateActuator`): the whole set is replaced.

use std::sync::Arc;

use primitives::Address;
use tron_tx::proto::{AccountPermissionUpdateContract, Permission, PermissionType};

use super::{Effects, Scene, address};
use crate::authority::MAX_SIGNATURES;
use crate::resource::burn;
use crate::state::{DEFAULT_ACTIVE_OPERATIONS, Permissions, State};

const MAX_ACTIVES: usize = 8;
const MAX_NAME: usize = 32;

pub(super) fn validate(state: &State, contract: &AccountPermissionUpdateContract) -> Result<(), String> {
    let owner = Address::from_bytes21(&contract.owner_address).map_err(|_| "invalidate ownerAddress")?;
    state.account(&owner).ok_or("ownerAddress account does not exist")?;
    let owner_permission = contract.owner.as_ref().ok_or("owner permission is missed")?;
    match (state.witnesses.contains_key(&owner), &contract.witness) {
        (true, None) => return Err("witness permission is missed".to_owned()),
        (false, Some(_)) => return Err("account isn't witness can't set witness permission".to_owned()),
        _ => {}
    }
    if contract.actives.is_empty() {
        return Err("active permission is missed".to_owned());
    }
    if contract.actives.len() > MAX_ACTIVES {
        return Err("active permission is too many".to_owned());
    }
    check(owner_permission, PermissionType::Owner, "owner permission type is error")?;
    if let Some(witness) = &contract.witness {
        check(witness, PermissionType::Witness, "witness permission type is error")?;
    }
    contract
        .actives
        .iter()
        .try_for_each(|active| check(active, PermissionType::Active, "active permission type is error"))
}

fn check(permission: &Permission, expected: PermissionType, wrong_type: &str) -> Result<(), String> {
    if permission.permission_type != i32::from(expected) {
        return Err(wrong_type.to_owned());
    }
    let kind = expected.name();
    if permission.keys.len() > MAX_SIGNATURES {
        return Err(format!("number of keys in permission should not be greater than {MAX_SIGNATURES}"));
    }
    if permission.keys.is_empty() {
        return Err("key's count should be greater than 0".to_owned());
    }
    if expected == PermissionType::Witness && permission.keys.len() != 1 {
        return Err("Witness permission's key count should be 1".to_owned());
    }
    if permission.threshold <= 0 {
        return Err("permission's threshold should be greater than 0".to_owned());
    }
    if permission.permission_name.len() > MAX_NAME {
        return Err("permission's name is too long".to_owned());
    }
    if permission.parent_id != 0 {
        return Err("permission's parent should be owner".to_owned());
    }
    check_keys(permission, kind)?;
    check_operations(permission, expected)
}

fn check_keys(permission: &Permission, kind: &str) -> Result<(), String> {
    let mut sum = 0i64;
    for (at, key) in permission.keys.iter().enumerate() {
        if permission.keys[..at].iter().any(|other| other.address == key.address) {
            return Err(format!("address should be distinct in permission {kind}"));
        }
        Address::from_bytes21(&key.address).map_err(|_| "key is not a validate address")?;
        if key.weight <= 0 {
            return Err("key's weight should be greater than 0".to_owned());
        }
        sum = sum.checked_add(key.weight).ok_or("long overflow")?;
    }
    if sum < permission.threshold {
        return Err(format!("sum of all key's weight should not be less than threshold in permission {kind}"));
    }
    Ok(())
}

fn check_operations(permission: &Permission, expected: PermissionType) -> Result<(), String> {
    if expected != PermissionType::Active {
        return if permission.operations.is_empty() {
            Ok(())
        } else {
            Err(format!("{} permission needn't operations", expected.name()))
        };
    }
    if permission.operations.len() != DEFAULT_ACTIVE_OPERATIONS.len() {
        return Err("operations size must 32".to_owned());
    }
    for (byte, (asked, available)) in permission.operations.iter().zip(DEFAULT_ACTIVE_OPERATIONS).enumerate() {
        let unknown = asked & !available;
        if unknown != 0 {
            return Err(format!("{} isn't a validate ContractType", byte * 8 + unknown.trailing_zeros() as usize));
        }
    }
    Ok(())
}

pub(super) fn execute(
    state: &mut State,
    scene: Scene<'_>,
    contract: &AccountPermissionUpdateContract,
) -> Result<Effects, String> {
    let owner = address(&contract.owner_address);
    let fee = scene.rules.update_account_permission_fee;
    if !burn(state, owner, fee) {
        return Err(format!("{} insufficient balance", owner.to_hex21()));
    }
    let numbered = |permission: &Permission, id: i32| Permission { id, ..permission.clone() };
    let permissions = Permissions {
        owner: numbered(contract.owner.as_ref().unwrap_or(&Permission::default()), 0),
        witness: contract.witness.as_ref().map(|witness| numbered(witness, 1)),
        actives: (2..).zip(&contract.actives).map(|(id, active)| numbered(active, id)).collect(),
    };
    state.change(owner, |account| account.permissions = Some(Arc::new(permissions)));
    Ok(Effects { fee, ..Effects::default() })
}
