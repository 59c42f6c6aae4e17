//! The machine of pools that are filled by themselves.

use std::collections::BTreeMap;

use api::tron_client;
use api::trx_staking::{DelegationRequest, StakeRequest};
use api::wallet_manager::freeze::freezes;
use payments::staking::Operation;
use payments::staking::pool::{Accounts, Begin, Facts, Target, Underway, plan};
use primitives::{PlaneId, UnixMs, WalletId};
use service::driver::{Machine, Plan};
use service::{BoxError, PeerClient};
use store::{Store, StoreError, Versioned};

use super::wallet;
use crate::operation::{Noun, Row};
use crate::pool::PoolRow;

/// What pools are moved with.
#[derive(Debug)]
pub(crate) struct PoolMachine {
    pub(crate) plane: PlaneId,
    pub(crate) targets: BTreeMap<WalletId, Target>,
    pub(crate) store: Store,
    pub(crate) wallet_manager: PeerClient,
    pub(crate) tron_client: PeerClient,
}

impl Machine for PoolMachine {
    type Record = PoolRow;
    /// None for a pool that is not filled by itself any more.
    type Facts = Option<Facts>;

    async fn gather(&self, read: &Versioned<PoolRow>, _: UnixMs) -> Result<Option<Facts>, BoxError> {
        let pool = &read.record.0;
        match (self.targets.get(&pool.wallet), pool.underway) {
            (None, _) => Ok(None),
            (Some(_), Some(Underway::Stake(id))) => Ok(Some(self.underway::<StakeRequest>(id).await?)),
            (Some(_), Some(Underway::Delegation(id))) => Ok(Some(self.underway::<DelegationRequest>(id).await?)),
            (Some(_), None) if self.stopped().await? => Ok(Some(Facts::Stopped)),
            (Some(target), None) => self.accounts(target).await.map(Some),
        }
    }

    fn plan(&self, read: &Versioned<PoolRow>, facts: Option<Facts>, now: UnixMs) -> Plan<PoolRow> {
        let pool = &read.record.0;
        let (Some(facts), Some(target)) = (facts, self.targets.get(&pool.wallet)) else {
            let mut asleep = pool.clone();
            asleep.due_at = None;
            return Plan::to(PoolRow(asleep), now);
        };
        let turn = plan(pool, facts, target, self.plane, now);
        let next = Plan::to(PoolRow(turn.next), now);
        match turn.begin {
            None => next,
            Some(Begin::Stake(id, request)) => begin(next, id, request, now),
            Some(Begin::Delegation(id, request)) => begin(next, id, request, now),
        }
    }
}

fn begin<P: Noun>(plan: Plan<PoolRow>, id: P::Id, request: P, now: UnixMs) -> Plan<PoolRow> {
    plan.also(|commit| commit.insert(&Row(Operation::accepted(id, request, now))))
}

impl PoolMachine {
    async fn underway<P: Noun>(&self, id: P::Id) -> Result<Facts, StoreError> {
        // It was recorded with the pool's word that it is under way.
        let found = self.store.get::<Row<P>>(&id.to_string()).await?.ok_or(StoreError::Lost)?;
        Ok(Facts::Underway(found.record.0.stage(), found.record.0.reason()))
    }

    /// Whether the service was restored, and two operators have not said yet that all may go on. Accounts are looked at only
    /// after that: by then the chain has whatever the lost service has sent.
    async fn stopped(&self) -> Result<bool, BoxError> {
        if self.store.restored().is_none() {
            return Ok(false);
        }
        Ok(!self.wallet_manager.ask(&freezes()).await?.freezes.is_empty())
    }

    async fn accounts(&self, target: &Target) -> Result<Facts, BoxError> {
        let supplied = wallet(&self.wallet_manager, &target.wallet).await?;
        let staking = wallet(&self.wallet_manager, &target.staking_wallet).await?;
        let (Some(supplied), Some(staking)) = (supplied, staking) else { return Ok(Facts::NoWallet) };
        let receiver = self.tron_client.ask(&tron_client::account(supplied.address)).await?;
        let staking = self.tron_client.ask(&tron_client::account(staking.address)).await?;
        let chain = self.tron_client.ask(&tron_client::chain_parameters()).await?;
        Ok(Facts::Accounts(Box::new(Accounts { receiver, staking, chain })))
    }
}
