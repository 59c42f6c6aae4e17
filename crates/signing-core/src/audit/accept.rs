//! After a restore: a person says that what the token vouches for is lost, and the log goes on without it.
//!
//! With the log a part of the register is lost, and what it would refuse: so all signing is stopped by the same commit, and
//! two operators lift that once the chain was held against what is left.
//!
//! It hides nothing: the log says what was lost and why, and every head that payout-router or a checkpoint elsewhere has
//! of the lost records goes on to show. Whoever may do this has the token's PIN and the database, the plane stopped.

use primitives::statement::Checkpoint;
use primitives::{FreezeId, LogPosition, PlaneId, UnixMs};
use signer::{Token, TokenError};
use store::{Commit, CommitError, Store};
use thiserror::Error;

use super::entry::{CutAccepted, Frozen};
use super::{head, vouched};
use crate::freeze::Freeze;

/// Why the log does not go on.
#[derive(Debug, Error)]
pub enum AcceptError {
    /// The token vouches for something else than the person said.
    #[error("the token vouches for {0:?}, not for what was named as lost")]
    Other(Option<LogPosition>),
    /// The log has it: there is nothing to accept.
    #[error("the log has what the token vouches for")]
    Whole,
    /// The token failed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The log failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Appends that `lost` is lost, stops all signing, and has the token vouch for the log as it is then; answers where it
/// stands.
pub async fn accept_cut(
    store: &Store,
    token: &Token,
    plane: PlaneId,
    lost: LogPosition,
    because: &str,
    now: UnixMs,
) -> Result<LogPosition, AcceptError> {
    let (_, vouched) = vouched(token, plane).await?;
    if vouched != Some(lost) {
        return Err(AcceptError::Other(vouched));
    }
    let found = store.log(lost.seq.saturating_sub(1), 1).await.map_err(CommitError::from)?;
    if found.first().is_some_and(|record| record.position == lost) {
        return Err(AcceptError::Whole);
    }
    let accepted = CutAccepted { lost, because: because.to_owned() };
    let freeze_id = FreezeId::derive(plane.uuid(), &["cut", &lost.head.to_string()]);
    let (by, reason) = ("accept-cut".to_owned(), "records were lost, and with them a part of the register".to_owned());
    let stop = Freeze { freeze_id, reason: reason.clone(), by: by.clone(), at: now, lifted_at: None };
    let commit = Commit::new(now).insert(&stop).log(accepted.into()).log(Frozen { freeze_id, by, reason }.into());
    let position = store.commit_logged(commit).await?;
    let newest = Checkpoint {
        plane,
        incarnation: *store.incarnation().0.as_bytes(),
        seq: position.seq,
        head: *position.head.as_bytes(),
        at: now,
    };
    token.put_data(head::name(plane), head::encode(&newest), None).await?;
    token.sync_files()?;
    Ok(position)
}
