//! Listening at a place, and connecting to one.

use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use crate::place::Place;

/// A connection, whichever way it came.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send {}
impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

/// A connection on the heap, because the two sides of a pass may be of different kinds.
pub(crate) type AnyStream = Pin<Box<dyn Stream>>;

/// A place that is listened at.
#[derive(Debug)]
pub(crate) enum Listener {
    /// An address of this network namespace.
    Tcp(TcpListener),
    /// A socket file.
    Unix(UnixListener),
}

impl Listener {
    /// Listens there. A socket file of an earlier run is replaced; anything else in its place is left, and is an error.
    pub(crate) async fn bind(place: &Place) -> io::Result<Self> {
        match place {
            Place::Tcp(authority) => TcpListener::bind((authority.host.as_str(), authority.port)).await.map(Self::Tcp),
            Place::Unix(path) => {
                remove_stale(path)?;
                UnixListener::bind(path).map(Self::Unix)
            }
        }
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<AnyStream> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::pin(stream))
            }
            Self::Unix(listener) => Ok(Box::pin(listener.accept().await?.0)),
        }
    }
}

/// Whether only one connection was lost: its caller is gone already, or too many files are open. The listener itself
/// stands, and whoever accepts goes on.
pub(crate) fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, NotConnected};
    const TOO_MANY_FILES: [i32; 2] = [23, 24]; // ENFILE, EMFILE
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | NotConnected)
        || error.raw_os_error().is_some_and(|number| TOO_MANY_FILES.contains(&number))
}

/// Connects there; a host's addresses are tried in the order in which the resolver gives them.
pub(crate) async fn connect(place: &Place) -> io::Result<AnyStream> {
    match place {
        Place::Tcp(authority) => {
            let stream = TcpStream::connect((authority.host.as_str(), authority.port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::pin(stream))
        }
        Place::Unix(path) => Ok(Box::pin(UnixStream::connect(path).await?)),
    }
}

/// A forwarder that was killed leaves its socket file, at which nobody listens.
fn remove_stale(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if there.file_type().is_socket() => std::fs::remove_file(path),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "something that is no socket is there")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
