//! A model of everything around a payout: the register, the chain, the funds. It answers as wallet-manager, tron-client
//! and usdt-manager would, keeps what it was asked for, and says when something was asked that must never be.

use std::collections::{BTreeMap, BTreeSet};

use api::tron_client::{Receipt, SubmissionStage, SubmissionView};
use api::usdt_manager::{TransferStage, TransferView};
use api::wallet_manager::{RegisteredAttempt, SignatureView};
use primitives::statement::{Authorisation, Ending, Signed, Unsigned};
use primitives::{AttemptNo, TransferId, TxId, UnixMs};

use super::{authority, trx_fee_max};
use crate::attempt::{AnyAttempt, Fact, Refusal, SealedTx, SignatureAnswer, VoidAnswer};
use crate::payout::{Facts, Funds, Leg, Payout, PayoutAttempt, Stage, Turn, UsdtFacts, plan};
use crate::seal::{self, Envelope};
use crate::testing::{self, NOW, key, paid_receipt, payer, plane, receipt, sun, wallet};

/// What the chain made of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Paid,
    Failed,
    /// SUCCESS with another effect, or a result that nobody knows.
    Strange,
    Dead,
}

/// What the register has for an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    Void,
    Signed(SealedTx),
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) now: UnixMs,
    pub(super) register: BTreeMap<u32, Entry>,
    pub(super) chain: BTreeMap<TxId, Fate>,
    pub(super) funds: BTreeSet<TransferId>,
    /// Whether the wallet has TRX enough.
    pub(super) rich: bool,
    pub(super) frozen: bool,
    /// The next txid is another payout's.
    pub(super) txid_taken: bool,
    /// What usdt-manager says, true or not.
    pub(super) word: (TransferStage, Option<String>),
    /// What must never have been asked.
    pub(super) wrong: Vec<String>,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            now: NOW,
            register: BTreeMap::new(),
            chain: BTreeMap::new(),
            funds: BTreeSet::new(),
            rich: true,
            frozen: false,
            txid_taken: false,
            word: (TransferStage::Accepted, None),
            wrong: Vec::new(),
        }
    }

    /// One whole turn on the truth.
    pub(super) fn turn(&mut self, payout: &Payout) -> Turn {
        let facts = self.gather(payout);
        plan(payout, facts, &authority(), self.now)
    }

    /// Asks what payout-router asks, with every effect that asking has.
    pub(super) fn gather(&mut self, payout: &Payout) -> Facts {
        if let Some(attempt) = payout.attempts.iter().find(|attempt| attempt.holds_for_nothing()) {
            self.funds.remove(&attempt.transfer_id);
            return Facts::FundsReleased;
        }
        match (&payout.stage, payout.current()) {
            (Stage::Accepted, _) => Facts::Wallet { wallet: wallet(), trx_fee_max: trx_fee_max(), frozen: self.frozen },
            (Stage::Attempting, Some(attempt)) => self.follow(payout, attempt),
            _ => Facts::Attempt(Fact::Nothing),
        }
    }

    fn follow(&mut self, payout: &Payout, attempt: &PayoutAttempt) -> Facts {
        match &attempt.leg {
            Leg::Usdt { tx, .. } => {
                if payout.cancelling && tx.is_none() {
                    self.bar(attempt.attempt);
                }
                let registered = self.registered(attempt);
                let submission = registered.as_ref().and_then(|known| known.raw_data.clone()).map(|raw_data| {
                    let tx = seal::read(raw_data).expect("the register's");
                    self.submission(&tx, &attempt.authorisation)
                });
                let transfer = Some(self.transfer(attempt));
                Facts::Usdt(Box::new(UsdtFacts { transfer, registered, submission, restored: false }))
            }
            Leg::Trx { funds: Funds::Wanted | Funds::Lacking, attempt: AnyAttempt::Open(_), .. }
                if !payout.cancelling =>
            {
                if self.rich {
                    self.funds.insert(attempt.transfer_id);
                }
                Facts::FundsHeld(self.rich)
            }
            Leg::Trx { attempt: state, .. } => Facts::Attempt(self.ask(attempt.attempt, state)),
        }
    }

    fn ask(&mut self, number: AttemptNo, state: &AnyAttempt) -> Fact {
        match state {
            AnyAttempt::Open(_) => Fact::Anchor(testing::anchor()),
            AnyAttempt::Sealed(sealed) => {
                let authorisation = sealed.authorisation().unverified().clone();
                Fact::Signature(self.sign(&authorisation, sealed.tx()))
            }
            AnyAttempt::Submitted(submitted) => {
                Fact::Submission(self.submission(submitted.tx(), submitted.authorisation()))
            }
            AnyAttempt::Barring(barring) => match self.bar(number) {
                Entry::Void => {
                    let intent = barring.authorisation().unverified().intent.clone();
                    let unsigned = Unsigned { plane: plane(), intent, attempt: number, voided_at: self.now };
                    Fact::Void(VoidAnswer::Barred(Signed::sign(unsigned, &key())))
                }
                Entry::Signed(tx) => Fact::Void(VoidAnswer::Taken(tx.raw_data, testing::anchor())),
            },
            AnyAttempt::Ended(_) => Fact::Nothing,
        }
    }

    fn bar(&mut self, attempt: AttemptNo) -> Entry {
        self.register.entry(attempt.0).or_insert(Entry::Void).clone()
    }

    /// wallet-manager's register, with the rules that keep two attempts from being alive at once.
    pub(super) fn sign(&mut self, authorisation: &Authorisation, tx: &SealedTx) -> SignatureAnswer {
        let refused = |code: &str| SignatureAnswer::Refused(Refusal { code: code.to_owned() });
        match self.register.get(&authorisation.attempt.0) {
            Some(Entry::Void) => return refused("attempt_void"),
            Some(Entry::Signed(taken)) if taken.txid != tx.txid => {
                return SignatureAnswer::Taken(taken.raw_data.clone());
            }
            Some(Entry::Signed(_)) => {}
            None if self.now > authorisation.valid_until => return refused("authority_expired"),
            None if std::mem::take(&mut self.txid_taken) => return refused("txid_taken"),
            None if self.now >= tx.expiration => return refused("expiration_past"),
            None => {
                self.check_previous(authorisation);
                self.register.insert(authorisation.attempt.0, Entry::Signed(tx.clone()));
            }
        }
        SignatureAnswer::Signed(SignatureView {
            txid: tx.txid,
            intent: authorisation.intent.clone(),
            attempt: authorisation.attempt,
            raw_data: tx.raw_data.clone(),
            signature: vec![7; 65].into(),
            audit: primitives::LogPosition::EMPTY,
        })
    }

    /// The real signer refuses these; here they are mistakes of the payout's.
    fn check_previous(&mut self, authorisation: &Authorisation) {
        if authorisation.previous.len() + 1 != authorisation.attempt.0 as usize {
            self.wrong.push(format!("attempt {} lists {:?}", authorisation.attempt, authorisation.previous));
        }
        for (number, listed) in (1..).zip(&authorisation.previous) {
            let equal = match self.register.get(&number) {
                Some(Entry::Void) => listed.ending == Ending::Unsigned && listed.txid.is_none(),
                Some(Entry::Signed(tx)) => {
                    listed.ending != Ending::Unsigned
                        && (listed.txid, listed.expiration) == (Some(tx.txid), tx.expiration)
                        && self.now > tx.expiration.plus_ms(30_000)
                }
                None => false,
            };
            if !equal {
                self.wrong.push(format!("attempt {number} is not as listed, or alive: {listed:?}"));
            }
        }
    }

    /// usdt-manager seals and has it signed, if it still may.
    pub(super) fn usdt_signs(&mut self, payout: &Payout) {
        let Some(attempt) = payout.current().filter(|attempt| matches!(attempt.leg, Leg::Usdt { .. })) else { return };
        let authorisation = attempt.authorisation.unverified();
        let envelope = Envelope {
            payer: payer(),
            fee_limit: sun("10"),
            memo: None,
            timestamp: self.now,
            expiration: self.now.plus_ms(120_000),
        };
        let tx = seal::build(authorisation, &envelope, testing::anchor().unverified()).expect("builds");
        self.sign(authorisation, &tx);
    }

    /// usdt-manager gives up, and says why or not.
    pub(super) fn usdt_bars(&mut self, payout: &Payout, reason: Option<&str>) {
        let Some(attempt) = payout.current().filter(|attempt| matches!(attempt.leg, Leg::Usdt { .. })) else { return };
        self.bar(attempt.attempt);
        self.word.1 = reason.map(str::to_owned);
    }

    /// The chain decides on a signed transaction that has not expired.
    pub(super) fn decide(&mut self, number: u32, fate: Fate) {
        if let Some(Entry::Signed(tx)) = self.register.get(&number)
            && self.now <= tx.expiration
        {
            self.chain.entry(tx.txid).or_insert(fate);
        }
    }

    pub(super) fn fate(&mut self, tx: &SealedTx) -> Option<Fate> {
        if self.now > tx.expiration {
            self.chain.entry(tx.txid).or_insert(Fate::Dead);
        }
        self.chain.get(&tx.txid).copied()
    }

    pub(super) fn payments(&self) -> usize {
        self.chain.values().filter(|fate| **fate == Fate::Paid).count()
    }

    fn submission(&mut self, tx: &SealedTx, authorisation: &Signed<Authorisation>) -> SubmissionView {
        use SubmissionStage::{Dead, Pending, Solid};
        let token = authorisation.unverified().asset != primitives::statement::Asset::Trx;
        let success = || if token { paid_receipt() } else { receipt("SUCCESS", vec![]) };
        let strange = || if token { receipt("SUCCESS", vec![]) } else { Receipt::default() };
        let (stage, receipt) = match self.fate(tx) {
            None => (Pending, None),
            Some(Fate::Paid) => (Solid, Some(success())),
            Some(Fate::Failed) => (Solid, Some(receipt("OUT_OF_ENERGY", vec![]))),
            Some(Fate::Strange) => (Solid, Some(strange())),
            Some(Fate::Dead) => (Dead, None),
        };
        testing::submission(tx, stage, receipt)
    }

    fn registered(&self, attempt: &PayoutAttempt) -> Option<RegisteredAttempt> {
        let entry = self.register.get(&attempt.attempt.0)?;
        let tx = if let Entry::Signed(tx) = entry { Some(tx) } else { None };
        Some(RegisteredAttempt {
            intent: attempt.authorisation.unverified().intent.clone(),
            attempt: attempt.attempt,
            txid: tx.map(|tx| tx.txid),
            raw_data: tx.map(|tx| tx.raw_data.clone()),
            expiration: tx.map(|tx| tx.expiration),
            policy: None,
            audit: primitives::LogPosition::EMPTY,
            void: tx.is_none(),
        })
    }

    fn transfer(&self, attempt: &PayoutAttempt) -> TransferView {
        let authorisation = attempt.authorisation.unverified();
        TransferView {
            transfer_id: attempt.transfer_id,
            intent: authorisation.intent.clone(),
            attempt: attempt.attempt,
            stage: self.word.0,
            recipient: authorisation.recipient,
            amount: primitives::Usdt::new(authorisation.amount).expect("fits"),
            txid: None,
            expiration: None,
            energy: None,
            block: None,
            receipt: None,
            reason: self.word.1.clone(),
        }
    }
}
