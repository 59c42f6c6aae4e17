//! `PUT /v1/recovery/decisions`: two operators' word on payments that the plane has no record of.

mod unpaid;

use api::payout_router::reconciliation::{Finding, Resolution, WalletPayment};
use api::payout_router::recovery::{RecoverRequest, RecoveryView};
use api::tron_client::{WalletTransaction, block_transaction};
use api::wallet_manager;
use axum::Json;
use axum::extract::State;
use payments::attempt::{Ended, Verdict};
use payments::payout::{Payout, adopt};
use primitives::AttemptNo;
use primitives::statement::{Action, NamedPayout, Recovered, RecoveredAs};
use service::extract::Body;
use service::{Caller, Problem};
use store::{Commit, CommitError};

use super::REVIEW;
use crate::discrepancy::Discrepancy;
use crate::payout::PayoutRow;
use crate::{app, limits, stray};

/// How many operators it takes: money that was paid is not paid again by their word.
const OPERATORS: usize = 2;

/// Says what transactions were of which the plane has no record: the payment of a payout, which is settled by it; the
/// payment of a payout that was not asked for again yet, for which all wait that may be it; or something else. And which
/// payouts none of those that are kept has paid: they are paid. Can be repeated.
#[utoipa::path(
    put, path = "/v1/recovery/decisions", tag = "recovery",
    request_body = RecoverRequest,
    responses(
        (status = 200, body = RecoveryView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "The code is the rule that stands against the decision, such as `authority_signature`; `decision`: \
                it is on something else, or on another restore."),
        (status = 404, body = api::Problem, content_type = "application/problem+json",
            description = "`unknown_discrepancy`, `unknown_payout`, `not_restored`"),
        (status = 409, body = api::Problem, content_type = "application/problem+json",
            description = "`not_this_payment`: it did not pay that, or something else than was signed; `not_this_payout`: it \
                is called otherwise, or asks for something else; `not_waiting`: the payout does not wait to be paid; \
                `recovering`: what a payout was paid by may be found yet; `txid_taken`: another payout has it; `busy`: it is \
                changing, ask again. What stands before it in the list is done."),
    )
)]
pub(crate) async fn recover(
    State(state): State<app::State>,
    caller: Caller,
    Body(request): Body<RecoverRequest>,
) -> Result<Json<RecoveryView>, Problem> {
    caller.require(REVIEW)?;
    let agreed = state.council.agreed(&request.ceremony, OPERATORS, state.clock.now())?;
    let Action::Recover { freeze, transactions, unpaid, note } = &agreed.statement.action else {
        return Err(Problem::forbidden("decision", "The operators decided on something else."));
    };
    let by = agreed.operators.join(", ");
    // Nothing is decided on a plane that was never restored, and nothing by what was said of another restore.
    let (_, view) = state.recoveries.survey(&state.tron_client).await?;
    if view.freeze_id != *freeze {
        return Err(Problem::forbidden("decision", "The operators decided on another restore."));
    }
    for recovered in transactions {
        decide(&state, recovered, &by, note).await?;
    }
    unpaid::release(&state, unpaid, &by, note).await?;
    let (_, view) = state.recoveries.survey(&state.tron_client).await?;
    Ok(Json(view))
}

async fn decide(state: &app::State, said: &Recovered, by: &str, note: &str) -> Result<(), Problem> {
    let Recovered { txid, deed, paid, was } = said;
    let now = state.clock.now();
    let id = txid.to_string();
    let unknown = || Problem::not_found("unknown_discrepancy", format!("The transaction {id} was not found unknown."));
    let found = state.store.get::<Discrepancy>(&id).await?.ok_or_else(unknown)?;
    let Finding::UnknownTransaction { transaction, payment } = found.record.finding.clone() else {
        return Err(unknown());
    };
    // They have signed what they were shown: it is what the chain has.
    if transaction.deed() != *deed || payment.as_ref().and_then(WalletPayment::paid_out) != *paid {
        return Err(not_this_payment(&id));
    }
    let kept = *was == RecoveredAs::Kept;
    // Said again, it is kept again: unless a payout has it.
    if kept && state.store.find::<PayoutRow>("txid", &id).await?.is_some() {
        return Ok(());
    }
    let mut commit = Commit::new(now);
    if found.record.resolution.is_none() || found.record.kept != kept {
        let resolution = Resolution { by: by.to_owned(), note: note.to_owned(), at: now };
        commit = Discrepancy::resolved(&found, resolution, kept, commit).1;
    }
    commit = match (was, &payment) {
        (RecoveredAs::Payout(payout), Some(payment)) => {
            match settle(state, payout, &transaction, payment, commit).await? {
                Some(commit) => stray::released(commit, payment, &id),
                // Done before.
                None => return Ok(()),
            }
        }
        (RecoveredAs::Payout(_) | RecoveredAs::Kept, None) => return Err(not_this_payment(&id)),
        (RecoveredAs::Other, Some(payment)) => stray::released(commit, payment, &id),
        (RecoveredAs::Kept, Some(payment)) => stray::hold(commit, payment, &id),
        (RecoveredAs::Other, None) => commit,
    };
    match state.store.commit(commit).await {
        Ok(()) => {
            tracing::warn!(%txid, ?was, by, note, "operators have said what it was");
            Ok(())
        }
        Err(CommitError::KeyTaken { .. }) => {
            Err(Problem::conflict("txid_taken", format!("Another payout was paid by {id} already.")))
        }
        Err(CommitError::Conflict { .. }) => Err(Problem::conflict("busy", "It is changing; ask again.")),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Adds to the commit that this transaction has paid the payout; nothing if that is so already.
async fn settle(
    state: &app::State,
    said: &NamedPayout,
    transaction: &WalletTransaction,
    payment: &WalletPayment,
    commit: Commit,
) -> Result<Option<Commit>, Problem> {
    let read = unpaid::find(state, said).await?;
    let payout = &read.record.0;
    let adopted = payout.adopted.as_ref().and_then(|ended| ended.tx.as_ref()).map(|tx| tx.txid);
    if adopted == Some(transaction.txid) {
        return Ok(None);
    }
    if !stray::pays(payment, payout) {
        return Err(not_this_payment(&transaction.txid.to_string()));
    }
    still_to_be_paid(state, payout).await?;
    // From the chain once more: the payout keeps what it was settled by.
    let call = block_transaction(transaction.block.number, transaction.txid);
    let seen =
        state.tron_client.ask(&call).await.map_err(|error| Problem::unavailable("no_node", error.to_string()))?;
    let tx = payments::seal::read(seen.raw_data).ok().filter(|tx| tx.txid == transaction.txid);
    let tx = tx
        .filter(|_| seen.block == transaction.block)
        .ok_or_else(|| not_this_payment(&transaction.txid.to_string()))?;
    let paid = Ended {
        ending: Verdict::Paid,
        tx: Some(tx),
        block: Some(seen.block),
        receipt: Some(seen.receipt),
        reason: None,
    };
    let turn = adopt(payout, paid, state.clock.now())
        .map_err(|error| Problem::conflict("not_waiting", format!("{}: {error}.", payout.id)))?;
    let (before, next) = (payout.view(), PayoutRow(turn.next));
    let mut commit = commit.update(&read, &next);
    if let Some(event) = PayoutRow::changed(&before, &next.0.view(), read.next_version()) {
        commit = commit.event(event);
    }
    Ok(Some(match turn.limits {
        Some(release) => limits::give_back(commit, &next.0, &state.limits, release),
        None => commit,
    }))
}

/// That the register has nothing for it that is not known here: what the lost plane signed just before its register was
/// copied goes on by itself, and the payment is another payout's.
async fn still_to_be_paid(state: &app::State, payout: &Payout) -> Result<(), Problem> {
    let register = &state.recoveries.wallet_manager;
    let intent = register.ask(&wallet_manager::intent(&payout.id.into())).await;
    let intent = intent.map_err(|error| Problem::unavailable("no_register", error.to_string()))?;
    let known = |attempt: AttemptNo| payout.attempts.iter().any(|one| one.attempt == attempt);
    if intent.attempts.iter().any(|attempt| !attempt.void && !known(attempt.attempt)) {
        let detail = format!("The register has signed for {} already: it goes on by itself.", payout.id);
        return Err(Problem::conflict("not_waiting", detail));
    }
    Ok(())
}

fn not_this_payment(txid: &str) -> Problem {
    Problem::conflict(
        "not_this_payment",
        format!("The transaction {txid} did not pay what was signed, or what that payout asks for."),
    )
}
