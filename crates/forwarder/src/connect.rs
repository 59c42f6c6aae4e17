//! CONNECT: who asks names the far side, and gets it if it is allowed.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::allow::Allowed;
use crate::head::{self, HEAD_LIMIT, HeadError};
use crate::listener::AnyStream;
use crate::pass::{CONNECT_PATIENCE, Passed, both_ways};
use crate::place::Authority;

/// Why nothing was connected.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    /// No CONNECT.
    #[error("no CONNECT")]
    Head(#[from] HeadError),
    /// It ended, or was too slow, before it had asked for anything.
    #[error("nothing was asked")]
    Silent,
    /// Not on the list, not port 443, or not a public address.
    #[error("{0} is not allowed")]
    NotAllowed(Authority),
    /// It has no address, or nobody answers there.
    #[error("nobody answers at {0}")]
    Unreachable(Authority),
    /// A side broke off.
    #[error("a side broke off")]
    Broken(#[from] io::Error),
}

impl ConnectError {
    /// The label of the counter.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::Head(_) | Self::Silent => "no_connect",
            Self::NotAllowed(_) => "refused",
            Self::Unreachable(_) => "unreachable",
            Self::Broken(_) => "broken",
        }
    }

    /// The status line that tells it, RFC 9110; none where nobody listens any more.
    fn status(&self) -> Option<&'static str> {
        match self {
            Self::Head(_) => Some("400 Bad Request"),
            Self::NotAllowed(_) => Some("403 Forbidden"),
            Self::Unreachable(_) => Some("502 Bad Gateway"),
            Self::Silent | Self::Broken(_) => None,
        }
    }
}

/// Serves one connection.
pub(crate) async fn serve(mut near: AnyStream, allowed: &Allowed) -> Result<Passed, ConnectError> {
    let (far, first) = match reach(&mut near, allowed).await {
        Ok(reached) => reached,
        Err(error) => {
            if let Some(status) = error.status() {
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                near.write_all(answer.as_bytes()).await?;
            }
            return Err(error);
        }
    };
    near.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    let mut far: AnyStream = Box::pin(far);
    far.write_all(&first).await?;
    let mut passed = both_ways(near, far).await?;
    passed.there += first.len() as u64;
    Ok(passed)
}

/// The far side, and what came after the head already.
async fn reach(near: &mut AnyStream, allowed: &Allowed) -> Result<(TcpStream, Vec<u8>), ConnectError> {
    let (asked, first) = timeout(CONNECT_PATIENCE, ask(near)).await.map_err(|_| ConnectError::Silent)??;
    if !allowed.name(&asked) {
        return Err(ConnectError::NotAllowed(asked));
    }
    let found = tokio::net::lookup_host((asked.host.as_str(), asked.port));
    let Ok(Ok(found)) = timeout(CONNECT_PATIENCE, found).await else {
        return Err(ConnectError::Unreachable(asked));
    };
    let found: Vec<SocketAddr> = found.filter(|address| allowed.address(*address)).collect();
    if found.is_empty() {
        return Err(ConnectError::NotAllowed(asked));
    }
    match timeout(CONNECT_PATIENCE, TcpStream::connect(found.as_slice())).await {
        Ok(Ok(far)) => {
            far.set_nodelay(true)?;
            Ok((far, first))
        }
        _ => Err(ConnectError::Unreachable(asked)),
    }
}

async fn ask(near: &mut AnyStream) -> Result<(Authority, Vec<u8>), ConnectError> {
    let mut bytes = Vec::with_capacity(512);
    loop {
        if near.read_buf(&mut bytes).await? == 0 {
            return Err(ConnectError::Silent);
        }
        if let Some((asked, length)) = head::read(&bytes)? {
            return Ok((asked, bytes.split_off(length)));
        }
        debug_assert!(bytes.len() <= HEAD_LIMIT + 3, "head::read bounds it");
    }
}
