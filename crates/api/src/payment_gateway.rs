//! payment-gateway, port 8096: the public edge, where a merchant's own id names a payout.

use primitives::{Address, MerchantRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::payout_router::{PayoutAsset, PayoutPage, PayoutView};

/// A payout as a merchant asks for it; the merchant is who the API key belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantPayoutRequest {
    /// What is paid.
    pub asset: PayoutAsset,
    /// Who receives.
    pub recipient: Address,
    /// How much, as a decimal string with at most six decimals.
    #[schema(pattern = r"^[0-9]+(\.[0-9]{1,6})?$", example = "25")]
    pub amount: String,
    /// A public memo on the chain; costs 1 TRX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 128)]
    pub memo: Option<String>,
}

/// Makes a payout that the merchant calls `reference`.
pub fn put_payout(reference: &MerchantRef, request: &MerchantPayoutRequest) -> Call<PayoutView> {
    Call::put(format!("/v1/payouts/{reference}"), request)
}

/// A payout, by the merchant's own name for it or by its `po_` id.
pub fn payout(reference: &str) -> Call<PayoutView> {
    Call::get(format!("/v1/payouts/{}", crate::call::escape(reference)))
}

/// The merchant's payouts, newest first.
pub fn payouts(after: Option<&str>, limit: u32) -> Call<PayoutPage> {
    let parameters = crate::call::query(&[("after", after.map(str::to_owned)), ("limit", Some(limit.to_string()))]);
    Call::get(format!("/v1/payouts{parameters}"))
}
