//! trx-staking, port 8095: energy and bandwidth, staked, lent and reserved.

use primitives::{Address, Bandwidth, DelegationId, Energy, LeaseId, Resource, StakeId, Sun, TxId, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::call::query;

/// Energy and bandwidth to reserve in a wallet's pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// The wallet that will pay with it.
    pub address: Address,
    /// How much energy.
    pub energy: Energy,
    /// How much bandwidth.
    pub bandwidth: Bandwidth,
}

/// What giving a lease back takes: nothing but its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRelease {}

/// A reservation in our ledger, not a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeaseView {
    /// Its id.
    pub lease_id: LeaseId,
    /// The wallet.
    pub address: Address,
    /// Whether it still counts.
    pub released: bool,
    /// Energy that the pool gives; either all that was asked, or none.
    pub energy: Energy,
    /// Energy that it could not give: burned, or waited for.
    pub energy_lacking: Energy,
    /// Bandwidth that the pool gives; either all that was asked, or none.
    pub bandwidth: Bandwidth,
    /// Bandwidth that it could not give: burned.
    pub bandwidth_lacking: Bandwidth,
}

/// What a wallet has and what of it is reserved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolView {
    /// The wallet.
    pub address: Address,
    /// Energy free on the chain now.
    pub energy: Energy,
    /// Of which leased.
    pub energy_leased: Energy,
    /// Bandwidth free on the chain now.
    pub bandwidth: Bandwidth,
    /// Of which leased.
    pub bandwidth_leased: Bandwidth,
    /// Why it is not filled up by itself, if it should be and is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
}

/// The pools.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PoolList {
    /// One per wallet that we feed.
    pub pools: Vec<PoolView>,
}

/// TRX to stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeRequest {
    /// Our wallet that stakes, of class energy.
    pub wallet_id: WalletId,
    /// For what.
    pub resource: Resource,
    /// How much, at least 1 TRX.
    pub amount: Sun,
}

/// A resource to lend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// Our wallet that lends, of class energy.
    pub wallet_id: WalletId,
    /// Our wallet that receives.
    pub receiver: WalletId,
    /// Of what.
    pub resource: Resource,
    /// The stake behind it, at least 1 TRX.
    pub amount: Sun,
}

/// How far a stake or delegation has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StakeStage {
    /// Accepted, on its way.
    Underway,
    /// In a solid block and in force.
    Done,
    /// Ended without effect.
    Failed,
    /// Waits for a person.
    NeedsReview,
}

/// A stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StakeView {
    /// Its id.
    pub stake_id: StakeId,
    /// What was asked.
    pub request: StakeRequest,
    /// How far it has come.
    pub stage: StakeStage,
    /// Its transaction.
    pub txid: Option<TxId>,
    /// Why it failed or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was asked.
    pub created_at: UnixMs,
}

/// A delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelegationView {
    /// Its id.
    pub delegation_id: DelegationId,
    /// What was asked.
    pub request: DelegationRequest,
    /// How far it has come.
    pub stage: StakeStage,
    /// Its transaction.
    pub txid: Option<TxId>,
    /// Why it failed or waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was asked.
    pub created_at: UnixMs,
}

/// A page of stakes, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StakePage {
    /// The stakes.
    pub stakes: Vec<StakeView>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// A page of delegations, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DelegationPage {
    /// The delegations.
    pub delegations: Vec<DelegationView>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// Which stakes or delegations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StakeFilter {
    /// Only those that have come so far.
    #[serde(default)]
    pub stage: Option<StakeStage>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<String>,
    /// How many at most, 100 if nothing is said and 1,000 at most.
    #[serde(default)]
    pub limit: Option<usize>,
}

impl StakeFilter {
    fn query(&self) -> String {
        let stage = self.stage.map(|stage| stage.name().to_owned());
        let limit = self.limit.map(|limit| limit.to_string());
        query(&[("stage", stage), ("after", self.after.clone()), ("limit", limit)])
    }
}

impl StakeStage {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Underway => "underway",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::NeedsReview => "needs_review",
        }
    }
}

/// Reserves energy and bandwidth.
pub fn put_lease(id: LeaseId, request: &LeaseRequest) -> Call<LeaseView> {
    Call::put(format!("/v1/leases/{id}"), request)
}

/// Gives a lease back, once its transaction is solid or dead; 404 `unknown_lease`.
pub fn release_lease(id: LeaseId) -> Call<LeaseView> {
    Call::put(format!("/v1/leases/{id}/release"), &LeaseRelease {})
}

/// A lease; 404 `unknown_lease`.
pub fn lease(id: LeaseId) -> Call<LeaseView> {
    Call::get(format!("/v1/leases/{id}"))
}

/// What each wallet that we feed has.
pub fn pools() -> Call<PoolList> {
    Call::get("/v1/pools".into())
}

/// Stakes TRX.
pub fn put_stake(id: StakeId, request: &StakeRequest) -> Call<StakeView> {
    Call::put(format!("/v1/stakes/{id}"), request)
}

/// A stake; 404 `unknown_stake`.
pub fn stake(id: StakeId) -> Call<StakeView> {
    Call::get(format!("/v1/stakes/{id}"))
}

/// Stakes, newest first.
pub fn stakes(filter: &StakeFilter) -> Call<StakePage> {
    Call::get(format!("/v1/stakes{}", filter.query()))
}

/// Lends a resource.
pub fn put_delegation(id: DelegationId, request: &DelegationRequest) -> Call<DelegationView> {
    Call::put(format!("/v1/delegations/{id}"), request)
}

/// A delegation; 404 `unknown_delegation`.
pub fn delegation(id: DelegationId) -> Call<DelegationView> {
    Call::get(format!("/v1/delegations/{id}"))
}

/// Delegations, newest first.
pub fn delegations(filter: &StakeFilter) -> Call<DelegationPage> {
    Call::get(format!("/v1/delegations{}", filter.query()))
}

/// Event types of this service's feed; the data is a [`StakeView`] or a [`DelegationView`].
pub mod events {
    /// A stake came further.
    pub const STAKE_CHANGED: &str = "stake.changed";
    /// A stake came to its end.
    pub const STAKE_ENDED: &str = "stake.ended";
    /// A delegation came further.
    pub const DELEGATION_CHANGED: &str = "delegation.changed";
    /// A delegation came to its end.
    pub const DELEGATION_ENDED: &str = "delegation.ended";
}
