//! Whether a forwarder of this container listens: an abstract socket, which only this network namespace can reach and
//! which needs neither a file nor a port.

use std::io::{self, Read as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::time::Duration;

use crate::listener::is_of_one_connection;

/// How long a living forwarder may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// What it says.
const ALIVE: &[u8] = b"alive";

/// Begins to answer; call it once everything else listens.
pub(crate) fn bind(name: &str) -> io::Result<tokio::net::UnixListener> {
    let listener = UnixListener::bind_addr(&address(name)?)?;
    listener.set_nonblocking(true)?;
    tokio::net::UnixListener::from_std(listener)
}

/// Answers for ever.
pub(crate) async fn answer(listener: tokio::net::UnixListener) -> io::Result<()> {
    use tokio::io::AsyncWriteExt as _;
    loop {
        let mut asking = match listener.accept().await {
            Ok((asking, _)) => asking,
            Err(error) if is_of_one_connection(&error) => {
                tokio::task::yield_now().await;
                continue;
            }
            Err(error) => return Err(error),
        };
        // Who asks may be gone already.
        let _ = asking.write_all(ALIVE).await;
    }
}

/// Asks, as a health check does.
pub(crate) fn ask(name: &str) -> io::Result<()> {
    let mut stream = UnixStream::connect_addr(&address(name)?)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if answer == ALIVE { Ok(()) } else { Err(io::Error::other("somebody else answers")) }
}

/// In the abstract namespace, unix(7).
fn address(name: &str) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(format!("lucid-{name}"))
}
