//! What stops everything, and what lets it go on: feeds, machines and endpoints together.

use api::payout_router::reconciliation::{
    DiscrepancyFilter, Finding, PermissionStanding, ResolveRequest, discrepancies, resolve, wallet_standings,
};
use api::payout_router::{self, FreezeRequest, PayoutAsset, PayoutStage};
use api::tron_client::{
    self, AccountPermissions, ChainTransaction, Permission, PermissionKey, Receipt, WalletTransaction,
};
use api::wallet_manager::audit::kept_heads;
use api::wallet_manager::freeze::FreezeView;
use api::wallet_manager::{self, RegisteredAttempt, WalletList};
use primitives::statement::Action;
use primitives::{Address, AttemptNo, BlockId, BlockRef, LogHead, LogPosition, TxId, UnixMs};
use serde_json::json;
use service::feed::Apply as _;
use service::{Outcome, Problem};
use store::{Commit, Record};

use crate::backstop::Backstop;
use crate::census::{self, CensusTaker};
use crate::discrepancy::Discrepancy;
use crate::follow::{Chain, Register};
use crate::metrics::Metrics;
use crate::reconcile::Reconciler;
use crate::sighting::{Sighting, Verdict};
use crate::stopping::Stopper;
use crate::testing::{Bench, NOW, decided, payer, plane, request, wallet};
use crate::wallet::WalletRow;

const SIGNATURE: &str = "GET /v1/signatures/";
const FREEZE: &str = "PUT /v1/freeze";

fn txid(seed: u8) -> TxId {
    TxId::new([seed; 32])
}

fn seen(seed: u8) -> WalletTransaction {
    WalletTransaction {
        txid: txid(seed),
        wallet: payer(),
        contract_type: "TransferContract".to_owned(),
        block: BlockRef { number: 9, id: BlockId::new([9; 32]), time: NOW },
        contract_ret: "SUCCESS".to_owned(),
    }
}

fn place(seq: u64, head: u8) -> LogPosition {
    LogPosition { seq, head: LogHead::new([head; 32]) }
}

fn registered(seed: u8, audit: LogPosition) -> RegisteredAttempt {
    RegisteredAttempt {
        intent: format!("st_{seed}").parse().unwrap(),
        attempt: AttemptNo::FIRST,
        txid: Some(txid(seed)),
        raw_data: None,
        expiration: Some(NOW),
        policy: None,
        void: false,
        audit,
    }
}

/// The parts over one bench.
struct Parts {
    bench: Bench,
    chain: Chain,
    register: Register,
    reconciler: Reconciler,
    stopper: Stopper,
    backstop: Backstop,
}

impl Parts {
    async fn new() -> Self {
        let bench = Bench::new();
        let wallet_manager = bench.peer("wallet-manager", &bench.wallet_manager);
        let tron_client = bench.peer("tron-client", &bench.tron_client);
        let (store, clock) = (bench.store.clone(), bench.clock.clone());
        let metrics = Metrics::new(&service::metrics::Metrics::new("payout-router", "0"), clock.clone());
        Self {
            chain: Chain { store: store.clone(), clock: clock.clone() },
            register: Register::new(store.clone(), clock).await.unwrap(),
            reconciler: Reconciler {
                store,
                wallet_manager: wallet_manager.clone(),
                tron_client: tron_client.clone(),
                metrics,
                token: Address::from_evm([7; 20]),
                recoveries: bench.recoveries(),
            },
            stopper: Stopper { plane: plane(), wallet_manager: wallet_manager.clone() },
            backstop: Backstop { wallet_manager, tron_client, interval_ms: 30_000 },
            bench,
        }
    }

    async fn chain_tells(&self, seed: u8) {
        let data = serde_json::to_value(seen(seed)).unwrap();
        let (txid, block, raw_data) = (txid(seed), seen(seed).block, vec![seed].into());
        let read = ChainTransaction { txid, block, raw_data, receipt: Receipt::default() };
        self.bench.tron_client.answer(&format!("GET /v1/blocks/9/transactions/{txid}"), &read);
        let kind = tron_client::events::WALLET_TRANSACTION;
        self.bench.told(&self.chain, kind, &txid.to_string(), data).await;
    }

    async fn register_tells(&self, seed: u8, audit: LogPosition) {
        let data = serde_json::to_value(registered(seed, audit)).unwrap();
        let kind = wallet_manager::events::REGISTERED;
        self.bench.told(&self.register, kind, &format!("st_{seed}"), data).await;
    }

    async fn sighting(&self, seed: u8) -> Option<Sighting> {
        self.bench.store.get(&txid(seed).to_string()).await.unwrap().map(|found| found.record)
    }

    async fn halted(&self) -> bool {
        let call = discrepancies(&DiscrepancyFilter::default());
        self.bench.client("operator").ask(&call).await.unwrap().halted
    }

    async fn stage(&self, reference: &str) -> (PayoutStage, Option<String>) {
        let id = self.bench.put(&request(reference, PayoutAsset::Usdt, "1")).await.payout_id;
        let view = self.bench.turn(id).await.unwrap();
        (view.stage, view.reason)
    }
}

#[tokio::test]
async fn what_the_register_has_told_of_needs_no_question() {
    let parts = Parts::new().await;
    parts.register_tells(1, place(1, 1)).await;
    parts.chain_tells(1).await;
    assert_eq!(parts.sighting(1).await, None);
    assert_eq!(parts.bench.wallet_manager.count(SIGNATURE), 0);
}

#[tokio::test]
async fn a_feed_that_is_behind_is_no_thief_and_silence_is_no_answer() {
    let parts = Parts::new().await;
    parts.chain_tells(1).await;
    let id = txid(1).to_string();
    parts.bench.wallet_manager.refuse(SIGNATURE, &Problem::unavailable("busy", "Not now."));
    parts.bench.turn_of(&parts.reconciler, &id).await.unwrap_err();
    // A wallet-manager that does not know the question has not said that it does not know the transaction.
    parts.bench.wallet_manager.refuse(SIGNATURE, &Problem::not_found("not_found", "No such path."));
    parts.bench.turn_of(&parts.reconciler, &id).await.unwrap_err();
    assert!(!parts.halted().await && parts.sighting(1).await.unwrap().verdict.is_none());

    parts.bench.wallet_manager.answer(SIGNATURE, &registered(1, place(1, 1)));
    let known = parts.bench.turn_of(&parts.reconciler, &id).await.unwrap();
    assert_eq!((known.record.verdict, known.record.due_at()), (Some(Verdict::Registered), None));
    assert!(!parts.halted().await);
    parts.chain_tells(1).await;
    assert_eq!(parts.sighting(1).await.unwrap().verdict, Some(Verdict::Registered), "told again, the same");
}

#[tokio::test]
async fn an_unknown_transaction_stops_everything_until_a_person_has_explained_it() {
    let parts = Parts::new().await;
    let (bench, id) = (&parts.bench, txid(1).to_string());
    parts.chain_tells(1).await;
    bench.wallet_manager.refuse(SIGNATURE, &Problem::not_found("unknown_signature", "Not ours."));
    let unknown = bench.turn_of(&parts.reconciler, &id).await.unwrap();
    assert_eq!((unknown.record.verdict, unknown.record.due_at()), (Some(Verdict::Unknown), None));
    assert_eq!(parts.stage("order-1").await, (PayoutStage::Accepted, Some("halted".to_owned())));

    // Signing is stopped too, however long that takes.
    bench.wallet_manager.refuse(FREEZE, &Problem::unavailable("busy", "Not now."));
    bench.turn_of(&parts.stopper, &id).await.unwrap_err();
    let freeze = |lifted_at| FreezeView {
        freeze_id: "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        reason: String::new(),
        by: "payout-router".to_owned(),
        at: NOW,
        lifted_at,
    };
    bench.wallet_manager.answer(FREEZE, &freeze(None));
    let stopped = bench.turn_of(&parts.stopper, &id).await.unwrap();
    assert_eq!((stopped.record.signing_stopped, stopped.record.due_at()), (true, None));
    let asked = bench.wallet_manager.bodies(FREEZE);
    assert_eq!(asked[0], asked[1], "one stop, however often it is asked for");

    let page = bench.client("operator").ask(&discrepancies(&DiscrepancyFilter::default())).await.unwrap();
    assert_eq!(page.discrepancies[0].finding, Finding::UnknownTransaction { transaction: seen(1), payment: None });
    let explain = |id: &str, note: &str, names: &[&str]| {
        let action = Action::Explain { discrepancy: id.to_owned(), note: note.to_owned() };
        ResolveRequest { ceremony: decided(action, names) }
    };
    let both: [&str; 2] = ["alice", "bob"];
    let explained = explain(&id, "the owner's key, by hand", &both);
    let refused =
        async |caller: &str, request: &ResolveRequest| match bench.client(caller).call(&resolve(&id, request)).await {
            Outcome::Refused(problem) => problem.code.clone(),
            other => panic!("{other:?}"),
        };
    assert_eq!(refused("payment-gateway", &explained).await, "missing_scope");
    for (request, code) in [
        (explain(&id, "one alone", &["alice"]), "authority_signature"),
        (explain(&id, "a stranger", &["alice", "mallory"]), "authority_signature"),
        (explain("audit-7", "another", &both), "decision"),
    ] {
        assert_eq!(refused("operator", &request).await, code);
    }
    assert!(parts.halted().await);
    let resolved = bench.client("operator").ask(&resolve(&id, &explained)).await.unwrap();
    assert_eq!(resolved.resolution.as_ref().map(|one| one.by.as_str()), Some("alice, bob"));
    assert_eq!(bench.client("operator").ask(&resolve(&id, &explained)).await.unwrap(), resolved);
    assert_eq!(refused("operator", &explain(&id, "something else", &both)).await, "resolved");
    assert!(!parts.halted().await);
    assert_eq!(parts.stage("order-2").await.0, PayoutStage::Attempting);
}

#[tokio::test]
async fn a_halt_between_the_question_and_the_commit_lets_no_permission_out() {
    let parts = Parts::new().await;
    let id = parts.bench.put(&request("order-1", PayoutAsset::Usdt, "1")).await.payout_id;
    let finding = Finding::UnknownTransaction { transaction: seen(1), payment: None };
    let found = Discrepancy::new(finding, NOW).found(Commit::new(NOW));
    let halted = parts.bench.turn_around(id, found).await.unwrap();
    assert_eq!((halted.stage, halted.reason.as_deref()), (PayoutStage::Accepted, Some("halted")));
}

#[tokio::test]
async fn a_changed_or_rolled_back_audit_log_stops_everything() {
    let parts = Parts::new().await;
    parts.register_tells(1, place(3, 3)).await;
    parts.register_tells(2, place(7, 7)).await;
    parts.register_tells(1, place(3, 3)).await;
    assert!(!parts.halted().await, "told again, the same");
    // A number between two that were kept, told later: the log has gone back.
    parts.register_tells(4, place(5, 5)).await;
    // The same number with another head.
    parts.register_tells(5, place(7, 8)).await;
    let page = parts.bench.client("operator").ask(&discrepancies(&DiscrepancyFilter::default())).await.unwrap();
    let kept = |index: usize| match &page.discrepancies[index].finding {
        Finding::AuditContradicted { kept, told } => (*kept, told.audit),
        other @ Finding::UnknownTransaction { .. } => panic!("{other:?}"),
    };
    assert_eq!((kept(0), kept(1)), ((place(7, 7), place(7, 8)), (place(7, 7), place(5, 5))));
    assert_eq!(page.discrepancies[1].id, "audit-5");

    let heads = parts.bench.client("operator").ask(&kept_heads(None, 1)).await.unwrap();
    assert_eq!((heads.heads[0].audit, heads.heads[0].txid), (place(7, 7), Some(txid(2))));
    let rest = parts.bench.client("operator").ask(&kept_heads(heads.next.as_deref(), 10)).await.unwrap();
    assert_eq!((rest.heads.len(), rest.heads[0].audit, rest.next), (1, place(3, 3), None));
    let stranger = parts.bench.client("payment-gateway").call(&kept_heads(None, 1)).await;
    assert!(matches!(stranger, Outcome::Refused(problem) if problem.status == 403));
}

#[tokio::test]
async fn a_register_that_begins_anew_is_read_from_its_beginning_and_a_stop_is_no_attempt() {
    let parts = Parts::new().await;
    parts.register_tells(2, place(7, 7)).await;
    parts.register.resync().await.unwrap();
    parts.register_tells(1, place(3, 3)).await;
    parts.register_tells(2, place(7, 7)).await;
    let stop = json!({"freeze_id": "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8", "reason": "a drill"});
    parts.bench.told(&parts.register, wallet_manager::events::FROZEN, "fz_1", stop).await;
    assert!(!parts.halted().await);
}

#[tokio::test]
async fn a_person_freezes_a_wallet_and_thaws_it() {
    let parts = Parts::new().await;
    let operator = parts.bench.client("operator");
    let freeze = payout_router::put_freeze(payer(), &FreezeRequest { reason: "a drill".to_owned() });
    let stranger = parts.bench.client("payment-gateway").call(&freeze).await;
    assert!(matches!(stranger, Outcome::Refused(problem) if problem.status == 403));
    for _ in 0..2 {
        assert_eq!(operator.ask(&freeze).await.unwrap().causes, ["operator"]);
    }
    assert_eq!(parts.stage("order-1").await, (PayoutStage::Accepted, Some("wallet_frozen".to_owned())));
    assert!(!operator.ask(&payout_router::thaw(payer())).await.unwrap().frozen);
    assert_eq!(parts.stage("order-2").await.0, PayoutStage::Attempting);
}

fn account(owner: Address) -> AccountPermissions {
    let keys = vec![PermissionKey { address: owner, weight: 1 }];
    let permissions = vec![Permission { id: 0, threshold: 1, operations: None, keys }];
    AccountPermissions { address: payer(), activated: true, permissions }
}

#[tokio::test]
async fn other_permissions_on_the_chain_stop_that_wallet_until_they_are_right_and_a_person_thaws_it() {
    let parts = Parts::new().await;
    let bench = &parts.bench;
    bench.wallet_manager.answer("GET /v1/wallets", &WalletList { wallets: vec![wallet()] });
    bench.wallet_manager.answer("GET /v1/wallets/hot", &wallet());
    bench.tron_client.answer("PUT /v1/wallets/", &json!({"address": payer(), "from_block": 12}));
    bench.tron_client.answer("GET /v1/accounts/", &account(payer()));
    census::begin(&bench.store, NOW).await.unwrap();
    let wallet_manager = bench.peer("wallet-manager", &bench.wallet_manager);
    let taker = CensusTaker { store: bench.store.clone(), wallet_manager, interval_ms: 2_000 };
    bench.turn_of(&taker, "wallets").await.unwrap();
    let id = payer().to_string();
    let row = || async { bench.store.get::<WalletRow>(&id).await.unwrap().unwrap().record };
    assert_eq!(row().await.due_at(), Some(NOW));
    bench.turn_of(&parts.backstop, &id).await.unwrap();
    let standings = bench.client("operator").ask(&wallet_standings()).await.unwrap();
    assert_eq!((standings.wallets.len(), standings.wallets[0].watched_from), (1, Some(12)));
    assert_eq!(standings.wallets[0].permissions, PermissionStanding::Equal);

    bench.tron_client.answer("GET /v1/accounts/", &account(Address::from_evm([0xbb; 20])));
    bench.turn_of(&parts.backstop, &id).await.unwrap();
    let suspected = row().await;
    assert_eq!((suspected.stage(), suspected.due_at()), ("suspected", Some(UnixMs(NOW.0 + 3_000))));
    assert_eq!(parts.stage("order-1").await.0, PayoutStage::Attempting, "one look decides nothing");
    // A node that is away says nothing about permissions.
    bench.tron_client.refuse("GET /v1/accounts/", &Problem::unavailable("no_node", "Nobody answers."));
    bench.turn_of(&parts.backstop, &id).await.unwrap_err();
    bench.tron_client.answer("GET /v1/accounts/", &account(Address::from_evm([0xbb; 20])));
    bench.turn_of(&parts.backstop, &id).await.unwrap();
    assert_eq!(row().await.stage(), "drifted");
    assert!(crate::health::permissions(bench.store.clone()).await.unwrap_err().starts_with("hot: "));
    assert_eq!(parts.stage("order-2").await, (PayoutStage::Accepted, Some("wallet_frozen".to_owned())));
    let thaw = bench.client("operator").call(&payout_router::thaw(payer())).await;
    assert!(matches!(thaw, Outcome::Refused(problem) if problem.code == "permissions_drifted"));

    bench.tron_client.answer("GET /v1/accounts/", &account(payer()));
    bench.turn_of(&parts.backstop, &id).await.unwrap();
    assert_eq!(parts.stage("order-3").await.1.as_deref(), Some("wallet_frozen"), "a person has not looked yet");
    bench.client("operator").ask(&payout_router::thaw(payer())).await.unwrap();
    assert_eq!(parts.stage("order-4").await.0, PayoutStage::Attempting);
}
