//! A treasury under threshold 2: keys in two tokens, each with a signer of its own, and the chain takes nothing less.

use std::fs;
use std::path::Path;

use plane_tests::chain::Chain;
use plane_tests::operators::{decided, done, pin};
use plane_tests::payouts::recipient;
use plane_tests::plane::Plane;
use plane_tests::signer::Signer;
use primitives::Address;
use serde_json::{Value, json};

const OWNER: Address = Address::from_evm([0x66; 20]);
const TRX: u64 = 1_000_000;

/// A payment that two operators have decided on.
fn payment(plane: &Plane, name: &str, what: &[&str]) -> String {
    let propose = [&["treasury", "propose", "treasury"], what, &["--file"]].concat();
    decided(plane, &format!("{name}.json"), &propose).to_str().expect("text").to_owned()
}

fn sign(plane: &Plane, payment: &str, signer: Option<&str>) -> (String, Value) {
    let transaction = payment.replace(".json", ".tx.json");
    let mut arguments = vec!["treasury", "sign", payment, "--transaction", &transaction];
    if let Some(url) = signer {
        arguments.extend(["--signer", url]);
    }
    let signed = done(plane, &arguments);
    (transaction, signed)
}

/// What the node says to a transaction with these signatures.
fn broadcast(chain: &Chain, raw_data: &str, signatures: &[&str]) -> String {
    let length = |hex: &str| {
        let bytes = hex.len() / 2;
        let low = bytes & 127;
        if bytes > 127 { format!("{:02x}{:02x}", low | 128, bytes >> 7) } else { format!("{low:02x}") }
    };
    let unsigned = format!("0a{}{raw_data}", length(raw_data));
    let transaction = signatures.iter().fold(unsigned, |whole, one| format!("{whole}12{}{one}", length(one)));
    let answer = chain.post("/wallet/broadcasthex", &json!({"transaction": transaction}));
    assert_eq!((&answer["result"], &answer["code"]), (&json!(false), &json!("SIGERROR")), "{answer}");
    answer["message"].as_str().expect("a text").to_owned()
}

/// The fee that the chain took.
fn fee(chain: &Chain, txid: &Value) -> u64 {
    chain.post("/wallet/gettransactioninfobyid", &json!({"value": txid}))["fee"].as_u64().unwrap_or_default()
}

#[test]
fn it_takes_both_tokens_to_spend_a_treasury() {
    let plane = Plane::up(pin);
    plane.until_ready();
    let chain = Chain::of(&plane);
    let second = Signer::beside(&plane);
    let treasury = plane.wallet("treasury");
    chain.fund(&treasury, "1000", "1000");
    chain.until_solid(&treasury);
    let beside = second.done(&["wallet", "create", "treasury", "--class", "treasury"]);
    let beside = beside["address"].as_str().expect("an address").to_owned();

    let owner = OWNER.to_string();
    let propose =
        ["wallet", "harden", "treasury", "--owner", &owner, "--cosigner", &beside, "--threshold", "2", "--propose"];
    let ceremony = decided(&plane, "share.json", &propose);
    let url = second.url();
    let harden = ["wallet", "harden", "treasury", "--signer", &url, "--ceremony", ceremony.to_str().expect("text")];
    done(&plane, &harden);
    let shared = second.done(&["wallet", "list"])["wallets"][0].clone();
    assert_eq!((&shared["address"], &shared["permission_id"]), (&json!(treasury), &json!(2)));

    refused(&plane, &chain, &url, &beside);

    // In this order and in the other.
    let (first, to) = (recipient(1).to_string(), recipient(2).to_string());
    let usdt = payment(&plane, "usdt", &["--to", &first, "--usdt", "25"]);
    sign(&plane, &usdt, None);
    let (transaction, _) = sign(&plane, &usdt, Some(&url));
    let paid = done(&plane, &["treasury", "submit", "--transaction", &transaction]);
    assert_eq!(paid["outcome"], "paid");
    assert_eq!(chain.usdt_of(recipient(1)), 25_000_000);
    assert!(fee(&chain, &paid["txid"]) >= TRX, "the second signature costs 1 TRX");

    let trx = payment(&plane, "trx", &["--to", &to, "--trx", "3"]);
    sign(&plane, &trx, Some(&url));
    let (transaction, _) = sign(&plane, &trx, None);
    let paid = done(&plane, &["treasury", "submit", "--transaction", &transaction]);
    assert_eq!(paid["outcome"], "paid");
    let has = chain.post("/wallet/getaccount", &json!({"address": to, "visible": true}));
    assert_eq!(has["balance"], json!(3 * TRX));
    assert_eq!(done(&plane, &["treasury", "submit", "--transaction", &transaction]), paid, "once");
}

/// One signature, one key twice, and a stranger's are not enough; each in a payment of its own, because a node notes an id
/// before it looks.
fn refused(plane: &Plane, chain: &Chain, url: &str, beside: &str) {
    let to = recipient(9).to_string();
    let pay = |name: &str| payment(plane, name, &["--to", &to, "--usdt", "1"]);
    let own = |name: &str| {
        let (transaction, signed) = sign(plane, &pay(name), None);
        assert!(Path::new(&transaction).exists());
        (
            signed["raw_data"].as_str().expect("hex").to_owned(),
            signed["signatures"][0].as_str().expect("hex").to_owned(),
        )
    };
    let (raw_data, signature) = own("one");
    assert_eq!(broadcast(chain, &raw_data, &[&signature]), "Validate signature error: sig error");
    let (raw_data, signature) = own("twice");
    let treasury = plane.wallet("treasury");
    let said = broadcast(chain, &raw_data, &[&signature, &signature]);
    assert_eq!(said, format!("Validate signature error: {treasury} has signed twice!"));
    let foreign = pay("foreign");
    sign(plane, &foreign, None);
    let (transaction, signed) = sign(plane, &foreign, Some(url));
    let (raw_data, signatures) = (signed["raw_data"].as_str().expect("hex"), &signed["signatures"]);
    // With the other recovery number it is some other key's.
    let (good, other) = (signatures[0].as_str().expect("hex"), signatures[1].as_str().expect("hex"));
    let flipped = format!("{}{}", &other[..128], if other.ends_with('0') { "01" } else { "00" });
    let said = broadcast(chain, raw_data, &[good, &flipped]);
    assert!(said.ends_with("but it is not contained of permission.") && said.contains(&flipped), "{said}");
    assert!(!said.contains(beside), "{said}");
    assert!(fs::read_to_string(transaction).is_ok_and(|text| text.contains(good)));
    assert_eq!(chain.usdt_of(recipient(9)), 0);
}
