//! What the command answers; the rules themselves are tested where they are.

use std::path::Path;

use api::wallet_manager::SignatureRequest;
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed, Statement as _};
use primitives::{Address, AttemptNo, BlockId, ChainId, HexBytes, Sun, UnixMs};
use tron_tx::contract::Trigger;
use tron_tx::{Contract, RawTransaction, trc20};

use super::*;

const NOW: UnixMs = UnixMs(1_751_466_492_000);

fn ask(arguments: &[&str]) -> Answer {
    let command = PolicyCommand::try_parse_from([&["policy"], arguments].concat()).unwrap();
    command.answer().unwrap()
}

fn preset(directory: &Path, name: &str) -> String {
    let path = directory.join(format!("{name}.toml"));
    fs::write(&path, ask(&["show", name]).text).unwrap();
    path.display().to_string()
}

fn request(amount: u64) -> SignatureRequest {
    let [owner, token, payee] = [1, 2, 3].map(|byte| Address::from_evm([byte; 20]));
    let call = Trigger::new(owner, token, trc20::transfer(payee, amount));
    let mut id = [9; 32];
    id[..8].copy_from_slice(&1_u64.to_be_bytes());
    let block_id = BlockId::new(id);
    let fee = Sun::new(30_000_000).unwrap();
    let raw =
        RawTransaction::new(Contract::Trigger(call), block_id.into(), NOW, NOW.plus_ms(60_000)).with_fee_limit(fee);
    let key = SignKey::from_seed(&[1; 32]);
    let authorisation = Authorisation {
        chain_id: ChainId(1),
        plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        kind: Kind::Payout,
        intent: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        attempt: AttemptNo::FIRST,
        previous: vec![],
        key_id: "00ff".parse().unwrap(),
        permission_id: 2,
        asset: Asset::Token(token),
        resource: None,
        recipient: payee,
        amount,
        memo_hash: None,
        fee_limit_max: fee,
        expiration_max: NOW.plus_ms(120_000),
        valid_until: NOW.plus_ms(60_000),
    };
    let anchor = Anchor { chain_id: ChainId(1), number: 1, block_id, solid_time: NOW };
    SignatureRequest::new(HexBytes(raw.encode()), Signed::sign(authorisation, &key), Signed::sign(anchor, &key))
}

#[test]
fn a_file_is_summed_up_or_its_line_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = preset(directory.path(), "hot");
    let answer = ask(&["check", &path]);
    assert!(answer.well && answer.text.contains("5000 USDT at once, 10000 an hour"), "{}", answer.text);
    assert_eq!(answer.document["tables"][0]["limits"]["trx"]["per_day"], "10000");
    assert!(answer.text.contains("fees: 5000 TRX an hour, 20000 TRX a day"), "{}", answer.text);
    assert!(answer.text.contains("signatures: 500 an hour, 3000 a day"), "{}", answer.text);
    assert_eq!(answer.document["tables"][0]["totals"]["signatures"]["per_hour"], "500");
    let open = ask(&["check", &preset(directory.path(), "default")]);
    assert!(open.text.contains("signatures: unlimited an hour, unlimited a day"), "{}", open.text);
    fs::write(&path, "version = 1\nverison = 2\n").unwrap();
    let error = format!("{:#}", check(&path.into()).err().unwrap());
    assert!(error.contains("line 2: unknown field `verison`"), "{error}");
}

#[test]
fn a_request_and_its_permission_are_explained_alike() {
    let directory = tempfile::tempdir().unwrap();
    let path = preset(directory.path(), "hot");
    for (amount, refused) in [(25_000_000, None), (5_000_000_001, Some("policy_amount"))] {
        let request = request(amount);
        let permission = request.authorisation.unverified().encode();
        let forms = [
            serde_json::to_string(&request).unwrap(),
            serde_json::to_string(&request.authorisation).unwrap(),
            HexBytes(permission).to_string(),
        ];
        let file = directory.path().join("statement");
        fs::write(&file, &forms[0]).unwrap();
        for form in forms.iter().map(String::as_str).chain([file.to_str().unwrap()]) {
            let answer = ask(&["explain", form, "--policy", &path]);
            assert_eq!(answer.document["refused"], json!(refused), "{}", answer.text);
            assert_eq!(answer.well, refused.is_none());
            assert!(answer.text.contains("BROKEN") != answer.well, "{}", answer.text);
        }
    }
    let built_in = ask(&["explain", &serde_json::to_string(&request(u64::from(u32::MAX))).unwrap()]);
    assert!(built_in.text.ends_with("Allowed"), "{}", built_in.text);
}

#[test]
fn what_is_assumed_can_be_said() {
    let directory = tempfile::tempdir().unwrap();
    let (path, request) = (preset(directory.path(), "hot"), serde_json::to_string(&request(1)).unwrap());
    let refused = |more: &[&str]| {
        let answer = ask(&[&["explain", &request, "--policy", &path], more].concat());
        answer.document["refused"].as_str().map(str::to_owned)
    };
    let other = Address::from_evm([7; 20]).to_string();
    assert_eq!(refused(&[]), None);
    assert_eq!(refused(&["--usdt", &other]).as_deref(), Some("policy_asset"));
    assert_eq!(refused(&["--class", "energy"]).as_deref(), Some("policy_wallet"));
    assert_eq!(refused(&["--wallet", "till-3", "--ours", &other]), None);
}

#[test]
fn what_is_no_statement_is_said_to_be_none() {
    for given in ["", "{}", "zz", "00", "{\"raw_data\": \"00\"}"] {
        let command = PolicyCommand::try_parse_from(["policy", "explain", given]).unwrap();
        assert!(command.answer().is_err(), "{given:?}");
    }
}
