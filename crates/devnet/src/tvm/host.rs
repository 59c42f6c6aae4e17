//! What revm's own instructions ask of the world.

use std::borrow::Cow;

use revm::context_interface::cfg::GasParams;
use revm::context_interface::context::{SStoreResult, SelfDestructResult, StateLoad};
use revm::context_interface::host::{Host, LoadError};
use revm::context_interface::journaled_state::AccountInfoLoad;
use revm::primitives::{Address, B256, KECCAK_EMPTY, Log, U256};
use revm::state::AccountInfo;

use super::machine::{Machine, word};
use super::{from_evm, to_evm};

impl Host for Machine<'_> {
    fn basefee(&self) -> U256 {
        U256::from(self.env.energy_fee.unsigned_abs())
    }

    fn blob_gasprice(&self) -> U256 {
        U256::ZERO
    }

    fn gas_limit(&self) -> U256 {
        U256::ZERO
    }

    fn difficulty(&self) -> U256 {
        U256::ZERO
    }

    fn prevrandao(&self) -> Option<U256> {
        Some(U256::ZERO)
    }

    fn block_number(&self) -> U256 {
        U256::from(self.env.number)
    }

    fn timestamp(&self) -> U256 {
        U256::from(self.env.time.0 / 1000)
    }

    fn beneficiary(&self) -> Address {
        to_evm(self.env.producer)
    }

    fn slot_num(&self) -> U256 {
        U256::ZERO
    }

    fn chain_id(&self) -> U256 {
        U256::from(self.env.chain_id)
    }

    fn effective_gas_price(&self) -> U256 {
        U256::ZERO
    }

    fn caller(&self) -> Address {
        to_evm(self.env.origin)
    }

    fn blob_hash(&self, _number: usize) -> Option<U256> {
        None
    }

    fn max_initcode_size(&self) -> usize {
        usize::MAX
    }

    fn gas_params(&self) -> &GasParams {
        &self.gas_params
    }

    fn is_amsterdam_eip8037_enabled(&self) -> bool {
        false
    }

    fn block_hash(&mut self, number: u64) -> Option<B256> {
        Some((self.env.block_ids)(number).map_or(B256::ZERO, |id| B256::from(*id.as_bytes())))
    }

    fn selfdestruct(
        &mut self,
        _address: Address,
        _target: Address,
        _skip_cold_load: bool,
    ) -> Result<StateLoad<SelfDestructResult>, LoadError> {
        // Our own instruction stands in the table.
        Err(LoadError::DBError)
    }

    fn log(&mut self, log: Log) {
        let (topics, body) = log.data.split();
        self.logs.push(tron_tx::proto::Log {
            address: log.address.to_vec(),
            topics: topics.iter().map(|topic| topic.to_vec()).collect(),
            body: body.to_vec(),
        });
    }

    fn sstore_skip_cold_load(
        &mut self,
        _address: Address,
        _key: U256,
        _value: U256,
        _skip_cold_load: bool,
    ) -> Result<StateLoad<SStoreResult>, LoadError> {
        // Our own instruction stands in the table.
        Err(LoadError::DBError)
    }

    fn sload_skip_cold_load(
        &mut self,
        address: Address,
        key: U256,
        _skip_cold_load: bool,
    ) -> Result<StateLoad<U256>, LoadError> {
        let value = self.state.storage(from_evm(address), word(key));
        Ok(StateLoad::new(U256::from_be_bytes(value), false))
    }

    fn tstore(&mut self, address: Address, key: U256, value: U256) {
        self.transient.insert_mut((from_evm(address), word(key)), value);
    }

    fn tload(&mut self, address: Address, key: U256) -> U256 {
        self.transient.get(&(from_evm(address), word(key))).copied().unwrap_or_default()
    }

    fn load_account_info_skip_cold_load(
        &mut self,
        address: Address,
        _load_code: bool,
        _skip_cold_load: bool,
    ) -> Result<AccountInfoLoad<'_>, LoadError> {
        let address = from_evm(address);
        let account = self.state.account(&address);
        let contract = self.state.contract(&address);
        let info = AccountInfo {
            balance: account.map_or(U256::ZERO, |account| U256::from(account.balance.unsigned_abs())),
            code_hash: contract.map_or(KECCAK_EMPTY, |contract| B256::from(contract.code_hash)),
            code: Some(contract.map(|contract| contract.code.clone()).unwrap_or_default()),
            ..AccountInfo::default()
        };
        Ok(AccountInfoLoad { is_empty: account.is_none(), account: Cow::Owned(info), is_cold: false })
    }
}
