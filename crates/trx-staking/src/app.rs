//! The service put together.

use std::marker::PhantomData;
use std::sync::Arc;

use api::trx_staking::{DelegationRequest, StakeRequest};
use payments::staking::Authority;
use service::clock::SharedClock;
use service::{App, Context, PeerClient, Service, StartError, gauges};
use store::{Record, Store};
use transact::Transact;
use utoipa_axum::router::OpenApiRouter;

use crate::config::{Config, EnergyLacking, PoolConfig};
use crate::drive::{OperationMachine, PoolMachine};
use crate::follow::WakeOperations;
use crate::lease::LeaseRow;
use crate::metrics::Metrics;
use crate::operation::Row;
use crate::pool::{self, PoolRow};
use crate::restored::{self, Restore};
use crate::routes;

/// The service.
#[derive(Debug)]
pub struct TrxStaking;

/// The tables.
pub(crate) const NOUNS: [&str; 5] = [
    <Row<StakeRequest> as Record>::NOUN,
    <Row<DelegationRequest> as Record>::NOUN,
    LeaseRow::NOUN,
    PoolRow::NOUN,
    Restore::NOUN,
];

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
        let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
        let parts = Parts::new(&context, &config, store, wallet_manager, tron_client).await?;
        Ok(parts.into_app(&context))
    }
}

/// The parts, before they run.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) state: State,
    pub(crate) stakes: OperationMachine<StakeRequest>,
    pub(crate) delegations: OperationMachine<DelegationRequest>,
    pub(crate) pools: PoolMachine,
    pub(crate) follower: WakeOperations,
}

impl Parts {
    /// Makes all parts over this store.
    pub(crate) async fn new(
        context: &Context,
        config: &Config,
        store: Store,
        wallet_manager: PeerClient,
        tron_client: PeerClient,
    ) -> Result<Self, StartError> {
        config.check()?;
        restored::begin(&store, context.clock.now()).await.map_err(StartError::other)?;
        let targets = config.targets();
        pool::prepare(&store, &targets, context.clock.now()).await.map_err(StartError::other)?;
        let plane = &context.base.plane;
        let pools = PoolMachine {
            plane: plane.id,
            targets: targets.into_iter().map(|target| (target.wallet.clone(), target)).collect(),
            store: store.clone(),
            wallet_manager: wallet_manager.clone(),
            tron_client: tron_client.clone(),
        };
        let authority = Authority { key: context.authority_key()?, plane: plane.id, chain_id: plane.chain() };
        let register_key = context.authority_of("wallet-manager")?;
        let transact = Transact::new(wallet_manager.clone(), register_key, tron_client.clone());
        let state = State {
            store: store.clone(),
            clock: context.clock.clone(),
            wallet_manager,
            tron_client,
            pools: config.pools.clone().into(),
            energy_lacking: config.leases.energy_lacking,
            metrics: Metrics::new(&context.metrics, context.clock.clone()),
        };
        Ok(Self {
            stakes: machine(&state, &authority, &transact),
            delegations: machine(&state, &authority, &transact),
            pools,
            follower: WakeOperations::new(store),
            state,
        })
    }

    /// The service, with every part as a task of it.
    pub(crate) fn into_app(self, context: &Context) -> App<State> {
        let Self { state, stakes, delegations, pools, follower } = self;
        let State { store, tron_client, metrics, .. } = state.clone();
        let counted = store.clone();
        App::new(context, state, store)
            .drive(stakes)
            .drive(delegations)
            .drive(pools)
            .follow(tron_client, follower)
            .task("gauges", async move |stop| gauges::keep(|| metrics.look(&counted), stop).await)
    }
}

fn machine<P>(state: &State, authority: &Authority, transact: &Transact) -> OperationMachine<P> {
    OperationMachine {
        authority: authority.clone(),
        transact: transact.clone(),
        wallet_manager: state.wallet_manager.clone(),
        tron_client: state.tron_client.clone(),
        purpose: PhantomData,
    }
}
