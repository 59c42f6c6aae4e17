//! What two operators decide: that keys are made and retired.

use std::sync::OnceLock;

use api::Call;
use api::wallet_manager::key::RetireRequest;
use api::wallet_manager::{WalletClass, WalletRequest, WalletView, put_wallet};
use primitives::statement::{Action, Ceremony, Cosigned, KeyClass};
use primitives::{UnixMs, WalletId};
use service::clock::{Clock, SystemClock};

use super::{CHAIN, OPERATORS, PLANE, key};

/// The request for the wallet that pays.
pub(crate) fn hot_request() -> Call<WalletView> {
    wallet_request("hot")
}

/// The request for a wallet that pays, which two operators decided on; always the same within a test.
pub(crate) fn wallet_request(name: &str) -> Call<WalletView> {
    let mut nonce = [1; 16];
    nonce[..name.len()].copy_from_slice(name.as_bytes());
    let name: WalletId = name.parse().unwrap();
    let ceremony = Some(decided(Action::MakeKey { class: KeyClass::Hot, name: name.clone() }, nonce));
    put_wallet(&name, &WalletRequest { class: WalletClass::Hot, ceremony })
}

/// Two operators' decision to retire the key of this wallet.
pub(crate) fn retirement(wallet: &WalletView) -> RetireRequest {
    RetireRequest { ceremony: Some(decided(Action::RetireKey { key_id: wallet.key_id.clone() }, [2; 16])) }
}

fn decided(action: Action, nonce: [u8; 16]) -> Cosigned<Ceremony> {
    static DECIDED: OnceLock<UnixMs> = OnceLock::new();
    let issued_at = *DECIDED.get_or_init(|| SystemClock.now());
    let valid_until = issued_at.plus_ms(3_600_000);
    let plane = PLANE.parse().unwrap();
    let ceremony = Cosigned::proposed(Ceremony { plane, chain_id: CHAIN, action, nonce, issued_at, valid_until });
    OPERATORS.into_iter().fold(ceremony, |signed, (_, number)| signed.signed_by(&key(number)))
}
