//! Whether a transaction's signatures suffice (java-tron `TransactionCapsule.validateSignature`).

use primitives::Address;
use tron_tx::proto::{Permission, PermissionType};

use crate::admitted::Admitted;
use crate::refusal::Refusal;
use crate::state::{Permissions, State};

/// Signatures that a transaction may have at most.
pub(crate) const MAX_SIGNATURES: usize = 5;

/// Checks the signatures against the permission that the contract names.
pub(crate) fn check(state: &State, admitted: &Admitted) -> Result<(), Refusal> {
    weigh(state, admitted).map_err(Refusal::Signature)
}

fn weigh(state: &State, admitted: &Admitted) -> Result<(), String> {
    let signatures = &admitted.transaction.signature;
    if signatures.is_empty() {
        return Err("miss sig or contract".to_owned());
    }
    if signatures.len() > MAX_SIGNATURES {
        return Err("too many signatures".to_owned());
    }
    let id = admitted.contract().permission_id;
    let permission = permission(state, admitted.owner, id).ok_or("permission isn't exit")?;
    if id != 0 {
        if permission.permission_type != i32::from(PermissionType::Active) {
            return Err("Permission type is error".to_owned());
        }
        if !allows(&permission, admitted.contract().contract_type) {
            return Err("Permission denied".to_owned());
        }
    }
    if signatures.len() > permission.keys.len() {
        let (given, keys) = (signatures.len(), permission.keys.len());
        return Err(format!("Signature count is {given} more than key counts of permission : {keys}"));
    }
    let mut seen: Vec<Address> = Vec::new();
    let mut weight = 0i64;
    for (bytes, signer) in signatures.iter().zip(&admitted.signers) {
        let signer = signer.clone()?;
        let key = permission.keys.iter().find(|key| key.address == signer.to_bytes21());
        let Some(key) = key else {
            let bytes = hex::encode(bytes);
            return Err(format!("{bytes} is signed by {signer} but it is not contained of permission."));
        };
        if seen.contains(&signer) {
            return Err(format!("{signer} has signed twice!"));
        }
        seen.push(signer);
        weight = weight.saturating_add(key.weight);
    }
    if weight < permission.threshold { Err("sig error".to_owned()) } else { Ok(()) }
}

fn permission(state: &State, owner: Address, id: i32) -> Option<Permission> {
    let stored = state.account(&owner).and_then(|account| account.permissions.clone());
    match stored {
        Some(permissions) => permissions.by_id(id).cloned(),
        None => Permissions::default_of(owner).by_id(id).cloned(),
    }
}

/// Whether the bit of a contract type is set, least significant first.
pub(crate) fn allows(permission: &Permission, contract_type: i32) -> bool {
    let Ok(number) = usize::try_from(contract_type) else { return false };
    permission.operations.get(number / 8).is_some_and(|byte| byte & (1 << (number % 8)) != 0)
}
