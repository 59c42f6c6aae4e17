use proptest::prelude::*;

use super::*;
use crate::Payload;
use crate::arbitrary::{encoded, payloads};
use crate::proto::{Account, TransactionInfo};
use crate::vectors::{self, bytes};

fn transfer() -> SignedTransaction {
    SignedTransaction {
        raw_data: bytes(vectors::TRANSFER_RAW),
        signatures: vec![bytes(vectors::TRANSFER_SIGNATURE)],
        results: vec![TransactionResult { contract_ret: 1, ..Default::default() }],
    }
}

#[test]
fn a_transfer_looks_as_the_node_shows_it() {
    assert_eq!(
        render_transaction(&transfer(), false),
        json!({
            "ret": [{"contractRet": "SUCCESS"}],
            "signature": [vectors::TRANSFER_SIGNATURE],
            "txID": vectors::TRANSFER_TXID,
            "raw_data": {
                "contract": [{
                    "parameter": {
                        "value": {
                            "amount": 1,
                            "owner_address": "4194a15629b2b2bbd3a5453e6d6696b2875278633b",
                            "to_address": "413c9b65b212316904572826240224750eccce29a2",
                        },
                        "type_url": "type.googleapis.com/protocol.TransferContract",
                    },
                    "type": "TransferContract",
                }],
                "ref_block_bytes": "6431",
                "ref_block_hash": "212a13dbe72ac5c0",
                "expiration": 1_751_466_492_131_i64,
                "timestamp": 1_751_466_432_131_i64,
            },
            "raw_data_hex": vectors::TRANSFER_RAW,
        })
    );
    let visible = render_created(&transfer(), true);
    assert_eq!(visible["visible"], true);
    assert_eq!(visible["raw_data"]["contract"][0]["parameter"]["value"]["owner_address"], vectors::OWNER);
}

#[test]
fn raw_data_is_what_counts_on_the_way_in() {
    let mut value = render_transaction(&transfer(), false);
    value["raw_data_hex"] = "00".into();
    value["txID"] = "nonsense".into();
    assert_eq!(parse_transaction(&value).unwrap(), transfer());
    value["signature"] = json!([vectors::TRANSFER_SIGNATURE.to_uppercase()]);
    value["raw_data"]["fee_limit"] = 0.into();
    value["raw_data"]["expiration"] = "1751466492131".into();
    value["raw_data"]["unknown"] = json!({"a": [1]});
    assert_eq!(parse_transaction(&value).unwrap(), transfer());
    value["raw_data"]["contract"][0]["type"] = "NoSuchContract".into();
    let without = parse_transaction(&value).unwrap();
    assert!(TransactionRaw::decode(without.raw_data.as_slice()).unwrap().contract.is_empty());
}

#[test]
fn errors_name_the_field() {
    let error = |change: &dyn Fn(&mut Value)| {
        let mut value = render_transaction(&transfer(), false);
        change(&mut value);
        parse_transaction(&value).unwrap_err().to_string()
    };
    let amount = |amount: Value| {
        error(&|value| value["raw_data"]["contract"][0]["parameter"]["value"]["amount"] = amount.clone())
    };
    assert_eq!(amount(json!(1.5)), "TransferContract.amount has to be a 64-bit integer");
    assert_eq!(amount(json!(u64::MAX)), "TransferContract.amount has to be a 64-bit integer");
    assert_eq!(error(&|value| value["signature"] = json!(["xy"])), "Transaction.signature has to be hexadecimal");
    assert_eq!(error(&|value| value["raw_data"] = json!([])), "Transaction.raw has to be an object");
    assert_eq!(error(&|value| *value = json!({})), "Transaction.raw_data is missing");
    let visible = error(&|value| value["visible"] = true.into());
    assert_eq!(visible, "TransferContract.owner_address has to be a base58check address");
}

#[test]
fn abi_of_the_compiler_is_understood() {
    let abi = json!({"entrys": [{"type": "function", "name": "f", "stateMutability": "nonpayable", "inputs": []}]});
    let parsed: crate::proto::Abi = parse(&abi, false).unwrap();
    assert_eq!((parsed.entrys[0].entry_type, parsed.entrys[0].state_mutability), (2, 3));
    let shown = render(&parsed, false);
    assert_eq!(shown["entrys"][0], json!({"type": "Function", "name": "f", "stateMutability": "Nonpayable"}));
}

#[test]
fn a_log_address_gets_its_prefix_when_visible() {
    let log = crate::proto::Log { address: vec![7; 20], ..Default::default() };
    assert_eq!(render(&log, false)["address"], "07".repeat(20));
    assert_eq!(render(&log, true)["address"], primitives::Address::from_evm([7; 20]).to_string());
}

#[test]
fn a_deployment_tells_its_address() {
    let message = crate::proto::CreateSmartContract {
        owner_address: vectors::address(vectors::OWNER).to_bytes21().into(),
        ..Default::default()
    };
    let raw = TransactionRaw { contract: vec![Payload::from(message).into_contract(0)], ..Default::default() };
    let transaction = SignedTransaction { raw_data: raw.encode_to_vec(), ..Default::default() };
    let address = contract_address::deployed(&transaction.txid(), vectors::address(vectors::OWNER)).to_hex21();
    assert_eq!(render_transaction(&transaction, true)["contract_address"], address);
}

fn carrying(payload: Payload, permission: i32, raw: &[u8]) -> SignedTransaction {
    let mut raw = TransactionRaw::decode(raw).unwrap();
    raw.contract = vec![payload.into_contract(permission)];
    SignedTransaction { raw_data: raw.encode_to_vec(), ..Default::default() }
}

proptest! {
    #[test]
    fn every_contract_round_trips(
        payload in payloads(),
        permission in 0..10,
        raw in encoded(TransactionRaw::SCHEMA),
        result in encoded(TransactionResult::SCHEMA),
        visible: bool,
    ) {
        let mut transaction = carrying(payload, permission, &raw);
        transaction.results = vec![TransactionResult::decode(result.as_slice()).unwrap()];
        let value = render_created(&transaction, visible);
        prop_assert_eq!(parse_transaction(&value).unwrap(), transaction);
    }

    #[test]
    fn state_and_receipts_round_trip(
        account in encoded(Account::SCHEMA), info in encoded(TransactionInfo::SCHEMA), visible: bool,
    ) {
        let account = Account::decode(account.as_slice()).unwrap();
        prop_assert_eq!(parse::<Account>(&render(&account, visible), visible).unwrap(), account);
        let info = TransactionInfo::decode(info.as_slice()).unwrap();
        prop_assert_eq!(parse::<TransactionInfo>(&render(&info, visible), visible).unwrap(), info);
    }

    #[test]
    fn never_panics(bytes: Vec<u8>, visible: bool) {
        let transaction = SignedTransaction { raw_data: bytes, ..Default::default() };
        let _ = parse_transaction(&render_created(&transaction, visible));
    }
}
