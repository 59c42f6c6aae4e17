//! One connection passed on: bytes copied both ways until both sides have ended.

use std::io;
use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;

use crate::listener::{self, AnyStream};
use crate::place::Place;

/// How long the far side may take to answer a connection. A node behind a slow line answers within seconds.
pub(crate) const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// What is copied at a time, each way.
const BUFFER: usize = 16 * 1024;

/// Why a connection was not passed on.
#[derive(Debug, Error)]
pub(crate) enum PassError {
    /// Nobody answers at the far side.
    #[error("nobody answers at {0}")]
    Unreachable(Place, #[source] io::Error),
    /// The far side does not answer in time.
    #[error("{0} does not answer in time")]
    Slow(Place),
    /// One side broke off.
    #[error("a side broke off")]
    Broken(#[from] io::Error),
}

impl PassError {
    /// The label of the counter.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Unreachable(..) | Self::Slow(_) => "unreachable",
            Self::Broken(_) => "broken",
        }
    }
}

/// Bytes that went each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    /// From who connected.
    pub(crate) there: u64,
    /// To who connected.
    pub(crate) back: u64,
}

/// Connects to `to` and passes on.
pub(crate) async fn pass(near: AnyStream, to: &Place) -> Result<Passed, PassError> {
    let far = timeout(CONNECT_PATIENCE, listener::connect(to))
        .await
        .map_err(|_| PassError::Slow(to.clone()))?
        .map_err(|error| PassError::Unreachable(to.clone(), error))?;
    Ok(both_ways(near, far).await?)
}

/// Copies until both have ended. One side may end while the other still speaks: HTTP/1.0 clients do.
pub(crate) async fn both_ways(mut near: AnyStream, mut far: AnyStream) -> io::Result<Passed> {
    let (there, back) = tokio::io::copy_bidirectional_with_sizes(&mut near, &mut far, BUFFER, BUFFER).await?;
    Ok(Passed { there, back })
}
