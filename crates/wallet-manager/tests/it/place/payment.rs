//! Payments for the service to sign.

use api::wallet_manager::{SignatureRequest, WalletView};
use primitives::{Address, Sun, UnixMs};
use service::clock::{Clock, SystemClock};
use test_support::Scene;
use tron_tx::RawTransaction;

use super::{CHAIN, PLANE, key};

/// Three TRX of this wallet, another transaction for each `ms`.
pub(crate) fn payment(wallet: &WalletView, intent: &str, ms: u64) -> (RawTransaction, SignatureRequest) {
    payment_at(wallet, intent, ms, SystemClock.now())
}

/// [`payment`] by somebody whose clock shows this.
pub(crate) fn payment_at(
    wallet: &WalletView,
    intent: &str,
    ms: u64,
    now: UnixMs,
) -> (RawTransaction, SignatureRequest) {
    let scene = Scene { plane: PLANE.parse().unwrap(), chain_id: CHAIN, now };
    let mut payment = scene.trx(wallet, intent, Address::from_evm([0x33; 20]), Sun::new(3_000_000).unwrap());
    payment.raw.timestamp = payment.raw.timestamp.plus_ms(ms);
    let request = payment.request(&key(1), &key(4));
    (payment.raw, request)
}
