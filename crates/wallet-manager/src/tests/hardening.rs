//! A wallet's one change of permissions, from the decision to the word that the chain has it.

use api::wallet_manager::decision::{ShareRequest, put_decision, put_hardening_outcome, put_share};
use api::wallet_manager::{SignatureView, WalletClass, WalletView, put_signature, wallet};
use primitives::statement::{Action, Fate, PermissionKeys};
use primitives::{Address, AttemptNo};
use service::Outcome;
use tron_tx::SignedTransaction;

use super::bench::{Bench, NOW, Payment, Running, authority};
use super::council::{Carried, OFFLINE, alone, bench, decided, harden, share, signed};

async fn sign(running: &Running, update: &Carried) -> Result<SignatureView, String> {
    match running.client("operator").call(&put_decision(update.txid(), &update.request())).await {
        Outcome::Done(view) => Ok(view),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

async fn pay(running: &Running, payment: &Payment) -> Result<(), String> {
    match running.client("usdt-manager").call(&put_signature(payment.txid(), &payment.request())).await {
        Outcome::Done(_) => Ok(()),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

async fn told(running: &Running, update: &Carried, fate: Fate) -> Result<WalletView, String> {
    let call = put_hardening_outcome(&"hot".parse().unwrap(), &update.outcome(fate));
    match running.client("operator").call(&call).await {
        Outcome::Done(view) => Ok(view),
        Outcome::Refused(problem) => Err(problem.code.clone()),
        Outcome::Unknown(cause) => panic!("unknown: {cause}"),
    }
}

async fn hot() -> (Bench, Running, WalletView) {
    let bench = bench();
    let running = bench.start().await;
    let hot = running.wallet("hot", WalletClass::Hot).await;
    (bench, running, hot)
}

#[tokio::test]
async fn a_wallet_signs_under_permission_2_once_the_chain_has_its_update() {
    let (bench, running, hot) = hot().await;
    let update = Carried::update(&running, decided(&running, harden(&hot)));
    let view = sign(&running, &update).await.unwrap();
    let transaction = SignedTransaction {
        raw_data: view.raw_data.0.clone(),
        signatures: vec![view.signature.0.clone()],
        results: vec![],
    };
    assert_eq!((transaction.txid(), transaction.signers().unwrap()), (update.txid(), vec![hot.address]));
    assert_eq!(sign(&running, &update).await.unwrap(), view, "the same for ever");
    assert!(view.intent.as_str().starts_with("cm_"), "{}", view.intent);

    // Until the chain has it nothing else is signed, after a restart neither.
    let under_owner = Payment::usdt(&running, &hot, "po_a");
    for running in [&running, &bench.start().await] {
        let updating = running.done("operator", &wallet(&hot.wallet_id)).await;
        let permissions = updating.permissions.clone().unwrap();
        assert_eq!((updating.permission_id, permissions.in_force), (0, false));
        assert_eq!(pay(running, &under_owner).await, Err("wallet_hardening".to_owned()));
    }

    let hardened = told(&running, &update, Fate::Succeeded).await.unwrap();
    let permissions = hardened.permissions.clone().unwrap();
    assert!(permissions.in_force && !permissions.is_shared());
    assert_eq!((hardened.permission_id, permissions.owner.keys[0].address), (2, OFFLINE));
    assert_eq!(permissions.active.operations.unwrap().as_ref(), WalletClass::Hot.operations());
    assert_eq!(told(&running, &update, Fate::Succeeded).await.unwrap(), hardened);

    for running in [&running, &bench.start().await] {
        assert_eq!(pay(running, &under_owner).await, Err("permission".to_owned()));
        pay(running, &Payment::usdt(running, &hardened, "po_b")).await.unwrap();
    }
    let again = Carried::update(&running, decided(&running, harden(&hardened)));
    assert_eq!(sign(&running, &again).await.unwrap(), view, "one decision, one update");
}

#[tokio::test]
async fn nothing_is_hardened_while_something_is_in_flight() {
    let (bench, running, hot) = hot().await;
    let payment = Payment::usdt(&running, &hot, "po_a");
    pay(&running, &payment).await.unwrap();
    let update = Carried::update(&running, decided(&running, harden(&hot)));
    let problem = running.refused("operator", &put_decision(update.txid(), &update.request())).await;
    assert_eq!((problem.status, problem.code.as_str()), (409, "wallet_in_flight"));
    let until = payment.raw.expiration.plus_ms(30_000);
    assert_eq!(problem.members["until"], serde_json::json!(until));
    // Nothing is added meanwhile, for as long as somebody asks.
    assert_eq!(
        pay(&running, &Payment::usdt(&running, &hot, "po_b").later(1)).await,
        Err("wallet_hardening".to_owned())
    );
    bench.clock.advance_ms(10_000);
    pay(&running, &Payment::trx(&running, &hot, "po_c")).await.unwrap();

    // Registered without a signature is in flight as well.
    bench.clock.set(until.plus_ms(60_000));
    let unsigned = Payment::usdt(&running, &hot, "po_d");
    running.core.register(unsigned.request()).await.unwrap();
    let update = Carried::update(&running, decided(&running, harden(&hot)));
    assert_eq!(sign(&running, &update).await.unwrap_err(), "wallet_in_flight");
    bench.clock.set(unsigned.raw.expiration.plus_ms(30_001));
    let update = Carried::update(&running, decided(&running, harden(&hot)));
    sign(&running, &update).await.unwrap();
}

#[tokio::test]
async fn an_update_that_died_leaves_the_wallet_as_it_was_and_may_be_made_again() {
    let (bench, running, hot) = hot().await;
    let ceremony = decided(&running, harden(&hot));
    let first = Carried::update(&running, ceremony.clone());
    sign(&running, &first).await.unwrap();
    let second = || Carried::update(&running, ceremony.clone()).again(AttemptNo(2));
    assert_eq!(sign(&running, &second()).await.unwrap_err(), "previous_alive");

    bench.clock.set(first.raw.expiration.plus_ms(30_001));
    let back = told(&running, &first, Fate::Dead).await.unwrap();
    assert_eq!((back.permission_id, back.permissions), (0, None));
    pay(&running, &Payment::usdt(&running, &hot, "po_a")).await.unwrap();
    assert_eq!(told(&running, &first, Fate::Dead).await.unwrap_err(), "not_hardening");

    bench.clock.advance_ms(200_000);
    let again = second();
    sign(&running, &again).await.unwrap();
    // A late word on the first does not open the wallet while the second is on its way.
    assert_eq!(told(&running, &first, Fate::Dead).await.unwrap_err(), "other_update");
    assert_eq!(told(&running, &again, Fate::Succeeded).await.unwrap().permission_id, 2);
}

#[tokio::test]
async fn only_tron_clients_word_on_this_update_counts() {
    let (_bench, running, hot) = hot().await;
    let update = Carried::update(&running, decided(&running, harden(&hot)));
    let id = &hot.wallet_id;
    let refused = async |outcome| running.refused("operator", &put_hardening_outcome(id, &outcome)).await.code.clone();
    assert_eq!(refused(update.outcome(Fate::Succeeded)).await, "not_hardening");
    sign(&running, &update).await.unwrap();
    assert_eq!(refused(update.outcome_by("payout-router", Fate::Succeeded)).await, "finality_signature");
    let payment = Payment::usdt(&running, &hot, "po_a");
    let mut other = update.outcome(Fate::Succeeded);
    other.raw_data = payment.raw.encode().into();
    assert_eq!(refused(other).await, "other_update");
    let mut wrong = Carried::update(&running, decided(&running, harden(&hot)));
    wrong.raw.contract = tron_tx::contract::permission_update(
        hot.address,
        &alone(Address::from_evm([1; 20])),
        &alone(hot.address),
        WalletClass::Hot.operations(),
    );
    assert_eq!(refused(wrong.outcome(Fate::Succeeded)).await, "other_update");
    let problem = running.refused("payout-router", &put_hardening_outcome(id, &update.outcome(Fate::Dead))).await;
    assert_eq!(problem.code, "missing_scope");
}

#[tokio::test]
async fn the_operators_decide_and_nobody_else() {
    let (_bench, running, hot) = hot().await;
    let by = async |keys: &[primitives::statement::SignKey]| {
        let update = Carried::update(&running, signed(&running, harden(&hot), keys));
        sign(&running, &update).await.unwrap_err()
    };
    assert_eq!(by(&[authority("alice")]).await, "authority_signature");
    assert_eq!(by(&[authority("alice"), authority("payout-router")]).await, "authority_signature");
    let Action::HardenWallet { wallet, account, active, operations, .. } = harden(&hot) else { panic!("made above") };
    let owner = alone(hot.address);
    let online = Action::HardenWallet { wallet, account, owner, active, operations };
    let update = Carried::update(&running, decided(&running, online));
    assert_eq!(sign(&running, &update).await.unwrap_err(), "owner_key");
    // What was refused left no trace.
    pay(&running, &Payment::usdt(&running, &hot, "po_a")).await.unwrap();
}

#[tokio::test]
async fn a_wallet_shares_an_account_only_if_it_never_signed_for_its_own() {
    let (_bench, running, hot) = hot().await;
    let treasury = running.wallet("treasury", WalletClass::Treasury).await;
    let account = Address::from_evm([0x44; 20]);
    let to = |action| ShareRequest { ceremony: decided(&running, action) };
    let id = &treasury.wallet_id;

    let own = running.refused("operator", &put_share(id, &to(share(&treasury, treasury.address, account)))).await;
    assert_eq!(own.code, "own_account");
    let without = Action::HardenWallet {
        wallet: id.clone(),
        account,
        owner: alone(OFFLINE),
        active: PermissionKeys { threshold: 1, keys: vec![(account, 1)] },
        operations: WalletClass::Treasury.operations(),
    };
    assert_eq!(running.refused("operator", &put_share(id, &to(without))).await.code, "active_key");

    let shares = to(share(&treasury, account, treasury.address));
    let view = running.done("operator", &put_share(id, &shares)).await;
    assert_eq!((view.permissions.as_ref().unwrap().in_force, view.address), (false, treasury.address));
    assert_eq!(running.done("operator", &put_share(id, &shares)).await, view);
    let update = Carried::update(&running, shares.ceremony.clone());
    let call = put_hardening_outcome(id, &update.outcome(Fate::Succeeded));
    let shared = running.done("operator", &call).await;
    assert_eq!((shared.permission_id, shared.address), (2, account));
    assert!(shared.permissions.unwrap().is_shared());

    pay(&running, &Payment::usdt(&running, &hot, "po_a")).await.unwrap();
    let mut late = share(&hot, account, hot.address);
    if let Action::HardenWallet { operations, .. } = &mut late {
        *operations = WalletClass::Hot.operations();
    }
    assert_eq!(running.refused("operator", &put_share(&hot.wallet_id, &to(late))).await.code, "wallet_used");
    assert_eq!(running.core.clock.now(), NOW);
}
