//! Payouts of which two operators say that no payment without a record is theirs.

use payments::payout::unpaid;
use primitives::FreezeId;
use primitives::statement::{NamedPayout, Unpaid};
use service::Problem;
use store::{Commit, CommitError, Versioned};

use crate::app;
use crate::payout::PayoutRow;
use crate::problem::unknown_payout;
use crate::recovery::lacking;

/// Lets them be paid. Not before everything was found that one of them may have been paid by.
pub(super) async fn release(state: &app::State, payouts: &[Unpaid], by: &str, note: &str) -> Result<(), Problem> {
    if payouts.is_empty() {
        return Ok(());
    }
    let (_, view) = state.recoveries.survey(&state.tron_client).await?;
    if let Some(lacking) = lacking(&view).filter(|_| view.ended_at.is_none()) {
        let detail = format!("What a payout was paid by may be found yet: {lacking}.");
        return Err(Problem::conflict("recovering", detail));
    }
    for said in payouts {
        one(state, said, view.freeze_id, by, note).await?;
    }
    Ok(())
}

async fn one(state: &app::State, said: &Unpaid, restore: FreezeId, by: &str, note: &str) -> Result<(), Problem> {
    let now = state.clock.now();
    let read = find(state, &said.payout).await?;
    let payout = &read.record.0;
    if payout.request.paid_out().as_ref() != Some(&said.asks) {
        let detail = format!("{} asks for something else than the operators have signed.", payout.id);
        return Err(Problem::conflict("not_this_payout", detail));
    }
    let turn = unpaid(payout, restore, now)
        .map_err(|error| Problem::conflict("not_waiting", format!("{}: {error}.", said.payout.payout)))?;
    if turn.next == *payout {
        return Ok(());
    }
    let next = PayoutRow(turn.next);
    let mut commit = Commit::new(now).update(&read, &next);
    if let Some(event) = PayoutRow::changed(&payout.view(), &next.0.view(), read.next_version()) {
        commit = commit.event(event);
    }
    match state.store.commit(commit).await {
        Ok(()) => {
            tracing::warn!(payout = %payout.id, by, note, "operators say that it was not paid before the restore");
            Ok(())
        }
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "The payout is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// The payout, if the operators have signed the names that it has here.
pub(super) async fn find(state: &app::State, said: &NamedPayout) -> Result<Versioned<PayoutRow>, Problem> {
    let id = said.payout.to_string();
    let read: Versioned<PayoutRow> = state.store.get(&id).await?.ok_or_else(unknown_payout)?;
    if read.record.0.view().named() == *said {
        return Ok(read);
    }
    Err(Problem::conflict("not_this_payout", format!("{id} is another merchant's, or has another reference there.")))
}
