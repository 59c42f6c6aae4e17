//! One transaction onto one state, in the order of the node (java-tron `Manager.processTransaction`): size, expiration,
//! signatures, bandwidth, fees, the contract, its energy.

mod contract_call;
mod deployment;

use primitives::{Address, BlockId, UnixMs};
use tron_tx::Payload;
use tron_tx::proto::{
    ContractResult, InternalTransaction, Log, ResourceReceipt, ResultCode, StringMapEntry, TransactionInfo,
};

use crate::actuator::{self, Effects, Scene};
use crate::admitted::Admitted;
use crate::authority;
use crate::genesis::GenesisConfig;
use crate::refusal::Refusal;
use crate::resource::bandwidth::{self, RESULT_BYTES};
use crate::resource::{burn, energy};
use crate::state::{PerResource, State};
use crate::tvm::Env;

/// Largest transaction, bytes (java-tron `Constant.TRANSACTION_MAX_BYTE_SIZE`).
const MAX_TRANSACTION: i64 = 500 * 1024;
/// Room kept for the result when the size is checked.
const RESULT_ROOM: i64 = 128;
/// How far ahead an expiration may lie.
const MAX_AHEAD_MS: u64 = 86_400_000;

/// The block that a transaction is executed for.
pub(crate) struct BlockContext<'a> {
    pub(crate) config: &'a GenesisConfig,
    pub(crate) number: u64,
    pub(crate) time: UnixMs,
    pub(crate) producer: Address,
    pub(crate) chain_id: u32,
    pub(crate) block_ids: &'a dyn Fn(u64) -> Option<BlockId>,
    /// Whether signatures were checked long ago: a block read back from the journal.
    pub(crate) trusted: bool,
}

impl<'a> BlockContext<'a> {
    /// What a contract call of `admitted` sees.
    fn env(&self, admitted: &Admitted) -> Env<'a> {
        Env {
            number: self.number,
            time: self.time,
            producer: self.producer,
            chain_id: self.chain_id,
            energy_fee: self.config.params.energy_fee,
            block_ids: self.block_ids,
            root: admitted.id,
            origin: admitted.owner,
        }
    }
}

/// What running code did, for the receipt.
#[derive(Debug, Default)]
pub(crate) struct CodeEffects {
    pub(crate) contract: Option<Address>,
    pub(crate) result: Option<ContractResult>,
    pub(crate) energy_total: i64,
    pub(crate) energy: energy::Paid,
    pub(crate) output: Vec<u8>,
    pub(crate) logs: Vec<Log>,
    pub(crate) internal: Vec<InternalTransaction>,
    pub(crate) message: String,
}

/// Executes a transaction. On refusal the state is as it was.
pub(crate) fn execute(
    state: &mut State,
    block: &BlockContext<'_>,
    admitted: &Admitted,
) -> Result<TransactionInfo, Refusal> {
    let before = state.clone();
    let outcome = run(state, block, admitted);
    if outcome.is_err() {
        *state = before;
    }
    outcome
}

fn run(state: &mut State, block: &BlockContext<'_>, admitted: &Admitted) -> Result<TransactionInfo, Refusal> {
    let rules = &block.config.params;
    let scene = Scene::new(state, rules, block.config.timestamp);
    check_size(admitted)?;
    check_expiration(admitted, scene.now)?;
    if !block.trusted {
        authority::check(state, admitted)?;
    }
    let bandwidth = charge_bandwidth(state, scene, admitted)?;
    let extras = charge_extras(state, scene, admitted)?;
    let (effects, code) = match &admitted.payload {
        Payload::TriggerSmartContract(contract) => {
            (Effects::default(), contract_call::execute(state, scene, block, admitted, contract)?)
        }
        Payload::CreateSmartContract(contract) => {
            (Effects::default(), deployment::execute(state, scene, block, admitted, contract)?)
        }
        payload => {
            actuator::validate(state, scene, payload).map_err(Refusal::Validate)?;
            (actuator::execute(state, scene, payload).map_err(Refusal::Execute)?, CodeEffects::default())
        }
    };
    Ok(info(block, admitted, bandwidth, extras, &effects, code))
}

fn check_size(admitted: &Admitted) -> Result<(), Refusal> {
    let size = admitted.size + RESULT_ROOM;
    if size > MAX_TRANSACTION {
        let id = admitted.id;
        return Err(Refusal::TooBig(format!(
            "Too big transaction with result, TxId {id}, the size is {size} bytes, maxTxSize {MAX_TRANSACTION}"
        )));
    }
    Ok(())
}

fn check_expiration(admitted: &Admitted, head: UnixMs) -> Result<(), Refusal> {
    let expiration = admitted.raw().expiration;
    if expiration <= head.to_i64() || expiration > head.plus_ms(MAX_AHEAD_MS).to_i64() {
        return Err(Refusal::Expiration);
    }
    Ok(())
}

fn charge_bandwidth(state: &mut State, scene: Scene<'_>, admitted: &Admitted) -> Result<bandwidth::Paid, Refusal> {
    let owner = admitted.owner;
    if state.account(&owner).is_none() {
        return Err(Refusal::Validate(format!("account [{owner}] does not exist")));
    }
    let makes_account = makes_account(state, &admitted.payload);
    let longest = scene.rules.max_create_account_tx_size;
    if makes_account && admitted.unsigned_size > longest {
        let (id, size) = (admitted.id, admitted.unsigned_size);
        return Err(Refusal::TooBig(format!(
            "Too big new account transaction, TxId {id}, the size is {size} bytes, maxTxSize {longest}"
        )));
    }
    state.change(owner, |account| account.last_operation_at = scene.now);
    bandwidth::charge(state, scene.rules, owner, admitted.size + RESULT_BYTES, makes_account, scene.slot)
        .ok_or(Refusal::Resource)
}

fn makes_account(state: &State, payload: &Payload) -> bool {
    let receiver = match payload {
        Payload::AccountCreate(_) => return true,
        Payload::Transfer(contract) => &contract.to_address,
        Payload::TransferAsset(contract) => &contract.to_address,
        _ => return false,
    };
    Address::from_bytes21(receiver).is_ok_and(|receiver| state.account(&receiver).is_none())
}

/// The fees for several signatures and for a memo, sun.
fn charge_extras(state: &mut State, scene: Scene<'_>, admitted: &Admitted) -> Result<i64, Refusal> {
    let mut fee = 0;
    if admitted.transaction.signature.len() > 1 {
        fee += scene.rules.multi_sign_fee;
    }
    if !admitted.raw().memo.is_empty() {
        fee += scene.rules.memo_fee;
    }
    if burn(state, admitted.owner, fee) { Ok(fee) } else { Err(Refusal::Resource) }
}

fn info(
    block: &BlockContext<'_>,
    admitted: &Admitted,
    bandwidth: bandwidth::Paid,
    extras: i64,
    effects: &Effects,
    code: CodeEffects,
) -> TransactionInfo {
    let failed = code.result.is_some_and(|result| result != ContractResult::Success);
    TransactionInfo {
        id: admitted.id.as_bytes().to_vec(),
        fee: effects.fee + code.energy.fee + bandwidth.fee + extras,
        block_number: i64::try_from(block.number).unwrap_or(i64::MAX),
        block_time_stamp: block.time.to_i64(),
        contract_result: vec![code.output],
        contract_address: code.contract.map(|address| address.to_bytes21().to_vec()).unwrap_or_default(),
        receipt: Some(ResourceReceipt {
            energy_usage: code.energy.usage,
            energy_fee: code.energy.fee,
            origin_energy_usage: code.energy.origin_usage,
            energy_usage_total: code.energy_total,
            net_usage: bandwidth.usage,
            net_fee: bandwidth.fee,
            result: code.result.map_or(0, i32::from),
            energy_penalty_total: 0,
        }),
        log: code.logs,
        result: if failed { ResultCode::Failed.into() } else { ResultCode::Success.into() },
        res_message: code.message.into_bytes(),
        withdraw_amount: effects.withdraw_amount,
        unfreeze_amount: effects.unfreeze_amount,
        internal_transactions: code.internal,
        withdraw_expire_amount: effects.withdraw_expire_amount,
        cancel_unfreeze_v2_amount: effects.cancel_unfreeze.map(cancelled).unwrap_or_default(),
        ..TransactionInfo::default()
    }
}

fn cancelled(amounts: PerResource<i64>) -> Vec<StringMapEntry> {
    vec![
        StringMapEntry::new("BANDWIDTH", amounts.bandwidth),
        StringMapEntry::new("ENERGY", amounts.energy),
        StringMapEntry::new("TRON_POWER", 0),
    ]
}

/// How the transaction ended, as its `ret` in the block says: system contracts always with success.
pub(crate) fn contract_result(info: &TransactionInfo) -> ContractResult {
    let result = info.receipt.as_ref().and_then(|receipt| ContractResult::try_from(receipt.result).ok());
    match result {
        None | Some(ContractResult::Default) => ContractResult::Success,
        Some(result) => result,
    }
}
