use primitives::{Address, Resource, Sun, UnixMs};
use serde_json::{Value, json};
use tron_tx::contract::{Delegate, TokenId, TokenTransfer, Transfer, Trigger};
use tron_tx::{Contract, LocalKey, PermissionId, RawTransaction, RefBlock, SignedTransaction, trc20};

use super::*;

const OWNER: &str = "TPX6HK2NRN4XKRX1JAhbC827bm7gMmy5w1";
const OTHER: &str = "TFVfhkyJAULWQbHMgVfgbkmgeGBkHo5zru";
const TOKEN: &str = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
const TRANSFER: &str = "0a0264312208212a13dbe72ac5c040e381a7dcfc325a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412300a154194a15629b2b2bbd3a5453e6d6696b2875278633b1215413c9b65b212316904572826240224750eccce29a218017083ada3dcfc32";
const TXID: &str = "c93cdd6b4d9f5b3c617060ea0a9c7b6080d9855f599cc987f69105a5e3e9c9b4";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn build(contract: Contract) -> RawTransaction {
    let reference = RefBlock { bytes: [0x64, 0x31], hash: [0x21, 0x2a, 0x13, 0xdb, 0xe7, 0x2a, 0xc5, 0xc0] };
    RawTransaction::new(contract, reference, UnixMs(1_751_466_432_131), UnixMs(1_751_466_492_131))
}

fn call(calldata: Vec<u8>) -> Trigger {
    Trigger::new(address(OWNER), address(TOKEN), calldata)
}

/// The answers to some lines, and whether all were decoded.
fn lines(input: &[u8]) -> (Vec<Value>, bool) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = InspectArgs { hex: None, jsonl: true };
    let decoded = inspect(&args, false, &mut &input[..], &mut stdout, &mut stderr).unwrap();
    assert!(stderr.is_empty());
    let text = String::from_utf8(stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), decoded)
}

fn line(raw: &RawTransaction) -> Value {
    let (answers, decoded) = lines(hex::encode(raw.encode()).as_bytes());
    assert!(decoded);
    answers.into_iter().next().unwrap()
}

/// What a person is shown; standard output, standard error and whether it was decoded.
fn shown(hex: &str) -> (String, String, bool) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let args = InspectArgs { hex: Some(hex.to_owned()), jsonl: false };
    let decoded = inspect(&args, false, &mut io::empty(), &mut stdout, &mut stderr).unwrap();
    (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap(), decoded)
}

fn transfer_summary() -> Value {
    json!({
        "txid": TXID, "contract": "TransferContract", "owner": OWNER, "to": OTHER, "amount": "1",
        "expiration": "1751466492131", "timestamp": "1751466432131",
    })
}

#[test]
fn a_transfer_in_every_spelling() {
    let input = format!("{TRANSFER}\n{}\r\n0x{TRANSFER}\n  0X{TRANSFER}\t", TRANSFER.to_uppercase());
    let (answers, decoded) = lines(input.as_bytes());
    assert!(decoded);
    assert_eq!(answers, vec![transfer_summary(); 4]);
}

#[test]
fn a_bad_line_leaves_the_others_unharmed() {
    let mut input = format!("{TRANSFER}\n\nnot hex\n{TRANSFER}0\n").into_bytes();
    input.extend_from_slice(b"\xff\xfe\n");
    input.extend_from_slice(&vec![b'0'; 5 * 1024 * 1024]);
    input.extend_from_slice(format!("\n{TRANSFER}00\n{TRANSFER}").as_bytes());
    let (answers, decoded) = lines(&input);
    assert!(!decoded);
    let errors: Vec<_> = answers.iter().map(|answer| answer["error"].as_str()).collect();
    assert_eq!(
        errors,
        [
            None,
            Some("nothing to inspect: expected a transaction in hexadecimal"),
            Some("not hexadecimal: Odd number of digits"),
            Some("not hexadecimal: Odd number of digits"),
            Some("not hexadecimal: the text is not even UTF-8"),
            Some("too long for a transaction"),
            Some("Transaction.raw: bytes that are no field"),
            None,
        ]
    );
    assert_eq!(answers[7], transfer_summary());
    assert_eq!(lines(b""), (vec![], true));
}

#[test]
fn signers_are_told_when_signatures_could_be_there() {
    let key = LocalKey::from_scalar(&[7; 32]).unwrap();
    let raw_data = hex::decode(TRANSFER).unwrap();
    let unsigned = SignedTransaction { raw_data: raw_data.clone(), ..Default::default() };
    let signature = key.sign(unsigned.txid().as_bytes());
    let twice = SignedTransaction {
        signatures: vec![signature.to_bytes().into(), signature.to_bytes_27().into()],
        ..unsigned.clone()
    };
    let broken = SignedTransaction { signatures: vec![vec![1; 64]], ..unsigned.clone() };
    let input = [unsigned, twice, broken].map(|transaction| hex::encode(transaction.encode())).join("\n");
    let (answers, decoded) = lines(input.as_bytes());
    assert!(!decoded);
    assert_eq!(answers[0]["signers"], json!([]));
    assert_eq!(answers[1]["signers"], json!([key.address().to_string(), key.address().to_string()]));
    assert_eq!(answers[2], json!({"error": "signature 1: a signature has 65 bytes, this has 64"}));
}

#[test]
fn tokens_name_their_contract_or_id() {
    let calldata = trc20::transfer(address(OTHER), 25_000_000);
    let trc20 = build(Contract::Trigger(call(calldata.clone()))).with_fee_limit(Sun::parse("50").unwrap());
    let answer = line(&trc20);
    assert_eq!(
        [&answer["contract"], &answer["to"], &answer["amount"], &answer["token"], &answer["fee_limit"]],
        ["TriggerSmartContract", OTHER, "25000000", TOKEN, "50000000"]
    );
    assert_eq!(answer["data"], hex::encode(&calldata));

    let (owner, to) = (address(OWNER), address(OTHER));
    let trc10 = build(Contract::TokenTransfer(TokenTransfer { owner, to, token: TokenId(1_000_001), amount: 5 }));
    let answer = line(&trc10.with_permission(PermissionId::ACTIVE));
    assert_eq!([&answer["amount"], &answer["token"], &answer["permission_id"]], ["5", "1000001", "2"]);
}

#[test]
fn a_call_is_a_transfer_only_if_it_is_exactly_one() {
    let calldata = trc20::transfer(address(OTHER), 1);
    let longer = [&calldata[..], &[0]].concat();
    let answer = line(&build(Contract::Trigger(call(longer))));
    assert_eq!((&answer["to"], answer.get("amount"), answer.get("token")), (&json!(TOKEN), None, None));
    // With TRX along, the contract gets TRX, and what it makes of the calldata is its own affair.
    let paying = Trigger { call_value: Sun::new(7).unwrap(), ..call(calldata.clone()) };
    let answer = line(&build(Contract::Trigger(paying.clone())));
    assert_eq!((&answer["to"], &answer["amount"], answer.get("token")), (&json!(TOKEN), &json!("7"), None));
    let both = Trigger { call_token_value: 1, token_id: 1_000_001, ..paying };
    let (answers, decoded) = lines(hex::encode(build(Contract::Trigger(both)).encode()).as_bytes());
    assert!(!decoded && answers[0]["error"].as_str().unwrap().contains("at once"));
    let huge = [&calldata[..36], &[0xff; 32]].concat();
    let answer = line(&build(Contract::Trigger(call(huge))));
    assert_eq!(answer["amount"], "115792089237316195423570985008687907853269984665640564039457584007913129639935");
}

#[test]
fn memos_are_text_or_hexadecimal() {
    let transfer = |memo: &[u8]| {
        let (owner, to) = (address(OWNER), address(OTHER));
        line(&build(Contract::Transfer(Transfer { owner, to, amount: Sun::ZERO })).with_memo(memo))
    };
    assert_eq!(transfer("grüße".as_bytes())["memo"], "grüße");
    assert_eq!(transfer(&[0xff, 0])["memo"], "0xff00");
    assert_eq!(transfer(b"")["amount"], "0");
}

#[test]
fn people_get_words_and_units() {
    let delegate = Contract::Delegate(Delegate {
        owner: address(OWNER),
        receiver: address(OTHER),
        amount: Sun::parse("1500.5").unwrap(),
        resource: Resource::Energy,
        lock: true,
        lock_period: 86_400,
    });
    let (text, _, decoded) = shown(&hex::encode(build(delegate).encode()));
    assert!(decoded);
    let sentence = format!(
        "Lends the energy of 1500.5 TRX (1500500000 sun) of stake to {OTHER}, locked for 86400 blocks of 3 seconds.\n"
    );
    assert!(text.starts_with(&sentence), "{text}");
    assert!(text.contains("Made         2025-07-02 14:27:12.131 UTC (1751466432131)"), "{text}");

    let pay = build(Contract::Trigger(call(trc20::transfer(address(OTHER), 25_000_000)))).with_memo("\x1b[2J\u{202e}");
    let (text, _, _) = shown(&hex::encode(pay.encode()));
    let sentence = format!("Pays 25 USDT (25000000 units) to {OTHER}, by a call of transfer on {TOKEN}.\n");
    assert!(text.starts_with(&sentence), "{text}");
    // A stranger's memo cannot take over the terminal.
    assert!(text.contains(r#""\u{1b}[2J\u{202e}""#) && !text.contains('\u{1b}'), "{text}");

    let (text, error, decoded) = shown("0a");
    assert_eq!((text.as_str(), decoded), ("", false));
    assert_eq!(error, "lucid tx inspect: Transaction: the bytes end inside a field\n");
}

#[test]
fn one_json_document_even_for_an_error() {
    let one = |hex: &str| {
        let mut stdout = Vec::new();
        let args = InspectArgs { hex: None, jsonl: false };
        let decoded = inspect(&args, true, &mut hex.as_bytes(), &mut stdout, &mut io::sink()).unwrap();
        (serde_json::from_slice::<Value>(&stdout).unwrap(), decoded)
    };
    assert_eq!(one(&format!("{TRANSFER}\n")), (transfer_summary(), true));
    assert_eq!(one("zz"), (json!({"error": "not hexadecimal: Invalid character 'z' at position 0"}), false));
}
