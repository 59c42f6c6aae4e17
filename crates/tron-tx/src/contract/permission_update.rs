//! The one update of an account's permissions that this plane makes.

use primitives::Address;
use primitives::statement::PermissionKeys;

use super::Contract;
use crate::proto::{AccountPermissionUpdateContract, Key, Permission, PermissionType};

/// The number of the one active permission.
const ACTIVE: i32 = 2;

/// `AccountPermissionUpdateContract` that leaves an account an owner permission and one active permission, number 2,
/// which may sign what `operations` has a bit for (the lowest bit of a byte first). The whole set is replaced.
///
/// Nothing about it is left open: the names are the chain's own, nobody is a witness, no permission has a parent.
pub fn permission_update(
    account: Address,
    owner: &PermissionKeys,
    active: &PermissionKeys,
    operations: [u8; 32],
) -> Contract {
    let update = AccountPermissionUpdateContract {
        owner_address: account.to_bytes21().to_vec(),
        owner: Some(permission(PermissionType::Owner, 0, "owner", owner, Vec::new())),
        witness: None,
        actives: vec![permission(PermissionType::Active, ACTIVE, "active", active, operations.to_vec())],
    };
    Contract::Other { owner: account, payload: Box::new(update.into()) }
}

fn permission(kind: PermissionType, id: i32, name: &str, keys: &PermissionKeys, operations: Vec<u8>) -> Permission {
    let key =
        |(address, weight): &(Address, u32)| Key { address: address.to_bytes21().to_vec(), weight: i64::from(*weight) };
    Permission {
        permission_type: kind.into(),
        id,
        permission_name: name.to_owned(),
        threshold: i64::from(keys.threshold),
        parent_id: 0,
        operations,
        keys: keys.keys.iter().map(key).collect(),
    }
}

#[cfg(test)]
mod tests {
    use primitives::UnixMs;

    use super::*;
    use crate::{ContractType, RawTransaction, RefBlock};

    fn alone(body: u8) -> PermissionKeys {
        PermissionKeys { threshold: 1, keys: vec![(Address::from_evm([body; 20]), 1)] }
    }

    /// Worked out by hand from the protocol's definition: field 1 the account, 2 the owner permission without its type
    /// and number, which are defaults, 4 the active one.
    #[test]
    fn the_bytes_are_the_protocols() {
        let account = Address::from_evm([0x11; 20]);
        let mut operations = [0; 32];
        operations[0] = 2;
        operations[3] = 0x80;
        let contract = permission_update(account, &alone(0x22), &alone(0x11), operations);
        assert_eq!(contract.contract_type(), ContractType::AccountPermissionUpdate);
        let key = |body: &str| format!("3a190a1541{}1001", body.repeat(20));
        let owner = format!("1a056f776e65722001{}", key("22"));
        let active = format!("080210021a06616374697665200132200200008000{}{}", "00".repeat(27), key("11"));
        let length = |hex: &str| format!("{:02x}", hex.len() / 2);
        let expected = format!("0a1541{}12{}{owner}22{}{active}", "11".repeat(20), length(&owner), length(&active));
        assert_eq!(hex::encode(contract.to_payload().encode()), expected);
    }

    #[test]
    fn a_transaction_of_it_is_read_back_as_it_was_built() {
        let contract = permission_update(Address::from_evm([1; 20]), &alone(2), &alone(1), [9; 32]);
        let raw = RawTransaction::new(contract, RefBlock { bytes: [0; 2], hash: [0; 8] }, UnixMs(1), UnixMs(2));
        assert_eq!(RawTransaction::decode(&raw.encode()).unwrap(), raw);
    }
}
