//! A call to a service, before it is sent.

use std::marker::PhantomData;

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Method, path and body of a request whose successful answer is an `A` in JSON.
#[derive(Debug, Clone)]
pub struct Call<A> {
    method: Method,
    path: String,
    body: Option<Vec<u8>>,
    answer: PhantomData<fn() -> A>,
}

impl<A: DeserializeOwned> Call<A> {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None, answer: PhantomData }
    }

    pub(crate) fn put(path: String, body: &impl Serialize) -> Self {
        Self { method: Method::PUT, path, body: Some(encode(body)), answer: PhantomData }
    }

    pub(crate) fn post(path: String, body: &impl Serialize) -> Self {
        Self { method: Method::POST, path, body: Some(encode(body)), answer: PhantomData }
    }

    /// The method.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The path and query, beginning with `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The JSON body, if the call has one.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// Reads the body of a successful answer.
    pub fn answer(&self, body: &[u8]) -> Result<A, serde_json::Error> {
        serde_json::from_slice(body)
    }
}

fn encode(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types have text keys and no failing serialisers")
}

/// Builds a query string from those parameters that are set; values are percent-encoded.
pub(crate) fn query(parameters: &[(&str, Option<String>)]) -> String {
    let set: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| format!("{name}={}", escape(value))))
        .collect();
    if set.is_empty() { String::new() } else { format!("?{}", set.join("&")) }
}

/// A text as one segment of a path, or as a value in a query.
pub(crate) fn escape(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_carries_what_is_set() {
        assert_eq!(query(&[("after", None)]), "");
        assert_eq!(query(&[("after", Some("a/b&c".into())), ("limit", Some("5".into()))]), "?after=a%2Fb%26c&limit=5");
    }
}
