//! A small world for this crate's tests: a chain, a time, accounts with keys.

use primitives::{Address, TxId, UnixMs};
use tron_tx::Payload;
use tron_tx::proto::{
    Account, ContractResult, CreateSmartContract, SmartContract, Transaction, TransactionInfo, TransactionRaw,
    TransferContract, TriggerSmartContract,
};

use crate::admitted::Admitted;
use crate::broadcast::{BroadcastError, ResponseCode};
use crate::chain::{At, Chain};
use crate::genesis::{GenesisAccount, GenesisConfig};
use crate::keys::DevnetKey;

pub(crate) const TRX: i64 = 1_000_000;
/// What each account of the world begins with.
pub(crate) const PURSE: i64 = 100_000 * TRX;
const START: u64 = 1_790_000_000_000;

pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) now: UnixMs,
    /// Makes every transaction another one.
    nonce: i64,
}

pub(crate) fn key(name: &str) -> DevnetKey {
    DevnetKey::derive("test world", name)
}

pub(crate) fn at(name: &str) -> Address {
    key(name).address()
}

pub(crate) fn bytes(address: Address) -> Vec<u8> {
    address.to_bytes21().to_vec()
}

/// One producer, Alice and Bob with a purse each, and a network in which one TRX of stake buys one unit of either resource.
pub(crate) fn config() -> GenesisConfig {
    let mut config = GenesisConfig {
        producers: 1,
        accounts: ["alice", "bob"].map(|name| GenesisAccount { address: at(name), balance: PURSE }).to_vec(),
        network_net_stake_trx: 1_000_000,
        network_energy_stake_trx: 1_000_000,
        ..GenesisConfig::default()
    };
    config.params.total_net_limit = 1_000_000;
    config.params.total_energy_limit = 1_000_000;
    config
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(config())
    }

    /// The configured chain after its first block.
    pub(crate) fn with(config: GenesisConfig) -> Self {
        let chain = Chain::new(config).expect("the configuration is sound");
        let mut world = Self { chain, now: UnixMs(START), nonce: 0 };
        world.mine();
        world
    }

    /// Makes the block of the next slot.
    pub(crate) fn mine(&mut self) {
        self.now = self.now.max(self.chain.next_slot());
        self.chain.produce_block(self.now).expect("the slot has begun");
    }

    /// Lets time pass, then makes one block.
    pub(crate) fn wait_ms(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
        self.mine();
    }

    pub(crate) fn raw(&mut self, payload: impl Into<Payload>) -> TransactionRaw {
        self.nonce += 1;
        let head = self.chain.head().id;
        TransactionRaw {
            ref_block_bytes: head.as_bytes()[6..8].to_vec(),
            ref_block_hash: head.as_bytes()[8..16].to_vec(),
            expiration: self.now.plus_ms(60_000).to_i64(),
            timestamp: self.now.to_i64() + self.nonce,
            contract: vec![payload.into().into_contract(0)],
            fee_limit: 0,
            ..TransactionRaw::default()
        }
    }

    pub(crate) fn broadcast(&mut self, transaction: Transaction) -> Result<TxId, BroadcastError> {
        self.chain.broadcast(transaction, self.now)
    }

    pub(crate) fn send(&mut self, payload: impl Into<Payload>, signer: &str) -> Result<TxId, BroadcastError> {
        let raw = self.raw(payload);
        self.broadcast(signed(raw, &[signer]))
    }

    /// The refusal's code and text.
    pub(crate) fn refused(&mut self, payload: impl Into<Payload>, signer: &str) -> (ResponseCode, String) {
        let refusal = self.send(payload, signer).expect_err("it is refused");
        (refusal.code, refusal.message)
    }

    /// Sends, makes a block and returns what the transaction did.
    pub(crate) fn settle(&mut self, payload: impl Into<Payload>, signer: &str) -> TransactionInfo {
        let raw = self.raw(payload);
        self.settle_signed(signed(raw, &[signer]))
    }

    pub(crate) fn settle_signed(&mut self, transaction: Transaction) -> TransactionInfo {
        let id = self.broadcast(transaction).expect("it is taken in");
        self.mine();
        self.chain.view(At::Head).transaction_info(&id).expect("it is in the block").clone()
    }

    pub(crate) fn account(&self, name: &str) -> Account {
        self.chain.view(At::Head).account(&at(name)).expect("the account exists")
    }

    pub(crate) fn balance(&self, name: &str) -> i64 {
        self.chain.view(At::Head).account(&at(name)).map_or(0, |account| account.balance)
    }

    /// Deploys code that `runtime` returns as it is, as `owner`.
    pub(crate) fn deploy(&mut self, owner: &str, runtime: &[u8], percent: i64) -> Address {
        let info = self.settle_deployment(owner, init_code(runtime), percent, 1_000 * TRX);
        assert_eq!(result_of(&info), ContractResult::Success, "{info:?}");
        Address::from_bytes21(&info.contract_address).expect("an address")
    }

    pub(crate) fn settle_deployment(
        &mut self,
        owner: &str,
        bytecode: Vec<u8>,
        percent: i64,
        fee_limit: i64,
    ) -> TransactionInfo {
        let raw = self.raw(CreateSmartContract {
            owner_address: bytes(at(owner)),
            new_contract: Some(SmartContract {
                origin_address: bytes(at(owner)),
                bytecode,
                consume_user_resource_percent: percent,
                origin_energy_limit: 10_000_000,
                ..SmartContract::default()
            }),
            ..CreateSmartContract::default()
        });
        self.settle_signed(signed(TransactionRaw { fee_limit, ..raw }, &[owner]))
    }

    pub(crate) fn trigger(&mut self, caller: &str, call: TriggerSmartContract, fee_limit: i64) -> TransactionInfo {
        let raw = self.raw(call);
        self.settle_signed(signed(TransactionRaw { fee_limit, ..raw }, &[caller]))
    }
}

/// Signed by each of the named keys.
pub(crate) fn signed(raw: TransactionRaw, signers: &[&str]) -> Transaction {
    let mut transaction = Transaction { raw_data: Some(raw), ..Transaction::default() };
    let id = Admitted::id_of(&transaction);
    transaction.signature = signers.iter().map(|name| key(name).sign(id.as_bytes())).collect();
    transaction
}

pub(crate) fn transfer(from: &str, to: &str, amount: i64) -> TransferContract {
    TransferContract { owner_address: bytes(at(from)), to_address: bytes(at(to)), amount }
}

pub(crate) fn call(caller: &str, contract: Address, data: Vec<u8>) -> TriggerSmartContract {
    TriggerSmartContract {
        owner_address: bytes(at(caller)),
        contract_address: bytes(contract),
        call_data: data,
        ..TriggerSmartContract::default()
    }
}

pub(crate) fn result_of(info: &TransactionInfo) -> ContractResult {
    let result = info.receipt.as_ref().map_or(0, |receipt| receipt.result);
    ContractResult::try_from(result).expect("a known result")
}

/// Init code that leaves `runtime`: copy what follows and return it.
pub(crate) fn init_code(runtime: &[u8]) -> Vec<u8> {
    let length = u16::try_from(runtime.len()).expect("test code is short").to_be_bytes();
    // PUSH2 length, DUP1, PUSH1 12 (where the runtime begins), PUSH1 0, CODECOPY, PUSH1 0, RETURN.
    let mut code = vec![0x61, length[0], length[1], 0x80, 0x60, 0x0c, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3];
    code.extend(runtime);
    code
}
