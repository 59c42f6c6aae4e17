//! `healthcheck`: asks the running service whether it is live, over loopback, without a runtime.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::BoxError;

const TIMEOUT: Duration = Duration::from_secs(3);

/// An error unless `/health/live` at this address answers 200.
pub(super) fn check(listen: SocketAddr) -> Result<(), BoxError> {
    let address = reachable(listen);
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)
        .map_err(|error| format!("nothing answers at {address} ({error})"))?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(stream, "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut status_line = [0; 12];
    stream.read_exact(&mut status_line).map_err(|error| format!("{address} answers nothing ({error})"))?;
    if &status_line == b"HTTP/1.1 200" {
        return Ok(());
    }
    Err(format!("{address} answers {}", String::from_utf8_lossy(&status_line)).into())
}

/// A service that listens everywhere is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        ip if ip.is_ipv4() => Ipv4Addr::LOCALHOST.into(),
        _ => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}
