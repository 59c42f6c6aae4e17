use api::tron_client::{Permission, Resources, SubmissionStage};
use api::trx_staking::{DelegationRequest, StakeRequest};
use api::wallet_manager::{SignatureView, WalletClass};
use primitives::statement::{Asset, Ending, Kind, Signed, Unsigned};
use primitives::{AttemptNo, Bandwidth, DelegationId, Energy, HexBytes, StakeId};
use tron_tx::RawTransaction;
use tron_tx::contract::{Contract, Delegate, Freeze};

use super::*;
use crate::attempt::{Refusal, SealedTx, SignatureAnswer, VoidAnswer};
use crate::testing::{CHAIN, NOW, anchor, key, payer, plane, receipt, recipient, submission, sun};

pub(crate) fn chain() -> ChainParameters {
    ChainParameters {
        energy_price_sun: 100,
        bandwidth_price_sun: 1000,
        create_account_fee: sun("0.1"),
        new_account_fee: sun("1"),
        memo_fee: sun("1"),
        max_fee_limit: sun("15000"),
        free_bandwidth: Bandwidth(600),
        total_energy_limit: 180_000_000_000,
        total_energy_weight: 19_000_000_000,
        total_bandwidth_limit: 43_200_000_000,
        total_bandwidth_weight: 27_000_000_000,
    }
}

pub(crate) fn account(address: Address) -> AccountView {
    AccountView {
        address,
        activated: true,
        is_contract: false,
        balance: sun("100.4"),
        staked_for_energy: sun("100"),
        staked_for_bandwidth: sun("1000"),
        delegated_for_energy: Sun::ZERO,
        delegated_for_bandwidth: Sun::ZERO,
        resources: Resources::default(),
        permissions: Vec::<Permission>::new(),
    }
}

fn wallet(name: &str, class: WalletClass, address: Address) -> WalletView {
    WalletView {
        wallet_id: name.parse().expect("a name"),
        class,
        address,
        key_id: "00112233445566778899aabbccddeeff".parse().expect("a key id"),
        permission_id: 0,
        public_key: HexBytes(vec![4; 65]),
        created_at: NOW,
        permissions: None,
        retired_at: None,
    }
}

fn authority() -> Authority {
    Authority { key: key(), plane: plane(), chain_id: CHAIN }
}

fn stake() -> Operation<StakeRequest> {
    let request =
        StakeRequest { wallet_id: "energy".parse().expect("a name"), resource: Resource::Energy, amount: sun("100") };
    Operation::accepted(StakeId::derive(plane().uuid(), &["test"]), request, NOW)
}

fn delegation(resource: Resource, amount: &str) -> Operation<DelegationRequest> {
    let request = DelegationRequest {
        wallet_id: "energy".parse().expect("a name"),
        receiver: "hot".parse().expect("a name"),
        resource,
        amount: sun(amount),
    };
    Operation::accepted(DelegationId::derive(plane().uuid(), &["test"]), request, NOW)
}

fn ready(with_receiver: bool) -> Ready {
    let receiver = (wallet("hot", WalletClass::Hot, recipient()), account(recipient()));
    Ready {
        wallet: wallet("energy", WalletClass::Energy, payer()),
        account: account(payer()),
        receiver: with_receiver.then_some(receiver),
        chain: chain(),
    }
}

fn begun<P: Purpose>(operation: &Operation<P>, now: UnixMs) -> Turn<P> {
    let ready = ready(operation.request.receiver().is_some());
    plan(operation, Facts::Ready(Box::new(ready)), &authority(), now)
}

fn last<P: Purpose>(operation: &Operation<P>) -> &AnyAttempt {
    &operation.attempts.last().expect("an attempt").attempt
}

fn attempt(fact: Fact) -> Facts {
    Facts::Attempt(Box::new(fact))
}

fn tx<P: Purpose>(operation: &Operation<P>) -> SealedTx {
    last(operation).tx().expect("a transaction").clone()
}

/// An accepted operation, brought to a signed transaction.
fn submitted<P: Purpose>(operation: &Operation<P>, now: UnixMs) -> Operation<P> {
    let begun = begun(operation, now).next;
    let sealed = plan(&begun, attempt(Fact::Anchor(anchor())), &authority(), now).next;
    let tx = tx(&sealed);
    let view = SignatureView {
        txid: tx.txid,
        intent: operation.id.into(),
        attempt: last(&sealed).authorisation().unverified().attempt,
        raw_data: tx.raw_data,
        signature: HexBytes(vec![7; 65]),
        audit: primitives::LogPosition::EMPTY,
    };
    let fact = Fact::Signature(SignatureAnswer::Signed(view));
    plan(&sealed, attempt(fact), &authority(), now).next
}

fn ended<P: Purpose>(operation: &Operation<P>, stage: SubmissionStage, contract_ret: &str, now: UnixMs) -> Turn<P> {
    let view = submission(&tx(operation), stage, Some(receipt(contract_ret, Vec::new())));
    plan(operation, attempt(Fact::Submission(view)), &authority(), now)
}

#[test]
fn a_stake_is_authorised_held_sealed_and_done() {
    let turn = begun(&stake(), NOW);
    let held = Held { payer: payer(), share: Share::Trx, amount: sun("100.4"), ceiling: sun("100.4") };
    assert_eq!(turn.held, Some(held));
    let authorisation = last(&turn.next).authorisation().verify(&key().verify_key()).expect("our own").clone();
    assert_eq!((authorisation.kind, authorisation.asset), (Kind::Stake, Asset::Trx));
    assert_eq!((authorisation.recipient, authorisation.resource), (payer(), Some(Resource::Energy)));
    assert_eq!((authorisation.intent, authorisation.attempt), (stake().id.into(), AttemptNo::FIRST));

    let underway = submitted(&stake(), NOW);
    let raw = RawTransaction::decode(&tx(&underway).raw_data.0).expect("a transaction");
    let freeze = Freeze { owner: payer(), amount: sun("100"), resource: Resource::Energy };
    assert_eq!(raw.contract, Contract::Freeze(freeze));
    assert_eq!(underway.stage(), StakeStage::Underway);
    let turn = ended(&underway, SubmissionStage::Solid, "SUCCESS", NOW);
    assert!(turn.ended && turn.held.is_none());
    assert_eq!((turn.next.stage(), turn.next.due_at), (StakeStage::Done, None));
    assert_eq!(turn.next.txid(), Some(tx(&underway).txid));
}

#[test]
fn what_a_restore_found_under_way_is_barred_and_never_made_again() {
    let reviewed = |turn: &Turn<StakeRequest>| {
        let reason = Stage::NeedsReview { reason: "restored".to_owned() };
        (turn.next.stage.clone(), turn.ended, turn.next.due_at) == (reason, true, None)
    };
    // Whether the lost service has begun it since, nothing here says.
    assert!(reviewed(&lost(&stake(), NOW)));
    let begun = begun(&stake(), NOW).next;
    let sealed = plan(&begun, attempt(Fact::Anchor(anchor())), &authority(), NOW).next;
    for open in [begun, sealed] {
        let barring = lost(&open, NOW);
        assert_eq!((last(&barring.next).state(), barring.ended), ("barring", false));
        let authorisation = last(&open).authorisation().unverified();
        let (intent, number) = (authorisation.intent.clone(), authorisation.attempt);
        let unsigned = Unsigned { plane: plane(), intent, attempt: number, voided_at: NOW };
        let fact = Fact::Void(VoidAnswer::Barred(Signed::sign(unsigned, &key())));
        assert!(reviewed(&plan(&barring.next, attempt(fact), &authority(), NOW)));
    }
    // The register has it, so its end is known: but no second attempt is made, which the lost service may have made.
    let signed = lost(&submitted(&stake(), NOW), NOW).next;
    assert_eq!(last(&signed).state(), "submitted");
    assert_eq!(ended(&signed, SubmissionStage::Solid, "SUCCESS", NOW).next.stage(), StakeStage::Done);
    assert!(reviewed(&ended(&signed, SubmissionStage::Dead, "", NOW)));
    let over = ended(&submitted(&stake(), NOW), SubmissionStage::Solid, "SUCCESS", NOW).next;
    assert_eq!(lost(&over, NOW).next, over);
}

#[test]
fn a_delegation_names_the_receiver_and_is_not_locked() {
    let turn = begun(&delegation(Resource::Energy, "100"), NOW);
    let share = Share::Stake(Resource::Energy);
    assert_eq!(turn.held, Some(Held { payer: payer(), share, amount: sun("100"), ceiling: sun("100") }));
    let underway = submitted(&delegation(Resource::Energy, "100"), NOW);
    let raw = RawTransaction::decode(&tx(&underway).raw_data.0).expect("a transaction");
    let expected = Delegate {
        owner: payer(),
        receiver: recipient(),
        amount: sun("100"),
        resource: Resource::Energy,
        lock: false,
        lock_period: 0,
    };
    assert_eq!(raw.contract, Contract::Delegate(expected));
}

#[test]
fn staked_bandwidth_that_the_lending_itself_uses_cannot_be_lent() {
    // 400 bytes are worth 250 TRX at 27e9 TRX for 43.2e9 bytes.
    assert_eq!(lendable(&account(payer()), Resource::Bandwidth, &chain()), sun("750"));
    let all = begun(&delegation(Resource::Bandwidth, "1000"), NOW);
    assert_eq!((all.next.waiting.as_deref(), all.held), (Some("waiting_stake"), None));
    assert!(begun(&delegation(Resource::Bandwidth, "749"), NOW).held.is_some());
    let used = Resources { energy_used: Energy(900), ..Resources::default() };
    let busy = AccountView { resources: used, ..account(payer()) };
    // 900 energy are worth 95 TRX at 19e9 TRX for 180e9.
    assert_eq!(lendable(&busy, Resource::Energy, &chain()), sun("5"));
}

#[test]
fn it_waits_for_what_is_lacking_and_holds_nothing_meanwhile() {
    let waits = |ready: Ready, operation: &Operation<DelegationRequest>| {
        let turn = plan(operation, Facts::Ready(Box::new(ready)), &authority(), NOW);
        assert!(turn.held.is_none() && !turn.ended && turn.next.attempts.is_empty());
        assert!(turn.next.due_at > Some(NOW));
        turn.next.reason()
    };
    let lent = delegation(Resource::Energy, "100");
    let mut poor = ready(true);
    poor.account.balance = sun("0.399999");
    assert_eq!(waits(poor, &lent).as_deref(), Some("waiting_funds"));
    let mut unstaked = ready(true);
    unstaked.account.staked_for_energy = sun("99.999999");
    assert_eq!(waits(unstaked, &lent).as_deref(), Some("waiting_stake"));
    let mut unborn = ready(true);
    if let Some((_, account)) = &mut unborn.receiver {
        account.activated = false;
    }
    assert_eq!(waits(unborn, &lent).as_deref(), Some("waiting_receiver"));

    let mut poor = ready(false);
    poor.account.balance = sun("100.399999");
    let turn = plan(&stake(), Facts::Ready(Box::new(poor)), &authority(), NOW);
    assert_eq!(turn.next.reason().as_deref(), Some("waiting_funds"));
    assert_eq!(short(&stake(), NOW).next, turn.next);
}

#[test]
fn what_can_never_be_is_failed_at_once() {
    let turn = plan(&stake(), Facts::NoWallet("unknown_wallet"), &authority(), NOW);
    assert_eq!((turn.next.stage(), turn.next.reason().as_deref()), (StakeStage::Failed, Some("unknown_wallet")));
    assert!(turn.ended && turn.next.payer().is_none());
    let mut hot = ready(false);
    hot.wallet.class = WalletClass::Hot;
    let turn = plan(&stake(), Facts::Ready(Box::new(hot)), &authority(), NOW);
    assert_eq!(turn.next.reason().as_deref(), Some("not_a_staking_wallet"));
}

#[test]
fn a_dead_attempt_is_followed_by_another_once_it_has_expired() {
    for (stage, ret, ending) in
        [(SubmissionStage::Dead, "", Ending::Dead), (SubmissionStage::Solid, "OUT_OF_TIME", Ending::FailedOnChain)]
    {
        let first = submitted(&stake(), NOW);
        let expiration = tx(&first).expiration;
        let turn = ended(&first, stage, ret, NOW);
        assert!(!turn.ended);
        // wallet-manager would refuse it: the first may still be valid.
        let early = begun(&turn.next, NOW);
        let resumes = expiration.plus_ms(35_000);
        assert_eq!((early.next.waiting.as_deref(), early.next.due_at), (Some("waiting_expiry"), Some(resumes)));

        let second = submitted(&early.next, resumes);
        let authorisation = last(&second).authorisation().unverified().clone();
        assert_eq!((authorisation.attempt, authorisation.previous.len()), (AttemptNo(2), 1));
        let previous = &authorisation.previous[0];
        assert_eq!((previous.txid, previous.expiration, previous.ending), (Some(tx(&first).txid), expiration, ending));
        assert_ne!(tx(&second).txid, tx(&first).txid);

        let turn = ended(&second, stage, ret, resumes);
        assert!(turn.ended);
        assert_eq!(turn.next.stage(), StakeStage::NeedsReview);
        assert_eq!(turn.next.reason().as_deref(), Some("attempts_exhausted"));
        assert_eq!(begun(&turn.next, resumes.plus_ms(1_000_000)).next, turn.next, "a person decides");
    }
}

#[test]
fn a_refused_signature_fails_only_once_the_attempt_is_barred() {
    let begun = begun(&stake(), NOW).next;
    let sealed = plan(&begun, attempt(Fact::Anchor(anchor())), &authority(), NOW).next;
    let refusal = Refusal { code: "class".to_owned() };
    let fact = Fact::Signature(SignatureAnswer::Refused(refusal));
    let barring = plan(&sealed, attempt(fact), &authority(), NOW);
    assert_eq!((barring.next.stage(), barring.ended), (StakeStage::Underway, false));
    let unsigned = primitives::statement::Unsigned {
        plane: plane(),
        intent: stake().id.into(),
        attempt: AttemptNo::FIRST,
        voided_at: NOW,
    };
    let unsigned = primitives::statement::Signed::sign(unsigned, &key());
    let void = attempt(Fact::Void(VoidAnswer::Barred(unsigned)));
    let turn = plan(&barring.next, void, &authority(), NOW);
    assert_eq!((turn.next.stage(), turn.next.reason().as_deref()), (StakeStage::Failed, Some("class")));
    assert!(turn.ended);
}

#[test]
fn facts_that_do_not_belong_change_nothing() {
    let accepted = stake();
    let turn = plan(&accepted, attempt(Fact::Anchor(anchor())), &authority(), NOW);
    assert_eq!((turn.next.stage, turn.next.attempts), (Stage::Accepted, Vec::new()));
    let underway = submitted(&accepted, NOW);
    let turn = begun(&underway, NOW);
    assert_eq!((turn.next.attempts, turn.held), (underway.attempts, None));
}

#[test]
fn an_operation_survives_storing() {
    for operation in [
        stake(),
        submitted(&stake(), NOW),
        ended(&submitted(&stake(), NOW), SubmissionStage::Solid, "SUCCESS", NOW).next,
    ] {
        let text = serde_json::to_string(&operation).expect("JSON");
        assert_eq!(serde_json::from_str::<Operation<StakeRequest>>(&text).expect("itself"), operation);
    }
}

#[test]
fn what_is_asked_is_looked_at_before_anything_is_recorded() {
    let of = |amount: &str, receiver: &str| DelegationRequest {
        wallet_id: "energy".parse().expect("a name"),
        receiver: receiver.parse().expect("a name"),
        resource: Resource::Bandwidth,
        amount: sun(amount),
    };
    assert_eq!(of("1", "hot").check(), Ok(()));
    assert_eq!(of("0.999999", "hot").check(), Err(Malformed::TooSmall));
    assert_eq!(of("1", "energy").check(), Err(Malformed::ToItself));
}
