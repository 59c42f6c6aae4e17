//! usdt-manager, port 8094: USDT-TRC20 transfers, each one attempt and one transaction.

use primitives::statement::{Authorisation, Signed};
use primitives::{Address, AttemptNo, BlockRef, Energy, IntentId, Sun, TransferId, TxId, UnixMs, Usdt, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::tron_client::Receipt;

/// One attempt at paying USDT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferRequest {
    /// The paying wallet.
    pub wallet_id: WalletId,
    /// payout-router's permission for this attempt; says who receives how much.
    #[schema(value_type = Object)]
    pub authorisation: Signed<Authorisation>,
    /// The memo whose hash the permission names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
}

/// How far a transfer has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferStage {
    /// Accepted; being checked, funds and energy being reserved.
    Accepted,
    /// The wallet lacks USDT or TRX; goes on by itself when it has them.
    WaitingFunds,
    /// raw_data and so the txid are fixed; not signed as far as we know.
    Sealed,
    /// The signature is out: from here money may move at any moment.
    Submitted,
    /// Solid, and exactly our Transfer log.
    Paid,
    /// Solid, and its contract did not succeed; final.
    FailedOnChain,
    /// Solid and SUCCESS with another effect; waits for a person.
    Mismatch,
    /// Can never be included; final.
    Dead,
    /// Refused before it was sealed, and barred at wallet-manager.
    Refused,
}

/// What a transfer may use and used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnergyPlan {
    /// What the dry run used.
    pub estimated: Energy,
    /// What the pool gave.
    pub leased: Energy,
    /// The most that may be burned for the rest.
    pub burn_max: Sun,
}

/// A transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TransferView {
    /// Its id.
    pub transfer_id: TransferId,
    /// The payout it is an attempt at.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// How far it has come.
    pub stage: TransferStage,
    /// Who receives.
    pub recipient: Address,
    /// How much.
    pub amount: Usdt,
    /// Its transaction, once sealed.
    pub txid: Option<TxId>,
    /// When that ceases to be valid.
    pub expiration: Option<UnixMs>,
    /// Its energy, once planned.
    pub energy: Option<EnergyPlan>,
    /// The block, once it is in one.
    pub block: Option<BlockRef>,
    /// What it came to.
    pub receipt: Option<Receipt>,
    /// Why it waits or was refused: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// USDT of one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BalanceView {
    /// The address.
    pub address: Address,
    /// USDT at the head block.
    pub usdt: Usdt,
    /// USDT of it that transfers under way have reserved.
    pub reserved: Usdt,
    /// TRX at the solid block.
    pub trx: Sun,
}

/// The token as its contract says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// The contract.
    pub contract: Address,
    /// `USDT`.
    pub symbol: String,
    /// 6.
    pub decimals: u8,
    /// Whether transfers are stopped by its owner.
    pub paused: bool,
}

/// Funds of a wallet to hold for a payment that another service makes out of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReservationRequest {
    /// The paying wallet's address.
    pub address: Address,
    /// TRX, the fee included.
    pub trx: Sun,
}

/// Held funds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReservationView {
    /// What holds them.
    pub transfer_id: TransferId,
    /// The paying wallet's address.
    pub address: Address,
    /// TRX, the fee included.
    pub trx: Sun,
}

/// Holds TRX for a payment; the same again is the same hold. 409 `waiting_funds` while the wallet has not enough.
pub fn put_reservation(id: TransferId, request: &ReservationRequest) -> Call<ReservationView> {
    Call::put(format!("/v1/reservations/{id}"), request)
}

/// Gives held funds back, once the payment's transaction is solid, dead or barred; what was never held is fine.
pub fn release_reservation(id: TransferId, request: &ReservationRequest) -> Call<ReservationView> {
    Call::put(format!("/v1/reservations/{id}/release"), request)
}

/// Begins a transfer. Same id and request: the same transfer; another request: 422 `id_taken`.
pub fn put_transfer(id: TransferId, request: &TransferRequest) -> Call<TransferView> {
    Call::put(format!("/v1/transfers/{id}"), request)
}

/// A transfer; 404 `unknown_transfer`.
pub fn transfer(id: TransferId) -> Call<TransferView> {
    Call::get(format!("/v1/transfers/{id}"))
}

/// USDT and TRX of an address.
pub fn balance(address: Address) -> Call<BalanceView> {
    Call::get(format!("/v1/balances/{address}"))
}

/// The token.
pub fn token() -> Call<TokenView> {
    Call::get("/v1/token".into())
}

/// Event types of this service's feed; the data is a [`TransferView`].
pub mod events {
    /// A transfer moved on; its stage says where to.
    pub const CHANGED: &str = "transfer.changed";
    /// A transfer came to its end; its stage says which.
    pub const ENDED: &str = "transfer.ended";
}
