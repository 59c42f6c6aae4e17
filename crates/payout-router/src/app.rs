//! The service put together.

use payments::limits::Limits;
use payments::payout::Authority;
use primitives::PlaneId;
use service::clock::SharedClock;
use service::{App, Context, Service, StartError};
use store::{Record, Store};
use transact::Transact;
use utoipa_axum::router::OpenApiRouter;

use crate::config::Config;
use crate::drive::PayoutMachine;
use crate::follow::WakePayouts;
use crate::freezer::Freezer;
use crate::payout::PayoutRow;
use crate::routes;

/// The service.
#[derive(Debug)]
pub struct PayoutRouter;

/// What handlers share.
#[derive(Debug, Clone)]
pub struct State {
    /// The rows.
    pub(crate) store: Store,
    /// The clock.
    pub(crate) clock: SharedClock,
    /// The plane, from which ids are derived.
    pub(crate) plane: PlaneId,
    /// How much may be paid.
    pub(crate) limits: Limits,
    /// From which wallets nothing is paid.
    pub(crate) freezer: Freezer,
}

impl Service for PayoutRouter {
    const NAME: &'static str = "payout-router";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;
    type State = State;

    fn routes() -> OpenApiRouter<State> {
        routes::routes()
    }

    async fn start(context: Context, config: Config) -> Result<App<State>, StartError> {
        let store = context.open_store(&[PayoutRow::NOUN]).await?;
        let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
        let usdt_manager = context.peer("usdt-manager")?;
        let register_key = context.authority_of("wallet-manager")?;
        let plane = &context.base.plane;
        let freezer = Freezer::new(store.clone(), context.clock.clone());
        let state = State {
            store: store.clone(),
            clock: context.clock.clone(),
            plane: plane.id,
            limits: config.limits.clone(),
            freezer: freezer.clone(),
        };
        let machine = PayoutMachine {
            authority: Authority {
                key: context.authority_key()?,
                plane: plane.id,
                chain_id: plane.chain(),
                token: plane.usdt_contract,
                fee_limit_max: config.payouts.fee_limit_max,
                valid_ms: config.payouts.permission_valid_ms,
            },
            limits: config.limits,
            freezer,
            wallet: config.payouts.wallet,
            transact: Transact::new(wallet_manager.clone(), register_key, tron_client.clone()),
            wallet_manager: wallet_manager.clone(),
            tron_client: tron_client.clone(),
            usdt_manager: usdt_manager.clone(),
        };
        Ok(App::new(&context, state, store.clone())
            .drive(machine)
            .follow(wallet_manager, WakePayouts::by_attempt(store.clone()))
            .follow(tron_client, WakePayouts::by_txid(store.clone()))
            .follow(usdt_manager, WakePayouts::by_transfer(store)))
    }
}
