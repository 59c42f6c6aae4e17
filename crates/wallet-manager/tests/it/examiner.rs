//! An examiner who has never seen this code: statements and transactions that he made by hand, put to the real service
//! over HTTP. Each is refused by the rule that it breaks, no call reaches the token, and the register has nothing of it.

mod calls;
mod doors;
mod statements;
mod transactions;
mod wire;

use api::wallet_manager::{SignatureRequest, SignatureView, WalletView, intent};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, Signed};
use primitives::{Address, AttemptNo, BlockId, IntentId, Sun, TxId, UnixMs};
use service::clock::{Clock, SystemClock};
use sha2::{Digest, Sha256};
use test_support::Plan;

use crate::faults;
use crate::place::{CHAIN, PLANE, Place, Process, key};
use calls::Sent;
use wire::{Message, Value};

const PAYEE: [u8; 20] = [0x33; 20];
/// The token that the place's plane pays in.
const TOKEN: [u8; 20] = [7; 20];

/// Where a transaction's contract is, its parameter, and the parameter's message.
const CONTRACT: [u64; 1] = [11];
const ANY: [u64; 2] = [11, 2];
const CALL: [u64; 3] = [11, 2, 2];

fn address21(body: [u8; 20]) -> Vec<u8> {
    [&[0x41][..], &body].concat()
}

/// `transfer(address,uint256)`, by hand.
fn calldata(to: [u8; 20], amount: u64) -> Vec<u8> {
    [&[0xa9, 0x05, 0x9c, 0xbb][..], &[0; 12], &to, &[0; 24], &amount.to_be_bytes()].concat()
}

/// A request before it is written and signed.
#[derive(Clone)]
struct Case {
    now: UnixMs,
    owner: Vec<u8>,
    raw: Message,
    /// In place of what `raw` says.
    raw_data: Option<Vec<u8>>,
    authorisation: Authorisation,
    anchor: Anchor,
    issuer: u8,
    anchored_by: u8,
    /// What is done to the request on its way.
    on_the_way: fn(&mut serde_json::Value),
    /// How many attempts the register has of the intent, before and after.
    known: usize,
}

impl Case {
    /// 25 USDT from this wallet, with all that it takes.
    fn usdt(wallet: &WalletView, name: &str) -> Self {
        let now = SystemClock.now();
        let owner = wallet.address.to_bytes21().to_vec();
        let mut id = [9; 32];
        id[..8].copy_from_slice(&500_u64.to_be_bytes());
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let call =
            Message::of([(1, bytes(&owner)), (2, bytes(&address21(TOKEN))), (4, bytes(&calldata(PAYEE, 25_000_000)))]);
        let url = b"type.googleapis.com/protocol.TriggerSmartContract";
        let parameter = Message::of([(1, bytes(url)), (2, Value::Message(call))]);
        let contract = Message::of([(1, Value::Integer(31)), (2, Value::Message(parameter))]);
        let raw = Message::of([
            (1, bytes(&id[6..8])),
            (4, bytes(&id[8..16])),
            (8, Value::Integer(now.0 + 60_000)),
            (11, Value::Message(contract)),
            (14, Value::Integer(now.0)),
            (18, Value::Integer(30_000_000)),
        ]);
        Self {
            now,
            owner,
            raw,
            raw_data: None,
            authorisation: authorisation(wallet, name, now),
            anchor: Anchor {
                chain_id: CHAIN,
                number: 500,
                block_id: BlockId::new(id),
                solid_time: now.minus_ms(3_000),
            },
            issuer: 1,
            anchored_by: 4,
            on_the_way: |_| (),
            known: 0,
        }
    }

    fn raw_data(&self) -> Vec<u8> {
        self.raw_data.clone().unwrap_or_else(|| self.raw.encode())
    }

    fn request(&self) -> SignatureRequest {
        let authorisation = Signed::sign(self.authorisation.clone(), &key(self.issuer));
        SignatureRequest::new(self.raw_data().into(), authorisation, Signed::sign(self.anchor, &key(self.anchored_by)))
    }

    fn txid(&self) -> TxId {
        TxId::new(Sha256::digest(self.raw_data()).into())
    }

    /// As it is sent, with what happens to it on the way.
    fn sent(&self) -> Sent {
        let mut body = serde_json::to_value(self.request()).unwrap();
        (self.on_the_way)(&mut body);
        Sent::good("PUT", &format!("/v1/signatures/{}", self.txid()), body.to_string())
    }

    /// Adds the contract again, with something changed.
    fn again(&mut self, change: impl FnOnce(&mut Message)) {
        let mut other = self.raw.clone();
        change(&mut other);
        let at = self.raw.0.iter().position(|(number, _)| *number == CONTRACT[0]).unwrap();
        self.raw.0.insert(at, other.0[at].clone());
    }

    fn url(&mut self, url: &str) {
        self.raw.within(&ANY).set(1, Value::Bytes(url.into()));
    }

    /// Another transaction for the same.
    fn later(mut self, ms: u64) -> Self {
        self.raw.set(14, Value::Integer(self.now.0 + ms));
        self
    }
}

fn authorisation(wallet: &WalletView, name: &str, now: UnixMs) -> Authorisation {
    Authorisation {
        chain_id: CHAIN,
        plane: PLANE.parse().unwrap(),
        kind: Kind::Payout,
        intent: name.parse().unwrap(),
        attempt: AttemptNo::FIRST,
        previous: vec![],
        key_id: wallet.key_id.clone(),
        permission_id: wallet.permission_id,
        asset: Asset::Token(Address::from_evm(TOKEN)),
        resource: None,
        recipient: Address::from_evm(PAYEE),
        amount: 25_000_000,
        memo_hash: None,
        fee_limit_max: Sun::new(30_000_000).unwrap(),
        expiration_max: now.plus_ms(120_000),
        valid_until: now.plus_ms(60_000),
    }
}

/// The service, its token behind a module that counts, and a wallet.
struct Examined {
    plan: Plan,
    process: Process,
    hot: WalletView,
    _place: Place,
}

impl Examined {
    async fn begin() -> Self {
        let mut place = Place::new();
        // Nobody but those who ask has the token sign.
        place.canary_ms = 3_600_000;
        place.sections = format!(
            "[peers.payer]\ncall_key = \"{}\"\nscopes = [\"intents:void\", \"register:read\"]\n\
             [peers.usdt-manager-caller]\ncall_key = \"{}\"\nscopes = [\"signatures:write\"]\n\
             [peers.everybody]\ncall_key = \"{}\"\nscopes = [\"operator\", \"signatures:write\", \"intents:void\", \
             \"wallets:write\", \"freeze:write\", \"register:read\", \"read\"]\n",
            key(10).verify_key(),
            key(11).verify_key(),
            key(12).verify_key()
        );
        assert!(place.init_token().status.success());
        let plan = faults::begin(&mut place);
        let process = place.serve();
        process.ready();
        let hot = process.hot().await;
        Self { plan, process, hot, _place: place }
    }

    fn case(&self, name: &str) -> Case {
        Case::usdt(&self.hot, name)
    }

    /// How often anything was signed, or was about to be.
    fn signatures(&self) -> usize {
        ["C_SignInit", "C_Sign", "C_SignUpdate", "C_SignFinal"].map(|function| self.plan.calls(function)).iter().sum()
    }

    async fn attempts(&self, name: &IntentId) -> usize {
        self.process.done(&intent(name)).await.attempts.len()
    }

    /// Puts a case and has it refused by this code, without a trace.
    async fn refused(&self, what: &str, code: &str, case: &Case) {
        let before = self.signatures();
        let (status, problem) = case.sent().answer(&self.process.address);
        assert_eq!(problem["code"], code, "{what}: {status} {problem}");
        let expected = match code {
            "malformed_body" => 400,
            "attempt_taken" | "attempt_void" | "txid_taken" => 409,
            _ => 403,
        };
        assert_eq!(status, expected, "{what}: {problem}");
        assert_eq!(self.signatures(), before, "{what}: the token was asked");
        assert_eq!(self.attempts(&case.authorisation.intent).await, case.known, "{what}: the register");
    }

    /// Puts a case that nothing is wrong with.
    fn signed(&self, case: &Case) -> SignatureView {
        let before = self.signatures();
        let (status, signed) = case.sent().answer(&self.process.address);
        assert_eq!(status, 200, "{signed}");
        let signed: SignatureView = serde_json::from_value(signed).unwrap();
        assert_eq!(signed.txid, case.txid());
        assert!(self.signatures() > before, "the token is asked through the module that counts");
        signed
    }
}

#[tokio::test]
async fn every_altered_transaction_is_refused_by_its_rule() {
    let examined = Examined::begin().await;
    let rows = [transactions::CALLS, transactions::FRAMES, transactions::OTHERS].concat();
    for (number, (code, what, change)) in rows.into_iter().enumerate() {
        let mut case = examined.case(&format!("po_{number}"));
        change(&mut case);
        examined.refused(what, code, &case).await;
    }
    let good = examined.case("po_good");
    examined.signed(&good);
}

#[tokio::test]
async fn no_other_writing_of_a_transaction_is_signed() {
    let examined = Examined::begin().await;
    let good = examined.case("po_a");
    for path in [&[][..], &CONTRACT, &ANY, &CALL] {
        for (what, message) in good.raw.clone().within(path).flawed() {
            let mut case = examined.case("po_a");
            *case.raw.within(path) = message;
            examined.refused(&format!("{what}, in {path:?}"), "undecodable", &case).await;
        }
    }
    for (what, raw_data) in transactions::broken(&good.raw_data()) {
        let case = Case { raw_data: Some(raw_data), ..examined.case("po_a") };
        examined.refused(&what, "undecodable", &case).await;
    }
    examined.signed(&good);
}
