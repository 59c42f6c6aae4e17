//! Shapes of requests and answers: methods, `visible`, what is not found, what is refused and how.

use primitives::Address;
use serde_json::{Value, json};
use tron_tx::LocalKey;

use crate::support::{Devnet, exchange, get, int, text, unhex};

const NOBODY: Address = Address::from_evm([9; 20]);

#[test]
fn reads_answer_to_get_and_post_and_builders_to_post_alone() {
    let devnet = Devnet::manual(1);
    devnet.mine(2);
    let posted = devnet.post("/wallet/getblockbynum", json!({ "num": 1 }));
    assert_eq!(get(devnet.url(), "/wallet/getblockbynum?num=1"), posted);
    assert_eq!(exchange(devnet.url(), "GET", "/wallet/createtransaction", ""), (200, String::new()));
    assert_eq!(exchange(devnet.url(), "PUT", "/wallet/getnowblock", "").0, 405);
    assert_eq!(exchange(devnet.url(), "GET", "/wallet/nosuchthing", "").0, 404);
    assert_eq!(exchange(devnet.url(), "POST", "/walletsolidity/broadcasttransaction", "{}").0, 404);
    let texts = get(devnet.url(), "/wallet/getblock?int64_as_string=true&detail=true");
    assert_eq!(text(&texts["block_header"]["raw_data"]["number"]), "2");
    assert!(texts["block_header"]["raw_data"]["version"].is_i64());
}

#[test]
fn blocks_form_a_chain_and_unknown_ones_are_empty_objects() {
    let devnet = Devnet::manual(1);
    devnet.mine(5);
    let genesis = devnet.post("/wallet/getblockbynum", json!({ "num": 0 }));
    let raw = &genesis["block_header"]["raw_data"];
    assert!(raw.get("number").is_none() && raw.get("timestamp").is_none(), "{genesis}");
    let range = devnet.post("/wallet/getblockbylimitnext", json!({ "startNum": 1, "endNum": 4 }));
    let blocks = range["block"].as_array().unwrap();
    assert_eq!(blocks.len(), 3);
    for pair in blocks.windows(2) {
        assert_eq!(pair[1]["block_header"]["raw_data"]["parentHash"], pair[0]["blockID"]);
        assert!(
            text(&pair[1]["blockID"])
                .starts_with(&format!("{:016x}", int(&pair[1]["block_header"]["raw_data"]["number"])))
        );
        assert!(pair[1].get("transactions").is_none());
    }
    let id = text(&blocks[0]["blockID"]).to_uppercase();
    assert_eq!(devnet.post("/wallet/getblockbyid", json!({ "value": id })), blocks[0]);
    assert_eq!(devnet.post("/wallet/getblock", json!({ "id_or_num": id, "detail": true })), blocks[0]);
    assert_eq!(devnet.post("/wallet/getblockbylatestnum", json!({ "num": 2 }))["block"].as_array().unwrap().len(), 2);
    for (path, body) in [
        ("/wallet/getblockbynum", json!({ "num": 99 })),
        ("/wallet/getblockbynum", json!({ "num": -1 })),
        ("/wallet/getblockbyid", json!({ "value": "00" })),
        ("/wallet/getblock", json!({ "id_or_num": "99" })),
        ("/wallet/getblockbylimitnext", json!({ "startNum": 4, "endNum": 4 })),
        ("/wallet/getblockbylimitnext", json!({ "startNum": 0, "endNum": 101 })),
        ("/wallet/gettransactionbyid", json!({ "value": "00".repeat(32) })),
        ("/wallet/gettransactioninfobyid", json!({ "value": "00".repeat(32) })),
        ("/wallet/getaccount", json!({ "address": NOBODY.to_hex21() })),
        ("/wallet/getaccountresource", json!({ "address": NOBODY.to_hex21() })),
        ("/wallet/gettransactioninfobyblocknum", json!({ "num": 0 })),
    ] {
        assert_eq!(devnet.post(path, body.clone()), json!({}), "{path} {body}");
    }
    assert_eq!(devnet.post("/wallet/gettransactioninfobyblocknum", json!({ "num": 2 })), json!([]));
    assert_eq!(devnet.post("/wallet/gettransactioncountbyblocknum", json!({ "num": 2 })), json!({ "count": 0 }));
}

#[test]
fn what_makes_no_sense_is_an_error_with_http_200() {
    let devnet = Devnet::manual(1);
    for (path, body, expected) in [
        ("/wallet/getblock", r#"{"id_or_num":"-1"}"#, "java.lang.IllegalArgumentException : num must be"),
        ("/wallet/getblockbynum", r#"{"num":"seven"}"#, "java.lang.NumberFormatException"),
        ("/wallet/getnowblock", "{", "com.alibaba.fastjson.JSONException"),
        ("/wallet/getaccount", r#"{"address":"TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC"}"#, "ParseException"),
        ("/wallet/getcontract", r#"{"value":"410000000000000000000000000000000000000000"}"#, "NullPointerException"),
    ] {
        let (status, answer) = exchange(devnet.url(), "POST", path, body);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(status, 200);
        assert!(text(&answer["Error"]).starts_with("class "), "{answer}");
        assert!(text(&answer["Error"]).contains(expected), "{path}: {answer}");
    }
    let built = devnet.transfer(&LocalKey::from_scalar(&[1; 32]).unwrap(), NOBODY, 1);
    assert_eq!(
        text(&built["Error"]),
        "class org.tron.core.exception.ContractValidateException : Validate TransferContract error, no OwnerAccount."
    );
}

#[test]
fn accounts_show_what_a_wallet_needs() {
    let devnet = Devnet::manual(1);
    let key = devnet.funded(1, "12.5", "0.000001");
    let hex = devnet.post("/wallet/getaccount", json!({ "address": key.address().to_hex21().to_uppercase() }));
    assert_eq!((text(&hex["address"]), int(&hex["balance"])), (key.address().to_hex21().as_str(), 12_500_000));
    assert_eq!(hex["frozenV2"], json!([{}, { "type": "ENERGY" }, { "type": "TRON_POWER" }]));
    assert_eq!(hex["active_permission"][0]["type"], "Active");
    assert_eq!(int(&hex["active_permission"][0]["id"]), 2);
    assert!(hex["owner_permission"].get("type").is_none());
    let shown = devnet.post("/wallet/getaccount", json!({ "address": key.address(), "visible": true }));
    assert_eq!(text(&shown["address"]), key.address().to_string());
    let net = devnet.post("/wallet/getaccountnet", json!({ "address": key.address().to_hex21() }));
    assert_eq!(int(&net["freeNetLimit"]), 600);
    assert!(net.get("freeNetUsed").is_none());
    for (address, valid, message) in [
        (key.address().to_string(), true, "Base58check format"),
        (key.address().to_hex21(), true, "Hex string format"),
        ("TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HD".to_owned(), false, "Invalid address"),
        ("T".to_owned(), false, "Length error"),
    ] {
        let answer = devnet.post("/wallet/validateaddress", json!({ "address": address }));
        assert_eq!(answer, json!({ "result": valid, "message": message }), "{address}");
    }
}

#[test]
fn a_broadcast_is_refused_with_the_protocols_codes_and_changes_nothing() {
    let devnet = Devnet::manual(1);
    let key = devnet.funded(1, "10", "0.000001");
    let other = LocalKey::from_scalar(&[2; 32]).unwrap();
    let refusal = |built: Value, signer: &LocalKey| {
        let answer = devnet.send(built, signer);
        assert!(answer.get("result").is_none(), "{answer}");
        (text(&answer["code"]).to_owned(), unhex(&answer["message"]))
    };
    let (code, message) = refusal(devnet.transfer(&key, NOBODY, 1), &other);
    assert_eq!(code, "SIGERROR");
    assert!(message.starts_with("Validate signature error: "), "{message}");
    assert!(message.ends_with(&format!("is signed by {} but it is not contained of permission.", other.address())));
    assert_eq!(devnet.post("/wallet/getpendingsize", json!({})), json!({ "pendingSize": 0 }));

    let sent = devnet.transfer(&key, NOBODY, 2_000_000);
    assert_eq!(devnet.send(sent.clone(), &key)["result"], true);
    assert_eq!(devnet.post("/wallet/gettransactionlistfrompending", json!({})), json!({ "txId": [sent["txID"]] }));
    let waiting = devnet.post("/wallet/gettransactionfrompending", json!({ "value": sent["txID"] }));
    assert_eq!(waiting["raw_data_hex"], sent["raw_data_hex"]);
    assert_eq!(refusal(sent, &key).0, "DUP_TRANSACTION_ERROR");
    let (code, message) = refusal(json!({ "raw_data": {}, "txID": "00".repeat(32) }), &key);
    assert_eq!(code, "CONTRACT_VALIDATE_ERROR");
    assert!(message.contains("No contract!"), "{message}");
}

#[test]
fn the_same_transaction_goes_as_json_and_as_bytes() {
    let devnet = Devnet::manual(1);
    let key = devnet.funded(1, "10", "0.000001");
    let built = devnet.transfer(&key, NOBODY, 2_000_000);
    let raw = hex::decode(text(&built["raw_data_hex"])).unwrap();
    let txid = primitives::TxId::parse(text(&built["txID"])).unwrap();
    assert_eq!(tron_tx::hash::txid(&raw), txid);
    let bytes = tron_tx::SignedTransaction::new(raw, &[key.sign(txid.as_bytes())]).encode();
    let answer = devnet.post("/wallet/broadcasthex", json!({ "transaction": hex::encode_upper(&bytes) }));
    assert_eq!((&answer["result"], text(&answer["code"])), (&json!(true), "SUCCESS"), "{answer}");
    assert_eq!(text(&answer["txid"]), text(&built["txID"]));
    devnet.mine(1);
    let found = devnet.post("/wallet/gettransactionbyid", json!({ "value": built["txID"] }));
    assert_eq!(found["raw_data_hex"], built["raw_data_hex"]);
    assert_eq!(found["ret"], json!([{ "contractRet": "SUCCESS" }]));
    assert_eq!(found["signature"].as_array().unwrap().len(), 1);
}

#[test]
fn the_solid_block_lags_and_hides_what_is_above_it() {
    let devnet = Devnet::manual(27);
    devnet.mine(40);
    let head = |service: &str| {
        int(&devnet.post(&format!("/{service}/getnowblock"), json!({}))["block_header"]["raw_data"]["number"])
    };
    assert_eq!(head("wallet") - head("walletsolidity"), 18);
    let key = devnet.funded(1, "10", "0.000001");
    let address = json!({ "address": key.address().to_hex21() });
    assert_eq!(int(&devnet.post("/wallet/getaccount", address.clone())["balance"]), 10_000_000);
    assert_eq!(devnet.post("/walletsolidity/getaccount", address.clone()), json!({}));
    devnet.mine(18);
    assert_eq!(int(&devnet.post("/walletsolidity/getaccount", address)["balance"]), 10_000_000);
    let about = devnet.post("/wallet/getnodeinfo", json!({}));
    assert!(text(&about["solidityBlock"]).starts_with(&format!("Num:{},ID:", head("walletsolidity"))), "{about}");
}

#[test]
fn constant_calls_say_in_their_own_way_that_they_failed() {
    let devnet = Devnet::manual(1);
    let read = devnet.token_read("decimals()", "");
    assert_eq!(read["constant_result"], json!([format!("{:064x}", 6)]));
    assert_eq!(read["transaction"]["ret"], json!([{}]));
    let reverted = devnet.token_read("pause()", "");
    assert_eq!(reverted["result"]["result"], true);
    assert_eq!(unhex(&reverted["result"]["message"]), "REVERT opcode executed");
    assert_eq!(reverted["transaction"]["ret"], json!([{ "ret": "FAILED" }]));
    assert_eq!(reverted["constant_result"], json!([""]));
    let call = |path: &str, contract: Address| {
        let owner = Address::ZERO.to_hex21();
        devnet.post(path, json!({ "owner_address": owner, "contract_address": contract.to_hex21(), "data": "" }))
    };
    let nothing = call("/wallet/triggerconstantcontract", NOBODY);
    assert_eq!(text(&nothing["result"]["code"]), "CONTRACT_VALIDATE_ERROR");
    assert_eq!(unhex(&nothing["result"]["message"]), "Smart contract is not exist.");
    let nothing = call("/wallet/triggersmartcontract", NOBODY);
    assert_eq!(unhex(&nothing["result"]["message"]), "No contract or not a valid smart contract");
    let unowned = devnet.post("/wallet/triggersmartcontract", json!({}));
    assert_eq!(text(&unowned["result"]["code"]), "OTHER_ERROR");
    assert!(unhex(&unowned["result"]["message"]).ends_with("owner_address isn't set."));
    let quiet = Devnet::start(&["--block-ms", "0", "--no-estimate-energy"]);
    let owner = Address::ZERO.to_hex21();
    let refused = quiet.post("/wallet/estimateenergy", json!({ "owner_address": owner }));
    assert_eq!(unhex(&refused["result"]["message"]), "this node does not support estimate energy");
}

#[test]
fn signatures_are_weighed() {
    let devnet = Devnet::manual(1);
    let key = devnet.funded(1, "10", "0.000001");
    let mut built = devnet.transfer(&key, NOBODY, 1);
    let unsigned = devnet.post("/wallet/getsignweight", built.clone());
    assert_eq!(text(&unsigned["result"]["code"]), "NOT_ENOUGH_PERMISSION");
    assert_eq!(unsigned["transaction"]["transaction"]["txID"], built["txID"]);
    let txid = primitives::TxId::parse(text(&built["txID"])).unwrap();
    built["signature"] = json!([hex::encode_upper(key.sign(txid.as_bytes()).to_bytes_27())]);
    let signed = devnet.post("/wallet/getsignweight", built.clone());
    assert_eq!(signed["result"], json!({}));
    assert_eq!((&signed["current_weight"], &signed["approved_list"]), (&json!(1), &json!([key.address().to_hex21()])));
    assert_eq!(devnet.post("/wallet/getapprovedlist", built.clone())["approved_list"], signed["approved_list"]);
    assert_eq!(devnet.post("/wallet/broadcasttransaction", built)["result"], true);
}

#[test]
fn parameters_and_prices_are_mainnets() {
    let devnet = Devnet::manual(1);
    let parameters = devnet.post("/wallet/getchainparameters", json!({}));
    let value = |key: &str| {
        let listed = parameters["chainParameter"].as_array().unwrap();
        listed.iter().find(|entry| entry["key"] == key).unwrap_or_else(|| panic!("{key}"))["value"].clone()
    };
    assert_eq!((value("getEnergyFee"), value("getTransactionFee")), (json!(100), json!(1000)));
    assert_eq!(value("getMemoFee"), json!(1_000_000));
    assert_eq!(devnet.post("/wallet/getenergyprices", json!({})), json!({ "prices": "0:100" }));
    let witnesses = devnet.post("/wallet/listwitnesses", json!({}));
    assert_eq!(witnesses["witnesses"].as_array().unwrap().len(), 1);
}
