//! Calls and estimates against a view's state.

use primitives::{Address, TxId};
use revm::bytecode::Bytecode;
use tron_tx::proto::ContractResult;

use super::View;
use crate::call::{CallError, CallOutcome, ConstantCall};
use crate::resource::limits::TRX;
use crate::state::{Account, AccountKind, State};
use crate::tvm::{self, Env, Message};

/// Energy that a constant call may use (java-tron `vm.maxEnergyLimitForConstant`).
const CONSTANT_ENERGY: i64 = 100_000_000;
/// Where a trial deployment seems to live.
const TRIAL: Address = Address::from_evm([0xdd; 20]);

impl View<'_> {
    /// Runs a call and forgets it.
    pub fn constant_call(&self, call: &ConstantCall) -> Result<CallOutcome, CallError> {
        self.run(call, CONSTANT_ENERGY)
    }

    /// Energy with which a call succeeds, found as java-tron finds it: by bisection to within what 1 TRX buys, so that it
    /// may be more than the call uses (`Wallet.estimateEnergy`).
    pub fn estimate_energy(&self, call: &ConstantCall) -> Result<i64, CallError> {
        let price = self.chain.config.params.energy_fee.max(1);
        let succeeds = |sun: i64| self.run(call, sun / price).map(|outcome| outcome.result == ContractResult::Success);
        let mut high = self.chain.config.params.max_fee_limit;
        let first = self.run(call, high / price)?;
        if first.result != ContractResult::Success {
            return Err(CallError::Failed(first.message));
        }
        let mut low = first.energy_used.saturating_mul(price).min(high);
        let doubled = low.saturating_mul(2);
        if doubled < high {
            if succeeds(doubled)? {
                high = doubled;
            } else {
                low = doubled;
            }
        }
        while low + TRX < high {
            let middle = low.midpoint(high);
            if succeeds(middle)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        Ok((high + price - 1) / price)
    }

    fn run(&self, call: &ConstantCall, energy_limit: i64) -> Result<CallOutcome, CallError> {
        let mut state = self.state.clone();
        let (target, code, input) = match call.contract {
            Some(address) => {
                let contract = self.state.contract(&address).ok_or(CallError::NoContract)?;
                (address, contract.code.clone(), call.data.clone())
            }
            None => (TRIAL, Bytecode::new_legacy(call.data.clone().into()), Vec::new()),
        };
        if call.contract.is_none() {
            state.put(Account::new(TRIAL, AccountKind::Contract, state.totals.head_time));
        }
        lend_value(&mut state, call, target)?;
        let block_ids = |number: u64| self.block_by_number(number).map(|block| block.id);
        let head = self.head();
        let raw = head.block.block_header.as_ref().and_then(|header| header.raw_data.as_ref());
        let producer = raw.and_then(|raw| Address::from_bytes21(&raw.witness_address).ok());
        let env = Env {
            number: self.top,
            time: head.time(),
            producer: producer.unwrap_or(Address::ZERO),
            chain_id: self.chain.chain_id,
            energy_fee: self.chain.config.params.energy_fee,
            block_ids: &block_ids,
            root: TxId::new([0; 32]),
            origin: call.caller,
        };
        let message =
            Message { caller: call.caller, target, value: call.value, code, input: input.into(), energy_limit };
        let ran =
            if call.contract.is_some() { tvm::call(state, &env, message) } else { tvm::create(state, &env, message) };
        Ok(CallOutcome {
            result: ran.result,
            energy_used: ran.energy_used,
            output: ran.output.to_vec(),
            logs: ran.logs,
            internal: ran.internal,
            message: ran.message,
        })
    }
}

/// Moves the value of a trial call, if the caller has it.
fn lend_value(state: &mut State, call: &ConstantCall, target: Address) -> Result<(), CallError> {
    if call.value == 0 {
        return Ok(());
    }
    let balance = state.account(&call.caller).map_or(0, |account| account.balance);
    if call.value < 0 || balance < call.value || call.caller == target {
        let text = "Validate InternalTransfer error, balance is not sufficient.";
        return Err(CallError::Failed(text.to_owned()));
    }
    state.change(call.caller, |account| account.balance -= call.value);
    state.credit(target, call.value);
    Ok(())
}
