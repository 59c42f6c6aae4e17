//! Accounts and their permissions.

enumeration! {
    /// What an account is.
    AccountType { 0 Normal "Normal", 1 AssetIssue "AssetIssue", 2 Contract "Contract", }
}

enumeration! {
    /// What a permission is for.
    PermissionType { 0 Owner "Owner", 1 Witness "Witness", 2 Active "Active", }
}

message! {
    /// One key of a permission with its weight.
    Key = "Key" {
        1 address: address,
        2 weight: int64,
    }
}

message! {
    /// Who may act for an account: keys, weights and, if active, the contract types they may use.
    Permission = "Permission" {
        1 permission_type "type": enumeration PermissionType,
        2 id: int32,
        3 permission_name: string,
        4 threshold: int64,
        5 parent_id: int32,
        6 operations: bytes,
        7 keys: [Key],
    }
}

message! {
    /// Activates an account that does not exist yet.
    AccountCreateContract = "AccountCreateContract" {
        1 owner_address: address,
        2 account_address: address,
        3 account_type "type": enumeration AccountType,
    }
}

message! {
    /// Names an account; note that the owner is field 2 here.
    AccountUpdateContract = "AccountUpdateContract" {
        1 account_name: text,
        2 owner_address: address,
    }
}

message! {
    /// Gives an account its id; note that the owner is field 2 here.
    SetAccountIdContract = "SetAccountIdContract" {
        1 account_id: text,
        2 owner_address: address,
    }
}

message! {
    /// Replaces an account's whole set of permissions.
    AccountPermissionUpdateContract = "AccountPermissionUpdateContract" {
        1 owner_address: address,
        2 owner: Permission,
        3 witness: Permission,
        4 actives: [Permission],
    }
}
