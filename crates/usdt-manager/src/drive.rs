//! Moves transfers: asks what a transfer's step wants to know, lets `payments::transfer` decide, stores the decision.
//!
//! A transfer is **sealed** here: the turn that answers an open attempt's question for an anchor fixes raw_data and
//! txid, and they are committed before the next turn asks anybody for a signature.

use api::trx_staking::{self, LeaseRequest};
use api::wallet_manager::{self, WalletView};
use api::{tron_client, usdt_manager::TransferRequest};
use payments::transfer::{Checks, Facts, Step, Transfer, Turn, plan, short_of_funds};
use payments::{attempt::Fact, energy};
use primitives::{Address, Energy, LeaseId, UnixMs};
use service::client::NotDone;
use service::driver::{Machine, Plan};
use service::{BoxError, Outcome, PeerClient};
use store::{CommitError, Versioned};
use transact::Transact;

use crate::funds;
use crate::metrics::Metrics;
use crate::token::Token;
use crate::transfer::TransferRow;

/// What transfers are moved with.
#[derive(Debug)]
pub(crate) struct TransferMachine {
    pub(crate) metrics: Metrics,
    pub(crate) token: Token,
    pub(crate) transact: Transact,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) trx_staking: PeerClient,
    pub(crate) allow_contracts: bool,
}

impl Machine for TransferMachine {
    type Record = TransferRow;
    type Facts = Facts;

    async fn gather(&self, read: &Versioned<TransferRow>, _: UnixMs) -> Result<Facts, BoxError> {
        let transfer = &read.record.0;
        if let Some(void) = self.void_while_waiting(transfer).await? {
            return Ok(void);
        }
        match &transfer.step {
            Step::Accepted => self.checks(transfer).await,
            Step::Leasing { payer, estimated } => self.lease(transfer, *payer, *estimated).await,
            Step::Reserving { payer, .. } => self.funds(*payer).await,
            Step::Attempting { attempt, .. } => Ok(Facts::Attempt(self.transact.ask(attempt).await?)),
            Step::Closing { .. } => self.release_lease(transfer).await,
            Step::Over { .. } => Ok(Facts::Attempt(Fact::Nothing)),
        }
    }

    fn plan(&self, read: &Versioned<TransferRow>, facts: Facts, now: UnixMs) -> Plan<TransferRow> {
        to_plan(read, plan(&read.record.0, facts, now), now)
    }

    fn refused(&self, read: &Versioned<TransferRow>, why: &CommitError, now: UnixMs) -> Option<Plan<TransferRow>> {
        match why {
            CommitError::Exceeded { .. } => Some(to_plan(read, short_of_funds(&read.record.0, now), now)),
            // The txid is another transfer's: equal transfers on one anchor in one millisecond hash alike. The next
            // turn seals at another millisecond.
            _ => None,
        }
    }

    fn committed(&self, read: &Versioned<TransferRow>, next: &TransferRow, now: UnixMs) {
        self.metrics.moved(&read.record, next, now);
    }
}

impl TransferMachine {
    async fn wallet(&self, request: &TransferRequest) -> Result<WalletView, NotDone> {
        self.wallet_manager.ask(&wallet_manager::wallet(&request.wallet_id)).await
    }

    /// Whether a transfer waits for what nobody wants any more: payout-router bars an attempt without telling us.
    async fn void_while_waiting(&self, transfer: &Transfer) -> Result<Option<Facts>, BoxError> {
        if transfer.waiting.is_none() || transfer.attempt().is_some() {
            return Ok(None);
        }
        let authorisation = transfer.request.authorisation.unverified();
        let intent = self.wallet_manager.ask(&wallet_manager::intent(&authorisation.intent)).await?;
        let void = intent.attempts.iter().any(|known| known.attempt == authorisation.attempt && known.void);
        Ok(if void { Some(Facts::Void { payer: self.wallet(&transfer.request).await?.address }) } else { None })
    }

    async fn checks(&self, transfer: &Transfer) -> Result<Facts, BoxError> {
        let wallet = self.wallet(&transfer.request).await?;
        let recipient = transfer.request.authorisation.unverified().recipient;
        let (balance, paused) = (self.token.balance_of(wallet.address).await?, self.token.paused().await?);
        let payer_blacklisted = self.token.is_blacklisted(wallet.address).await?;
        let recipient_blacklisted = self.token.is_blacklisted(recipient).await?;
        let account = self.tron_client.ask(&tron_client::account(recipient)).await?;
        let amount = transfer.amount();
        let fee = self.token.fee_of(amount).await?;
        let affordable = balance >= amount && !paused && !payer_blacklisted;
        let dry_run =
            if affordable { Some(self.token.dry_run(wallet.address, recipient, amount).await?) } else { None };
        Ok(Facts::Checks(Box::new(Checks {
            wallet,
            balance,
            paused,
            fee,
            payer_blacklisted,
            recipient_blacklisted,
            recipient_is_contract: account.is_contract && !self.allow_contracts,
            dry_run,
        })))
    }

    async fn lease(&self, transfer: &Transfer, payer: Address, estimated: Energy) -> Result<Facts, BoxError> {
        let request = LeaseRequest {
            address: payer,
            energy: energy::with_margin(estimated),
            bandwidth: energy::TRANSFER_BANDWIDTH,
        };
        let lease = self.trx_staking.ask(&trx_staking::put_lease(LeaseId::of(transfer.id), &request)).await?;
        let chain = self.tron_client.ask(&tron_client::chain_parameters()).await?;
        Ok(Facts::Lease(lease, chain))
    }

    async fn funds(&self, payer: Address) -> Result<Facts, BoxError> {
        let usdt = self.token.balance_of(payer).await?;
        let trx = self.tron_client.ask(&tron_client::account(payer)).await?.balance;
        Ok(Facts::Funds { usdt, trx })
    }

    async fn release_lease(&self, transfer: &Transfer) -> Result<Facts, BoxError> {
        let call = trx_staking::release_lease(LeaseId::of(transfer.id));
        match self.trx_staking.call(&call).await {
            Outcome::Done(_) => Ok(Facts::LeaseReleased),
            // Refused before it had come to a lease.
            Outcome::Refused(problem) if problem.code == "unknown_lease" => Ok(Facts::LeaseReleased),
            Outcome::Refused(problem) => Err(self.trx_staking.refused(problem).into()),
            Outcome::Unknown(cause) => Err(self.trx_staking.unknown(cause).into()),
        }
    }
}

fn to_plan(read: &Versioned<TransferRow>, turn: Turn, now: UnixMs) -> Plan<TransferRow> {
    let before = read.record.0.view();
    let id = turn.next.id;
    let payer = payer(&turn.next);
    let event = TransferRow::event(&before, &turn.next.view(), read.next_version());
    let mut plan = Plan::to(TransferRow(turn.next), now);
    if let Some(event) = event {
        plan = plan.event(event);
    }
    for hold in turn.hold.iter().flat_map(|held| funds::shares(id, held)) {
        plan = plan.hold(hold);
    }
    match (turn.ended, payer.or_else(|| self::payer(&read.record.0))) {
        (true, Some(payer)) => plan.also(|commit| funds::give_back(commit, id, payer, now)),
        _ => plan,
    }
}

/// The wallet whose funds a transfer may hold.
const fn payer(transfer: &Transfer) -> Option<Address> {
    match &transfer.step {
        Step::Leasing { payer, .. } | Step::Reserving { payer, .. } | Step::Attempting { payer, .. } => Some(*payer),
        Step::Accepted | Step::Closing { .. } | Step::Over { .. } => None,
    }
}

#[cfg(test)]
mod tests;
