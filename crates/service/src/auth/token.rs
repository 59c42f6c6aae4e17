//! Call tokens: a signature by the caller over who calls whom, when, and exactly which request.
//!
//! The form is a JWT's (RFC 7519, EdDSA of RFC 8037), read by these lines and not by a JWT library: there is one
//! algorithm and one header, compared as text, so that nothing in a token chooses how it is checked; a library would
//! bring its own key types and a crypto provider for the same two calls into `primitives`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use primitives::UnixMs;
use primitives::statement::{SignKey, VerifyKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Refusal;

/// The longest life that is accepted, seconds.
pub const MAX_LIFE_S: u64 = 60;
/// The life that we give, seconds.
const LIFE_S: u64 = 30;
/// How far the two clocks may be apart, seconds.
pub const MAX_SKEW_S: u64 = 30;
/// Longer than any of ours with the longest path.
const MAX_TOKEN_BYTES: usize = 12 * 1024;

/// `{"alg":"EdDSA","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The caller's name.
    pub iss: String,
    /// The called service's name.
    pub aud: String,
    /// When it was made, seconds since 1970.
    pub iat: u64,
    /// Until when it is good, seconds since 1970.
    pub exp: u64,
    /// The method.
    pub htm: String,
    /// The path and query.
    pub htu: String,
    /// The body's SHA-256, hexadecimal; of no bytes where there is no body.
    pub bsh: String,
}

/// A token of the right form whose signature nobody has checked.
#[derive(Clone, Debug)]
pub struct Unchecked<'a> {
    claims: Claims,
    signed: &'a str,
    signature: [u8; 64],
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl Claims {
    /// The claims of a call that is made now.
    pub fn of_call(iss: &str, aud: &str, now: UnixMs, method: &str, path_and_query: &str, body: &[u8]) -> Self {
        let iat = now.0 / 1000;
        Self {
            iss: iss.to_owned(),
            aud: aud.to_owned(),
            iat,
            exp: iat.saturating_add(LIFE_S),
            htm: method.to_owned(),
            htu: path_and_query.to_owned(),
            bsh: hex::encode(sha256(body)),
        }
    }

    /// The token that says this.
    pub fn sign(&self, key: &SignKey) -> String {
        let claims = serde_json::to_vec(self).expect("strings and integers");
        let signed = format!("{HEADER}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    /// Whether the token is for this service and good at this time.
    pub fn check(&self, service: &str, now: UnixMs) -> Result<(), Refusal> {
        let now = now.0 / 1000;
        let life = self.exp.checked_sub(self.iat).ok_or(Refusal::Invalid)?;
        if self.aud != service || life > MAX_LIFE_S {
            return Err(Refusal::Invalid);
        }
        let begun = self.iat <= now.saturating_add(MAX_SKEW_S);
        let over = now > self.exp.saturating_add(MAX_SKEW_S);
        if begun && !over { Ok(()) } else { Err(Refusal::Expired) }
    }

    /// Whether the token is for this request line.
    pub fn check_request(&self, method: &str, path_and_query: &str) -> Result<(), Refusal> {
        if self.htm == method && self.htu == path_and_query { Ok(()) } else { Err(Refusal::OtherRequest) }
    }

    /// The hash that the body must have.
    pub fn body_sha256(&self) -> Result<[u8; 32], Refusal> {
        let mut hash = [0; 32];
        hex::decode_to_slice(&self.bsh, &mut hash).map_err(|_| Refusal::Invalid)?;
        Ok(hash)
    }
}

impl<'a> Unchecked<'a> {
    /// Reads a token; anything but the one form is invalid.
    pub fn parse(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Invalid);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Invalid)?;
        let claims = signed.strip_prefix(HEADER).and_then(|rest| rest.strip_prefix('.')).ok_or(Refusal::Invalid)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| Refusal::Invalid)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Invalid)?;
        Ok(Self {
            claims: serde_json::from_slice(&claims).map_err(|_| Refusal::Invalid)?,
            signed,
            signature: signature.try_into().map_err(|_| Refusal::Invalid)?,
        })
    }

    /// Who says to have made it, to find the key to check it with.
    pub fn issuer(&self) -> &str {
        &self.claims.iss
    }

    /// The claims, if the key made the signature.
    pub fn verify(self, key: &VerifyKey) -> Result<Claims, Refusal> {
        key.verify(self.signed.as_bytes(), &self.signature).map_err(|_| Refusal::Invalid)?;
        Ok(self.claims)
    }
}
