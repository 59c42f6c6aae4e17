//! How an account's permissions on the chain differ from those that it should have. Pure.

use api::tron_client::{AccountPermissions, Permission, PermissionKey};
use api::wallet_manager::WalletView;

const OWNER: u32 = 0;
const WITNESS: u32 = 1;

/// A sentence for every difference; none if all is as it should be.
///
/// A wallet that was never hardened signs alone, as owner and under whatever active permission its account was born
/// with: which operations that one has is the chain's matter, and differs with the account's age. A hardened one has
/// exactly what two operators decided. Between the decision and its update being solid both are right.
pub(crate) fn differences(wallet: &WalletView, account: &AccountPermissions) -> Vec<String> {
    // An address that is not on the chain yet has no permissions that could differ.
    if !account.activated && wallet.permissions.as_ref().is_none_or(|decided| !decided.in_force) {
        return Vec::new();
    }
    let Some(decided) = &wallet.permissions else { return of_own_key(wallet, account) };
    let differences = of_decided(&[&decided.owner, &decided.active], account);
    if decided.in_force || !of_own_key(wallet, account).is_empty() { differences } else { Vec::new() }
}

fn of_own_key(wallet: &WalletView, account: &AccountPermissions) -> Vec<String> {
    let mut differences = Vec::new();
    if !account.permissions.iter().any(|permission| permission.id == OWNER) {
        differences.push("the account has no owner permission".to_owned());
    }
    for permission in &account.permissions {
        for key in permission.keys.iter().filter(|key| key.address != wallet.address) {
            differences.push(format!("{} also has the key {}", name(permission), key.address));
        }
        let own = permission.keys.iter().find(|key| key.address == wallet.address);
        if own.is_none_or(|key| key.weight < permission.threshold) {
            differences.push(format!("the wallet's own key does not suffice for {}", name(permission)));
        }
    }
    differences
}

fn of_decided(decided: &[&Permission], account: &AccountPermissions) -> Vec<String> {
    let mut differences = Vec::new();
    for permission in decided {
        match account.permissions.iter().find(|found| found.id == permission.id) {
            None => differences.push(format!("{} is missing", name(permission))),
            Some(found) => differences.extend(between(permission, found)),
        }
    }
    let further = account.permissions.iter().filter(|found| !decided.iter().any(|one| one.id == found.id));
    differences.extend(further.map(|found| format!("there is also {}", name(found))));
    differences
}

fn between(decided: &Permission, found: &Permission) -> Vec<String> {
    let name = name(decided);
    let mut differences = Vec::new();
    if decided.threshold != found.threshold {
        differences.push(format!("{name} has the threshold {}, not {}", found.threshold, decided.threshold));
    }
    if sorted(&decided.keys) != sorted(&found.keys) {
        differences.push(format!("{name} has the keys {}, not {}", listed(&found.keys), listed(&decided.keys)));
    }
    // The owner may do everything, whatever is written there.
    if decided.id != OWNER && decided.operations != found.operations {
        differences.push(format!("{name} has other operations"));
    }
    differences
}

fn sorted(keys: &[PermissionKey]) -> Vec<(primitives::Address, u64)> {
    let mut keys: Vec<_> = keys.iter().map(|key| (key.address, key.weight)).collect();
    keys.sort_unstable();
    keys
}

fn listed(keys: &[PermissionKey]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("{} × {}", key.address, key.weight)).collect();
    keys.join(", ")
}

fn name(permission: &Permission) -> String {
    match permission.id {
        OWNER => "the owner permission".to_owned(),
        WITNESS => "the witness permission".to_owned(),
        id => format!("the active permission {id}"),
    }
}

#[cfg(test)]
mod tests {
    use api::wallet_manager::WalletPermissions;
    use primitives::{Address, HexBytes};

    use super::*;
    use crate::testing::{payer, wallet};

    fn permission(id: u32, key: Address) -> Permission {
        let operations = (id >= 2).then(|| HexBytes(vec![7; 32]));
        Permission { id, threshold: 1, operations, keys: vec![PermissionKey { address: key, weight: 1 }] }
    }

    fn account(permissions: Vec<Permission>) -> AccountPermissions {
        AccountPermissions { address: payer(), activated: true, permissions }
    }

    fn thief() -> Address {
        Address::from_evm([0xbb; 20])
    }

    #[test]
    fn a_wallet_that_was_never_hardened_signs_alone() {
        let own = account(vec![permission(0, payer()), permission(2, payer())]);
        assert_eq!(differences(&wallet(), &own), Vec::<String>::new());
        let unborn = AccountPermissions { activated: false, permissions: Vec::new(), address: payer() };
        assert!(differences(&wallet(), &unborn).is_empty());
        for taken in [
            account(vec![permission(0, thief()), permission(2, payer())]),
            account(vec![permission(0, payer()), permission(2, payer()), permission(3, thief())]),
            account(vec![permission(0, payer()), permission(1, thief())]),
            account(vec![Permission { threshold: 2, ..permission(0, payer()) }]),
            account(vec![permission(2, payer())]),
            account(Vec::new()),
        ] {
            assert!(!differences(&wallet(), &taken).is_empty(), "{taken:?}");
        }
        let mut shared = permission(0, payer());
        shared.keys.push(PermissionKey { address: thief(), weight: 1 });
        assert!(!differences(&wallet(), &account(vec![shared])).is_empty());
    }

    #[test]
    fn a_hardened_wallet_has_exactly_what_was_decided() {
        let owner = Address::from_evm([0x66; 20]);
        let decided = WalletPermissions { in_force: true, owner: permission(0, owner), active: permission(2, payer()) };
        let hardened = WalletView { permissions: Some(decided.clone()), permission_id: 2, ..wallet() };
        let right = account(vec![permission(0, owner), permission(2, payer())]);
        assert!(differences(&hardened, &right).is_empty());
        let own = account(vec![permission(0, payer()), permission(2, payer())]);
        assert!(!differences(&hardened, &own).is_empty(), "the update is undone");
        let more = Permission { operations: Some(HexBytes(vec![0xff; 32])), ..permission(2, payer()) };
        for wrong in [
            account(vec![permission(0, owner), more]),
            account(vec![permission(0, owner)]),
            account(vec![permission(0, owner), permission(2, payer()), permission(3, payer())]),
            account(vec![permission(0, owner), Permission { threshold: 2, ..permission(2, payer()) }]),
            AccountPermissions { address: payer(), activated: false, permissions: Vec::new() },
        ] {
            assert!(!differences(&hardened, &wrong).is_empty(), "{wrong:?}");
        }

        let under_way = WalletPermissions { in_force: false, ..decided };
        let wallet = WalletView { permissions: Some(under_way), ..wallet() };
        assert!(differences(&wallet, &right).is_empty() && differences(&wallet, &own).is_empty());
        assert!(!differences(&wallet, &account(vec![permission(0, thief())])).is_empty());
    }
}
