//! Who calls, and what that caller may do.
//!
//! Every route but the open ones runs behind one [`Authenticator`], put there by [`serve`](crate::serve) and not by
//! the route, so that no route can forget it. Between services it is [`CallTokens`]; a service with callers of another
//! kind (strangers with API keys) brings its own for a part of its paths.

pub mod token;
mod tokens;

pub use tokens::CallTokens;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use futures::future::BoxFuture;
use http::request::Parts;
use thiserror::Error;

use crate::Problem;

/// The code of a caller that is known and may not do this.
const MISSING_SCOPE: &str = "missing_scope";

/// Who made the request, after its authentication. Handlers take it as an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The peer's name in the configuration, or what an authenticator of the service's own names callers by.
    pub name: Arc<str>,
    /// What it may do.
    pub scopes: Arc<[String]>,
}

impl Caller {
    /// A caller of this name with these scopes.
    pub fn new(name: &str, scopes: &[&str]) -> Self {
        Self { name: name.into(), scopes: scopes.iter().map(|&scope| scope.to_owned()).collect() }
    }

    /// Whether it has the scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.iter().any(|held| held == scope)
    }

    /// 403 `missing_scope` unless it has the scope.
    pub fn require(&self, scope: &str) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let detail = format!("{} needs the scope {scope} here.", self.name);
        Err(Problem::forbidden(MISSING_SCOPE, detail).with("scope", scope))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Problem::internal("a handler on an open route asks for its caller"))
    }
}

/// What the head of a request proves.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Who calls.
    pub caller: Caller,
    /// The SHA-256 that the body must have, where the credential names one.
    pub body_sha256: Option<[u8; 32]>,
}

/// Finds out who calls from a request's head, before a byte of its body is read.
pub trait Authenticator: Send + Sync + 'static {
    /// Who calls, or a 401 or 403. May leave more about the caller in the head's extensions.
    fn admit<'a>(&'a self, head: &'a mut Parts) -> BoxFuture<'a, Result<Admission, Problem>>;

    /// The codes by which a caller is refused for who it is, for the metric that counts them.
    fn reasons(&self) -> &'static [&'static str] {
        &[]
    }
}

/// Why a call token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// There is no `authorization: Bearer` header.
    #[error("Send a call token: authorization: Bearer.")]
    Missing,
    /// It is malformed, by no known key, for another service, or valid for too long.
    #[error("The call token is not one that this service accepts.")]
    Invalid,
    /// It is past its time, or from the future; clocks may differ by 30 seconds.
    #[error("The call token is not valid at this time; make a new one and compare the clocks.")]
    Expired,
    /// It was made for another method or path.
    #[error("The call token was made for another request.")]
    OtherRequest,
    /// It was made for another body.
    #[error("The call token was made for another body.")]
    OtherBody,
}

impl Refusal {
    /// The codes of all, and of a missing scope.
    pub const CODES: [&str; 6] = [
        Self::Missing.code(),
        Self::Invalid.code(),
        Self::Expired.code(),
        Self::OtherRequest.code(),
        Self::OtherBody.code(),
        MISSING_SCOPE,
    ];

    /// The problem's code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Invalid => "token_invalid",
            Self::Expired => "token_expired",
            Self::OtherRequest => "token_other_request",
            Self::OtherBody => "token_other_body",
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::unauthorized(refusal.code(), refusal.to_string())
    }
}

#[cfg(test)]
mod tests;
