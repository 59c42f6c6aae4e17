//! What a devnet begins with: its accounts, its producers, its seed.

use primitives::{Address, HexBytes, UnixMs};
use serde::{Deserialize, Serialize};
use tron_tx::json::{self, JsonError};
use tron_tx::proto::SmartContract;

use crate::keys::DevnetKey;
use crate::params::ChainParams;

/// Everything that determines the chain before its first transaction. Equal configurations give equal genesis blocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenesisConfig {
    /// Where the devnet's own keys come from.
    pub seed: String,
    /// Time of the genesis block; 0 as on mainnet, so that the chain's id does not depend on when it was started.
    pub timestamp: UnixMs,
    /// Milliseconds between blocks; 3000 on every live network. Resources recover by slots of 3 s whatever this is.
    pub block_ms: u64,
    /// Block producers, 27 on mainnet; the solid block lags the head by 18 with 27 and by 0 with 1.
    pub producers: usize,
    /// Accounts with a balance from the start, beside the faucet's.
    pub accounts: Vec<GenesisAccount>,
    /// Contracts that are there from the start.
    pub contracts: Vec<GenesisContract>,
    /// Sun of the faucet's account.
    pub faucet_balance: i64,
    /// Bandwidth stake of a bystander, in whole TRX, so that a staked TRX buys about what it does on mainnet.
    pub network_net_stake_trx: i64,
    /// Energy stake of a bystander, in whole TRX, for the same reason.
    pub network_energy_stake_trx: i64,
    /// Transactions that may wait at once before SERVER_BUSY; java-tron's default.
    pub max_pending: usize,
    /// Fees and limits.
    pub params: ChainParams,
}

/// One account of the genesis block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    /// Whose.
    pub address: Address,
    /// Sun, at least 0.
    pub balance: i64,
}

/// One contract of the genesis block: what its init code leaves when it is run there, at a chosen address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisContract {
    /// Where.
    pub address: Address,
    /// Who seems to deploy it: `msg.sender` of the constructor.
    pub creator: Address,
    /// Its name, at most 32 bytes.
    pub name: String,
    /// Its interface in Solidity's JSON form.
    pub abi: String,
    /// The code that deploys it, arguments included.
    pub init_code: HexBytes,
}

impl GenesisContract {
    /// The contract's message, without its code's hash. Callers pay all of its energy.
    pub fn description(&self) -> Result<SmartContract, JsonError> {
        let entries: serde_json::Value = serde_json::from_str(&self.abi)?;
        Ok(SmartContract {
            origin_address: self.creator.to_bytes21().to_vec(),
            contract_address: self.address.to_bytes21().to_vec(),
            abi: Some(json::parse(&serde_json::json!({ "entrys": entries }), false)?),
            bytecode: self.init_code.0.clone(),
            consume_user_resource_percent: 100,
            name: self.name.clone(),
            origin_energy_limit: 10_000_000,
            ..SmartContract::default()
        })
    }
}

impl Default for GenesisConfig {
    fn default() -> Self {
        Self {
            seed: "devnet".to_owned(),
            timestamp: UnixMs(0),
            block_ms: 3_000,
            producers: 27,
            accounts: Vec::new(),
            contracts: Vec::new(),
            faucet_balance: 10_000_000_000_000_000,
            network_net_stake_trx: 26_000_000_000,
            network_energy_stake_trx: 19_000_000_000,
            max_pending: 2_000,
            params: ChainParams::default(),
        }
    }
}

impl GenesisConfig {
    /// A hash of all that shapes the chain: not the pace of blocks nor the room for waiting transactions, which may
    /// change from one start to the next.
    pub fn identity(&self) -> [u8; 32] {
        let shape = Self { block_ms: 0, max_pending: 0, ..self.clone() };
        let text = serde_json::to_vec(&shape).expect("a configuration has only string keys");
        tron_tx::hash::sha256(&text)
    }

    /// The key of block producer `index`.
    pub fn producer_key(&self, index: usize) -> DevnetKey {
        DevnetKey::derive(&self.seed, &format!("producer {index}"))
    }

    /// The key of the account that the faucet pays from.
    pub fn faucet_key(&self) -> DevnetKey {
        DevnetKey::derive(&self.seed, "faucet")
    }

    /// The account whose stake stands for the rest of the network.
    pub fn bystander_key(&self) -> DevnetKey {
        DevnetKey::derive(&self.seed, "bystander")
    }
}
