//! An image's full reference: `domain/path:tag`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A reference with its domain and its tag, as containerd wants it: nothing is added to it by whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

/// A text that is no full reference.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a full reference: domain/path:tag, in lower case, with one tag")]
pub struct NotAReference(String);

impl Reference {
    /// The tag.
    pub fn tag(&self) -> &str {
        self.0.rsplit_once(':').map_or("", |(_, tag)| tag)
    }
}

impl TryFrom<String> for Reference {
    type Error = NotAReference;

    fn try_from(text: String) -> Result<Self, NotAReference> {
        if is_reference(&text) { Ok(Self(text)) } else { Err(NotAReference(text)) }
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The grammar of the distribution project, without digests.
fn is_reference(text: &str) -> bool {
    let Some((domain, rest)) = text.split_once('/') else { return false };
    let Some((path, tag)) = rest.rsplit_once(':') else { return false };
    is_domain(domain) && path.split('/').all(is_component) && is_tag(tag)
}

/// What Docker takes for a domain and not for the first part of a path: it has a dot or a port, or is localhost.
fn is_domain(domain: &str) -> bool {
    let (host, port) = domain.split_once(':').map_or((domain, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let told_apart = host == "localhost" || host.contains('.') || port.is_some();
    let port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    told_apart && port && host.split('.').all(label)
}

fn is_component(part: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    // A separator is one dot, one or two underscores, or hyphens.
    let part = part.replace("__", "_");
    part.split(['.', '_']).all(|words| {
        words.bytes().next() != Some(b'-') && words.bytes().last() != Some(b'-') && {
            let mut parts = words.split('-').filter(|part| !part.is_empty()).peekable();
            parts.peek().is_some() && parts.all(word)
        }
    })
}

fn is_tag(tag: &str) -> bool {
    let first = tag.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    first && tag.len() <= 128 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_references_are_taken() {
        for text in [
            "localhost/lucid/tron-client:0.1.0",
            "registry.example/lucid-tron-client:latest",
            "registry.example:5000/a/b__c/d--e:v1",
        ] {
            assert!(is_reference(text), "{text}");
        }
    }

    #[test]
    fn what_a_reader_would_fill_in_or_misread_is_refused() {
        for text in [
            "lucid/tron-client:0.1.0",
            "localhost/lucid/tron-client",
            "localhost/lucid:tron-client:latest",
            "localhost/Lucid:1",
            "localhost/lucid:",
            "localhost//lucid:1",
            "localhost/a___b:1",
            "localhost/-a:1",
            "localhost/a@sha256:00",
            "",
        ] {
            assert!(!is_reference(text), "{text}");
        }
    }
}
