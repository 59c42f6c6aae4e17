//! Payouts: one path at a time, then every path in any order against a model of the world.

mod accept;
mod any_order;
mod cancel;
mod paths;
mod stored;
mod world;

use api::payout_router::{PayoutAsset, PayoutRequest};
use primitives::{PayoutId, Sun, UnixMs, Usdt};

use super::*;
use crate::limits::Limits;
use crate::testing::{CHAIN, NOW, key, plane, recipient, sun, token};

/// The longest that a permission is good for here.
const VALID_MS: u64 = 900_000;

fn limits() -> Limits {
    let usdt = |text| Usdt::parse(text).expect("an amount");
    Limits {
        payout_min: usdt("0.01"),
        v0_payout_max: usdt("1000"),
        v0_day_max: usdt("10000"),
        all_hour_max: usdt("10000"),
        trx_payout_max: sun("1000"),
        trx_day_max: sun("10000"),
    }
}

fn authority() -> Authority {
    Authority {
        key: key(),
        plane: plane(),
        chain_id: CHAIN,
        token: token(),
        fee_limit_max: sun("50"),
        valid_ms: VALID_MS,
    }
}

fn request(asset: PayoutAsset, amount: &str) -> PayoutRequest {
    PayoutRequest {
        merchant: "shop".parse().expect("a name"),
        reference: "order-1".parse().expect("a name"),
        asset,
        recipient: recipient(),
        amount: amount.to_owned(),
        memo: None,
    }
}

fn id_of(request: &PayoutRequest) -> PayoutId {
    PayoutId::of(plane(), &request.merchant, &request.reference)
}

fn payout(asset: PayoutAsset) -> Payout {
    let request = request(asset, "25");
    accept(id_of(&request), request, plane(), &limits(), NOW).expect("accepted")
}

fn trx_fee_max() -> Sun {
    sun("1.55")
}

fn reason(payout: &Payout) -> Option<String> {
    payout.view().reason
}

fn later(ms: u64) -> UnixMs {
    NOW.plus_ms(ms)
}
