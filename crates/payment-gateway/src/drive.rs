//! Brings to payout-router what it may not have: requests of which no answer came, and cancellations; and asks about
//! payouts of which the feed is silent.
//!
//! A request is sent again until the answer is known, always under the same id, so that it is one payout however often
//! it arrives.

use api::payout_router::PayoutView;
use primitives::UnixMs;
use service::BoxError;
use service::driver::{Machine, Plan};
use store::Versioned;

use crate::payout::{Origin, PayoutRow};
use crate::router::{Answer, Router};

/// Moves mirrored payouts.
#[derive(Debug)]
pub(crate) struct Forwarding {
    pub(crate) router: Router,
}

/// What payout-router said.
#[derive(Debug)]
pub(crate) enum Fact {
    /// How the payout is.
    Payout(Box<PayoutView>),
    /// How the payout is, after payout-router took note of its cancellation or said that it comes too late.
    CancelHeard(Box<PayoutView>),
    /// It does not make the payout, for this reason.
    Refused(String),
}

impl Machine for Forwarding {
    type Record = PayoutRow;
    type Facts = Fact;

    async fn gather(&self, read: &Versioned<PayoutRow>, _: UnixMs) -> Result<Fact, BoxError> {
        let row = &read.record;
        match row.origin {
            Origin::Gateway => self.forward(row).await,
            Origin::Router if row.cancelling => self.cancel(row).await,
            Origin::Router => self.look(row).await.map(Fact::Payout),
        }
    }

    fn plan(&self, read: &Versioned<PayoutRow>, fact: Fact, now: UnixMs) -> Plan<PayoutRow> {
        let row = &read.record;
        let next = match fact {
            Fact::Payout(view) => row.told(*view, None, now),
            Fact::CancelHeard(view) => row.cancel_heard(*view, now),
            Fact::Refused(code) => row.refused(&code, now),
        };
        let event = row.changed(&next, read.next_version());
        let plan = Plan::to(next, now);
        match event {
            Some(event) => plan.event(event),
            None => plan,
        }
    }
}

impl Forwarding {
    async fn forward(&self, row: &PayoutRow) -> Result<Fact, BoxError> {
        match self.router.make(row.view.payout_id, &row.request()).await? {
            Answer::Payout(view) => Ok(Fact::Payout(view)),
            // The merchant had asked for another payout by this name, whose answer got lost: that one it is.
            Answer::Refused(problem) if problem.code == "id_taken" => self.look(row).await.map(Fact::Payout),
            Answer::Refused(problem) if problem.status == 422 => Ok(Fact::Refused(problem.code.clone())),
            Answer::Refused(problem) => Err(problem.into()),
        }
    }

    async fn cancel(&self, row: &PayoutRow) -> Result<Fact, BoxError> {
        match self.router.cancel(row.view.payout_id).await? {
            Answer::Payout(view) => Ok(Fact::CancelHeard(view)),
            Answer::Refused(problem) if problem.code == "too_late" => self.look(row).await.map(Fact::CancelHeard),
            Answer::Refused(problem) => Err(problem.into()),
        }
    }

    async fn look(&self, row: &PayoutRow) -> Result<Box<PayoutView>, BoxError> {
        match self.router.payout(row.view.payout_id).await? {
            Answer::Payout(view) => Ok(view),
            Answer::Refused(problem) => Err(problem.into()),
        }
    }
}
