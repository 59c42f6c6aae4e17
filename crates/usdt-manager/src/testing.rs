//! A usdt-manager in process, with peers that say what they are told to.

use std::sync::{Arc, Mutex};

use api::tron_client::{AccountView, ChainParameters, ConstantCallRequest, ConstantCallView, Resources};
use api::trx_staking::LeaseView;
use api::usdt_manager::{TransferRequest, TransferView};
use api::wallet_manager::{WalletClass, WalletView};
use axum::Router;
use http::StatusCode;
use primitives::statement::{Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{
    Address, AttemptNo, Bandwidth, ChainId, Energy, HexBytes, LeaseId, PayoutId, PlaneId, Sun, TransferId, UnixMs,
};
use service::clock::{Clock, ManualClock};
use service::driver::Machine;
use service::testing::{Script, client, context, store};
use service::{App, BoxError, PeerClient};
use store::{CommitError, Record, Store};
use transact::Transact;
use tron_tx::trc20;

use crate::UsdtManager;
use crate::app::State;
use crate::drive::TransferMachine;
use crate::metrics::Metrics;
use crate::token::Token;
use crate::transfer::TransferRow;

pub(crate) const NOW: UnixMs = UnixMs(1_751_466_432_000);
pub(crate) const SERVICE: &str = "usdt-manager";
pub(crate) const CHAIN: ChainId = ChainId(0x7e57_0001);

pub(crate) fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap()
}

pub(crate) fn issuer() -> SignKey {
    SignKey::from_seed(&[1; 32])
}

pub(crate) fn register_key() -> SignKey {
    SignKey::from_seed(&[2; 32])
}

pub(crate) fn payer() -> Address {
    Address::from_evm([1; 20])
}

pub(crate) fn token() -> Address {
    Address::from_evm([7; 20])
}

pub(crate) fn payout(number: u8) -> PayoutId {
    format!("po_6ba7b8{number:02x}-9dad-11d1-80b4-00c04fd430c8").parse().unwrap()
}

pub(crate) fn id(number: u8) -> TransferId {
    TransferId::of(payout(number), AttemptNo::FIRST)
}

pub(crate) fn authorisation(number: u8) -> Authorisation {
    Authorisation {
        chain_id: CHAIN,
        plane: plane(),
        kind: Kind::Payout,
        intent: payout(number).into(),
        attempt: AttemptNo::FIRST,
        previous: vec![],
        key_id: wallet().key_id,
        permission_id: 0,
        asset: Asset::Token(token()),
        resource: None,
        recipient: Address::from_evm([3; 20]),
        amount: 25_000_000,
        memo_hash: None,
        fee_limit_max: sun("50"),
        expiration_max: NOW.plus_ms(90_000_000),
        valid_until: NOW.plus_ms(86_400_000),
    }
}

pub(crate) fn request(authorisation: Authorisation) -> TransferRequest {
    let authorisation = Signed::sign(authorisation, &issuer());
    TransferRequest { wallet_id: "hot".parse().unwrap(), authorisation, memo: None }
}

pub(crate) fn sun(text: &str) -> Sun {
    Sun::parse(text).unwrap()
}

/// What the chain has, for a tron-client that answers questions about it.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) usdt: u64,
    pub(crate) trx: Sun,
    pub(crate) paused: bool,
    pub(crate) fee: u64,
    pub(crate) recipient_is_contract: bool,
}

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) chain: Arc<Mutex<Chain>>,
    pub(crate) wallet_manager: Script,
    pub(crate) tron_client: Script,
    pub(crate) trx_staking: Script,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let chain = Chain { usdt: 25_000_000, trx: sun("2"), paused: false, fee: 0, recipient_is_contract: false };
        let bench = Self {
            clock: ManualClock::at(NOW),
            store: store(&[TransferRow::NOUN]),
            chain: Arc::new(Mutex::new(chain)),
            wallet_manager: Script::new(),
            tron_client: Script::new(),
            trx_staking: Script::new(),
        };
        bench.wallet_manager.answer("GET /v1/wallets/hot", &wallet());
        bench
            .wallet_manager
            .on("GET /v1/intents/", |_| (StatusCode::OK, serde_json::json!({ "intent": "any", "attempts": [] })));
        bench.tron_client.answer("GET /v1/chain-parameters", &parameters());
        let chain = bench.chain.clone();
        bench.tron_client.on("POST /v1/constant-calls", move |body| {
            let request: ConstantCallRequest = serde_json::from_value(body.clone()).unwrap();
            let view = answer(&chain.lock().unwrap(), &request.calldata.0);
            (StatusCode::OK, serde_json::to_value(view).unwrap())
        });
        for address in [payer(), Address::from_evm([3; 20])] {
            let chain = bench.chain.clone();
            bench.tron_client.on(&format!("GET /v1/accounts/{address}"), move |_| {
                let view = account(&chain.lock().unwrap(), address);
                (StatusCode::OK, serde_json::to_value(view).unwrap())
            });
        }
        bench.trx_staking.answer("PUT /v1/leases/", &lease());
        bench
    }

    pub(crate) fn router(&self) -> Router {
        let callers: [(&str, &[&str]); 3] = [
            ("payout-router", &["transfers:write", "transfers:read"]),
            ("operator", &["transfers:read", "balances:read"]),
            ("nobody", &[]),
        ];
        let context = context(SERVICE, self.clock.clone(), &callers);
        let state = State {
            store: self.store.clone(),
            clock: self.clock.clone(),
            plane: plane(),
            chain_id: CHAIN,
            token: Token::new(token(), self.peer("tron-client", &self.tron_client)),
            issuer: issuer().verify_key(),
        };
        App::new(&context, state, self.store.clone()).router::<UsdtManager>()
    }

    pub(crate) fn client(&self, caller: &str) -> PeerClient {
        client(SERVICE, self.router(), caller, self.clock.clone())
    }

    fn peer(&self, name: &str, script: &Script) -> PeerClient {
        client(name, script.router(), SERVICE, self.clock.clone())
    }

    fn machine(&self) -> TransferMachine {
        let wallet_manager = self.peer("wallet-manager", &self.wallet_manager);
        let tron_client = self.peer("tron-client", &self.tron_client);
        TransferMachine {
            metrics: Metrics::new(&service::metrics::Metrics::of_part(), self.clock.clone()),
            token: Token::new(token(), tron_client.clone()),
            transact: Transact::new(wallet_manager.clone(), register_key().verify_key(), tron_client.clone()),
            wallet_manager,
            tron_client,
            trx_staking: self.peer("trx-staking", &self.trx_staking),
            allow_contracts: false,
        }
    }

    pub(crate) async fn put(&self, number: u8) -> TransferView {
        let call = api::usdt_manager::put_transfer(id(number), &request(authorisation(number)));
        self.client("payout-router").ask(&call).await.unwrap()
    }

    pub(crate) async fn view(&self, number: u8) -> TransferView {
        self.client("operator").ask(&api::usdt_manager::transfer(id(number))).await.unwrap()
    }

    /// One turn as the driver makes it; an error is a turn that is made again.
    pub(crate) async fn turn(&self, number: u8) -> Result<TransferView, BoxError> {
        let machine = self.machine();
        let read = self.store.get::<TransferRow>(&id(number).to_string()).await?.ok_or("no such transfer")?;
        let facts = machine.gather(&read, self.clock.now()).await?;
        let now = self.clock.now();
        let plan = machine.plan(&read, facts, now);
        match self.store.commit(plan.into_commit(&read)).await {
            Err(why @ (CommitError::Exceeded { .. } | CommitError::KeyTaken { .. })) => {
                let plan = machine.refused(&read, &why, now).ok_or(why)?;
                self.store.commit(plan.into_commit(&read)).await?;
            }
            result => result?,
        }
        Ok(self.view(number).await)
    }

    pub(crate) async fn turns(&self, number: u8, count: usize) -> TransferView {
        for _ in 0..count {
            self.turn(number).await.unwrap();
        }
        self.view(number).await
    }

    /// A turn whose questions are asked and whose commit is lost, as when the process dies in between.
    pub(crate) async fn lost_turn(&self, number: u8) {
        let read = self.store.get::<TransferRow>(&id(number).to_string()).await.unwrap().unwrap();
        drop(self.machine().gather(&read, self.clock.now()).await);
    }

    pub(crate) async fn held(&self, scope: &str) -> i64 {
        self.store.held(&format!("{scope}:{}", payer()), self.clock.now()).await.unwrap()
    }
}

fn answer(chain: &Chain, calldata: &[u8]) -> ConstantCallView {
    let word = |value: u64| HexBytes([[0; 24].as_slice(), &value.to_be_bytes()].concat());
    let result = if calldata == trc20::paused() {
        word(chain.paused.into())
    } else if calldata[..4] == trc20::balance_of(payer())[..4] {
        word(chain.usdt)
    } else if calldata[..4] == trc20::calc_fee(1)[..4] {
        word(chain.fee)
    } else if calldata[..4] == trc20::is_black_listed(payer())[..4] {
        word(0)
    } else {
        word(1)
    };
    ConstantCallView { success: true, result, energy: Energy(64_285), message: None }
}

fn account(chain: &Chain, address: Address) -> AccountView {
    AccountView {
        address,
        activated: true,
        is_contract: address != payer() && chain.recipient_is_contract,
        balance: chain.trx,
        staked_for_energy: Sun::ZERO,
        staked_for_bandwidth: Sun::ZERO,
        delegated_for_energy: Sun::ZERO,
        delegated_for_bandwidth: Sun::ZERO,
        resources: Resources::default(),
        permissions: vec![],
    }
}

fn lease() -> LeaseView {
    LeaseView {
        lease_id: LeaseId::of(id(1)),
        address: payer(),
        released: false,
        energy: Energy(70_713),
        energy_lacking: Energy(0),
        bandwidth: Bandwidth(0),
        bandwidth_lacking: Bandwidth(350),
    }
}

pub(crate) fn wallet() -> WalletView {
    WalletView {
        wallet_id: "hot".parse().unwrap(),
        class: WalletClass::Hot,
        address: payer(),
        key_id: "00112233445566778899aabbccddeeff".parse().unwrap(),
        permission_id: 0,
        public_key: HexBytes(vec![4; 65]),
        created_at: NOW,
        permissions: None,
        retired_at: None,
    }
}

fn parameters() -> ChainParameters {
    ChainParameters {
        energy_price_sun: 100,
        bandwidth_price_sun: 1000,
        create_account_fee: sun("0.1"),
        new_account_fee: sun("1"),
        memo_fee: sun("1"),
        max_fee_limit: sun("15000"),
        free_bandwidth: Bandwidth(600),
        total_energy_limit: 180_000_000_000,
        total_energy_weight: 19_000_000_000,
        total_bandwidth_limit: 43_200_000_000,
        total_bandwidth_weight: 27_000_000_000,
    }
}
