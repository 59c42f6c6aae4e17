//! `PUT /v1/transfers/{id}`: begin a transfer.

use api::usdt_manager::{TransferRequest, TransferView};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::transfer::{Step, Transfer};
use primitives::statement::{Asset, Kind};
use primitives::{AttemptNo, PayoutId, TransferId};
use service::extract::{Body, Path};
use service::{Caller, Problem};
use sha2::{Digest, Sha256};
use store::{Commit, CommitError, Record};

use super::WRITE;
use crate::app;
use crate::problem::RefusedTransfer;
use crate::transfer::TransferRow;

/// Begins a transfer under payout-router's permission. The same id with the same request is the same transfer.
#[utoipa::path(
    put, path = "/v1/transfers/{id}", tag = "transfers", params(("id" = TransferId, Path)),
    request_body = TransferRequest,
    responses(
        (status = 202, body = TransferView),
        (status = 403, body = api::Problem, content_type = "application/problem+json",
            description = "`authorisation_invalid`, `authorisation_mismatch`"),
        (status = 422, body = api::Problem, content_type = "application/problem+json", description = "`id_taken`"),
    )
)]
pub(crate) async fn put_transfer(
    State(state): State<app::State>,
    caller: Caller,
    Path(id): Path<TransferId>,
    Body(request): Body<TransferRequest>,
) -> Result<(StatusCode, Json<TransferView>), Problem> {
    caller.require(WRITE)?;
    check(&state, id, &request)?;
    let now = state.clock.now();
    let transfer = Transfer { id, request, created_at: now, step: Step::Accepted, waiting: None, due_at: Some(now) };
    let row = TransferRow(transfer);
    match state.store.commit(Commit::new(now).insert(&row)).await {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(row.0.view()))),
        Err(CommitError::Conflict { .. } | CommitError::KeyTaken { .. }) => existing(&state, &row).await,
        Err(error) => Err(Problem::internal(error)),
    }
}

async fn existing(state: &app::State, wanted: &TransferRow) -> Result<(StatusCode, Json<TransferView>), Problem> {
    let found = state.store.get::<TransferRow>(&wanted.id()).await.map_err(Problem::internal)?;
    match found {
        // A permission may be signed anew for the same attempt; what it permits must be the same.
        Some(found) if same(&found.record.0.request, &wanted.0.request) => {
            Ok((StatusCode::ACCEPTED, Json(found.record.0.view())))
        }
        _ => Err(Problem::unprocessable("id_taken", "This id is another request's.")),
    }
}

fn same(one: &TransferRequest, other: &TransferRequest) -> bool {
    one.wallet_id == other.wallet_id
        && one.memo == other.memo
        && one.authorisation.unverified() == other.authorisation.unverified()
}

fn check(state: &app::State, id: TransferId, request: &TransferRequest) -> Result<(), RefusedTransfer> {
    let authorisation = request.authorisation.verify(&state.issuer)?;
    let payout: Option<PayoutId> = authorisation.intent.as_str().parse().ok();
    let memo_hash = request.memo.as_ref().map(|memo| <[u8; 32]>::from(Sha256::digest(memo.as_bytes())));
    let of = |payout, attempt: AttemptNo| TransferId::of(payout, attempt);
    let rules = [
        (matches!(authorisation.kind, Kind::Payout | Kind::Refund), "kind"),
        (authorisation.asset == Asset::Token(state.token.contract()), "asset"),
        (authorisation.plane == state.plane, "plane"),
        (authorisation.chain_id == state.chain_id, "chain"),
        (authorisation.memo_hash == memo_hash, "memo"),
        (payout.is_some_and(|payout| of(payout, authorisation.attempt) == id), "attempt"),
    ];
    match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, what)) => Err(RefusedTransfer::Permission(what)),
        None => Ok(()),
    }
}
