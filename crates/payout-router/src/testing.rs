//! A payout-router in process, with peers that say what they are told to.

use std::sync::Arc;

use api::Event;
use api::payout_router::{PayoutAsset, PayoutRequest, PayoutView};
use api::tron_client::ChainParameters;
use api::wallet_manager::{WalletClass, WalletView};
use axum::Router;
use payments::limits::Limits;
use payments::payout::Authority;
use primitives::statement::{Action, Ceremony, Cosigned, Operators, SignKey};
use primitives::{Address, Bandwidth, ChainId, HexBytes, PayoutId, PlaneId, Sun, UnixMs, Usdt};
use serde_json::Value;
use service::clock::{Clock, ManualClock};
use service::driver::Machine;
use service::feed::Apply;
use service::testing::{Script, client, context, store};
use service::{App, BoxError, PeerClient};
use store::{Commit, CommitError, Restored, Store, Versioned};
use transact::Transact;

use crate::PayoutRouter;
use crate::app::{NOUNS, State};
use crate::council::Council;
use crate::drive::PayoutMachine;
use crate::freezer::Freezer;
use crate::halt::Halt;
use crate::metrics::Metrics;
use crate::payout::PayoutRow;
use crate::recovery::Recoveries;

pub(crate) const NOW: UnixMs = UnixMs(1_751_466_432_000);
pub(crate) const SERVICE: &str = "payout-router";

pub(crate) fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap()
}

pub(crate) fn register_key() -> SignKey {
    SignKey::from_seed(&[2; 32])
}

pub(crate) fn payer() -> Address {
    Address::from_evm([1; 20])
}

pub(crate) fn request(reference: &str, asset: PayoutAsset, amount: &str) -> PayoutRequest {
    PayoutRequest {
        merchant: "shop".parse().unwrap(),
        reference: reference.parse().unwrap(),
        asset,
        recipient: Address::from_evm([3; 20]),
        amount: amount.to_owned(),
        memo: None,
    }
}

pub(crate) fn id_of(request: &PayoutRequest) -> PayoutId {
    PayoutId::of(plane(), &request.merchant, &request.reference)
}

const OPERATORS: [&str; 2] = ["alice", "bob"];

/// An operator's key.
pub(crate) fn operator(name: &str) -> SignKey {
    let mut seed = [1; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    SignKey::from_seed(&seed)
}

/// A decision that these operators have signed.
pub(crate) fn decided(action: Action, names: &[&str]) -> Cosigned<Ceremony> {
    let ceremony = Ceremony {
        plane: plane(),
        chain_id: ChainId(0x7e57_0001),
        action,
        nonce: [7; 16],
        issued_at: NOW,
        valid_until: NOW.plus_ms(3_600_000),
    };
    names.iter().fold(Cosigned::proposed(ceremony), |ceremony, name| ceremony.signed_by(&operator(name)))
}

fn limits() -> Limits {
    let usdt = |text| Usdt::parse(text).unwrap();
    let sun = |text| Sun::parse(text).unwrap();
    Limits {
        payout_min: usdt("0.01"),
        v0_payout_max: usdt("1000"),
        v0_day_max: usdt("2500"),
        all_hour_max: usdt("1500"),
        trx_payout_max: sun("1000"),
        trx_day_max: sun("1500"),
    }
}

#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
    pub(crate) wallet_manager: Script,
    pub(crate) tron_client: Script,
    pub(crate) usdt_manager: Script,
    /// None but where a test has it restored.
    pub(crate) restored: Option<Restored>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let bench = Self {
            clock: ManualClock::at(NOW),
            store: store(&NOUNS),
            wallet_manager: Script::new(),
            tron_client: Script::new(),
            usdt_manager: Script::new(),
            restored: None,
        };
        bench.wallet_manager.answer("GET /v1/wallets/hot", &wallet());
        bench.tron_client.answer("GET /v1/chain-parameters", &chain());
        bench
    }

    pub(crate) fn router(&self) -> Router {
        let callers: [(&str, &[&str]); 3] = [
            ("payment-gateway", &["payouts:write", "payouts:read"]),
            ("operator", &["operator", "payouts:read", "payouts:review"]),
            ("nobody", &[]),
        ];
        let context = context(SERVICE, self.clock.clone(), &callers);
        let state = State {
            store: self.store.clone(),
            clock: self.clock.clone(),
            plane: plane(),
            limits: limits(),
            freezer: Freezer::new(self.store.clone(), self.clock.clone()),
            halt: Halt::new(self.store.clone(), self.clock.clone()),
            recoveries: self.recoveries(),
            tron_client: self.peer("tron-client", &self.tron_client),
            council: Council {
                operators: Operators::new(OPERATORS.map(|name| (name.to_owned(), operator(name).verify_key())))
                    .unwrap(),
                plane: plane(),
                chain_id: ChainId(0x7e57_0001),
            },
        };
        App::new(&context, state, self.store.clone()).router::<PayoutRouter>()
    }

    pub(crate) fn client(&self, caller: &str) -> PeerClient {
        client(SERVICE, self.router(), caller, self.clock.clone())
    }

    /// The restore that this plane was made by, if it was.
    pub(crate) fn recoveries(&self) -> Recoveries {
        Recoveries {
            store: self.store.clone(),
            plane: plane(),
            past_ms: 60_000,
            restored: self.restored,
            wallet_manager: self.peer("wallet-manager", &self.wallet_manager),
            authority: Arc::new(SignKey::from_seed(&[1; 32])),
        }
    }

    fn machine(&self) -> PayoutMachine {
        let peer = |name: &str, script: &Script| client(name, script.router(), SERVICE, self.clock.clone());
        let wallet_manager = peer("wallet-manager", &self.wallet_manager);
        let tron_client = peer("tron-client", &self.tron_client);
        PayoutMachine {
            metrics: Metrics::new(&service::metrics::Metrics::of_part(), self.clock.clone()),
            authority: Authority {
                key: SignKey::from_seed(&[1; 32]),
                plane: plane(),
                chain_id: ChainId(0x7e57_0001),
                token: Address::from_evm([7; 20]),
                fee_limit_max: Sun::parse("100").unwrap(),
                valid_ms: 86_400_000,
            },
            limits: limits(),
            freezer: Freezer::new(self.store.clone(), self.clock.clone()),
            halt: Halt::new(self.store.clone(), self.clock.clone()),
            recoveries: self.recoveries(),
            wallet: "hot".parse().unwrap(),
            transact: Transact::new(wallet_manager.clone(), register_key().verify_key(), tron_client.clone()),
            wallet_manager,
            tron_client,
            usdt_manager: peer("usdt-manager", &self.usdt_manager),
        }
    }

    pub(crate) async fn put(&self, request: &PayoutRequest) -> PayoutView {
        let call = api::payout_router::put_payout(id_of(request), request);
        self.client("payment-gateway").ask(&call).await.unwrap()
    }

    pub(crate) async fn view(&self, id: PayoutId) -> PayoutView {
        self.client("operator").ask(&api::payout_router::payout(id)).await.unwrap()
    }

    /// One turn as the driver makes it; an error is a turn that is made again.
    pub(crate) async fn turn(&self, id: PayoutId) -> Result<PayoutView, BoxError> {
        self.turn_around(id, Commit::new(self.clock.now())).await
    }

    /// A turn in the middle of which, after its questions, something else is committed.
    pub(crate) async fn turn_around(&self, id: PayoutId, between: Commit) -> Result<PayoutView, BoxError> {
        let machine = self.machine();
        let read = self.store.get::<PayoutRow>(&id.to_string()).await?.ok_or("no such payout")?;
        let facts = machine.gather(&read, self.clock.now()).await?;
        self.store.commit(between).await?;
        let now = self.clock.now();
        let plan = machine.plan(&read, facts, now);
        match self.store.commit(plan.into_commit(&read)).await {
            Err(why @ (CommitError::Exceeded { .. } | CommitError::KeyTaken { .. })) => {
                let plan = machine.refused(&read, &why, now).ok_or(why)?;
                self.store.commit(plan.into_commit(&read)).await?;
            }
            result => result?,
        }
        Ok(self.view(id).await)
    }

    pub(crate) fn peer(&self, name: &str, script: &Script) -> PeerClient {
        client(name, script.router(), SERVICE, self.clock.clone())
    }

    /// One turn of any machine's record.
    pub(crate) async fn turn_of<M: Machine>(&self, machine: &M, id: &str) -> Result<Versioned<M::Record>, BoxError> {
        let read = self.store.get::<M::Record>(id).await?.ok_or("no such record")?;
        let facts = machine.gather(&read, self.clock.now()).await?;
        let plan = machine.plan(&read, facts, self.clock.now());
        self.store.commit(plan.into_commit(&read)).await?;
        Ok(self.store.get::<M::Record>(id).await?.ok_or("the record is gone")?)
    }

    /// Applies an event as the follower does.
    pub(crate) async fn told(&self, apply: &impl Apply, kind: &str, subject: &str, data: Value) {
        let event = Event {
            cursor: String::new(),
            id: format!("{kind}/{subject}/{data}"),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            version: 1,
            at: self.clock.now(),
            data,
        };
        let commit = apply.apply(&event, Commit::new(self.clock.now())).await.unwrap();
        self.store.commit(commit).await.unwrap();
    }

    /// A turn whose questions are asked and whose commit is lost, as when the process dies in between.
    pub(crate) async fn lost_turn(&self, id: PayoutId) {
        let read = self.store.get::<PayoutRow>(&id.to_string()).await.unwrap().unwrap();
        drop(self.machine().gather(&read, self.clock.now()).await);
    }

    pub(crate) async fn held(&self, scope: &str) -> i64 {
        self.store.held(scope, self.clock.now()).await.unwrap()
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

fn chain() -> ChainParameters {
    let sun = |text| Sun::parse(text).unwrap();
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
