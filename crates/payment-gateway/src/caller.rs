//! Who calls, as handlers take it.

use axum::extract::FromRequestParts;
use http::request::Parts;
use primitives::MerchantId;
use service::{Caller, Problem};

/// The scopes of which one lets a caller other than a merchant read every payout.
const READ: [&str; 3] = ["payouts:read", "read", "operator"];

/// The merchant whose API key was shown; 403 `api_key_required` for anybody else.
#[derive(Debug, Clone)]
pub(crate) struct Merchant(pub(crate) MerchantId);

/// Whose payouts the caller may see; 403 `missing_scope` if nobody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A merchant: its own.
    Merchant(MerchantId),
    /// The operator: everybody's.
    Operator,
}

impl Reader {
    /// Whether this merchant's payouts are for the caller to see.
    pub(crate) fn may_see(&self, merchant: &MerchantId) -> bool {
        match self {
            Self::Merchant(own) => own == merchant,
            Self::Operator => true,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Merchant {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        head.extensions.get::<MerchantId>().cloned().map(Self).ok_or_else(|| {
            Problem::forbidden("api_key_required", "Payouts are made and cancelled with a merchant's API key.")
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Some(merchant) = head.extensions.get::<MerchantId>() {
            return Ok(Self::Merchant(merchant.clone()));
        }
        let caller = Caller::from_request_parts(head, state).await?;
        if !READ.iter().any(|scope| caller.may(scope)) {
            caller.require(READ[0])?;
        }
        Ok(Self::Operator)
    }
}
