//! The rows of stakes and delegations, and what handlers do with them.

use api::trx_staking::{DelegationRequest, StakeFilter, StakeRequest, StakeStage, events};
use payments::staking::{Operation, Purpose};
use primitives::{Address, UnixMs};
use serde::{Deserialize, Serialize};
use service::Problem;
use store::{Commit, CommitError, Filter, NewEvent, Record, Store};

use crate::problem::Refused;

/// What the store and the feed call an operation.
pub(crate) trait Noun: Purpose {
    /// The table.
    const NOUN: &'static str;
    /// The event of a change.
    const CHANGED: &'static str;
    /// The event of an end.
    const ENDED: &'static str;
}

impl Noun for StakeRequest {
    const NOUN: &'static str = "stake";
    const CHANGED: &'static str = events::STAKE_CHANGED;
    const ENDED: &'static str = events::STAKE_ENDED;
}

impl Noun for DelegationRequest {
    const NOUN: &'static str = "delegation";
    const CHANGED: &'static str = events::DELEGATION_CHANGED;
    const ENDED: &'static str = events::DELEGATION_ENDED;
}

/// A stake or delegation as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Row<P: Purpose>(pub(crate) Operation<P>);

impl<P: Noun> Row<P> {
    /// As others see it.
    pub(crate) fn view(&self) -> P::View {
        P::view(&self.0)
    }

    /// The event that tells of a change, if the change shows.
    pub(crate) fn event(before: &Self, after: &Self, version: u64) -> Option<NewEvent> {
        let view = after.view();
        if before.view() == view {
            return None;
        }
        let ended = before.0.stage() == StakeStage::Underway && after.0.stage() != StakeStage::Underway;
        Some(NewEvent {
            kind: if ended { P::ENDED } else { P::CHANGED },
            subject: after.id(),
            version,
            data: serde_json::to_value(view).unwrap_or_default(),
        })
    }

    /// The account whose funds it holds.
    pub(crate) fn payer(&self) -> Option<Address> {
        self.0.payer()
    }
}

impl<P: Noun> Record for Row<P> {
    const NOUN: &'static str = P::NOUN;

    fn id(&self) -> String {
        self.0.id.to_string()
    }

    fn stage(&self) -> &'static str {
        self.0.stage().name()
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.0.due_at
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        let txids = self.0.attempts.iter().filter_map(|attempted| attempted.attempt.txid());
        txids.map(|txid| ("txid", txid.to_string())).collect()
    }
}

/// Records an operation; the same id with the same request is the same operation.
pub(crate) async fn ask<P: Noun>(store: &Store, id: P::Id, request: P, now: UnixMs) -> Result<P::View, Problem> {
    request.check().map_err(Refused::from)?;
    let row = Row(Operation::accepted(id, request, now));
    match store.commit(Commit::new(now).insert(&row)).await {
        Ok(()) => Ok(row.view()),
        Err(CommitError::Conflict { .. }) => match store.get::<Row<P>>(&row.id()).await? {
            Some(found) if found.record.0.request == row.0.request => Ok(found.record.view()),
            _ => Err(Refused::IdTaken.into()),
        },
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// The operation of this id.
pub(crate) async fn find<P: Noun>(store: &Store, id: P::Id) -> Result<P::View, Problem> {
    let found = store.get::<Row<P>>(&id.to_string()).await?;
    found.map(|found| found.record.view()).ok_or_else(|| Refused::Unknown(P::NOUN).into())
}

/// A page of operations, newest first, and where the next one begins.
pub(crate) async fn list<P: Noun>(
    store: &Store,
    filter: StakeFilter,
) -> Result<(Vec<P::View>, Option<String>), Problem> {
    let StakeFilter { stage, after, limit } = filter;
    let stage = stage.map(|stage| stage.name().to_owned());
    let filter = Filter { stage, after, limit: limit.unwrap_or(Filter::default().limit), ..Filter::default() };
    let page = store.list::<Row<P>>(filter).await?;
    Ok((page.items.iter().map(|item| item.record.view()).collect(), page.next))
}
