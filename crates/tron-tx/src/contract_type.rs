//! The one table of contract types: number, name, message.

use prost::Message as _;

use crate::canonical::decode_exactly;
use crate::decode_error::DecodeError;
use crate::proto;

/// What stands before a message's name in `Any.type_url`.
const URL_PREFIX: &str = "type.googleapis.com/protocol.";

macro_rules! contract_types {
    (
        messages { $($number:literal $variant:ident $name:literal $message:ident,)* }
        without { $($bare_number:literal $bare:ident $bare_name:literal,)* }
    ) => {
        /// A contract's type, by the protocol's number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
        #[repr(i32)]
        pub enum ContractType {
            $(#[doc = concat!("`", $name, "`.")] $variant = $number,)*
            $(#[doc = concat!("`", $bare_name, "`, which has no message.")] $bare = $bare_number,)*
        }

        impl ContractType {
            /// Every number with the protocol's name for it.
            pub const NAMES: &'static [(i32, &'static str)] =
                &[$(($number, $name),)* $(($bare_number, $bare_name),)*];

            /// Every type that has a message.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The protocol's name, such as `TransferContract`; also that of the message.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* $(Self::$bare => $bare_name,)* }
            }

            /// The type with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    $($bare_name => Some(Self::$bare),)*
                    _ => None,
                }
            }

            /// The description of the type's message; `None` if it has none.
            pub const fn schema(self) -> Option<&'static proto::Schema> {
                match self {
                    $(Self::$variant => Some(<proto::$message as proto::Described>::SCHEMA),)*
                    $(Self::$bare => None,)*
                }
            }
        }

        /// A contract's message, whatever its type.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Payload { $(#[doc = concat!("`", $name, "`.")] $variant(proto::$message),)* }

        impl Payload {
            /// The type that this message belongs to.
            pub const fn contract_type(&self) -> ContractType {
                match self { $(Self::$variant(_) => ContractType::$variant,)* }
            }

            /// The canonical bytes of the message: ascending fields, defaults left out.
            pub fn encode(&self) -> Vec<u8> {
                match self { $(Self::$variant(message) => message.encode_to_vec(),)* }
            }

            /// The account that acts, as the message has it: 21 bytes if it is an address at all.
            pub fn owner_address(&self) -> &[u8] {
                match self { $(Self::$variant(message) => &message.owner_address,)* }
            }

            /// Reads a message of this type that would be written again exactly like this.
            pub fn decode_exactly(contract_type: ContractType, bytes: &[u8]) -> Result<Self, DecodeError> {
                match contract_type {
                    $(ContractType::$variant => decode_exactly(bytes).map(Self::$variant),)*
                    $(ContractType::$bare => Err(DecodeError::NoMessage(ContractType::$bare)),)*
                }
            }
        }

        $(impl From<proto::$message> for Payload {
            fn from(message: proto::$message) -> Self { Self::$variant(message) }
        })*
    };
}

contract_types! {
    messages {
        0 AccountCreate "AccountCreateContract" AccountCreateContract,
        1 Transfer "TransferContract" TransferContract,
        2 TransferAsset "TransferAssetContract" TransferAssetContract,
        3 VoteAsset "VoteAssetContract" VoteAssetContract,
        4 VoteWitness "VoteWitnessContract" VoteWitnessContract,
        5 WitnessCreate "WitnessCreateContract" WitnessCreateContract,
        6 AssetIssue "AssetIssueContract" AssetIssueContract,
        8 WitnessUpdate "WitnessUpdateContract" WitnessUpdateContract,
        9 ParticipateAssetIssue "ParticipateAssetIssueContract" ParticipateAssetIssueContract,
        10 AccountUpdate "AccountUpdateContract" AccountUpdateContract,
        11 FreezeBalance "FreezeBalanceContract" FreezeBalanceContract,
        12 UnfreezeBalance "UnfreezeBalanceContract" UnfreezeBalanceContract,
        13 WithdrawBalance "WithdrawBalanceContract" WithdrawBalanceContract,
        14 UnfreezeAsset "UnfreezeAssetContract" UnfreezeAssetContract,
        15 UpdateAsset "UpdateAssetContract" UpdateAssetContract,
        16 ProposalCreate "ProposalCreateContract" ProposalCreateContract,
        17 ProposalApprove "ProposalApproveContract" ProposalApproveContract,
        18 ProposalDelete "ProposalDeleteContract" ProposalDeleteContract,
        19 SetAccountId "SetAccountIdContract" SetAccountIdContract,
        30 CreateSmartContract "CreateSmartContract" CreateSmartContract,
        31 TriggerSmartContract "TriggerSmartContract" TriggerSmartContract,
        33 UpdateSetting "UpdateSettingContract" UpdateSettingContract,
        41 ExchangeCreate "ExchangeCreateContract" ExchangeCreateContract,
        42 ExchangeInject "ExchangeInjectContract" ExchangeInjectContract,
        43 ExchangeWithdraw "ExchangeWithdrawContract" ExchangeWithdrawContract,
        44 ExchangeTransaction "ExchangeTransactionContract" ExchangeTransactionContract,
        45 UpdateEnergyLimit "UpdateEnergyLimitContract" UpdateEnergyLimitContract,
        46 AccountPermissionUpdate "AccountPermissionUpdateContract" AccountPermissionUpdateContract,
        48 ClearAbi "ClearABIContract" ClearAbiContract,
        49 UpdateBrokerage "UpdateBrokerageContract" UpdateBrokerageContract,
        51 ShieldedTransfer "ShieldedTransferContract" ShieldedTransferContract,
        52 MarketSellAsset "MarketSellAssetContract" MarketSellAssetContract,
        53 MarketCancelOrder "MarketCancelOrderContract" MarketCancelOrderContract,
        54 FreezeBalanceV2 "FreezeBalanceV2Contract" FreezeBalanceV2Contract,
        55 UnfreezeBalanceV2 "UnfreezeBalanceV2Contract" UnfreezeBalanceV2Contract,
        56 WithdrawExpireUnfreeze "WithdrawExpireUnfreezeContract" WithdrawExpireUnfreezeContract,
        57 DelegateResource "DelegateResourceContract" DelegateResourceContract,
        58 UnDelegateResource "UnDelegateResourceContract" UnDelegateResourceContract,
        59 CancelAllUnfreezeV2 "CancelAllUnfreezeV2Contract" CancelAllUnfreezeV2Contract,
    }
    without {
        20 Custom "CustomContract",
        32 GetContract "GetContract",
    }
}

impl ContractType {
    /// The `type_url` of the type's message, such as `type.googleapis.com/protocol.TransferContract`.
    pub fn type_url(self) -> String {
        format!("{URL_PREFIX}{}", self.name())
    }

    /// The type with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::try_from(number).ok()
    }
}

impl Payload {
    /// The contract as it stands in a transaction: type, `Any` and permission id (0 is the owner's).
    pub fn into_contract(self, permission_id: i32) -> proto::TransactionContract {
        let contract_type = self.contract_type();
        proto::TransactionContract {
            contract_type: contract_type.into(),
            parameter: Some(proto::Any { type_url: contract_type.type_url(), value: self.encode() }),
            permission_id,
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arbitrary::{encoded, payloads};
    use proptest::prelude::*;

    #[test]
    fn names_numbers_and_urls() {
        assert_eq!(ContractType::NAMES.len(), ContractType::ALL.len() + 2);
        for (number, name) in ContractType::NAMES {
            let contract_type = ContractType::from_number(*number).expect("in the table");
            assert_eq!((contract_type.name(), ContractType::from_name(name)), (*name, Some(contract_type)));
            assert!(contract_type.schema().is_none_or(|schema| schema.name == *name));
        }
        assert_eq!(ContractType::Transfer.type_url(), "type.googleapis.com/protocol.TransferContract");
        assert_eq!(ContractType::from_number(7), None);
        assert_eq!(ContractType::from_name("Transfer"), None);
    }

    #[test]
    fn fields_ascend() {
        let schemas = ContractType::ALL.iter().filter_map(|contract_type| contract_type.schema());
        for schema in schemas {
            assert!(schema.fields.is_sorted_by_key(|field| field.number), "{}", schema.name);
        }
    }

    proptest! {
        /// The description and the prost message of a type tell the same wire form.
        #[test]
        fn every_payload_round_trips(payload in payloads()) {
            let bytes = payload.encode();
            prop_assert_eq!(Payload::decode_exactly(payload.contract_type(), &bytes), Ok(payload));
        }

        #[test]
        fn state_and_receipts_fit_their_descriptions(
            account in encoded(<proto::Account as proto::Described>::SCHEMA),
            info in encoded(<proto::TransactionInfo as proto::Described>::SCHEMA),
            transaction in encoded(<proto::Transaction as proto::Described>::SCHEMA),
        ) {
            prop_assert!(decode_exactly::<proto::Account>(&account).is_ok());
            prop_assert!(decode_exactly::<proto::TransactionInfo>(&info).is_ok());
            prop_assert!(decode_exactly::<proto::Transaction>(&transaction).is_ok());
        }
    }
}
