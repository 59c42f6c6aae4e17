//! Smart contracts.

enumeration! {
    /// What an ABI entry describes.
    EntryType {
        0 UnknownEntryType "UnknownEntryType",
        1 Constructor "Constructor",
        2 Function "Function",
        3 Event "Event",
        4 Fallback "Fallback",
        5 Receive "Receive",
        6 Error "Error",
    }
}

enumeration! {
    /// Whether a function may change state or take TRX.
    StateMutability {
        0 UnknownMutabilityType "UnknownMutabilityType",
        1 Pure "Pure",
        2 View "View",
        3 Nonpayable "Nonpayable",
        4 Payable "Payable",
    }
}

message! {
    /// A parameter of a function or event.
    AbiParam = "SmartContract.ABI.Entry.Param" {
        1 indexed: bool,
        2 name: string,
        3 param_type "type": string,
    }
}

message! {
    /// A function, event or the like.
    AbiEntry = "SmartContract.ABI.Entry" {
        1 anonymous: bool,
        2 constant: bool,
        3 name: string,
        4 inputs: [AbiParam],
        5 outputs: [AbiParam],
        6 entry_type "type": enumeration EntryType,
        7 payable: bool,
        8 state_mutability "stateMutability": enumeration StateMutability,
    }
}

message! {
    /// A contract's interface; the protocol spells the list `entrys`.
    Abi = "SmartContract.ABI" {
        1 entrys: [AbiEntry],
    }
}

message! {
    /// A contract as deployed and stored.
    SmartContract = "SmartContract" {
        1 origin_address: address,
        2 contract_address: address,
        3 abi: Abi,
        4 bytecode: bytes,
        5 call_value: int64,
        6 consume_user_resource_percent: int64,
        7 name: string,
        8 origin_energy_limit: int64,
        9 code_hash: bytes,
        10 trx_hash: bytes,
        11 version: int32,
    }
}

message! {
    /// Deploys a contract.
    CreateSmartContract = "CreateSmartContract" {
        1 owner_address: address,
        2 new_contract: SmartContract,
        3 call_token_value: int64,
        4 token_id: int64,
    }
}

message! {
    /// Calls a contract.
    TriggerSmartContract = "TriggerSmartContract" {
        1 owner_address: address,
        2 contract_address: address,
        3 call_value: int64,
        4 call_data "data": bytes,
        5 call_token_value: int64,
        6 token_id: int64,
    }
}

message! {
    /// Removes a contract's stored interface.
    ClearAbiContract = "ClearABIContract" {
        1 owner_address: address,
        2 contract_address: address,
    }
}

message! {
    /// Sets the share, in per cent, of energy that a contract's callers pay.
    UpdateSettingContract = "UpdateSettingContract" {
        1 owner_address: address,
        2 contract_address: address,
        3 consume_user_resource_percent: int64,
    }
}

message! {
    /// Sets how much energy a contract's creator gives per call.
    UpdateEnergyLimitContract = "UpdateEnergyLimitContract" {
        1 owner_address: address,
        2 contract_address: address,
        3 origin_energy_limit: int64,
    }
}
