//! Every way in which a call can be refused for who makes it.

use std::collections::BTreeMap;

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use http::header::AUTHORIZATION;
use primitives::UnixMs;
use primitives::statement::SignKey;
use proptest::prelude::*;

use super::token::{Claims, Unchecked, sha256};
use super::*;
use crate::clock::ManualClock;
use crate::testing::{call_key, peer};

const NOW: UnixMs = UnixMs(1_800_000_000_000);
const PATH: &str = "/v1/things/7?dry=1";
const BODY: &[u8] = b"{\"a\":1}";

fn good() -> Claims {
    Claims::of_call("caller", "called", NOW, "PUT", PATH, BODY)
}

async fn admit(header: Option<String>) -> Result<Admission, Problem> {
    let mut peers = BTreeMap::from([("caller".to_owned(), peer("caller", &["things:write"]))]);
    peers.insert("mute".to_owned(), crate::config::Peer { call_key: None, ..peer("mute", &[]) });
    let tokens = CallTokens::new("called", &peers, ManualClock::at(NOW));
    let mut request = Request::builder().method("PUT").uri(PATH);
    if let Some(header) = header {
        request = request.header(AUTHORIZATION, header);
    }
    let (mut head, _) = request.body(Body::empty()).unwrap().into_parts();
    tokens.admit(&mut head).await
}

fn bearer(claims: &Claims, key: &SignKey) -> String {
    format!("Bearer {}", claims.sign(key))
}

#[tokio::test]
async fn a_good_token_names_its_caller_and_the_body() {
    let admission = admit(Some(bearer(&good(), &call_key("caller")))).await.unwrap();
    assert_eq!(admission.caller, Caller::new("caller", &["things:write"]));
    assert_eq!(admission.body_sha256, Some(sha256(BODY)));
    assert!(admission.caller.require("things:write").is_ok());
    let refused = admission.caller.require("things:delete").unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (403, "missing_scope"));
}

#[tokio::test]
async fn each_wrong_claim_is_refused_by_its_code() {
    let s = NOW.0 / 1000;
    let cases: [(&str, Claims, &str); 13] = [
        ("stranger", Claims { iss: "nobody".into(), ..good() }, "token_invalid"),
        ("a peer that may not call", Claims { iss: "mute".into(), ..good() }, "token_invalid"),
        ("for another service", Claims { aud: "other".into(), ..good() }, "token_invalid"),
        ("valid too long", Claims { exp: s + 61, ..good() }, "token_invalid"),
        ("ends before it begins", Claims { exp: s - 1, ..good() }, "token_invalid"),
        ("no hash", Claims { bsh: "00".into(), ..good() }, "token_invalid"),
        ("over", Claims { iat: s - 91, exp: s - 31, ..good() }, "token_expired"),
        ("from the future", Claims { iat: s + 31, exp: s + 60, ..good() }, "token_expired"),
        ("other method", Claims { htm: "GET".into(), ..good() }, "token_other_request"),
        ("method's case", Claims { htm: "put".into(), ..good() }, "token_other_request"),
        ("other path", Claims { htu: "/v1/things/8?dry=1".into(), ..good() }, "token_other_request"),
        ("without the query", Claims { htu: "/v1/things/7".into(), ..good() }, "token_other_request"),
        ("other query", Claims { htu: "/v1/things/7?dry=0".into(), ..good() }, "token_other_request"),
    ];
    for (name, claims, code) in cases {
        let refused = admit(Some(bearer(&claims, &call_key("caller")))).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (401, code), "{name}");
    }
}

#[tokio::test]
async fn a_skew_of_thirty_seconds_is_borne() {
    let s = NOW.0 / 1000;
    for claims in [Claims { iat: s - 60, exp: s - 30, ..good() }, Claims { iat: s + 30, exp: s + 60, ..good() }] {
        assert!(admit(Some(bearer(&claims, &call_key("caller")))).await.is_ok());
    }
}

#[tokio::test]
async fn each_wrong_form_is_refused_by_its_code() {
    let token = good().sign(&call_key("caller"));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    let other_header = |json: &str| format!("Bearer {}.{claims}.{signature}", URL_SAFE_NO_PAD.encode(json));
    let mut other_claims = serde_json::to_value(good()).unwrap();
    other_claims["admin"] = true.into();
    let cases = [
        ("no header", None, "token_missing"),
        ("other scheme", Some("Basic abc".to_owned()), "token_missing"),
        ("bare", Some(token.clone()), "token_missing"),
        ("empty", Some("Bearer ".to_owned()), "token_invalid"),
        ("key of another", Some(bearer(&good(), &call_key("other"))), "token_invalid"),
        ("cut", Some(format!("Bearer {}", &token[..token.len() - 4])), "token_invalid"),
        ("unsigned", Some(format!("Bearer {signed}.")), "token_invalid"),
        ("alg none", Some(other_header(r#"{"alg":"none","typ":"JWT"}"#)), "token_invalid"),
        ("alg HS256", Some(other_header(r#"{"alg":"HS256","typ":"JWT"}"#)), "token_invalid"),
        ("other spelling of the header", Some(other_header(r#"{"typ":"JWT","alg":"EdDSA"}"#)), "token_invalid"),
        ("padded", Some(format!("Bearer {token}=")), "token_invalid"),
        ("too long", Some(format!("Bearer {}", "a".repeat(13_000))), "token_invalid"),
        ("an unknown claim", Some(format!("Bearer {}", sign_json(&other_claims))), "token_invalid"),
    ];
    for (name, header, code) in cases {
        let refused = admit(header).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (401, code), "{name}");
    }
}

fn sign_json(claims: &serde_json::Value) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = call_key("caller").sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// What another implementation of call tokens can be checked against.
#[test]
fn a_golden_token() {
    let key = SignKey::from_seed(&[7; 32]);
    let claims = Claims::of_call("payer", "payee", UnixMs(1_800_000_000_123), "GET", "/v1/x?y=1", b"");
    assert_eq!(
        serde_json::to_string(&claims).unwrap(),
        "{\"iss\":\"payer\",\"aud\":\"payee\",\"iat\":1800000000,\"exp\":1800000030,\"htm\":\"GET\",\"htu\":\"/v1/x?y=1\",\
         \"bsh\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}"
    );
    let token = claims.sign(&key);
    assert!(token.starts_with("eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJpc3Mi"), "{token}");
    assert_eq!(Unchecked::parse(&token).unwrap().verify(&key.verify_key()).unwrap(), claims);
}

proptest! {
    #[test]
    fn parsing_never_panics(text in ".{0,400}") {
        let _ = Unchecked::parse(&text);
    }

    #[test]
    fn parsing_after_our_header_never_panics(claims in ".{0,200}", signature in prop::collection::vec(any::<u8>(), 0..80)) {
        let token = format!(
            "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.{}.{}",
            URL_SAFE_NO_PAD.encode(claims),
            URL_SAFE_NO_PAD.encode(signature),
        );
        let _ = Unchecked::parse(&token);
    }

    #[test]
    fn any_changed_byte_is_refused(index in 0_usize..1000, to in any::<u8>()) {
        let mut token = good().sign(&call_key("caller")).into_bytes();
        let index = index % token.len();
        prop_assume!(token[index] != to);
        token[index] = to;
        if let Ok(text) = String::from_utf8(token) {
            let verified = Unchecked::parse(&text).and_then(|token| token.verify(&call_key("caller").verify_key()));
            prop_assert!(verified.is_err());
        }
    }

    #[test]
    fn what_is_signed_is_read_back(iss in "[a-z-]{1,20}", htu in "/[ -~]{0,80}", body in prop::collection::vec(any::<u8>(), 0..64)) {
        let claims = Claims::of_call(&iss, "called", NOW, "POST", &htu, &body);
        let token = claims.sign(&call_key("caller"));
        let parsed = Unchecked::parse(&token).unwrap();
        prop_assert_eq!(parsed.issuer(), iss);
        prop_assert_eq!(parsed.verify(&call_key("caller").verify_key()).unwrap(), claims);
    }
}
