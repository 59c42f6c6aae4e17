//! One change to a good request for each rule.

use primitives::statement::{Attestation, Ending, PreviousAttempt};
use primitives::{ChainId, Resource, Sun, TxId, Usdt};
use tron_tx::{Contract, Payload, PermissionId, proto, trc20};

use super::case::*;
use super::*;

const KINDS: [fn() -> Case; 9] = [
    Case::usdt,
    Case::trx,
    Case::sweep,
    Case::stake,
    Case::unstake,
    Case::delegation,
    Case::reclaim,
    Case::second,
    Case::consented,
];

#[test]
fn every_kind_passes_as_authorised() {
    for case in KINDS {
        let case = case();
        let checked = case.run().unwrap();
        let request = case.request();
        assert_eq!(checked.txid(), TxId::new(Sha256::digest(&request.raw_data).into()));
        assert_eq!(checked.raw_data(), request.raw_data);
        assert_eq!(checked.authorisation(), Some(&case.authorisation));
    }
}

#[test]
fn a_refund_and_a_memo_pass_as_authorised() {
    let mut case = Case::usdt();
    case.authorisation.kind = Kind::Refund;
    case.authorisation.intent = intent_of(Kind::Refund);
    case.raw.memo = b"order 1".to_vec();
    case.authorisation.memo_hash = Some(Sha256::digest(b"order 1").into());
    case.run().unwrap();
}

#[test]
fn a_voided_attempt_is_followed_by_the_next() {
    let mut case = Case::second();
    case.authorisation.previous[0] = PreviousAttempt { txid: None, expiration: UnixMs(0), ending: Ending::Unsigned };
    case.earlier = vec![Some(RegisteredAttempt::Voided)];
    case.run().unwrap();
}

fn attested(case: &mut Case) -> &mut Attestation {
    &mut case.attestation.as_mut().unwrap().0
}

type Breach = (Refusal, fn() -> Case, fn(&mut Case));

/// One way at least to break each rule.
const BREACHES: &[Breach] = &[
    (Refusal::AuthoritySignature, Case::usdt, |case| case.issuer = seed(3)),
    (Refusal::AuthoritySignature, Case::sweep, |case| case.issuer = seed(1)),
    (Refusal::AuthoritySignature, Case::stake, |case| case.issuer = seed(1)),
    (Refusal::AuthoritySignature, Case::delegation, |case| case.issuer = seed(2)),
    (Refusal::Plane, Case::usdt, |case| {
        case.authorisation.plane = "pl_00000000-0000-0000-0000-000000000000".parse().unwrap();
    }),
    (Refusal::Chain, Case::usdt, |case| case.authorisation.chain_id = ChainId(1)),
    // An issuer that would take the attempts of another's intents.
    (Refusal::Intent, Case::delegation, |case| case.authorisation.intent = intent_of(Kind::Payout)),
    (Refusal::Intent, Case::sweep, |case| case.authorisation.intent = intent_of(Kind::Payout)),
    (Refusal::Intent, Case::usdt, |case| case.authorisation.intent = intent_of(Kind::Stake)),
    (Refusal::AuthorityExpired, Case::usdt, |case| case.authorisation.valid_until = NOW.minus_ms(1)),
    (Refusal::AuthorityExpired, Case::usdt, |case| {
        case.authorisation.valid_until = NOW.minus_ms(1);
        case.issuer = seed(3);
    }),
    (Refusal::AnchorSignature, Case::usdt, |case| case.anchored_by = seed(1)),
    (Refusal::AnchorChain, Case::usdt, |case| case.anchor.chain_id = ChainId(1)),
    (Refusal::AnchorStale, Case::usdt, |case| case.anchor.solid_time = NOW.minus_ms(120_001)),
    (Refusal::ClockApart, Case::usdt, |case| case.anchor.solid_time = NOW.plus_ms(30_001)),
    // Nothing; a trailing byte; an unknown field; a field twice; a second contract; fields that a payment has not.
    (Refusal::Undecodable, Case::usdt, |case| case.raw_data = Some(vec![])),
    (Refusal::Undecodable, Case::usdt, |case| case.raw_data = Some([case.raw.encode(), vec![0]].concat())),
    (Refusal::Undecodable, Case::usdt, |case| case.raw_data = Some([case.raw.encode(), vec![0xa0, 6, 1]].concat())),
    (Refusal::Undecodable, Case::usdt, |case| case.raw_data = Some([case.raw.encode(), vec![0x90, 1, 1]].concat())),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.contract.push(raw.contract[0].clone()))),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.contract.clear())),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.ref_block_num = 1)),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.scripts = vec![1])),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.contract[0].provider = vec![1])),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.ref_block_hash.clear())),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.fee_limit = -1)),
    (Refusal::Undecodable, Case::usdt, |case| case.message(|raw| raw.expiration = -1)),
    (Refusal::ReferenceBlock, Case::usdt, |case| case.raw.reference.hash = [8; 8]),
    (Refusal::ReferenceBlock, Case::usdt, |case| case.raw.reference.bytes = [0, 0]),
    (Refusal::Key, Case::usdt, |case| case.wallet.key_id = "ff".parse().unwrap()),
    (Refusal::Class, Case::usdt, |case| case.wallet.kinds = &[Kind::Sweep]),
    (Refusal::Class, Case::delegation, |case| case.wallet.kinds = &[Kind::Payout]),
    (Refusal::Owner, Case::usdt, |case| case.wallet.address = at(COLD)),
    (Refusal::Owner, Case::trx, |case| case.wallet.address = at(COLD)),
    (Refusal::Owner, Case::stake, |case| case.wallet.address = at(COLD)),
    (Refusal::Owner, Case::reclaim, |case| case.wallet.address = at(COLD)),
    (Refusal::Permission, Case::usdt, |case| case.raw.permission_id = PermissionId::OWNER),
    (Refusal::Permission, Case::usdt, |case| case.wallet.permission_id = 0),
    (Refusal::Permission, Case::usdt, |case| {
        case.wallet.permission_id = 3;
        case.raw.permission_id = PermissionId::new(3).unwrap();
    }),
    (Refusal::ContractType, Case::trx, |case| {
        case.raw.contract = Case::usdt().raw.contract;
    }),
    (Refusal::ContractType, Case::usdt, |case| case.raw.contract = Case::trx().raw.contract),
    (Refusal::ContractType, Case::usdt, |case| case.raw.contract = Case::delegation().raw.contract),
    (Refusal::ContractType, Case::stake, |case| case.raw.contract = Case::unstake().raw.contract),
    (Refusal::ContractType, Case::usdt, |case| {
        let owner_address = at(WALLET).to_bytes21().to_vec();
        let update = proto::AccountPermissionUpdateContract { owner_address, ..Default::default() };
        case.raw.contract = Contract::from_payload(Payload::from(update)).unwrap();
    }),
    (Refusal::TokenNotPinned, Case::usdt, |case| case.rules.tokens.clear()),
    (Refusal::Token, Case::usdt, |case| case.call(|call| call.contract = at(COLD))),
    (Refusal::CallValue, Case::usdt, |case| case.call(|call| call.call_value = sun(1))),
    (Refusal::CallValue, Case::usdt, |case| case.call(|call| call.call_token_value = 1)),
    (Refusal::CallValue, Case::usdt, |case| case.call(|call| call.token_id = 1_000_001)),
    (Refusal::Calldata, Case::usdt, |case| case.call(|call| call.calldata.push(0))),
    (Refusal::Calldata, Case::usdt, |case| case.call(|call| call.calldata.clear())),
    (Refusal::Calldata, Case::usdt, |case| {
        case.call(|call| call.calldata = trc20::approve(at(PAYEE), 25_000_000));
    }),
    (Refusal::Calldata, Case::usdt, |case| case.call(|call| call.calldata[15] = 0x41)),
    (Refusal::Amount, Case::usdt, |case| case.call(|call| call.calldata[36] = 1)),
    (Refusal::Recipient, Case::usdt, |case| case.call(|call| call.calldata[20] ^= 1)),
    (Refusal::Recipient, Case::trx, |case| case.authorisation.recipient = at(COLD)),
    (Refusal::Recipient, Case::stake, |case| case.authorisation.recipient = at(COLD)),
    (Refusal::Recipient, Case::reclaim, |case| case.authorisation.recipient = at(PAYEE)),
    (Refusal::RecipientForbidden, Case::usdt, |case| case.pay([0; 20])),
    (Refusal::RecipientForbidden, Case::usdt, |case| case.pay(TOKEN)),
    (Refusal::RecipientForbidden, Case::usdt, |case| case.pay(WALLET)),
    // TRX to a token's contract is lost as well.
    (Refusal::RecipientForbidden, Case::trx, |case| {
        let Contract::Transfer(transfer) = &mut case.raw.contract else { panic!("a transfer") };
        transfer.to = at(TOKEN);
        case.authorisation.recipient = at(TOKEN);
    }),
    (Refusal::NotOurWallet, Case::delegation, |case| case.our_wallets.clear()),
    (Refusal::NotOurWallet, Case::reclaim, |case| case.our_wallets.clear()),
    (Refusal::Amount, Case::usdt, |case| case.authorisation.amount = 24_999_999),
    (Refusal::Amount, Case::trx, |case| case.authorisation.amount += 1),
    (Refusal::Amount, Case::stake, |case| case.authorisation.amount += 1),
    (Refusal::Amount, Case::reclaim, |case| case.authorisation.amount += 1),
    (Refusal::Resource, Case::stake, |case| case.authorisation.resource = Some(Resource::Bandwidth)),
    (Refusal::Resource, Case::delegation, |case| case.authorisation.resource = Some(Resource::Bandwidth)),
    (Refusal::Lock, Case::delegation, |case| {
        let Contract::Delegate(loan) = &mut case.raw.contract else { panic!("a delegation") };
        (loan.lock, loan.lock_period) = (true, 86_400);
    }),
    (Refusal::Memo, Case::usdt, |case| case.raw.memo = b"hello".to_vec()),
    (Refusal::Memo, Case::usdt, |case| case.authorisation.memo_hash = Some([0; 32])),
    (Refusal::FeeLimit, Case::usdt, |case| case.raw.fee_limit = sun(30_000_001)),
    (Refusal::FeeLimit, Case::usdt, |case| case.raw.fee_limit = Sun::ZERO),
    (Refusal::FeeLimit, Case::trx, |case| {
        case.raw.fee_limit = sun(1);
        case.authorisation.fee_limit_max = sun(1);
    }),
    (Refusal::Expiration, Case::usdt, |case| case.raw.expiration = NOW.plus_ms(120_001)),
    (Refusal::ExpirationPast, Case::usdt, |case| case.raw.expiration = NOW),
    (Refusal::Previous, Case::second, |case| case.earlier = vec![None]),
    (Refusal::Previous, Case::second, |case| case.earlier.clear()),
    (Refusal::Previous, Case::second, |case| case.earlier = vec![Some(RegisteredAttempt::Voided)]),
    (Refusal::Previous, Case::second, |case| case.authorisation.previous[0].ending = Ending::Unsigned),
    (Refusal::Previous, Case::second, |case| case.authorisation.previous[0].txid = Some(TxId::new([8; 32]))),
    (Refusal::Previous, Case::second, |case| case.authorisation.previous[0].expiration = NOW.minus_ms(2)),
    (Refusal::Previous, Case::second, |case| {
        // Barred, and listed with an expiration that nothing had.
        case.earlier = vec![Some(RegisteredAttempt::Voided)];
        case.authorisation.previous[0] =
            PreviousAttempt { txid: None, expiration: UnixMs(1), ending: Ending::Unsigned };
    }),
    (Refusal::Timestamp, Case::usdt, |case| case.raw.timestamp = case.raw.expiration.plus_ms(1)),
    (Refusal::AttestationSignature, Case::consented, |case| case.attestation.as_mut().unwrap().1 = compliance(2)),
    (Refusal::AttestationSignature, Case::consented, |case| case.rules.compliance = Desks::default()),
    (Refusal::KeyRetired, Case::consented, |case| {
        case.retired_desks.insert(compliance(1).address());
    }),
    (Refusal::AttestationDomain, Case::consented, |case| attested(case).chain_id = ChainId(1)),
    (Refusal::AttestationDomain, Case::consented, |case| {
        attested(case).plane = "pl_00000000-0000-0000-0000-000000000000".parse().unwrap();
    }),
    (Refusal::AttestationIntent, Case::consented, |case| {
        attested(case).payout_id = "po_00000000-0000-0000-0000-000000000000".parse().unwrap();
    }),
    (Refusal::AttestationRecipient, Case::consented, |case| attested(case).recipient = at(COLD)),
    (Refusal::AttestationAmount, Case::consented, |case| attested(case).amount = Usdt::new(25_000_001).unwrap()),
    (Refusal::AttestationAmount, Case::trx, |case| case.attestation = Case::consented().attestation),
    (Refusal::AttestationExpired, Case::consented, |case| attested(case).not_before = NOW.plus_ms(1)),
    (Refusal::AttestationExpired, Case::consented, |case| attested(case).expires_at = NOW),
    (Refusal::ApprovalSignature, Case::consented, |case| case.approvals[1].1 = seed(5)),
    (Refusal::ApprovalSignature, Case::consented, |case| {
        // By somebody who may not approve.
        case.approvals[1].0.approver = seed(7).verify_key();
        case.approvals[1].1 = seed(7);
    }),
    (Refusal::ApprovalSignature, Case::consented, |case| case.rules.approvers.clear()),
    (Refusal::ApprovalIntent, Case::consented, |case| case.approvals[0].0.intent = "po_a".parse().unwrap()),
    (Refusal::ApprovalIntent, Case::consented, |case| {
        case.approvals[0].0.plane = "pl_00000000-0000-0000-0000-000000000000".parse().unwrap();
    }),
    (Refusal::ApprovalTerms, Case::consented, |case| case.approvals[1].0.terms_hash[0] ^= 1),
    (Refusal::ApprovalTerms, Case::trx, |case| case.approvals = Case::consented().approvals),
    (Refusal::ApprovalExpired, Case::consented, |case| case.approvals[1].0.valid_until = NOW.minus_ms(1)),
    (Refusal::ApprovalRequester, Case::consented, |case| {
        for (approval, _) in &mut case.approvals {
            approval.requester = Some(seed(6).verify_key());
        }
    }),
    (Refusal::ApprovalRequester, Case::consented, |case| case.approvals[1].0.requester = None),
    (Refusal::ApprovalRepeated, Case::consented, |case| case.approvals[1] = case.approvals[0].clone()),
    (Refusal::PreviousAlive, Case::second, |case| {
        let (txid, expiration) = (TxId::new([7; 32]), NOW.minus_ms(30_000));
        case.authorisation.previous[0].expiration = expiration;
        case.earlier = vec![Some(RegisteredAttempt::Signed { txid, expiration })];
    }),
];

#[test]
fn every_breach_is_refused_by_its_rule() {
    for (number, (refusal, base, breach)) in BREACHES.iter().enumerate() {
        let mut case = base();
        case.run().unwrap();
        breach(&mut case);
        assert_eq!(case.run().unwrap_err(), *refusal, "breach {number}");
    }
}

#[test]
fn every_rule_has_a_breach() {
    let of_policy: Vec<_> = crate::Policy::rules().collect();
    // A freeze, an update under way, a used nonce and a person's word on a third attempt are the register's
    // to know, and that no policy is usable is the policy's keeper's; what is only about decisions of operators is tested there.
    let elsewhere = [
        Refusal::Frozen,
        Refusal::ThirdAttempt,
        Refusal::Hardening,
        Refusal::AttestationUsed,
        Refusal::Decision,
        Refusal::Operations,
        Refusal::ActiveKey,
        Refusal::OwnerKey,
        Refusal::PermissionUpdate,
        Refusal::PolicyUnusable,
    ];
    for rule in Refusal::ALL.iter().filter(|rule| !of_policy.contains(rule) && !elsewhere.contains(rule)) {
        assert!(BREACHES.iter().any(|(refusal, ..)| refusal == rule), "{rule:?} is never tested");
    }
}

#[test]
fn the_bounds_themselves_are_allowed() {
    let mut case = Case::usdt();
    case.anchor.solid_time = NOW.minus_ms(120_000);
    case.authorisation.valid_until = NOW;
    case.raw.expiration = NOW.plus_ms(120_000);
    case.run().unwrap();
    case.anchor.solid_time = NOW.plus_ms(30_000);
    case.run().unwrap();
}

#[test]
fn consent_is_counted_as_far_as_it_goes() {
    let mut case = Case::consented();
    let consent = case.run().unwrap().consent();
    assert_eq!(consent, Consent { attested: true, approvals: Approvals { approvers: 2, requester_named: true } });
    case.approvals.truncate(1);
    case.attestation = None;
    let consent = case.run().unwrap().consent();
    assert_eq!(consent, Consent { attested: false, approvals: Approvals { approvers: 1, requester_named: true } });
    assert!(consent.approvals.suffice(1) && !consent.approvals.suffice(2));
    case.approvals[0].0.requester = None;
    let approvals = case.run().unwrap().consent().approvals;
    assert!(approvals.suffice(0) && !approvals.suffice(1), "whoever approves may have asked");
    assert_eq!(Case::usdt().run().unwrap().consent(), Consent::default());
}
