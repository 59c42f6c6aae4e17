//! A request that passes, for each kind; the tests begin here.

use std::collections::BTreeSet;

use primitives::statement::{
    Anchor, Approval, Attestation, Attested, Ending, Hashed as _, KycLevel, Operators, PreviousAttempt, SignKey,
    Signed, Terms,
};
use primitives::{Address, AttemptNo, BlockId, ChainId, IntentId, Resource, Sun, TxId, Usdt};
use prost::Message as _;
use tron_tx::contract::{Delegate, Freeze, Transfer, Trigger, Undelegate, Unfreeze};
use tron_tx::{Contract, LocalKey, PermissionId, RawTransaction, proto, trc20};

use super::*;

pub(super) const NOW: UnixMs = UnixMs(1_751_466_492_000);
pub(super) const WALLET: [u8; 20] = [0x11; 20];
pub(super) const TOKEN: [u8; 20] = [0x22; 20];
pub(super) const PAYEE: [u8; 20] = [0x33; 20];
pub(super) const TREASURY: [u8; 20] = [0x44; 20];
pub(super) const COLD: [u8; 20] = [0x55; 20];

pub(super) const EVERY_KIND: &[Kind] =
    &[Kind::Payout, Kind::Refund, Kind::Sweep, Kind::Stake, Kind::Unstake, Kind::Delegation, Kind::Reclaim];

pub(super) fn seed(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// A request before it is encoded and signed, with all that it is held against.
pub(crate) struct Case {
    pub(crate) raw: RawTransaction,
    pub(crate) authorisation: Authorisation,
    pub(crate) anchor: Anchor,
    pub(crate) wallet: SigningWallet,
    pub(super) rules: Rules,
    pub(super) our_wallets: BTreeSet<Address>,
    pub(super) retired_desks: BTreeSet<Address>,
    pub(super) earlier: Vec<Option<RegisteredAttempt>>,
    pub(super) now: UnixMs,
    pub(super) issuer: SignKey,
    pub(super) anchored_by: SignKey,
    pub(super) raw_data: Option<Vec<u8>>,
    pub(super) attestation: Option<(Attestation, LocalKey)>,
    pub(super) approvals: Vec<(Approval, SignKey)>,
}

/// A key of somebody who attests.
pub(super) fn compliance(number: u8) -> LocalKey {
    LocalKey::from_scalar(&[number; 32]).unwrap()
}

pub(super) fn at(body: [u8; 20]) -> Address {
    Address::from_evm(body)
}

pub(super) fn sun(units: u64) -> Sun {
    Sun::new(units).unwrap()
}

pub(super) fn intent_of(kind: Kind) -> IntentId {
    format!("{}6ba7b811-9dad-11d1-80b4-00c04fd430c8", kind.intent_prefix()).parse().unwrap()
}

pub(super) fn block() -> Anchor {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&66_987_547_u64.to_be_bytes());
    Anchor {
        chain_id: ChainId(0x2b66_53dc),
        number: 66_987_547,
        block_id: BlockId::new(id),
        solid_time: NOW.minus_ms(60_000),
    }
}

impl Case {
    /// 25 USDT from our wallet to a payee, authorised by payout-router.
    pub(crate) fn usdt() -> Self {
        let call = Trigger::new(at(WALLET), at(TOKEN), trc20::transfer(at(PAYEE), 25_000_000));
        let mut case = Self::of(Kind::Payout, Asset::Token(at(TOKEN)), PAYEE, Contract::Trigger(call));
        case.raw.fee_limit = sun(30_000_000);
        case.authorisation.fee_limit_max = sun(30_000_000);
        case
    }

    fn of(kind: Kind, asset: Asset, recipient: [u8; 20], contract: Contract) -> Self {
        let anchor = block();
        let plane = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
        let key_id: primitives::KeyId = "00112233445566778899aabbccddeeff".parse().unwrap();
        Self {
            raw: RawTransaction::new(contract, anchor.block_id.into(), NOW, NOW.plus_ms(60_000))
                .with_permission(PermissionId::ACTIVE),
            authorisation: Authorisation {
                chain_id: anchor.chain_id,
                plane,
                kind,
                intent: intent_of(kind),
                attempt: AttemptNo::FIRST,
                previous: vec![],
                key_id: key_id.clone(),
                permission_id: 2,
                asset,
                resource: None,
                recipient: at(recipient),
                amount: 25_000_000,
                memo_hash: None,
                fee_limit_max: Sun::ZERO,
                expiration_max: NOW.plus_ms(120_000),
                valid_until: NOW.plus_ms(30_000),
            },
            anchor,
            wallet: SigningWallet { address: at(WALLET), key_id, permission_id: 2, kinds: EVERY_KIND },
            rules: Rules {
                plane,
                chain_id: anchor.chain_id,
                issuers: Issuers {
                    payout: seed(1).verify_key(),
                    sweep: seed(2).verify_key(),
                    staking: seed(3).verify_key(),
                },
                anchor: seed(4).verify_key(),
                tokens: BTreeSet::from([at(TOKEN)]),
                compliance: [compliance(1).address()].into_iter().collect(),
                approvers: [5, 6].map(|number| (format!("approver-{number}"), seed(number).verify_key())).into(),
                operators: Operators::default(),
                chain_time: ChainTime::default(),
            },
            our_wallets: BTreeSet::from([at(WALLET), at(COLD)]),
            retired_desks: BTreeSet::new(),
            earlier: vec![],
            now: NOW,
            issuer: match kind {
                Kind::Payout | Kind::Refund => seed(1),
                Kind::Sweep => seed(2),
                _ => seed(3),
            },
            anchored_by: seed(4),
            raw_data: None,
            attestation: None,
            approvals: vec![],
        }
    }

    pub(super) fn trx() -> Self {
        let transfer = Transfer { owner: at(WALLET), to: at(PAYEE), amount: sun(25_000_000) };
        Self::of(Kind::Payout, Asset::Trx, PAYEE, Contract::Transfer(transfer))
    }

    pub(super) fn sweep() -> Self {
        let mut case = Self::usdt();
        case.authorisation.kind = Kind::Sweep;
        case.authorisation.intent = intent_of(Kind::Sweep);
        case.issuer = seed(2);
        case.pay(TREASURY);
        case
    }

    fn of_resource(kind: Kind, recipient: [u8; 20], contract: Contract) -> Self {
        let mut case = Self::of(kind, Asset::Trx, recipient, contract);
        case.authorisation.resource = Some(Resource::Energy);
        case
    }

    pub(super) fn stake() -> Self {
        let stake = Freeze { owner: at(WALLET), amount: sun(25_000_000), resource: Resource::Energy };
        Self::of_resource(Kind::Stake, WALLET, Contract::Freeze(stake))
    }

    pub(super) fn unstake() -> Self {
        let stake = Unfreeze { owner: at(WALLET), amount: sun(25_000_000), resource: Resource::Energy };
        Self::of_resource(Kind::Unstake, WALLET, Contract::Unfreeze(stake))
    }

    pub(super) fn delegation() -> Self {
        let loan = Delegate {
            owner: at(WALLET),
            receiver: at(COLD),
            amount: sun(25_000_000),
            resource: Resource::Energy,
            lock: false,
            lock_period: 0,
        };
        Self::of_resource(Kind::Delegation, COLD, Contract::Delegate(loan))
    }

    pub(super) fn reclaim() -> Self {
        let loan =
            Undelegate { owner: at(WALLET), receiver: at(COLD), amount: sun(25_000_000), resource: Resource::Energy };
        Self::of_resource(Kind::Reclaim, COLD, Contract::Undelegate(loan))
    }

    /// Attested, and approved by two people who did not ask for it.
    pub(super) fn consented() -> Self {
        let mut case = Self::usdt();
        let Authorisation { chain_id, plane, recipient, amount, .. } = case.authorisation;
        let intent = case.authorisation.intent.clone();
        let attestation = Attestation {
            chain_id,
            plane,
            payout_id: intent.as_str().parse().unwrap(),
            node_id: "node-1".to_owned(),
            kyc_hash: [1; 32],
            level: KycLevel::Basic,
            recipient,
            amount: Usdt::new(amount).unwrap(),
            reason: "reward".to_owned(),
            not_before: NOW,
            expires_at: NOW.plus_ms(60_000),
            nonce: [2; 32],
        };
        case.attestation = Some((attestation, compliance(1)));
        let terms_hash = Terms::from(&case.authorisation).hash();
        let approval = |number: u8| Approval {
            plane,
            intent: intent.clone(),
            terms_hash,
            approver: seed(number).verify_key(),
            requester: Some(seed(7).verify_key()),
            valid_until: NOW.plus_ms(60_000),
        };
        case.approvals = [5, 6].map(|number| (approval(number), seed(number))).into();
        case
    }

    /// A second attempt after a dead first.
    pub(super) fn second() -> Self {
        let mut case = Self::usdt();
        let (txid, expiration) = (TxId::new([7; 32]), NOW.minus_ms(30_001));
        case.authorisation.attempt = AttemptNo(2);
        case.authorisation.previous = vec![PreviousAttempt { txid: Some(txid), expiration, ending: Ending::Dead }];
        case.earlier = vec![Some(RegisteredAttempt::Signed { txid, expiration })];
        case
    }

    /// Has another wallet pay.
    pub(crate) fn paid_by(&mut self, key: &crate::PinnedKey) {
        self.wallet.address = key.address();
        self.wallet.key_id = key.key_id();
        self.authorisation.key_id = key.key_id();
        self.call(|call| call.owner = key.address());
    }

    pub(super) fn call(&mut self, change: impl FnOnce(&mut Trigger)) {
        let Contract::Trigger(call) = &mut self.raw.contract else { panic!("a call") };
        change(call);
    }

    /// Authorises and makes a payment to somebody else.
    pub(super) fn pay(&mut self, recipient: [u8; 20]) {
        self.authorisation.recipient = at(recipient);
        self.call(|call| call.calldata = trc20::transfer(at(recipient), 25_000_000));
    }

    /// Encodes and signs.
    pub(crate) fn request(&self) -> SignTransaction {
        let raw_data = self.raw_data.clone().unwrap_or_else(|| self.raw.encode());
        SignTransaction {
            raw_data,
            authorisation: Signed::sign(self.authorisation.clone(), &self.issuer),
            anchor: Signed::sign(self.anchor, &self.anchored_by),
            attestation: self.attestation.as_ref().map(|(attestation, key)| {
                Attested::new(attestation.clone(), key.sign(&attestation.digest()).to_bytes())
            }),
            approvals: self.approvals.iter().map(|(approval, key)| Signed::sign(approval.clone(), key)).collect(),
        }
    }

    /// Changes the message beneath what can be said in typed values.
    pub(super) fn message(&mut self, change: impl FnOnce(&mut proto::TransactionRaw)) {
        let mut message = self.raw.to_message();
        change(&mut message);
        self.raw_data = Some(message.encode_to_vec());
    }

    /// Runs the checks.
    pub(crate) fn run(&self) -> Result<Checked, Refusal> {
        let known = Circumstances {
            wallet: &self.wallet,
            our_wallets: &self.our_wallets,
            earlier: &self.earlier,
            retired_desks: &self.retired_desks,
            anchors: &Anchors::default(),
            now: self.now,
        };
        Authorised::new(&self.request(), &self.rules, self.now)?.check(&known)
    }
}
