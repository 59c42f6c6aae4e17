//! Exit codes, and the health check against a real port.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::*;

/// Answers one connection with this.
fn answering(answer: &'static str) -> (SocketAddr, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 15];
        stream.read_exact(&mut request).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    (address, asked)
}

#[test]
fn only_a_200_is_healthy() {
    let (address, asked) = answering("HTTP/1.1 200 OK\r\n\r\n");
    assert!(healthcheck::check(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port())).is_ok());
    assert_eq!(asked.join().unwrap(), "GET /health/liv");

    let (address, _) = answering("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    let error = healthcheck::check(address).unwrap_err().to_string();
    assert!(error.contains("HTTP/1.1 503"), "{error}");

    let (address, _) = answering("SSH");
    assert!(healthcheck::check(address).is_err());

    let closed = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let error = healthcheck::check(closed).unwrap_err().to_string();
    assert!(error.contains("nothing answers"), "{error}");
}

#[test]
fn a_configuration_to_correct_is_told_from_a_failure() {
    let config = || ConfigError::invalid("a.b", "is wrong");
    assert_eq!(code_of(&StartError::Config(config())), 64);
    assert_eq!(code_of(&StartError::other(config())), 64);
    assert_eq!(code_of(&StartError::other("bad luck")), 1);
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}
