//! Moves payouts: asks what a payout's stage wants to know, lets `payments::payout` decide, stores the decision.
//!
//! A payout is **authorised** here, attempt by attempt, and nowhere else. What became of an attempt is asked of
//! wallet-manager's register and of tron-client; usdt-manager is told to make it and believed only about its waiting.

use api::tron_client::{self, ChainParameters, SubmissionRequest, SubmissionView};
use api::usdt_manager::{self, ReservationRequest, TransferRequest, TransferView};
use api::wallet_manager::{self, RegisteredAttempt};
use payments::attempt::{AnyAttempt, Fact, RESTORED, VoidAnswer};
use payments::limits::Limits;
use payments::payout::{
    Authority, Facts, Funds, Leg, Payout, PayoutAttempt, Stage, Turn, UsdtFacts, plan, txid_is_another_payouts,
};
use primitives::statement::Authorisation;
use primitives::{Sun, TxId, UnixMs, WalletId};
use service::client::NotDone;
use service::driver::{Machine, Plan};
use service::{BoxError, Outcome, PeerClient};
use store::{CommitError, Versioned};
use transact::Transact;

use crate::freezer::{self, Freezer};
use crate::halt::{self, Halt};
use crate::limits;
use crate::metrics::Metrics;
use crate::payout::PayoutRow;
use crate::recovery::Recoveries;
use crate::stray;

/// The bytes of a TRX transfer with a memo of the longest, as bandwidth counts them, with room.
const TRX_TRANSFER_BYTES: u64 = 450;

/// What payouts are moved with.
#[derive(Debug)]
pub(crate) struct PayoutMachine {
    pub(crate) metrics: Metrics,
    pub(crate) authority: Authority,
    pub(crate) limits: Limits,
    pub(crate) freezer: Freezer,
    pub(crate) halt: Halt,
    pub(crate) recoveries: Recoveries,
    pub(crate) wallet: WalletId,
    pub(crate) transact: Transact,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) usdt_manager: PeerClient,
}

impl Machine for PayoutMachine {
    type Record = PayoutRow;
    type Facts = Facts;

    async fn gather(&self, read: &Versioned<PayoutRow>, _: UnixMs) -> Result<Facts, BoxError> {
        let payout = &read.record.0;
        if let Some(attempt) = payout.attempts.iter().find(|attempt| attempt.holds_for_nothing()) {
            return self.release_funds(attempt).await;
        }
        match (&payout.stage, payout.current()) {
            (Stage::Accepted, _) => self.wallet(payout).await,
            (Stage::Attempting, Some(attempt)) if self.may_be_lost(attempt).await? => Ok(Facts::Restored),
            (Stage::Attempting, Some(attempt)) => self.follow(payout, attempt).await,
            _ => Ok(Facts::Attempt(Fact::Nothing)),
        }
    }

    fn plan(&self, read: &Versioned<PayoutRow>, facts: Facts, now: UnixMs) -> Plan<PayoutRow> {
        self.to_plan(read, plan(&read.record.0, facts, &self.authority, now), now)
    }

    fn refused(&self, read: &Versioned<PayoutRow>, why: &CommitError, now: UnixMs) -> Option<Plan<PayoutRow>> {
        let payout = &read.record.0;
        match why {
            // Our own sealing has clashed with another payout's: it is not signed, the next turn seals at another
            // millisecond. A transaction from the register cannot be sealed anew.
            CommitError::KeyTaken { key, .. } if *key == "txid" && is_from_the_register(payout) => {
                Some(self.to_plan(read, txid_is_another_payouts(payout, now), now))
            }
            // Stopped between the question and the commit.
            CommitError::Exceeded { scope, .. } if scope == halt::SCOPE => Some(self.waits(read, "halted", now)),
            CommitError::Exceeded { scope, .. } if scope.starts_with(freezer::SCOPES) => {
                Some(self.waits(read, "wallet_frozen", now))
            }
            CommitError::Exceeded { scope, .. } if scope.starts_with(stray::SCOPES) => {
                Some(self.waits(read, stray::MAY_BE_PAID, now))
            }
            _ => None,
        }
    }

    fn committed(&self, read: &Versioned<PayoutRow>, next: &PayoutRow, now: UnixMs) {
        self.metrics.moved(&read.record, next, now);
    }
}

impl PayoutMachine {
    fn waits(&self, read: &Versioned<PayoutRow>, reason: &'static str, now: UnixMs) -> Plan<PayoutRow> {
        self.to_plan(read, plan(&read.record.0, Facts::Barred(reason), &self.authority, now), now)
    }

    fn to_plan(&self, read: &Versioned<PayoutRow>, turn: Turn, now: UnixMs) -> Plan<PayoutRow> {
        let before = read.record.0.view();
        let event = PayoutRow::changed(&before, &turn.next.view(), read.next_version());
        let payout = turn.next.clone();
        let mut plan = Plan::to(PayoutRow(turn.next), now);
        if let Some(event) = event {
            plan = plan.event(event);
        }
        if let Some(wallet) = turn.freeze {
            tracing::error!(%wallet, payout = %payout.id, "a payment does not match its permission: wallet frozen");
            plan = plan.hold(freezer::hold(wallet, &payout.id.to_string()));
        }
        if payout.attempts.len() > read.record.0.attempts.len() {
            // A permission goes out with this commit, or not at all.
            let payer = payout.current().map(|attempt| freezer::scope(attempt.payer));
            let strays = stray::scopes_of(&payout, self.recoveries.freeze_id());
            let scopes = [halt::SCOPE.to_owned()].into_iter().chain(strays).chain(payer);
            plan = plan.also(|commit| scopes.fold(commit, |commit, scope| halt::fence(commit, &scope)));
        }
        match turn.limits {
            Some(release) => plan.also(|commit| limits::give_back(commit, &payout, &self.limits, release)),
            None => plan,
        }
    }

    async fn wallet(&self, payout: &Payout) -> Result<Facts, BoxError> {
        if self.halt.stands().await? {
            return Ok(Facts::Barred("halted"));
        }
        for scope in stray::scopes_of(payout, self.recoveries.freeze_id()) {
            if self.halt.held(&scope).await? {
                return Ok(Facts::Barred(stray::MAY_BE_PAID));
            }
        }
        let wallet = match self.wallet_manager.call(&wallet_manager::wallet(&self.wallet)).await {
            Outcome::Done(wallet) => wallet,
            Outcome::Refused(problem) if problem.code == "unknown_wallet" => return Ok(Facts::NoWallet),
            Outcome::Refused(problem) => return Err(self.wallet_manager.refused(problem).into()),
            Outcome::Unknown(cause) => return Err(self.wallet_manager.unknown(cause).into()),
        };
        let chain = self.tron_client.ask(&tron_client::chain_parameters()).await?;
        let trx_fee_max = trx_fee_max(&chain, payout.request.memo.is_some()).ok_or("the chain's fees overflow")?;
        let frozen = self.freezer.is_frozen(wallet.address).await?;
        Ok(Facts::Wallet { wallet, trx_fee_max, frozen })
    }

    /// Whether the plane was restored, and this attempt of our own may have been made by the one that was lost.
    async fn may_be_lost(&self, attempt: &PayoutAttempt) -> Result<bool, BoxError> {
        let open = match &attempt.leg {
            Leg::Trx { attempt: AnyAttempt::Open(_), .. } => true,
            Leg::Trx { attempt: AnyAttempt::Sealed(sealed), .. } => !sealed.is_registered(),
            Leg::Trx { attempt: AnyAttempt::Barring(barring), .. } => barring.reason() != RESTORED,
            _ => false,
        };
        Ok(open && self.recoveries.stands().await?)
    }

    async fn follow(&self, payout: &Payout, attempt: &PayoutAttempt) -> Result<Facts, BoxError> {
        match &attempt.leg {
            Leg::Usdt { .. } => self.follow_usdt(payout, attempt).await,
            Leg::Trx { funds: Funds::Wanted | Funds::Lacking, attempt: AnyAttempt::Open(_), .. }
                if !payout.cancelling =>
            {
                self.hold_funds(attempt).await
            }
            Leg::Trx { attempt, .. } => Ok(Facts::Attempt(self.transact.ask(attempt).await?)),
        }
    }

    async fn follow_usdt(&self, payout: &Payout, attempt: &PayoutAttempt) -> Result<Facts, BoxError> {
        let authorisation = attempt.authorisation.unverified();
        let restored = attempt.tx().is_none() && self.recoveries.stands().await?;
        // What is to be stopped is barred before it is told to anybody.
        let unwanted = attempt.tx().is_none() && (payout.cancelling || restored);
        if unwanted {
            let _ = self.transact.bar_attempt(&authorisation.intent, authorisation.attempt).await?;
        }
        // It is told again in every turn: the same command, and its answer is the transfer as it is.
        let transfer = self.tell_usdt_manager(payout, attempt).await;
        if attempt.tx().is_none() && !unwanted && transfer.as_ref().is_ok_and(Option::is_none) {
            let _ = self.transact.bar_attempt(&authorisation.intent, authorisation.attempt).await?;
        }
        let intent = self.wallet_manager.ask(&wallet_manager::intent(&authorisation.intent)).await?;
        let registered = intent.attempts.into_iter().find(|registered| registered.attempt == attempt.attempt);
        if registered.as_ref().is_some_and(|registered| registered.void) {
            self.verify_void(authorisation).await?;
        }
        let submission = if let Some(registered) = &registered {
            self.watch(registered).await?
        } else {
            // Nothing was signed: whether usdt-manager answered decides whether there is anything to learn.
            transfer.as_ref().map_err(ToString::to_string)?;
            None
        };
        let transfer = transfer.ok().flatten();
        Ok(Facts::Usdt(Box::new(UsdtFacts { transfer, registered, submission, restored })))
    }

    /// Gets the register's signed word that an attempt is void: what was merely read does not free money.
    async fn verify_void(&self, authorisation: &Authorisation) -> Result<(), BoxError> {
        match self.transact.bar_attempt(&authorisation.intent, authorisation.attempt).await? {
            VoidAnswer::Barred(_) => Ok(()),
            VoidAnswer::Taken(..) => Err("the register calls void what it has signed".into()),
        }
    }

    /// Hands the attempt to usdt-manager; nothing if it refuses to make it.
    async fn tell_usdt_manager(
        &self,
        payout: &Payout,
        attempt: &PayoutAttempt,
    ) -> Result<Option<TransferView>, NotDone> {
        let request = TransferRequest {
            wallet_id: self.wallet.clone(),
            authorisation: attempt.authorisation.clone(),
            memo: payout.request.memo.clone(),
        };
        match self.usdt_manager.call(&usdt_manager::put_transfer(attempt.transfer_id, &request)).await {
            Outcome::Done(view) => Ok(Some(view)),
            Outcome::Refused(problem) if problem.code.starts_with("authorisation_") || problem.code == "id_taken" => {
                tracing::error!(payout = %payout.id, code = problem.code, "usdt-manager refuses an attempt");
                Ok(None)
            }
            Outcome::Refused(problem) => Err(self.usdt_manager.refused(problem)),
            Outcome::Unknown(cause) => Err(self.usdt_manager.unknown(cause)),
        }
    }

    /// Has tron-client look for the transaction that the register has, whether or not usdt-manager ever submits it.
    async fn watch(&self, registered: &RegisteredAttempt) -> Result<Option<SubmissionView>, NotDone> {
        let (Some(txid), Some(raw_data)) = (registered.txid, &registered.raw_data) else { return Ok(None) };
        self.look_for(txid, SubmissionRequest { raw_data: raw_data.clone(), signatures: Vec::new() }).await.map(Some)
    }

    async fn look_for(&self, txid: TxId, request: SubmissionRequest) -> Result<SubmissionView, NotDone> {
        self.tron_client.ask(&tron_client::put_submission(txid, &request)).await
    }

    async fn hold_funds(&self, attempt: &PayoutAttempt) -> Result<Facts, BoxError> {
        let Some(request) = reservation(attempt) else { return Ok(Facts::Attempt(Fact::Nothing)) };
        match self.usdt_manager.call(&usdt_manager::put_reservation(attempt.transfer_id, &request)).await {
            Outcome::Done(_) => Ok(Facts::FundsHeld(true)),
            Outcome::Refused(problem) if problem.code == "waiting_funds" => Ok(Facts::FundsHeld(false)),
            Outcome::Refused(problem) => Err(self.usdt_manager.refused(problem).into()),
            Outcome::Unknown(cause) => Err(self.usdt_manager.unknown(cause).into()),
        }
    }

    async fn release_funds(&self, attempt: &PayoutAttempt) -> Result<Facts, BoxError> {
        if let Some(request) = reservation(attempt) {
            self.usdt_manager.ask(&usdt_manager::release_reservation(attempt.transfer_id, &request)).await?;
        }
        Ok(Facts::FundsReleased)
    }
}

fn is_from_the_register(payout: &Payout) -> bool {
    payout.current().is_some_and(|attempt| matches!(attempt.leg, Leg::Usdt { .. }))
}

fn reservation(attempt: &PayoutAttempt) -> Option<ReservationRequest> {
    match &attempt.leg {
        Leg::Trx { reserve, .. } => Some(ReservationRequest { address: attempt.payer, trx: *reserve }),
        Leg::Usdt { .. } => None,
    }
}

/// The most that a TRX transfer may cost: a new account, its bandwidth, a memo.
fn trx_fee_max(chain: &ChainParameters, memo: bool) -> Option<Sun> {
    let bandwidth = Sun::new(chain.bandwidth_price_sun.checked_mul(TRX_TRANSFER_BYTES)?).ok()?;
    let memo = if memo { chain.memo_fee } else { Sun::ZERO };
    chain.new_account_fee.checked_add(chain.create_account_fee)?.checked_add(bandwidth)?.checked_add(memo)
}

#[cfg(test)]
mod tests;
