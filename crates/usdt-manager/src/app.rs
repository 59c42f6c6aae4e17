//! The service put together.

use primitives::statement::VerifyKey;
use primitives::{Address, ChainId, PlaneId};
use service::clock::SharedClock;
use service::{App, Context, PeerClient, Service, StartError, gauges};
use store::{Record, Store};
use transact::Transact;
use utoipa_axum::router::OpenApiRouter;

use crate::config::Config;
use crate::drive::TransferMachine;
use crate::follow::WakeTransfers;
use crate::metrics::Metrics;
use crate::routes;
use crate::token::Token;
use crate::transfer::TransferRow;

/// The service.
#[derive(Debug)]
pub struct UsdtManager;

/// What handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// The rows.
    pub(crate) store: Store,
    /// The clock.
    pub(crate) clock: SharedClock,
    /// The plane.
    pub(crate) plane: PlaneId,
    /// The chain.
    pub(crate) chain_id: ChainId,
    /// The token, asked through tron-client.
    pub(crate) token: Token,
    /// Checks payout-router's permissions.
    pub(crate) issuer: VerifyKey,
}

impl Service for UsdtManager {
    const NAME: &'static str = "usdt-manager";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::routes()
    }

    async fn start(context: Context, config: Config) -> Result<App<State>, StartError> {
        let store = context.open_store(&[TransferRow::NOUN]).await?;
        let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
        let trx_staking: PeerClient = context.peer("trx-staking")?;
        let register_key = context.authority_of("wallet-manager")?;
        let contract: Address = context.base.plane.usdt_contract;
        let token = Token::new(contract, tron_client.clone());
        let state = State {
            store: store.clone(),
            clock: context.clock.clone(),
            plane: context.base.plane.id,
            chain_id: context.base.plane.chain(),
            token: token.clone(),
            issuer: context.authority_of("payout-router")?,
        };
        let metrics = Metrics::new(&context.metrics, context.clock.clone());
        let machine = TransferMachine {
            metrics: metrics.clone(),
            token,
            transact: Transact::new(wallet_manager.clone(), register_key, tron_client.clone()),
            wallet_manager: wallet_manager.clone(),
            tron_client: tron_client.clone(),
            trx_staking,
            allow_contracts: config.transfers.allow_contracts,
        };
        let counted = store.clone();
        Ok(App::new(&context, state, store.clone())
            .drive(machine)
            .task("gauges", async move |stop| gauges::keep(|| metrics.look(&counted), stop).await)
            .follow(tron_client, WakeTransfers::by_txid(store.clone()))
            .follow(wallet_manager, WakeTransfers::by_attempt(store)))
    }
}
