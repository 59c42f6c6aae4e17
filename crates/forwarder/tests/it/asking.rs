//! Who asks by CONNECT gets what is allowed.

use crate::running::{Running, command, say, shouting};

const LISTED: &str = "metrics = 'unix:DIR/metrics'\n[[connect]]\nfrom = 'unix:DIR/out'\nallow = ['127.0.0.1:PORT']";

#[test]
fn what_is_listed_is_connected() {
    let port = shouting();
    let forwarder = Running::start(&LISTED.replace("PORT", &port.to_string()));
    // The client does not wait for the answer: what it sends at once arrives, too.
    let request = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\nhello");
    let answer = say(forwarder.connect("out"), request.as_bytes());
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 200 Connected\r\n\r\nHELLO");
    let place = forwarder.path("out");
    let line = format!("lucid_forwarder_bytes_total{{place=\"unix:{}\",way=\"there\"}} 5\n", place.display());
    assert!(forwarder.metrics().contains(&line), "{}", forwarder.metrics());
}

#[test]
fn the_command_line_names_what_may_be_asked_for() {
    let (listed, other, place) = (shouting(), shouting(), tempfile::tempdir().unwrap());
    let rule = format!("--connect=unix:{}/asked=127.0.0.1:{listed}", place.path().display());
    let mut with_rule = command();
    with_rule.args(["serve", &rule, "--name", "asked", "--log", "info"]).stderr(std::process::Stdio::piped());
    let forwarder = Running::started(with_rule.spawn().unwrap(), place);
    for (port, answer) in [(listed, "HTTP/1.1 200 "), (other, "HTTP/1.1 403 ")] {
        let heard = say(forwarder.connect("asked"), format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n").as_bytes());
        assert!(heard.starts_with(answer.as_bytes()), "{port}: {}", String::from_utf8_lossy(&heard));
    }
}

#[test]
fn what_is_not_listed_is_refused_said_and_counted() {
    let (listed, other) = (shouting(), shouting());
    let mut forwarder = Running::start(&LISTED.replace("PORT", &listed.to_string()));
    for asked in [format!("127.0.0.1:{other}"), format!("localhost:{listed}"), format!("[::1]:{listed}")] {
        let answer = say(forwarder.connect("out"), format!("CONNECT {asked} HTTP/1.1\r\n\r\n").as_bytes());
        assert!(answer.starts_with(b"HTTP/1.1 403 Forbidden\r\n"), "{asked}: {}", String::from_utf8_lossy(&answer));
        let line = forwarder.logged("not passed");
        assert!(line.contains(&format!("{asked} is not allowed")) && line.contains("\"refused\""), "{line}");
    }
    assert!(forwarder.metrics().contains("outcome=\"refused\",place="), "{}", forwarder.metrics());
    let place = forwarder.path("out");
    let line = format!("{{outcome=\"refused\",place=\"unix:{}\"}} 3\n", place.display());
    assert!(forwarder.metrics().contains(&line), "{}", forwarder.metrics());
}

#[test]
fn a_private_address_is_not_public_by_whatever_name() {
    let forwarder = Running::start("[[connect]]\nfrom = 'unix:DIR/out'\npublic = true");
    for asked in ["127.0.0.1:443", "localhost:443", "[::1]:443", "[::ffff:127.0.0.1]:443", "127.1:443", "0:443"] {
        let answer = say(forwarder.connect("out"), format!("CONNECT {asked} HTTP/1.1\r\n\r\n").as_bytes());
        assert!(answer.starts_with(b"HTTP/1.1 403 "), "{asked}: {}", String::from_utf8_lossy(&answer));
    }
}

#[test]
fn what_is_no_connect_is_answered_and_ended() {
    let mut forwarder = Running::start(&LISTED.replace("PORT", "1"));
    for asked in ["GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n".to_owned(), "\0\r\n\r\n".to_owned(), "C".repeat(5000)] {
        let answer = say(forwarder.connect("out"), asked.as_bytes());
        assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
        assert!(forwarder.logged("not passed").contains("no_connect"));
    }
    assert_eq!(say(forwarder.connect("out"), b"CONN"), b"", "it ended before it had asked");
    let unreachable = say(forwarder.connect("out"), b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n");
    assert!(unreachable.starts_with(b"HTTP/1.1 502 "), "{}", String::from_utf8_lossy(&unreachable));
}
