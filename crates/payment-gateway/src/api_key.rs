//! Merchants' API keys, of which only the hashes are known here; and call tokens, by which the operator reads.
//!
//! A key is `lk_` and enough random characters that a plain SHA-256 of it tells nothing. What a bearer begins with
//! decides how it is checked.

use std::collections::BTreeMap;
use std::fmt;
use std::future::ready;
use std::hint::black_box;
use std::str::FromStr;

use futures::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::request::Parts;
use primitives::MerchantId;
use serde::Deserialize;
use service::Problem;
use service::auth::token::sha256;
use service::auth::{Admission, Authenticator, CallTokens, Caller};
use service::config::ConfigError;
use service::feed::Only;
use thiserror::Error;

use crate::config::Merchant;

/// What every API key begins with.
pub(crate) const PREFIX: &str = "lk_";
/// What a merchant may do: with its own payouts everything.
const SCOPES: [&str; 1] = ["merchant"];

/// The SHA-256 of an API key; 64 hexadecimal digits as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct KeyHash([u8; 32]);

/// Why a text is no hash of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyHashError {
    /// Of another length or with other characters.
    #[error("expected the key's SHA-256 as 64 hexadecimal digits")]
    Form,
    /// The hash of nothing, or of a key's beginning alone.
    #[error("is the hash of an empty key")]
    Empty,
}

impl KeyHash {
    /// The hash of a key.
    pub fn of(key: &str) -> Self {
        Self(sha256(key.as_bytes()))
    }

    /// Compares in a time that does not depend on where the two differ.
    fn is(&self, other: &Self) -> bool {
        let difference = self.0.iter().zip(&other.0).fold(0, |difference, (a, b)| black_box(difference | (a ^ b)));
        difference == 0
    }
}

impl FromStr for KeyHash {
    type Err = KeyHashError;

    fn from_str(text: &str) -> Result<Self, KeyHashError> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).map_err(|_| KeyHashError::Form)?;
        let hash = Self(hash);
        if [Self::of(""), Self::of(PREFIX)].contains(&hash) { Err(KeyHashError::Empty) } else { Ok(hash) }
    }
}

impl TryFrom<String> for KeyHash {
    type Error = KeyHashError;

    fn try_from(text: String) -> Result<Self, KeyHashError> {
        text.parse()
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyHash({}…)", hex::encode(&self.0[..4]))
    }
}

/// Tells merchants by their API keys, and the operator by its call tokens.
#[derive(Debug)]
pub(crate) struct Callers {
    merchants: Vec<(MerchantId, KeyHash)>,
    tokens: CallTokens,
}

impl Callers {
    /// The configured merchants; an error if two have one key, for then it would not say who calls.
    pub(crate) fn new(merchants: &BTreeMap<MerchantId, Merchant>, tokens: CallTokens) -> Result<Self, ConfigError> {
        let mut holders: BTreeMap<KeyHash, &MerchantId> = BTreeMap::new();
        for (id, merchant) in merchants {
            if let Some(holder) = holders.insert(merchant.api_key_sha256, id) {
                let problem = format!("is {holder}'s as well; give each merchant a key of its own");
                return Err(ConfigError::invalid(format!("merchants.{id}.api_key_sha256"), problem));
            }
        }
        let merchants = merchants.iter().map(|(id, merchant)| (id.clone(), merchant.api_key_sha256)).collect();
        Ok(Self { merchants, tokens })
    }

    /// Whose key this is. All are compared, whichever it is.
    fn holder(&self, key: &str) -> Option<MerchantId> {
        let shown = KeyHash::of(key);
        let mut holder = None;
        for (id, hash) in &self.merchants {
            if hash.is(&shown) {
                holder = Some(id);
            }
        }
        holder.cloned()
    }

    fn merchant(&self, key: &str, head: &mut Parts) -> Result<Admission, Problem> {
        let merchant = self.holder(key).ok_or_else(|| {
            Problem::unauthorized("api_key_invalid", "The API key is not one that this gateway accepts.")
        })?;
        let caller = Caller::new(merchant.as_str(), &SCOPES);
        // The shared feed then shows a merchant its own payouts alone.
        head.extensions.insert(Only { member: "merchant", value: merchant.to_string() });
        head.extensions.insert(merchant);
        Ok(Admission { caller, body_sha256: None })
    }
}

impl Authenticator for Callers {
    fn admit<'a>(&'a self, head: &'a mut Parts) -> BoxFuture<'a, Result<Admission, Problem>> {
        let bearer = head.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok()?.strip_prefix("Bearer "));
        match bearer.map(str::to_owned) {
            Some(key) if key.starts_with(PREFIX) => Box::pin(ready(self.merchant(&key, head))),
            Some(_) => self.tokens.admit(head),
            None => Box::pin(ready(Err(Problem::unauthorized(
                "token_missing",
                "Send your API key: authorization: Bearer lk_...",
            )))),
        }
    }

    fn reasons(&self) -> &'static [&'static str] {
        &["api_key_invalid", "api_key_required", "another_merchant"]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_hexadecimal_and_not_of_an_empty_key() {
        let text = "3d5b4a6f".repeat(8);
        assert!(text.parse::<KeyHash>().is_ok());
        for malformed in ["", "lk_secret", &text[1..], &format!("{text}0"), &text.replace('3', "g")] {
            assert_eq!(malformed.parse::<KeyHash>(), Err(KeyHashError::Form), "{malformed}");
        }
        for empty in ["", PREFIX] {
            assert_eq!(hex::encode(KeyHash::of(empty).0).parse::<KeyHash>(), Err(KeyHashError::Empty));
        }
    }

    #[test]
    fn a_hash_is_itself_and_no_neighbour() {
        let hash = KeyHash::of("lk_one");
        assert!(hash.is(&KeyHash::of("lk_one")));
        for place in 0..32 {
            let mut other = hash;
            other.0[place] ^= 1;
            assert!(!hash.is(&other), "byte {place}");
        }
    }
}
