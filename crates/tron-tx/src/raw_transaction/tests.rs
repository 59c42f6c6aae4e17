use primitives::{Address, Resource};
use proptest::prelude::*;

use super::*;
use crate::contract::{
    AccountCreate, Delegate, Freeze, TokenId, TokenTransfer, Transfer, Trigger, Undelegate, Unfreeze, Vote, VoteWitness,
};
use crate::vectors::{self, address};
use crate::{Payload, trc20};

fn sun(units: u64) -> Sun {
    Sun::new(units).unwrap()
}

fn transfer(units: u64) -> Contract {
    Contract::Transfer(Transfer {
        owner: address(vectors::OWNER),
        to: address(vectors::COUNTERPARTY),
        amount: sun(units),
    })
}

fn build(contract: Contract) -> RawTransaction {
    RawTransaction::new(contract, vectors::REFERENCE, vectors::TIMESTAMP, vectors::EXPIRATION)
}

#[test]
fn builds_the_bytes_that_tronpy_and_tronweb_build() {
    let built = build(transfer(1));
    assert_eq!(hex::encode(built.encode()), vectors::TRANSFER_RAW);
    assert_eq!(built.txid().to_string(), vectors::TRANSFER_TXID);

    let calldata = trc20::transfer(address(vectors::COUNTERPARTY), 1);
    let trigger = Contract::Trigger(Trigger::new(address(vectors::OWNER), address(vectors::TOKEN), calldata));
    let (timestamp, expiration) = (UnixMs(1_751_554_232_807), UnixMs(1_751_554_292_807));
    let built =
        RawTransaction::new(trigger.clone(), vectors::REFERENCE, timestamp, expiration).with_fee_limit(sun(50_000_000));
    assert_eq!(hex::encode(built.encode()), vectors::TRIGGER_RAW);
    assert_eq!(built.txid().to_string(), vectors::TRIGGER_TXID);

    let txid = build(trigger).with_fee_limit(sun(50_000_000)).txid().to_string();
    assert_eq!(txid, "5ac5be2379c46ca8534e88e33031b4ea7e2ca3c754d3fbe7e074be01c829b267");
}

#[test]
fn variants_of_a_transfer_hash_as_tronweb_hashes_them() {
    let permission = build(transfer(1)).with_permission(PermissionId::ACTIVE);
    assert_eq!(permission.txid().to_string(), "01cd41c0b5a1c23e82152bd8abda17272cc5b17405f4831912074571684003d7");
    let memo = build(transfer(1)).with_memo("hi");
    assert_eq!(memo.txid().to_string(), "8afabea70b25642a29c0dd6e5eb5c53031d2b2feced9df6d78517aeb0b5bbf3c");
}

/// One contract of each type that tronweb builds, with the txid it computes; 1 TRX unless said.
fn every_type() -> Vec<(Contract, &'static str)> {
    let (owner, other, amount) = (address(vectors::OWNER), address(vectors::COUNTERPARTY), sun(1_000_000));
    let delegate = |lock, lock_period| {
        Contract::Delegate(Delegate { owner, receiver: other, amount, resource: Resource::Energy, lock, lock_period })
    };
    vec![
        (
            Contract::AccountCreate(AccountCreate { owner, account: other, account_type: proto::AccountType::Normal }),
            "7e3396e85928f54a96f2a9b9b64d781e33b1e621f3196579bbe5c026389d11bc",
        ),
        (
            Contract::Freeze(Freeze { owner, amount, resource: Resource::Energy }),
            "ca93e5ac637345681fb034676eb15f74eb57a85821a04bb263f07a3a72aae8fc",
        ),
        (
            Contract::Freeze(Freeze { owner, amount, resource: Resource::Bandwidth }),
            "f5db08d20d87f2315a3b15f5ac30151e2646358dfb3b82d005cc339345ea0e01",
        ),
        (
            Contract::Unfreeze(Unfreeze { owner, amount, resource: Resource::Energy }),
            "92843b9996d7a11ed74f9ec9fe3f471d2c29f0d0177caceb7d3262e9a34e2fce",
        ),
        (delegate(true, 86_400), "8d610f229048a367d6922f412e64eadf92a3626bc661206b00659321056eaaca"),
        (delegate(false, 0), "595ca08cb38f735ec744e45e21eceda0179316d88f1944140c083a9383efd3f8"),
        (
            Contract::Undelegate(Undelegate { owner, receiver: other, amount, resource: Resource::Energy }),
            "535194a78ad5ff5e1a941e2cea39a8342f8e78a69e87817db4e6672ba3199b2c",
        ),
        (Contract::WithdrawExpireUnfreeze(owner), "28eb759f2589283f56b9d6d03c98b2d6e6d1ae4aa44c5964226599820247a380"),
        (Contract::CancelAllUnfreeze(owner), "93e6e884148118d468e3de1d8bd57a4afcd06eded1c2a99a3b9fceac5668d348"),
        (Contract::WithdrawBalance(owner), "9c36e5fdf281079e53b7a583bfc3303714682d79d108b2239957d114d73af905"),
        (
            Contract::VoteWitness(VoteWitness {
                owner,
                votes: vec![Vote { witness: other, count: 3 }],
                support: false,
            }),
            "7a3f71568b106258720e78d73abc18df2a9bb31fd84d6d6ce529f2c0d9d712f9",
        ),
        (
            Contract::TokenTransfer(TokenTransfer { owner, to: other, token: TokenId(1_000_001), amount: 5 }),
            "4ab46ceb927f38fddbf1e2e26e07f47cd0065e96ebb6abcbbbfac0deb324094c",
        ),
    ]
}

#[test]
fn every_type_hashes_as_tronweb_hashes_it() {
    for (contract, txid) in every_type() {
        let built = build(contract);
        assert_eq!(built.txid().to_string(), txid, "{:?}", built.contract);
        assert_eq!(RawTransaction::decode(&built.encode()).unwrap(), built);
    }
}

#[test]
fn decodes_what_others_made() {
    for (raw, txid) in [
        (vectors::TRANSFER_RAW, vectors::TRANSFER_TXID),
        (vectors::TRIGGER_RAW, vectors::TRIGGER_TXID),
        (vectors::SHASTA_RAW, vectors::SHASTA_TXID),
        (vectors::JAVA_TRON_RAW, vectors::JAVA_TRON_TXID),
    ] {
        let decoded = RawTransaction::decode(&vectors::bytes(raw)).unwrap();
        assert_eq!(decoded.txid().to_string(), txid);
        assert_eq!(hex::encode(decoded.encode()), raw);
    }
    let shasta = RawTransaction::decode(&vectors::bytes(vectors::SHASTA_RAW)).unwrap();
    assert_eq!(shasta.memo, [2, 0xc7, 0x5f]);
}

/// The transfer's raw_data with something changed.
fn changed(change: impl FnOnce(&mut proto::TransactionRaw)) -> Result<RawTransaction, DecodeError> {
    let mut raw = build(transfer(1)).to_message();
    change(&mut raw);
    RawTransaction::decode(&raw.encode_to_vec())
}

#[test]
fn refuses_what_the_chain_ignores_or_cannot_mean() {
    let field = |result: Result<RawTransaction, DecodeError>| match result {
        Err(DecodeError::Field { field, flaw }) => (field, flaw.to_string()),
        other => panic!("{other:?}"),
    };
    assert_eq!(field(changed(|raw| raw.scripts = vec![1])).0, "scripts");
    assert_eq!(field(changed(|raw| raw.ref_block_num = 7)).0, "ref_block_num");
    assert_eq!(field(changed(|raw| raw.auths = vec![proto::Authority::default()])).0, "auths");
    assert_eq!(field(changed(|raw| raw.contract[0].provider = vec![1])).0, "provider");
    assert_eq!(field(changed(|raw| raw.contract[0].contract_name = vec![1])).0, "ContractName");
    assert_eq!(field(changed(|raw| raw.contract[0].permission_id = 10)).0, "Permission_id");
    assert_eq!(field(changed(|raw| raw.contract[0].permission_id = -1)).0, "Permission_id");
    assert_eq!(field(changed(|raw| raw.fee_limit = -1)).0, "fee_limit");
    assert_eq!(field(changed(|raw| raw.expiration = i64::MIN)).0, "expiration");
    assert_eq!(field(changed(|raw| raw.ref_block_bytes = vec![1])).0, "ref_block_bytes");
    assert_eq!(field(changed(|raw| raw.ref_block_hash.clear())).0, "ref_block_hash");
    assert_eq!(changed(|raw| raw.contract.clear()), Err(DecodeError::NoContract));
    assert_eq!(changed(|raw| raw.contract.push(raw.contract[0].clone())), Err(DecodeError::ManyContracts(2)));
    assert_eq!(changed(|raw| raw.contract[0].contract_type = 7), Err(DecodeError::UnknownType(7)));
    assert_eq!(changed(|raw| raw.contract[0].parameter = None), Err(DecodeError::NoParameter));
    assert!(matches!(changed(|raw| raw.contract[0].contract_type = 2), Err(DecodeError::TypeUrl { .. })));
}

/// A raw_data around this message.
fn carrying(message: impl Into<Payload>) -> Vec<u8> {
    let mut raw = build(transfer(1)).to_message();
    raw.contract = vec![message.into().into_contract(0)];
    raw.encode_to_vec()
}

#[test]
fn refuses_negative_amounts_and_broken_addresses() {
    let good = build(transfer(1)).contract.to_payload();
    let Payload::Transfer(good) = good else { panic!("a transfer") };
    for amount in [-1, i64::MIN] {
        let flaw = DecodeError::field("amount", FieldFlaw::Negative(amount));
        let raw = carrying(proto::TransferContract { amount, ..good.clone() });
        assert_eq!(RawTransaction::decode(&raw), Err(flaw));
    }
    let owner_address = good.owner_address[1..].to_vec();
    assert!(RawTransaction::decode(&carrying(proto::TransferContract { owner_address, ..good.clone() })).is_err());
    assert!(RawTransaction::decode(&carrying(proto::TransferContract { to_address: vec![], ..good })).is_err());
}

#[test]
fn refuses_numbers_without_a_meaning() {
    let owner_address = address(vectors::OWNER).to_bytes21().to_vec();
    let freeze = |resource| {
        let message =
            proto::FreezeBalanceV2Contract { owner_address: owner_address.clone(), frozen_balance: 1, resource };
        RawTransaction::decode(&carrying(message))
    };
    assert!(freeze(1).is_ok());
    // TRON_POWER is known to the protocol, not to us.
    for resource in [2, 3, -1] {
        assert_eq!(freeze(resource), Err(DecodeError::field("resource", FieldFlaw::Unknown(resource.into()))));
    }
    let owner = Some(proto::Permission { permission_type: 9, ..Default::default() });
    let update = proto::AccountPermissionUpdateContract { owner_address, owner, ..Default::default() };
    assert_eq!(RawTransaction::decode(&carrying(update)), Err(DecodeError::field("type", FieldFlaw::Unknown(9))));
}

fn addresses() -> impl Strategy<Value = Address> {
    any::<[u8; 20]>().prop_map(Address::from_evm)
}

fn amounts() -> impl Strategy<Value = Sun> {
    (0..=i64::MAX as u64).prop_map(sun)
}

fn resources() -> impl Strategy<Value = Resource> {
    prop_oneof![Just(Resource::Bandwidth), Just(Resource::Energy)]
}

fn contracts() -> impl Strategy<Value = Contract> {
    let count = || 0..=i64::MAX as u64;
    prop_oneof![
        (addresses(), addresses(), amounts()).prop_map(|(owner, to, amount)| Contract::Transfer(Transfer {
            owner,
            to,
            amount
        })),
        (addresses(), addresses(), count(), count()).prop_map(|(owner, to, token, amount)| {
            Contract::TokenTransfer(TokenTransfer { owner, to, token: TokenId(token), amount })
        }),
        (addresses(), addresses(), amounts(), any::<Vec<u8>>(), count(), count()).prop_map(
            |(owner, contract, call_value, calldata, call_token_value, token_id)| {
                Contract::Trigger(Trigger { owner, contract, call_value, calldata, call_token_value, token_id })
            }
        ),
        (addresses(), amounts(), resources()).prop_map(|(owner, amount, resource)| Contract::Freeze(Freeze {
            owner,
            amount,
            resource
        })),
        (addresses(), addresses(), amounts(), resources(), any::<bool>(), count()).prop_map(
            |(owner, receiver, amount, resource, lock, lock_period)| {
                Contract::Delegate(Delegate { owner, receiver, amount, resource, lock, lock_period })
            }
        ),
        addresses().prop_map(Contract::WithdrawExpireUnfreeze),
        (addresses(), any::<Vec<u8>>()).prop_map(|(owner, url)| {
            let owner_address = owner.to_bytes21().into();
            let payload = proto::WitnessCreateContract { owner_address, url }.into();
            Contract::Other { owner, payload: Box::new(payload) }
        }),
    ]
}

prop_compose! {
    fn raw_transactions()(
        contract in contracts(), bytes: [u8; 2], hash: [u8; 8], timestamp in 0..=i64::MAX as u64,
        expiration in 0..=i64::MAX as u64, fee_limit in amounts(), memo: Vec<u8>, permission in 0_u8..=9,
    ) -> RawTransaction {
        RawTransaction::new(contract, RefBlock { bytes, hash }, UnixMs(timestamp), UnixMs(expiration))
            .with_fee_limit(fee_limit)
            .with_memo(memo)
            .with_permission(PermissionId::new(permission).unwrap())
    }
}

proptest! {
    #[test]
    fn round_trips(raw in raw_transactions()) {
        prop_assert_eq!(RawTransaction::decode(&raw.encode()), Ok(raw));
    }

    #[test]
    fn never_panics(bytes: Vec<u8>) {
        let _ = RawTransaction::decode(&bytes);
    }

    /// What decodes is written again exactly, however the bytes were damaged.
    #[test]
    fn damage_is_seen_or_changes_the_meaning(raw in raw_transactions(), at: prop::sample::Index, byte: u8, insert: bool) {
        let good = raw.encode();
        let mut bytes = good.clone();
        let at = at.index(bytes.len());
        if insert { bytes.insert(at, byte) } else { bytes[at] = byte }
        if let Ok(decoded) = RawTransaction::decode(&bytes) {
            prop_assert_eq!(decoded.encode(), bytes.clone());
            prop_assert_eq!(decoded == raw, bytes == good);
        }
    }
}
