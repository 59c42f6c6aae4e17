//! The service put together.

use std::sync::Arc;

use payments::limits::Limits;
use payments::payout::Authority;
use primitives::{PlaneId, WalletId};
use service::clock::SharedClock;
use service::{App, Context, PeerClient, Service, StartError, gauges};
use store::{Record, Store};
use transact::Transact;
use utoipa_axum::router::OpenApiRouter;

use crate::backstop::Backstop;
use crate::census::{self, Census, CensusTaker};
use crate::config::{Config, Reconciliation};
use crate::council::Council;
use crate::discrepancy::Discrepancy;
use crate::drive::PayoutMachine;
use crate::follow::{Chain, Register, Transfers};
use crate::freezer::Freezer;
use crate::funds::{Funds, FundsConfig, Shown};
use crate::halt::Halt;
use crate::kept_head::HeadRow;
use crate::metrics::Metrics;
use crate::payout::PayoutRow;
use crate::reconcile::Reconciler;
use crate::recovery::{Recoveries, Recovery};
use crate::sighting::Sighting;
use crate::stopping::Stopper;
use crate::wallet::WalletRow;
use crate::{health, routes};

/// The nouns that this service stores.
pub(crate) const NOUNS: [&str; 7] =
    [PayoutRow::NOUN, HeadRow::NOUN, Sighting::NOUN, Discrepancy::NOUN, WalletRow::NOUN, Census::NOUN, Recovery::NOUN];

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
    /// Whether everything is stopped.
    pub(crate) halt: Halt,
    /// Whether the plane was restored, and has not made up for it.
    pub(crate) recoveries: Recoveries,
    /// Who is asked what is on the chain.
    pub(crate) tron_client: PeerClient,
    /// Who decides what waits for a person.
    pub(crate) council: Council,
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
        let store = context.open_store(&NOUNS).await?;
        config.reconciliation.check()?;
        config.recovery.check(context.base.plane.network)?;
        config.funds.check()?;
        census::begin(&store, context.clock.now()).await?;
        let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
        let usdt_manager = context.peer("usdt-manager")?;
        let register_key = context.authority_of("wallet-manager")?;
        let plane = &context.base.plane;
        let freezer = Freezer::new(store.clone(), context.clock.clone());
        let halt = Halt::new(store.clone(), context.clock.clone());
        let recoveries = Recoveries {
            store: store.clone(),
            plane: plane.id,
            past_ms: config.recovery.read_past_ms,
            restored: store.restored().copied(),
            wallet_manager: wallet_manager.clone(),
            authority: Arc::new(context.authority_key()?),
        };
        recoveries.begin(context.clock.now()).await?;
        let state = State {
            store: store.clone(),
            clock: context.clock.clone(),
            plane: plane.id,
            limits: config.limits.clone(),
            freezer: freezer.clone(),
            halt: halt.clone(),
            recoveries: recoveries.clone(),
            tron_client: tron_client.clone(),
            council: Council { operators: config.operators()?, plane: plane.id, chain_id: plane.chain() },
        };
        let metrics = Metrics::new(&context.metrics, context.clock.clone());
        let machine = PayoutMachine {
            metrics: metrics.clone(),
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
            halt,
            recoveries,
            wallet: config.payouts.wallet,
            transact: Transact::new(wallet_manager.clone(), register_key, tron_client.clone()),
            wallet_manager: wallet_manager.clone(),
            tron_client: tron_client.clone(),
            usdt_manager: usdt_manager.clone(),
        };
        let clock = context.clock.clone();
        let funds = funds(&context, config.funds, machine.wallet.clone())?;
        let app = App::new(&context, state.clone(), store.clone())
            .drive(machine)
            .task("gauges of funds", |stop| funds.keep(stop))
            .follow(wallet_manager, Register::new(store.clone(), clock.clone()).await?)
            .follow(tron_client, Chain { store: store.clone(), clock })
            .follow(usdt_manager, Transfers { store });
        against_the_chain(app, state, metrics, &context, &config.reconciliation)
    }
}

/// What shows what wallets have, that which pays first.
fn funds(context: &Context, config: FundsConfig, paying: WalletId) -> Result<Funds, StartError> {
    Ok(Funds {
        wallet_manager: context.peer("wallet-manager")?,
        tron_client: context.peer("tron-client")?,
        token: context.base.plane.usdt_contract,
        paying,
        config,
        shown: Shown::new(&context.metrics),
        clock: context.clock.clone(),
    })
}

/// Adds what holds the plane against the chain.
fn against_the_chain(
    app: App<State>,
    state: State,
    metrics: Metrics,
    context: &Context,
    config: &Reconciliation,
) -> Result<App<State>, StartError> {
    let (wallet_manager, tron_client) = (context.peer("wallet-manager")?, context.peer("tron-client")?);
    let State { store, plane, halt, recoveries, .. } = state;
    let token = context.base.plane.usdt_contract;
    let (seen, checked) = (halt.clone(), store.clone());
    Ok(app
        .drive(CensusTaker {
            store: store.clone(),
            wallet_manager: wallet_manager.clone(),
            interval_ms: config.wallets_ms,
        })
        .drive(Backstop {
            wallet_manager: wallet_manager.clone(),
            tron_client: tron_client.clone(),
            interval_ms: config.permissions_ms,
        })
        .drive(Reconciler {
            store: store.clone(),
            wallet_manager: wallet_manager.clone(),
            tron_client,
            metrics: metrics.clone(),
            token,
            recoveries,
        })
        .drive(Stopper { plane, wallet_manager })
        .check("reconciliation", move || health::reconciliation(seen.clone()))
        .check("permissions", move || health::permissions(checked.clone()))
        .task("gauges", async move |stop| gauges::keep(|| metrics.look(&store, &halt), stop).await))
}
