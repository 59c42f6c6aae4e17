//! Who calls: tokens that are over, for others, of others, for another request; and bodies that nobody should send.

use std::io::{Read, Write};
use std::net::TcpStream;

use primitives::UnixMs;
use service::auth::token::Claims;
use service::clock::{Clock, SystemClock};

use super::Examined;
use crate::place::key;

/// A call before it is written.
pub(super) struct Sent {
    now: UnixMs,
    claims: Claims,
    key: u8,
    token: Option<fn(String) -> String>,
    method: &'static str,
    path: String,
    body: String,
    content_type: &'static str,
}

impl Sent {
    /// A call that the tester may make.
    pub(super) fn good(method: &'static str, path: &str, body: String) -> Self {
        let now = SystemClock.now();
        let claims = Claims::of_call("tester", "wallet-manager", now, method, path, body.as_bytes());
        let (path, content_type) = (path.to_owned(), "application/json");
        Self { now, claims, key: 9, token: None, method, path, body, content_type }
    }

    /// By another caller.
    pub(super) fn by(mut self, name: &str, number: u8) -> Self {
        name.clone_into(&mut self.claims.iss);
        Self { key: number, ..self }
    }

    pub(super) fn answer(&self, address: &str) -> (u16, serde_json::Value) {
        let token = self.claims.sign(&key(self.key));
        let authorization = match self.token {
            None => format!("authorization: Bearer {token}\r\n"),
            Some(change) => change(token),
        };
        let Self { method, path, body, content_type, .. } = self;
        let length = body.len();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{authorization}\
             content-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Whoever is refused by the head alone may find nobody to read the rest.
        let _ = stream.write_all(body.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        let body = answer.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
        (status.unwrap_or_else(|| panic!("no answer: {answer}")), body.unwrap_or_default())
    }
}

type Row = (u16, &'static str, &'static str, fn(&mut Sent));

const CALLS: &[Row] = &[
    (401, "token_missing", "no token", |it| it.token = Some(|_| String::new())),
    (401, "token_missing", "another scheme", |it| it.token = Some(|token| format!("authorization: Basic {token}\r\n"))),
    (401, "token_invalid", "no signature", |it| {
        it.token = Some(|token| format!("authorization: Bearer {}.\r\n", token.rsplit_once('.').unwrap().0));
    }),
    (401, "token_expired", "over", |it| (it.claims.iat, it.claims.exp) = (it.now.0 / 1000 - 100, it.now.0 / 1000 - 40)),
    (401, "token_expired", "to come", |it| {
        (it.claims.iat, it.claims.exp) = (it.now.0 / 1000 + 45, it.now.0 / 1000 + 60);
    }),
    (401, "token_invalid", "for too long", |it| it.claims.exp = it.claims.iat + 61),
    (401, "token_invalid", "for ever", |it| it.claims.exp = u64::MAX),
    (401, "token_invalid", "of before the beginning", |it| (it.claims.iat, it.claims.exp) = (u64::MAX, 0)),
    (401, "token_invalid", "for another service", |it| it.claims.aud = "payout-router".into()),
    (401, "token_invalid", "for nobody", |it| it.claims.aud.clear()),
    (401, "token_invalid", "by a stranger", |it| it.claims.iss = "stranger".into()),
    (401, "token_invalid", "by a service that does not call", |it| it.claims.iss = "payout-router".into()),
    (401, "token_invalid", "in another's name", |it| it.claims.iss = "payer".into()),
    (401, "token_invalid", "with another's key", |it| it.key = 10),
    (401, "token_invalid", "with a key that authorises", |it| it.key = 1),
    (401, "token_other_body", "another body", |it| it.body = it.body.replace("raw_data", "raw-data")),
    (401, "token_other_body", "a body more", |it| it.body.push(' ')),
    (401, "token_other_body", "no body", |it| it.body.clear()),
    (401, "token_other_request", "for another method", |it| it.claims.htm = "GET".into()),
    (401, "token_other_request", "for another path", |it| {
        it.claims.htu = format!("/v1/signatures/{}", "00".repeat(32));
    }),
    (401, "token_other_request", "a query more", |it| it.path.push_str("?a=1")),
    (401, "token_other_request", "an empty query", |it| it.path.push('?')),
    (401, "token_other_request", "another spelling", |it| it.path = it.path.replace("/v1/", "/%76%31/")),
    (401, "token_other_request", "a slash more", |it| it.path.push('/')),
    (401, "token_other_request", "an absolute path", |it| it.path.insert(0, '/')),
];

/// With a token that is right for it, and so a reason of its own.
/// What is answered, what the body is, and how it is made of a good one.
type Bad = (u16, &'static str, &'static str, fn(&str) -> String);

const BODIES: &[Bad] = &[
    (400, "malformed_body", "nothing", |_| String::new()),
    (400, "malformed_body", "no object", |_| "[]".to_owned()),
    (400, "malformed_body", "half of it", |body| body[..body.len() / 2].to_owned()),
    (400, "malformed_body", "two of it", |body| body.repeat(2)),
    (400, "malformed_body", "a member twice", |body| body.replacen('{', "{\"raw_data\":\"00\",", 1)),
    (400, "malformed_body", "a tower", |_| "[".repeat(100_000)),
    (400, "malformed_body", "a tower in a member", |body| {
        body.replacen('{', &format!("{{\"a\":{}", "{\"a\":".repeat(50_000)), 1)
    }),
    (400, "malformed_body", "a number without end", |_| format!("{{\"raw_data\":{}}}", "9".repeat(100_000))),
    (413, "body_too_large", "too much", |_| " ".repeat(32 << 20)),
];

#[tokio::test]
async fn every_foreign_call_is_refused_by_its_reason() {
    let examined = Examined::begin().await;
    let case = examined.case("po_a");
    let body = serde_json::to_string(&case.request()).unwrap();
    let path = format!("/v1/signatures/{}", case.txid());
    let address = &examined.process.address;
    let before = examined.signatures();
    let is = |what: &str, sent: &Sent, status: u16, code: &str| {
        let (answered, problem) = sent.answer(address);
        assert_eq!((answered, problem["code"].as_str()), (status, Some(code)), "{what}: {problem}");
        assert_eq!(examined.signatures(), before, "{what}");
    };
    for (status, code, what, change) in CALLS {
        let mut sent = Sent::good("PUT", &path, body.clone());
        change(&mut sent);
        is(what, &sent, *status, code);
    }
    for (status, code, what, change) in BODIES {
        is(what, &Sent::good("PUT", &path, change(&body)), *status, code);
    }
    let plain = Sent { content_type: "text/plain", ..Sent::good("PUT", &path, body.clone()) };
    is("no JSON", &plain, 415, "unsupported_media_type");
    let other = format!("/v1/signatures/{}", "00".repeat(32));
    is("another txid", &Sent::good("PUT", &other, body.clone()), 422, "other_txid");
    for wrong in ["00", "zz", "%00", "..%2f..%2fwallets"] {
        let path = format!("/v1/signatures/{wrong}");
        is(wrong, &Sent::good("PUT", &path, body.clone()), 400, "malformed_path");
    }
    let nothing = || "{}".to_owned();
    let hot = "{\"class\":\"hot\"}".to_owned();
    for (name, number, method, path, body) in [
        ("payer", 10, "PUT", path.as_str(), body.clone()),
        ("payer", 10, "PUT", "/v1/wallets/mine", hot.clone()),
        ("usdt-manager-caller", 11, "PUT", "/v1/wallets/mine", hot),
        ("usdt-manager-caller", 11, "PUT", "/v1/intents/po_a/attempts/1/void", nothing()),
        ("usdt-manager-caller", 11, "GET", "/v1/intents/po_a", String::new()),
        ("usdt-manager-caller", 11, "GET", "/v1/audit?after=0&limit=10", String::new()),
        ("tester", 9, "PUT", "/v1/intents/po_a/attempts/1/void", nothing()),
    ] {
        let sent = Sent::good(method, path, body).by(name, number);
        is(&format!("{name} {method} {path}"), &sent, 403, "missing_scope");
    }
    assert_eq!(examined.attempts(&case.authorisation.intent).await, 0);
    let (status, signed) = Sent::good("PUT", &path, body).answer(address);
    assert_eq!((status, signed["txid"].as_str()), (200, Some(case.txid().to_string().as_str())), "{signed}");
    assert!(examined.signatures() > before);
}
