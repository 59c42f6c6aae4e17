//! `PUT /v1/payouts/{reference}`: ask for a payout.

use api::payment_gateway::MerchantPayoutRequest;
use api::payout_router::{PayoutRequest, PayoutView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use primitives::{MerchantRef, PayoutId};
use service::Problem;
use service::extract::{Body, Path};
use store::{Commit, CommitError, Record};

use crate::caller::Merchant;
use crate::metrics::Asked;
use crate::payout::PayoutRow;
use crate::problem::{busy, id_taken, not_asked, not_stored};
use crate::router::{Answer, NoAnswer};
use crate::{app, wish};

type Accepted = (StatusCode, Json<PayoutView>);

/// Asks for a payout, which the merchant calls `reference`, for ever: the same request again is the same payout.
///
/// Stage `received` means that the request is kept and on its way; it may still end as `failed` with one of the codes
/// below as its `reason`.
#[utoipa::path(
    put, path = "/v1/payouts/{reference}", tag = "payouts", params(("reference" = MerchantRef, Path)),
    request_body = MerchantPayoutRequest, security(("api_key" = [])),
    responses(
        (status = 202, body = PayoutView),
        (status = 400, body = api::Problem, content_type = "application/problem+json",
            description = "`malformed_path`, `malformed_body`"),
        (status = 422, body = api::Problem, content_type = "application/problem+json",
            description = "`id_taken`, `amount_malformed`, `amount_below_minimum`, `amount_above_limit`, \
                `window_limit_reached`, `recipient_is_zero`, `memo_malformed`, `reference_is_an_id`; nothing is \
                recorded"),
        (status = 503, body = api::Problem, content_type = "application/problem+json",
            description = "`router_unavailable`; nothing is recorded"),
    )
)]
pub(crate) async fn put_payout(
    State(state): State<app::State>,
    Merchant(merchant): Merchant,
    Path(reference): Path<MerchantRef>,
    Body(request): Body<MerchantPayoutRequest>,
) -> Result<Accepted, Problem> {
    let answer = ask(&state, &merchant, reference, request).await;
    if answer.as_ref().is_err_and(|problem| problem.status_code().is_client_error()) {
        state.counters.asked(Asked::Refused);
    }
    answer
}

async fn ask(
    state: &app::State,
    merchant: &primitives::MerchantId,
    reference: MerchantRef,
    request: MerchantPayoutRequest,
) -> Result<Accepted, Problem> {
    let id = PayoutId::of(state.plane, merchant, &reference);
    let request = wish::read(merchant, reference, request).map_err(|error| not_asked(&error))?;
    if let Some(found) = state.store.get::<PayoutRow>(&id.to_string()).await? {
        return repeated(state, &found.record, &request).await;
    }
    let answer = state.router.make(id, &request).await;
    let now = state.clock.now();
    let (row, asked) = match answer {
        Ok(Answer::Payout(view)) => (PayoutRow::of_router(*view, 0, now), Asked::Accepted),
        Ok(Answer::Refused(problem)) => return Err(problem),
        Err(NoAnswer::Unknown(cause)) => {
            tracing::warn!(payout = %id, %cause, "payout-router does not answer; the request is kept");
            (PayoutRow::received(id, request.clone(), now), Asked::Received)
        }
        Err(barred) => return Err(barred.into()),
    };
    match state.store.commit(Commit::new(now).insert(&row).event(row.created())).await {
        Ok(()) => {
            state.counters.asked(asked);
            Ok((StatusCode::ACCEPTED, Json(row.view)))
        }
        // The same request at the same time, or the feed, was faster.
        Err(CommitError::Conflict { .. }) => match state.store.get::<PayoutRow>(&row.id()).await? {
            Some(found) => repeated(state, &found.record, &request).await,
            None => Err(busy()),
        },
        Err(error) => Err(not_stored(error)),
    }
}

async fn repeated(state: &app::State, found: &PayoutRow, request: &PayoutRequest) -> Result<Accepted, Problem> {
    if found.request() != *request {
        return Err(id_taken());
    }
    if found.due_at.is_some() && found.origin == crate::payout::Origin::Gateway {
        // Somebody waits for it: not only when its next try comes round.
        state.store.wake::<PayoutRow>(&found.id(), state.clock.now()).await?;
    }
    state.counters.asked(Asked::Repeated);
    Ok((StatusCode::ACCEPTED, Json(found.view.clone())))
}
