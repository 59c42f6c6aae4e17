//! In whose name a transaction acts, told from its bytes alone.
//!
//! For whoever watches accounts on the chain: no contract may escape because its type is new or its bytes are odd. So
//! this reads as the node's parser reads (of a field that comes twice the last counts, parts of a message that comes
//! twice are merged), needs no message to be known, and says where it cannot tell. It allocates nothing.

use primitives::Address;

use crate::ContractType;
use crate::wire::{Fields, WireError, WireField, WireValue};

/// Fields of `Transaction.raw`, `Transaction.Contract` and `Any`.
const RAW_CONTRACT: u32 = 11;
const CONTRACT_TYPE: u32 = 1;
const CONTRACT_PARAMETER: u32 = 2;
const ANY_VALUE: u32 = 2;
/// How some messages call the account that acts; `ShieldedTransferContract` has the other.
const OWNER_NAMES: [&str; 2] = ["owner_address", "transparent_from_address"];

/// One contract of a transaction and the account in whose name it acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acting {
    /// The type's number, known or not; `None` if the bytes do not tell.
    pub contract_type: Option<i32>,
    /// The account.
    pub actor: Actor,
}

/// In whose name a contract acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// In this account's.
    Account(Address),
    /// In nobody's: a contract of a known type without its owner, such as a transfer from the shielded pool.
    Nobody,
    /// The bytes do not tell: whoever's address they contain may be meant.
    Unclear,
}

impl Acting {
    const UNREADABLE: Self = Self { contract_type: None, actor: Actor::Unclear };
}

/// The contracts of a raw_data, in order. The protocol allows one; bytes that cannot be read add one that is unclear.
pub fn acting(raw_data: &[u8]) -> impl Iterator<Item = Acting> {
    Fields::new(raw_data).filter_map(|field| match field {
        Ok(WireField { number: RAW_CONTRACT, value: WireValue::Bytes(contract), .. }) => Some(contract_of(contract)),
        Ok(_) => None,
        Err(_) => Some(Acting::UNREADABLE),
    })
}

fn contract_of(contract: &[u8]) -> Acting {
    let mut number = 0_u64;
    for field in Fields::new(contract) {
        match field {
            Ok(WireField { number: CONTRACT_TYPE, value: WireValue::Varint(value), .. }) => number = value,
            Ok(_) => {}
            Err(_) => return Acting::UNREADABLE,
        }
    }
    let number = enumeration(number);
    Acting { contract_type: Some(number), actor: actor(contract, ContractType::from_number(number)) }
}

/// An enumeration's number: a varint's low 32 bits, as protobuf reads it.
const fn enumeration(varint: u64) -> i32 {
    let [a, b, c, d, ..] = varint.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}

fn actor(contract: &[u8], contract_type: Option<ContractType>) -> Actor {
    let Ok(message) = last(contract, &[CONTRACT_PARAMETER, ANY_VALUE]) else { return Actor::Unclear };
    let message = message.unwrap_or_default();
    let Some(owner_field) = contract_type.and_then(owner_field) else { return of_unknown(message) };
    match last(message, &[owner_field]) {
        Err(_) => Actor::Unclear,
        Ok(None | Some([])) => Actor::Nobody,
        Ok(Some(owner)) => Address::from_bytes21(owner).map_or(Actor::Unclear, Actor::Account),
    }
}

fn owner_field(contract_type: ContractType) -> Option<u32> {
    let fields = contract_type.schema()?.fields;
    fields.iter().find(|field| OWNER_NAMES.contains(&field.name)).map(|field| field.number)
}

/// In every message of the protocol the owner stands before every other address.
fn of_unknown(message: &[u8]) -> Actor {
    let mut owner: Option<(u32, Address)> = None;
    for field in Fields::new(message) {
        let Ok(WireField { number, value, .. }) = field else { return Actor::Unclear };
        let WireValue::Bytes(bytes) = value else { continue };
        let Ok(address) = Address::from_bytes21(bytes) else { continue };
        if owner.is_none_or(|(lowest, _)| number <= lowest) {
            owner = Some((number, address));
        }
    }
    owner.map_or(Actor::Unclear, |(_, address)| Actor::Account(address))
}

/// The last value at a path of fields, through every message on the way.
fn last<'a>(message: &'a [u8], path: &[u32]) -> Result<Option<&'a [u8]>, WireError> {
    let Some((wanted, rest)) = path.split_first() else { return Ok(Some(message)) };
    let mut found = None;
    for field in Fields::new(message) {
        let WireField { number, value, .. } = field?;
        if let (true, WireValue::Bytes(bytes)) = (number == *wanted, value) {
            found = last(bytes, rest)?.or(found);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use prost::Message as _;

    use super::*;
    use crate::arbitrary::payloads;
    use crate::proto::{Any, TransactionContract, TransactionRaw};
    use crate::wire::{put_bytes, put_integer};

    fn ours() -> Address {
        Address::from_evm([7; 20])
    }

    fn raw(contract: TransactionContract) -> Vec<u8> {
        TransactionRaw { contract: vec![contract], timestamp: 5, ..TransactionRaw::default() }.encode_to_vec()
    }

    fn of(contract_type: i32, message: Vec<u8>) -> Vec<Acting> {
        let parameter = Some(Any { type_url: "x".to_owned(), value: message });
        acting(&raw(TransactionContract { contract_type, parameter, ..TransactionContract::default() })).collect()
    }

    fn message(fields: &[(u32, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        for (number, bytes) in fields {
            put_bytes(&mut out, *number, bytes);
        }
        out
    }

    proptest! {
        /// The one table of messages says who the owner is; this must agree with it for every type there is.
        #[test]
        fn agrees_with_the_decoder(payload in payloads()) {
            let number: i32 = payload.contract_type().into();
            let found: Vec<Acting> = acting(&raw(payload.clone().into_contract(2))).collect();
            prop_assert_eq!(found.len(), 1);
            prop_assert_eq!(found[0].contract_type, Some(number));
            let owner = payload.owner_address();
            match Address::from_bytes21(owner) {
                Ok(address) => prop_assert_eq!(found[0].actor, Actor::Account(address)),
                Err(_) if owner.is_empty() => prop_assert_eq!(found[0].actor, Actor::Nobody),
                Err(_) => prop_assert_eq!(found[0].actor, Actor::Unclear),
            }
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = acting(&bytes).count();
        }
    }

    #[test]
    fn a_type_that_nobody_knows_does_not_hide_its_owner() {
        let other = Address::from_evm([9; 20]).to_bytes21();
        let fields: [(u32, &[u8]); 3] = [(1, b"a name"), (2, &ours().to_bytes21()), (3, &other)];
        assert_eq!(of(77, message(&fields)), [Acting { contract_type: Some(77), actor: Actor::Account(ours()) }]);
        assert_eq!(of(77, message(&[(1, b"nobody here")]))[0].actor, Actor::Unclear);
        assert_eq!(of(77, vec![0xff])[0].actor, Actor::Unclear);
    }

    #[test]
    fn of_what_comes_twice_the_last_counts() {
        let other = Address::from_evm([9; 20]).to_bytes21();
        let twice: [(u32, &[u8]); 2] = [(1, &other), (1, &ours().to_bytes21())];
        assert_eq!(of(1, message(&twice))[0].actor, Actor::Account(ours()));

        // The type and the parameter come twice; the second parameter is merged into the first.
        let (mut any, mut more) = (Vec::new(), Vec::new());
        put_bytes(&mut any, 2, &message(&[(1, &other)]));
        put_bytes(&mut more, 2, &message(&[(1, &ours().to_bytes21())]));
        let mut contract = Vec::new();
        put_integer(&mut contract, 1, 31);
        put_bytes(&mut contract, 2, &any);
        put_integer(&mut contract, 1, 1 << 32 | 1);
        put_bytes(&mut contract, 2, &more);
        let found: Vec<Acting> = acting(&message(&[(11, &contract)])).collect();
        assert_eq!(found, [Acting { contract_type: Some(1), actor: Actor::Account(ours()) }]);
    }

    #[test]
    fn bytes_that_cannot_be_read_are_unclear() {
        let found: Vec<Acting> = acting(&[0x0b]).collect();
        assert_eq!(found, [Acting::UNREADABLE]);
        assert_eq!(of(1, message(&[(1, &[0x41; 20])]))[0].actor, Actor::Unclear);
        assert_eq!(of(1, Vec::new())[0].actor, Actor::Nobody);
        assert_eq!(acting(&[]).count(), 0);
    }
}
