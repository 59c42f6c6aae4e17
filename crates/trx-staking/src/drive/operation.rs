//! The machine of stakes and delegations.
//!
//! Their transactions are **sealed** here: the turn that answers an open attempt's question for an anchor fixes raw_data
//! and txid, and they are committed before the next turn asks anybody for a signature.

use std::marker::PhantomData;

use api::tron_client;
use payments::attempt::Fact;
use payments::staking::{Authority, Facts, Ready, Stage, Turn, plan, short};
use primitives::UnixMs;
use service::driver::{Machine, Plan};
use service::{BoxError, PeerClient};
use store::{CommitError, Record, Versioned};
use transact::Transact;

use super::wallet;
use crate::ledger;
use crate::operation::{Noun, Row};

/// What stakes, or delegations, are moved with.
#[derive(Debug)]
pub(crate) struct OperationMachine<P> {
    pub(crate) authority: Authority,
    pub(crate) transact: Transact,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
    pub(crate) purpose: PhantomData<fn() -> P>,
}

impl<P: Noun> Machine for OperationMachine<P> {
    type Record = Row<P>;
    type Facts = Facts;

    async fn gather(&self, read: &Versioned<Row<P>>, _: UnixMs) -> Result<Facts, BoxError> {
        let operation = &read.record.0;
        match (&operation.stage, operation.attempts.last()) {
            (Stage::Accepted, _) => self.ready(&operation.request).await,
            (Stage::Attempting, Some(last)) => Ok(Facts::Attempt(Box::new(self.transact.ask(&last.attempt).await?))),
            _ => Ok(Facts::Attempt(Box::new(Fact::Nothing))),
        }
    }

    fn plan(&self, read: &Versioned<Row<P>>, facts: Facts, now: UnixMs) -> Plan<Row<P>> {
        to_plan(read, plan(&read.record.0, facts, &self.authority, now), now)
    }

    fn refused(&self, read: &Versioned<Row<P>>, why: &CommitError, now: UnixMs) -> Option<Plan<Row<P>>> {
        match why {
            CommitError::Exceeded { .. } => Some(to_plan(read, short(&read.record.0, now), now)),
            // The txid is another operation's: equal ones on one anchor in one millisecond hash alike. The next turn
            // seals at another millisecond.
            _ => None,
        }
    }
}

impl<P: Noun> OperationMachine<P> {
    async fn ready(&self, request: &P) -> Result<Facts, BoxError> {
        let Some(staking) = wallet(&self.wallet_manager, request.wallet_id()).await? else {
            return Ok(Facts::NoWallet("unknown_wallet"));
        };
        let receiver = match request.receiver() {
            None => None,
            Some(id) => match wallet(&self.wallet_manager, id).await? {
                None => return Ok(Facts::NoWallet("unknown_receiver")),
                Some(receiver) => {
                    let account = self.tron_client.ask(&tron_client::account(receiver.address)).await?;
                    Some((receiver, account))
                }
            },
        };
        let account = self.tron_client.ask(&tron_client::account(staking.address)).await?;
        let chain = self.tron_client.ask(&tron_client::chain_parameters()).await?;
        Ok(Facts::Ready(Box::new(Ready { wallet: staking, account, receiver, chain })))
    }
}

/// A turn as the driver commits it.
pub(crate) fn to_plan<P: Noun>(read: &Versioned<Row<P>>, turn: Turn<P>, now: UnixMs) -> Plan<Row<P>> {
    let next = Row(turn.next);
    let (id, share, payer) = (next.id(), next.0.share(), next.payer());
    let event = Row::event(&read.record, &next, read.next_version());
    let mut plan = Plan::to(next, now);
    if let Some(event) = event {
        plan = plan.event(event);
    }
    if let Some(held) = &turn.held {
        plan = plan.hold(ledger::hold(id.clone(), held));
    }
    match payer {
        Some(payer) if turn.ended => plan.also(|commit| ledger::give_back(commit, id, share, payer, now)),
        _ => plan,
    }
}
