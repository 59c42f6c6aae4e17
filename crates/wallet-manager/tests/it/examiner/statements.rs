//! The statements beside a transaction: of others, for others, out of time, altered, and about attempts that were not so.

use api::wallet_manager::void_attempt;
use primitives::statement::{Asset, Ending, Kind, PreviousAttempt};
use primitives::{Address, AttemptNo, BlockId, ChainId, HexBytes, PlaneId, Resource, Sun, TxId, UnixMs};
use serde_json::{Value, json};
use service::client::Transport;
use service::clock::SystemClock;
use service::{Outcome, PeerClient};

use super::transactions::Row;
use super::wire::Value as Field;
use super::{CALL, Case, Examined, TOKEN, address21, calldata};
use crate::place::key;

/// The order of Ed25519's group, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Changes bytes of the request, which are hexadecimal in it.
fn bytes(body: &mut Value, place: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let text = body.pointer_mut(place).unwrap();
    let HexBytes(mut bytes) = serde_json::from_value(text.clone()).unwrap();
    change(&mut bytes);
    *text = json!(HexBytes(bytes));
}

/// The other s of a signature that a lenient verifier takes.
fn malleate(body: &mut Value, place: &str) {
    bytes(body, place, |signature| {
        let carried = signature[32..].iter_mut().zip(ORDER).fold(0, |carry, (byte, order)| {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum.to_le_bytes()[0];
            sum >> 8
        });
        assert_eq!(carried, 0, "s and the order are below 2^253 each");
    });
}

/// Pays another address of the same amount, authorised.
fn pay(it: &mut Case, to: [u8; 20]) {
    it.authorisation.recipient = Address::from_evm(to);
    it.raw.within(&CALL).set(4, Field::Bytes(calldata(to, 25_000_000)));
}

const STATEMENTS: &[Row] = &[
    ("chain", "another chain's authorisation", |it| it.authorisation.chain_id = ChainId(0x2b66_53dc)),
    ("plane", "another plane's authorisation", |it| {
        it.authorisation.plane = "pl_00000000-0000-0000-0000-000000000000".parse::<PlaneId>().unwrap();
    }),
    ("authority_expired", "an authorisation that is over", |it| it.authorisation.valid_until = it.now.minus_ms(1)),
    ("key", "another key", |it| it.authorisation.key_id = "ff".parse().unwrap()),
    ("permission", "another permission", |it| it.authorisation.permission_id = 2),
    ("permission", "a permission beyond all", |it| it.authorisation.permission_id = u32::MAX),
    ("recipient", "another recipient", |it| it.authorisation.recipient = Address::from_evm([0x34; 20])),
    ("amount", "another amount", |it| it.authorisation.amount -= 1),
    ("amount", "the highest amount", |it| it.authorisation.amount = i64::MAX.cast_unsigned()),
    ("malformed_body", "nothing", |it| it.authorisation.amount = 0),
    ("malformed_body", "more than there can be", |it| it.authorisation.amount = u64::MAX),
    ("contract_type", "TRX", |it| it.authorisation.asset = Asset::Trx),
    ("token_not_pinned", "a token that is not pinned", |it| {
        it.authorisation.asset = Asset::Token(Address::from_evm([0x77; 20]));
        it.raw.within(&CALL).set(2, Field::Bytes(address21([0x77; 20])));
    }),
    ("recipient_forbidden", "nobody", |it| pay(it, [0; 20])),
    ("recipient_forbidden", "the token", |it| pay(it, TOKEN)),
    ("recipient_forbidden", "the wallet itself", |it| pay(it, it.owner[1..].try_into().unwrap())),
    ("memo", "the hash of a memo", |it| it.authorisation.memo_hash = Some([1; 32])),
    ("fee_limit", "a lower fee_limit", |it| it.authorisation.fee_limit_max = Sun::new(29_999_999).unwrap()),
    ("expiration", "an earlier expiration", |it| it.authorisation.expiration_max = it.now.plus_ms(59_999)),
    ("malformed_body", "attempt 0", |it| it.authorisation.attempt = AttemptNo(0)),
    ("malformed_body", "attempt 2 after none", |it| it.authorisation.attempt = AttemptNo(2)),
    ("malformed_body", "the last attempt after none", |it| it.authorisation.attempt = AttemptNo(u32::MAX)),
    ("malformed_body", "the first attempt after one", |it| {
        let (txid, expiration) = (Some(TxId::new([7; 32])), UnixMs(1));
        it.authorisation.previous = vec![PreviousAttempt { txid, expiration, ending: Ending::Dead }];
    }),
    ("previous", "an attempt that never was", |it| {
        it.authorisation.attempt = AttemptNo(2);
        let (txid, expiration) = (Some(TxId::new([7; 32])), UnixMs(1));
        it.authorisation.previous = vec![PreviousAttempt { txid, expiration, ending: Ending::FailedOnChain }];
    }),
    ("anchor_chain", "another chain's anchor", |it| it.anchor.chain_id = ChainId(0x2b66_53dc)),
    ("anchor_signature", "payout-router's anchor", |it| it.anchored_by = 1),
    ("anchor_signature", "a stranger's anchor", |it| it.anchored_by = 99),
    ("anchor_stale", "an anchor of two minutes ago", |it| it.anchor.solid_time = it.now.minus_ms(120_001)),
    ("anchor_stale", "the first anchor", |it| it.anchor.solid_time = UnixMs(0)),
    ("clock_apart", "an anchor to come", |it| it.anchor.solid_time = it.now.plus_ms(40_000)),
    ("clock_apart", "the last anchor", |it| it.anchor.solid_time = UnixMs(u64::MAX)),
    ("malformed_body", "an anchor of another number", |it| it.anchor.number = 501),
    ("reference_block", "another block", |it| {
        let mut id = [8; 32];
        id[..8].copy_from_slice(&500_u64.to_be_bytes());
        it.anchor.block_id = BlockId::new(id);
    }),
    ("authority_signature", "the other s", |it| it.on_the_way = |body| malleate(body, "/authorisation/signature")),
    ("anchor_signature", "the anchor's other s", |it| it.on_the_way = |body| malleate(body, "/anchor/signature")),
    ("authority_signature", "another sign of R", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/signature", |it| it[31] ^= 0x80);
    }),
    ("authority_signature", "a signature of zeros", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/signature", |it| it.fill(0));
    }),
    ("authority_signature", "a small R and no s", |it| {
        it.on_the_way = |body| {
            bytes(body, "/authorisation/signature", |it| {
                it.fill(0);
                it[0] = 1;
            });
        };
    }),
    ("authority_signature", "the anchor's signature", |it| {
        it.on_the_way = |body| body["authorisation"]["signature"] = body["anchor"]["signature"].clone();
    }),
    ("malformed_body", "the anchor as the authorisation", |it| {
        it.on_the_way = |body| body["authorisation"] = body["anchor"].clone();
    }),
    ("malformed_body", "the authorisation as the anchor", |it| {
        it.on_the_way = |body| body["anchor"] = body["authorisation"].clone();
    }),
    ("malformed_body", "a field more", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/statement", |it| it.extend([0xa0, 6, 1]));
    }),
    ("malformed_body", "a field twice", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/statement", |it| it.splice(..0, [8, 1]).for_each(drop));
    }),
    ("malformed_body", "an over-long version", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/statement", |it| it.splice(1..2, [0x81, 0]).for_each(drop));
    }),
    ("malformed_body", "another version", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/statement", |it| it[1] = 2);
    }),
    ("malformed_body", "no statement", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/statement", Vec::clear);
    }),
    ("malformed_body", "a signature of 63 bytes", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/signature", |it| it.truncate(63));
    }),
    ("malformed_body", "a signature of 65 bytes", |it| {
        it.on_the_way = |body| bytes(body, "/authorisation/signature", |it| it.push(0));
    }),
    ("malformed_body", "a member more", |it| it.on_the_way = |body| body["digest"] = json!("00".repeat(32))),
    ("malformed_body", "a member more within", |it| {
        it.on_the_way = |body| body["authorisation"]["key"] = json!("00".repeat(32));
    }),
    ("malformed_body", "no anchor", |it| it.on_the_way = |body| drop(body.as_object_mut().unwrap().remove("anchor"))),
    ("malformed_body", "half a byte", |it| it.on_the_way = |body| body["raw_data"] = json!("0a0")),
];

#[tokio::test]
async fn every_altered_statement_is_refused_by_its_rule() {
    let examined = Examined::begin().await;
    for (number, (code, what, change)) in STATEMENTS.iter().enumerate() {
        let mut case = examined.case(&format!("po_{number}"));
        change(&mut case);
        examined.refused(what, code, &case).await;
    }
    examined.signed(&examined.case("po_good"));
}

fn is_of_stakes(kind: Kind) -> bool {
    matches!(kind, Kind::Stake | Kind::Unstake | Kind::Delegation | Kind::Reclaim)
}

#[tokio::test]
async fn nobody_authorises_what_is_anothers_to_authorise() {
    let examined = Examined::begin().await;
    let kinds = [
        (Kind::Payout, 1),
        (Kind::Refund, 1),
        (Kind::Sweep, 2),
        (Kind::Stake, 3),
        (Kind::Unstake, 3),
        (Kind::Delegation, 3),
        (Kind::Reclaim, 3),
    ];
    for (kind, issuer) in kinds {
        let own = kind.intent_prefix();
        let of = |name: &str, issuer: u8| {
            let mut case = examined.case(name);
            (case.authorisation.kind, case.issuer) = (kind, issuer);
            if is_of_stakes(kind) {
                (case.authorisation.asset, case.authorisation.resource) = (Asset::Trx, Some(Resource::Energy));
            }
            case
        };
        // The services' keys, the callers', and strangers'.
        for other in (1..=11).chain([0x6b, 99]).filter(|other| *other != issuer) {
            let case = of(&format!("{own}a"), other);
            examined.refused(&format!("{kind:?} by {other}"), "authority_signature", &case).await;
        }
        for foreign in ["po_", "sw_", "st_", "de_", "cm_"].into_iter().filter(|foreign| *foreign != own) {
            let case = of(&format!("{foreign}a"), issuer);
            examined.refused(&format!("{kind:?} of {foreign}"), "intent", &case).await;
        }
        if !matches!(kind, Kind::Payout | Kind::Refund) {
            let case = of(&format!("{own}a"), issuer);
            examined.refused(&format!("{kind:?} of a wallet that pays"), "class", &case).await;
        }
    }
    examined.signed(&examined.case("po_good"));
}

fn told(txid: Option<TxId>, expiration: UnixMs, ending: Ending) -> PreviousAttempt {
    PreviousAttempt { txid, expiration, ending }
}

#[tokio::test]
async fn what_was_signed_or_barred_is_told_as_it_was_or_nothing_follows() {
    let examined = Examined::begin().await;
    let first = examined.case("po_a");
    let signed = examined.signed(&first);
    let expiration = first.now.plus_ms(60_000);
    let right = told(Some(signed.txid), expiration, Ending::Dead);
    let invented = told(Some(TxId::new([7; 32])), UnixMs(1), Ending::Dead);
    let barred = told(None, UnixMs(0), Ending::Unsigned);
    let after = |name: &str, previous: &[PreviousAttempt]| {
        let mut case = examined.case(name);
        case.authorisation.attempt = AttemptNo(u32::try_from(previous.len() + 1).unwrap());
        case.authorisation.previous = previous.to_vec();
        Case { known: 1, ..case }
    };
    for (what, code, previous) in [
        ("alive, as dead", "previous_alive", vec![right.clone()]),
        (
            "alive, as failed",
            "previous_alive",
            vec![PreviousAttempt { ending: Ending::FailedOnChain, ..right.clone() }],
        ),
        ("signed, as barred", "previous", vec![barred.clone()]),
        ("signed, as unsigned", "previous", vec![PreviousAttempt { ending: Ending::Unsigned, ..right.clone() }]),
        ("another transaction", "previous", vec![PreviousAttempt { txid: Some(TxId::new([7; 32])), ..right.clone() }]),
        ("no transaction", "previous", vec![PreviousAttempt { txid: None, ..right.clone() }]),
        ("over earlier", "previous", vec![PreviousAttempt { expiration: first.now.minus_ms(60_000), ..right.clone() }]),
        ("one more", "previous_alive", vec![right.clone(), invented.clone()]),
        ("one more before", "previous", vec![invented.clone(), right.clone()]),
    ] {
        examined.refused(what, code, &after("po_a", &previous)).await;
    }
    examined.refused("another transaction for it", "attempt_taken", &Case { known: 1, ..first.clone().later(1) }).await;
    let mut twin = examined.case("po_twin");
    twin.raw = first.raw.clone();
    examined.refused("its transaction for another", "txid_taken", &twin).await;

    let clock = std::sync::Arc::new(SystemClock);
    let url = format!("http://{}", examined.process.address);
    let payer = PeerClient::new("wallet-manager", &url, "payer", key(10), clock, Transport::tcp());
    let name = "po_b".parse().unwrap();
    let Outcome::Done(_) = payer.call(&void_attempt(&name, AttemptNo::FIRST)).await else { panic!("not barred") };
    examined.refused("a barred attempt", "attempt_void", &Case { known: 1, ..examined.case("po_b") }).await;
    for (what, previous) in [
        ("barred, as dead", vec![invented.clone()]),
        ("barred, as dead without a transaction", vec![PreviousAttempt { ending: Ending::Dead, ..barred.clone() }]),
        ("barred, with an end", vec![PreviousAttempt { expiration: UnixMs(1), ..barred.clone() }]),
        ("barred, and one that never was", vec![barred.clone(), barred.clone()]),
        ("barred, and one of another's", vec![barred.clone(), right.clone()]),
    ] {
        examined.refused(what, "previous", &after("po_b", &previous)).await;
    }
    // One that was barred may be followed by the next, which is all that the bench could be wrong about.
    examined.signed(&after("po_b", &[barred]));
}
