//! The service put together.

use std::marker::PhantomData;
use std::sync::Arc;

use api::trx_staking::{DelegationRequest, StakeRequest};
use payments::staking::Authority;
use service::clock::SharedClock;
use service::{App, Context, PeerClient, Service, StartError};
use store::{Record, Store};
use transact::Transact;
use utoipa_axum::router::OpenApiRouter;

use crate::config::{Config, EnergyLacking, PoolConfig};
use crate::drive::{OperationMachine, PoolMachine};
use crate::follow::WakeOperations;
use crate::lease::LeaseRow;
use crate::metrics::Metrics;
use crate::operation::{Noun, Row};
use crate::pool::{self, PoolRow};
use crate::routes;

/// The service.
#[derive(Debug)]
pub struct TrxStaking;

/// The tables.
pub(crate) const NOUNS: [&str; 4] =
    [<Row<StakeRequest> as Record>::NOUN, <Row<DelegationRequest> as Record>::NOUN, LeaseRow::NOUN, PoolRow::NOUN];

/// What handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// The rows.
    pub(crate) store: Store,
    /// The clock.
    pub(crate) clock: SharedClock,
    /// Knows the wallets.
    pub(crate) wallet_manager: PeerClient,
    /// Knows the chain.
    pub(crate) tron_client: PeerClient,
    /// The wallets that are supplied.
    pub(crate) pools: Arc<[PoolConfig]>,
    /// What a lease does when there is too little energy.
    pub(crate) energy_lacking: EnergyLacking,
    /// What is counted.
    pub(crate) metrics: Metrics,
}

impl Service for TrxStaking {
    const NAME: &'static str = "trx-staking";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::routes()
    }

    async fn start(context: Context, config: Config) -> Result<App<State>, StartError> {
        let store = context.open_store(&NOUNS).await?;
        build(&context, &config, store).await
    }
}

/// Puts the parts together over this store.
pub(crate) async fn build(context: &Context, config: &Config, store: Store) -> Result<App<State>, StartError> {
    config.check()?;
    let targets = config.targets();
    pool::prepare(&store, &targets, context.clock.now()).await.map_err(StartError::other)?;
    let state = State {
        store: store.clone(),
        clock: context.clock.clone(),
        wallet_manager: context.peer("wallet-manager")?,
        tron_client: context.peer("tron-client")?,
        pools: config.pools.clone().into(),
        energy_lacking: config.leases.energy_lacking,
        metrics: Metrics::new(&context.metrics),
    };
    let pools = PoolMachine {
        plane: context.base.plane.id,
        targets: targets.into_iter().map(|target| (target.wallet.clone(), target)).collect(),
        store: store.clone(),
        wallet_manager: state.wallet_manager.clone(),
        tron_client: state.tron_client.clone(),
    };
    let (stakes, delegations) = (machine::<StakeRequest>(context)?, machine::<DelegationRequest>(context)?);
    let (follower, tron_client) = (WakeOperations::new(store.clone()), state.tron_client.clone());
    let (metrics, counted) = (state.metrics.clone(), store.clone());
    Ok(App::new(context, state, store)
        .drive(stakes)
        .drive(delegations)
        .drive(pools)
        .follow(tron_client, follower)
        .task("counts", move |stop| metrics.count(counted, stop)))
}

fn machine<P: Noun>(context: &Context) -> Result<OperationMachine<P>, StartError> {
    let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
    let register_key = context.authority_of("wallet-manager")?;
    let plane = &context.base.plane;
    Ok(OperationMachine {
        authority: Authority { key: context.authority_key()?, plane: plane.id, chain_id: plane.chain() },
        transact: Transact::new(wallet_manager.clone(), register_key, tron_client.clone()),
        wallet_manager,
        tron_client,
        purpose: PhantomData,
    })
}
