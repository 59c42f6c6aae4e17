//! Block 0 and the world that it leaves.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use primitives::{Address, TxId};
use revm::bytecode::Bytecode;
use thiserror::Error;
use tron_tx::json::JsonError;
use tron_tx::proto::{
    Block, BlockHeader, BlockHeaderRaw, ContractResult, SmartContract, Transaction, TransactionRaw, TransferContract,
};
use tron_tx::{Payload, hash};

use super::assemble::transaction_root;
use super::pending::Pool;
use super::{Chain, StoredBlock};
use crate::genesis::{GenesisConfig, GenesisContract};
use crate::keys::DevnetKey;
use crate::resource::limits::{TRX, restake};
use crate::state::{Account, AccountKind, Contract, StakedResource, State, Totals, Witness};
use crate::tvm::{self, Env, Message};

/// Percent that a witness keeps from its voters (java-tron's default brokerage).
const BROKERAGE: i64 = 20;
/// Energy that a genesis contract's init code may use.
const INIT_ENERGY: i64 = 100_000_000;
/// The sender of genesis transfers on every TRON network.
const NOBODY: &[u8] = b"0x000000000000000000000";
/// What java-tron writes where the witness of the genesis block would stand.
const MOTTO: &[u8] = b"A new system must allow existing systems to be linked together without requiring any central \
control or coordination";

/// Why a configuration makes no genesis.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// There is nobody to make blocks.
    #[error("a chain needs at least one producer")]
    NoProducer,
    /// A balance below zero.
    #[error("the balance of {0} is negative")]
    Balance(Address),
    /// A contract's interface cannot be read.
    #[error("the interface of the contract at {address}")]
    Interface {
        /// Where it was to be.
        address: Address,
        /// Why.
        #[source]
        source: JsonError,
    },
    /// A contract's init code fails.
    #[error("the init code of the contract at {address}: {reason}")]
    InitCode {
        /// Where it was to be.
        address: Address,
        /// Why.
        reason: String,
    },
}

pub(super) fn chain(config: GenesisConfig) -> Result<Chain, GenesisError> {
    if config.producers == 0 {
        return Err(GenesisError::NoProducer);
    }
    let producers: Vec<DevnetKey> = (0..config.producers).map(|index| config.producer_key(index)).collect();
    let mut state = State::empty(Totals::at_genesis(config.timestamp));
    let mut balances = vec![(config.faucet_key().address(), config.faucet_balance)];
    balances.extend(config.accounts.iter().map(|account| (account.address, account.balance)));
    for (address, balance) in &balances {
        if *balance < 0 {
            return Err(GenesisError::Balance(*address));
        }
        state.credit(*address, *balance);
    }
    let genesis = block(&config, &balances);
    let id = genesis.id.as_bytes();
    let chain_id = u32::from_be_bytes([id[28], id[29], id[30], id[31]]);
    add_network(&mut state, &config, &producers);
    state.totals.head_id = genesis.id;
    for contract in &config.contracts {
        deploy(&mut state, &config, chain_id, contract)?;
    }
    let included = genesis.txids.iter().enumerate().map(|(at, txid)| (*txid, (0, at))).collect();
    Ok(Chain {
        producers,
        chain_id,
        by_id: HashMap::from([(genesis.id, 0)]),
        blocks: vec![genesis],
        included,
        pool: Pool::new(state.clone()),
        states: VecDeque::from([state]),
        journal: None,
        config,
    })
}

/// The block as on mainnet: one transfer from nobody to each account. Its parent hash binds the rest of the configuration.
fn block(config: &GenesisConfig, balances: &[(Address, i64)]) -> StoredBlock {
    let transactions: Vec<Transaction> = balances
        .iter()
        .map(|(to, amount)| {
            let transfer = TransferContract {
                owner_address: NOBODY.to_vec(),
                to_address: to.to_bytes21().to_vec(),
                amount: *amount,
            };
            let contract = Payload::from(transfer).into_contract(0);
            let raw = TransactionRaw { contract: vec![contract], ..TransactionRaw::default() };
            Transaction { raw_data: Some(raw), ..Transaction::default() }
        })
        .collect();
    let txids: Vec<TxId> = transactions.iter().map(crate::admitted::Admitted::id_of).collect();
    let header = BlockHeaderRaw {
        timestamp: config.timestamp.to_i64(),
        tx_trie_root: transaction_root(&transactions).to_vec(),
        parent_hash: config.identity().to_vec(),
        witness_address: MOTTO.to_vec(),
        ..BlockHeaderRaw::default()
    };
    let id = hash::block_id(&header);
    let block_header = Some(BlockHeader { raw_data: Some(header), ..BlockHeader::default() });
    StoredBlock { id, block: Block { transactions, block_header }, txids, infos: Vec::new() }
}

/// Producers, and a bystander whose stake and votes stand for everybody else's.
fn add_network(state: &mut State, config: &GenesisConfig, producers: &[DevnetKey]) {
    let now = config.timestamp;
    let bystander = config.bystander_key().address();
    state.credit(bystander, 0);
    let stakes = [
        (StakedResource::Bandwidth, config.network_net_stake_trx),
        (StakedResource::Energy, config.network_energy_stake_trx),
    ];
    for (resource, trx) in stakes {
        let sun = trx.max(0).saturating_mul(TRX);
        state.change(bystander, |account| *account.frozen.of_mut(resource) += sun);
        restake(state, resource, 0, sun);
    }
    let power = state.account(&bystander).map_or(0, Account::tron_power) / TRX;
    let each = power / i64::try_from(producers.len()).unwrap_or(i64::MAX);
    for (index, producer) in producers.iter().enumerate() {
        let address = producer.address();
        if state.account(&address).is_none() {
            state.put(Account::new(address, AccountKind::Normal, now));
        }
        let witness = Witness {
            address,
            votes: each,
            url: format!("devnet producer {index}"),
            produced: 0,
            missed: 0,
            latest_block: 0,
            latest_slot: 0,
            brokerage: BROKERAGE,
            cycle_reward: 0,
        };
        state.witnesses.insert_mut(address, witness);
    }
    if each > 0 {
        let votes = producers.iter().map(|producer| (producer.address(), each)).collect();
        state.change(bystander, |account| account.votes = votes);
    }
}

fn deploy(
    state: &mut State,
    config: &GenesisConfig,
    chain_id: u32,
    contract: &GenesisContract,
) -> Result<(), GenesisError> {
    let address = contract.address;
    let description = contract.description().map_err(|source| GenesisError::Interface { address, source })?;
    state.credit(contract.creator, 0);
    state.put(Account::new(address, AccountKind::Contract, config.timestamp));
    let env = Env {
        number: 0,
        time: config.timestamp,
        producer: Address::ZERO,
        chain_id,
        energy_fee: config.params.energy_fee,
        block_ids: &|_| None,
        root: TxId::new([0; 32]),
        origin: contract.creator,
    };
    let message = Message {
        caller: contract.creator,
        target: address,
        value: 0,
        code: Bytecode::new_legacy(contract.init_code.0.clone().into()),
        input: revm::primitives::Bytes::new(),
        energy_limit: INIT_ENERGY,
    };
    let ran = tvm::create(state.clone(), &env, message);
    if ran.result != ContractResult::Success {
        return Err(GenesisError::InitCode { address, reason: ran.message });
    }
    *state = ran.state;
    let code_hash = hash::keccak256(&ran.output);
    let deployed = Contract {
        creator: contract.creator,
        caller_percent: description.consume_user_resource_percent,
        creator_energy_limit: description.origin_energy_limit,
        code_hash,
        code: Bytecode::new_legacy(ran.output),
        description: SmartContract { code_hash: code_hash.to_vec(), ..description },
    };
    state.contracts.insert_mut(address, Arc::new(deployed));
    Ok(())
}
