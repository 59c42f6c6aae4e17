//! A wallet's one change of permissions: decided by two operators, made while nothing of it is in flight, in force when
//! the chain has it.
//!
//! The proof that the chain has it is tron-client's [`Finality`], signed: it is who reads the chain, its anchors are
//! believed already, and a false word could lose nothing. A wallet that is told too early names a permission that the
//! chain refuses or that its own key has anyhow; one that is told wrongly of a death names the owner's, which the chain
//! refuses.

mod plan;

use api::wallet_manager::decision::{DecisionRequest, HardeningOutcome, ShareRequest};
use api::wallet_manager::{SignatureView, WalletView};
use primitives::statement::{Action, Ceremony, Fate, Finality};
use primitives::{TxId, UnixMs, WalletId};
use signer::Refusal;
use signer::check::{Circumstances, Plan, agreed};
use store::{Commit, Filter, LIST_LIMIT_MAX, StoreError, Versioned};
use thiserror::Error;
use tracing::info;
use tron_tx::RawTransaction;

use crate::audit::{AuditError, AuditFault, entry};
use crate::register::{Asked, Attempt};
use crate::signing::{SignError, SigningCore};
use crate::wallet::Wallet;

pub use plan::{Hardening, Stage};

/// How long past its expiration a transaction counts as in flight, because clocks differ.
const MARGIN_MS: u64 = 30_000;

/// The longest that any transaction is valid: the chain takes no expiration further ahead than a day.
const LIFE_MAX_MS: u64 = 86_400_000;

/// How long a wallet is closed at most while it is looked for what is in flight.
const LOOKING_MS: u64 = 60_000;

/// How long a wallet stays closed after something in flight was found, unless it is asked again.
const DRAINING_MS: u64 = 10_000;

/// Why a wallet's permissions do not change.
#[derive(Debug, Error)]
pub enum HardenError {
    /// A rule stands against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such wallet.
    #[error("there is no wallet {0}")]
    UnknownWallet(WalletId),
    /// The wallet has signed for its own account, so it cannot come to another.
    #[error("the wallet has signed for its own account already")]
    Used,
    /// The decision is about an account of the wallet's own key, whose update this signer makes.
    #[error("the account is the wallet's own: its update is to be signed, not to be shared in")]
    OwnAccount,
    /// No update is under way.
    #[error("no permissions of this wallet are on their way")]
    NotHardening,
    /// The transaction is not the update that is under way, or the word is on another one.
    #[error("this is not the update that is under way")]
    OtherUpdate,
    /// The word is not tron-client's, or on another chain.
    #[error("the word on the update is not tron-client's for this chain")]
    Finality,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The audit log failed.
    #[error(transparent)]
    Audit(#[from] AuditFault),
}

impl SigningCore {
    /// Signs what two operators decided, or gives the signature that it has already.
    pub async fn carry_out(&self, txid: TxId, request: DecisionRequest) -> Result<SignatureView, SignError> {
        let asked = Asked::Decided(Box::new(request));
        let Asked::Decided(request) = &asked else { return Err(StoreError::Lost.into()) };
        let hardens = matches!(request.ceremony.unverified().action, Action::HardenWallet { .. });
        let known = self.attempt(&request.ceremony.unverified().id().into(), request.attempt).await?.is_some();
        if !hardens || known {
            return self.sign_asked(txid, asked).await;
        }
        // Nobody closes a wallet without two operators' word.
        agreed(&request.ceremony, &self.rules, self.clock.now())?;
        let wallet = self.wallet_of(request.ceremony.unverified()).await?.record;
        self.book.close(&wallet.key_id, self.clock.now().plus_ms(LOOKING_MS));
        let outcome = match self.nothing_in_flight(&wallet, request.ceremony.unverified()).await {
            Ok(()) => self.sign_asked(txid, asked).await,
            Err(error) => Err(error),
        };
        match &outcome {
            // Whoever asks again soon finds nothing added to what is in flight, so that it comes to an end.
            Err(SignError::InFlight { .. }) => self.book.close(&wallet.key_id, self.clock.now().plus_ms(DRAINING_MS)),
            // From here on it is closed by what is stored, or not at all.
            _ => self.book.reopen(&wallet.key_id),
        }
        outcome
    }

    /// Refuses while a transaction of the wallet could still be included. The wallet is closed meanwhile, so that none
    /// is added behind the back of who looks.
    async fn nothing_in_flight(&self, wallet: &Wallet, ceremony: &Ceremony) -> Result<(), SignError> {
        self.freezer.drain().await;
        let now = self.clock.now();
        let own = ceremony.id().into();
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = self.store.list::<Attempt>(filter).await?;
            for Versioned { record, .. } in &page.items {
                let expiration = record.signing().filter(|signing| signing.key_id == wallet.key_id);
                let until = expiration.map(|signing| signing.expiration.plus_ms(MARGIN_MS));
                if let Some(until) = until.filter(|until| record.intent != own && now <= *until) {
                    return Err(SignError::InFlight { until });
                }
            }
            // Newest first: what was registered longer ago than anything is valid has expired.
            let old = page.items.last().is_some_and(|oldest| now > oldest.record.at.plus_ms(LIFE_MAX_MS + MARGIN_MS));
            after = page.next.filter(|_| !old);
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Has a wallet sign for an account that it shares with others, once the update that another signer makes is solid.
    pub async fn share(&self, id: &WalletId, request: &ShareRequest) -> Result<WalletView, HardenError> {
        let now = self.clock.now();
        let agreed = agreed(&request.ceremony, &self.rules, now)?;
        let hardening = Hardening::of(agreed.statement).ok_or(Refusal::Decision)?;
        let stored = self.stored_wallet(id).await?;
        let (wallet, key) =
            (&stored.record, stored.record.key().ok_or_else(|| HardenError::UnknownWallet(id.clone()))?);
        let Action::HardenWallet { wallet: named, account, owner, active, operations } = &agreed.statement.action
        else {
            return Err(Refusal::Decision.into());
        };
        if named != id {
            return Err(HardenError::UnknownWallet(named.clone()));
        }
        if *account == key.address() {
            return Err(HardenError::OwnAccount);
        }
        if wallet.hardening.as_ref().is_some_and(|known| known.ceremony == hardening.ceremony) {
            return wallet.view().ok_or(HardenError::Store(StoreError::Lost));
        }
        if wallet.hardening.is_some() || self.has_signed(wallet).await? {
            return Err(HardenError::Used);
        }
        if wallet.retired_at.is_some() {
            return Err(Refusal::KeyRetired.into());
        }
        let our_wallets = self.book.addresses();
        let signing = wallet.signing().ok_or(StoreError::Lost)?;
        let anchors = &self.anchors;
        let retired_desks = &self.book.retired_desks();
        let known =
            Circumstances { wallet: &signing, our_wallets: &our_wallets, earlier: &[], retired_desks, anchors, now };
        let plan = Plan { account: *account, owner, active, operations: *operations };
        plan.hold(key.address(), wallet.class.operations(), &known)?;
        let operators = agreed.operators.clone();
        let record = entry::Hardened { wallet: id.clone(), permission_id: wallet.permission_id, txid: None, operators };
        self.rewrite(&stored, Some(hardening), record, now).await
    }

    /// Takes what became of a wallet's update.
    pub async fn hardened(&self, id: &WalletId, outcome: &HardeningOutcome) -> Result<WalletView, HardenError> {
        let stored = self.stored_wallet(id).await?;
        let Some(hardening) = &stored.record.hardening else { return Err(HardenError::NotHardening) };
        let finality = outcome.finality.verify(&self.rules.anchor).map_err(|_| HardenError::Finality)?;
        let raw = RawTransaction::decode(outcome.raw_data.as_ref()).map_err(|_| HardenError::OtherUpdate)?;
        let Finality { chain_id, txid, fate, .. } = finality;
        if *chain_id != self.rules.chain_id {
            return Err(HardenError::Finality);
        }
        if *txid != raw.txid() || raw.contract != hardening.contract() {
            return Err(HardenError::OtherUpdate);
        }
        let next = match (hardening.stage, fate) {
            (Stage::InForce, _) => return stored.record.view().ok_or(HardenError::Store(StoreError::Lost)),
            (Stage::Updating, Fate::Succeeded) => Some(Hardening { stage: Stage::InForce, ..hardening.clone() }),
            // One of several attempts has ended; another may be on its way.
            (Stage::Updating, Fate::Failed | Fate::Dead) if self.another_is_alive(hardening, *txid).await? => {
                return Err(HardenError::OtherUpdate);
            }
            (Stage::Updating, Fate::Failed | Fate::Dead) => None,
        };
        info!(wallet = %id, %txid, ?fate, "an update of permissions has come to its end");
        let permission_id = stored.record.clone().with_hardening(next.clone()).permission_id;
        let record = entry::Hardened { wallet: id.clone(), permission_id, txid: Some(*txid), operators: Vec::new() };
        self.rewrite(&stored, next, record, self.clock.now()).await
    }

    /// Whether another attempt at the update than this one may still be included, by our clock.
    async fn another_is_alive(&self, hardening: &Hardening, txid: TxId) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let mut attempt = primitives::AttemptNo::FIRST;
        while let Some(entry) = self.attempt(&hardening.ceremony.into(), attempt).await? {
            let alive = |signing: &crate::register::Signing| {
                signing.txid != txid && now <= signing.expiration.plus_ms(MARGIN_MS)
            };
            if entry.record.signing().is_some_and(alive) {
                return Ok(true);
            }
            attempt = attempt.next();
        }
        Ok(false)
    }

    async fn rewrite(
        &self,
        stored: &Versioned<Wallet>,
        hardening: Option<Hardening>,
        record: entry::Hardened,
        now: UnixMs,
    ) -> Result<WalletView, HardenError> {
        let next = stored.record.clone().with_hardening(hardening);
        match self.audit.commit(Commit::new(now).update(stored, &next).log(record.into())).await {
            Ok(_) => {}
            Err(AuditError::Fault(fault)) => return Err(fault.into()),
            // Somebody told the same at the same time; asked again, it is answered as it is.
            Err(AuditError::Refused(_)) => return Err(StoreError::Lost.into()),
        }
        self.book.enter(&next);
        next.view().ok_or(HardenError::Store(StoreError::Lost))
    }

    async fn stored_wallet(&self, id: &WalletId) -> Result<Versioned<Wallet>, HardenError> {
        self.store.get(id.as_str()).await?.ok_or_else(|| HardenError::UnknownWallet(id.clone()))
    }

    /// The wallet that a decision names, which has a key.
    pub(crate) async fn wallet_of(&self, ceremony: &Ceremony) -> Result<Versioned<Wallet>, SignError> {
        let named = match &ceremony.action {
            Action::HardenWallet { wallet, .. } => wallet,
            Action::Spend(spending) => &spending.wallet,
            _ => return Err(Refusal::Decision.into()),
        };
        let stored = self.store.get::<Wallet>(named.as_str()).await?;
        Ok(stored.filter(|wallet| wallet.record.key().is_some()).ok_or(Refusal::Key)?)
    }

    /// Whether a transaction of this wallet was ever registered.
    async fn has_signed(&self, wallet: &Wallet) -> Result<bool, StoreError> {
        let mut after = None;
        loop {
            let filter = Filter { after, limit: LIST_LIMIT_MAX, ..Filter::default() };
            let page = self.store.list::<Attempt>(filter).await?;
            let is_its = |signing: &crate::register::Signing| signing.key_id == wallet.key_id;
            if page.items.iter().any(|attempt| attempt.record.signing().is_some_and(is_its)) {
                return Ok(true);
            }
            after = page.next;
            if after.is_none() {
                return Ok(false);
            }
        }
    }
}
