//! The journal of one transaction's execution.

use std::collections::BTreeSet;

use primitives::Address;
use revm::context_interface::cfg::GasParams;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{B256, U256};
use rpds::RedBlackTreeMapSync;
use tron_tx::hash::keccak256;
use tron_tx::proto::{CallValueInfo, InternalTransaction, Log};

use super::Env;
use super::frames::Opening;
use crate::state::{Account, AccountKind, State, Word};

/// Frames deep that calls may go (java-tron `Program.MAX_DEPTH`).
pub(super) const MAX_DEPTH: usize = 64;

/// The state while code runs, and what the frames share.
pub(super) struct Machine<'a> {
    pub(super) state: State,
    pub(super) env: &'a Env<'a>,
    pub(super) logs: Vec<Log>,
    pub(super) internal: Vec<InternalTransaction>,
    /// Inner transactions so far, which addresses of created contracts depend on.
    pub(super) nonce: u64,
    pub(super) transient: RedBlackTreeMapSync<(Address, Word), U256>,
    /// Slots written in this transaction: a zero counts as present until the end.
    pub(super) written: BTreeSet<(Address, Word)>,
    pub(super) doomed: BTreeSet<Address>,
    /// The frame that the last instruction asked for.
    pub(super) opening: Option<Opening>,
    /// Text of a failed inner transfer, which ends the frame without using up its energy.
    pub(super) transfer_failure: Option<String>,
    /// Energy that the last instruction of ours asked for, for the message when it is lacking.
    pub(super) last_cost: u64,
    pub(super) gas_params: GasParams,
}

/// Where to go back to when a frame fails.
pub(super) struct Checkpoint {
    state: State,
    transient: RedBlackTreeMapSync<(Address, Word), U256>,
    doomed: BTreeSet<Address>,
    logs: usize,
    internal: usize,
}

impl<'a> Machine<'a> {
    pub(super) fn new(state: State, env: &'a Env<'a>) -> Self {
        Self {
            state,
            env,
            logs: Vec::new(),
            internal: Vec::new(),
            nonce: 0,
            transient: RedBlackTreeMapSync::new_sync(),
            written: BTreeSet::new(),
            doomed: BTreeSet::new(),
            opening: None,
            transfer_failure: None,
            last_cost: 0,
            // Frontier has what TRON has: EXP 10 a byte, no cold surcharge anywhere.
            gas_params: GasParams::new_spec(SpecId::FRONTIER),
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            state: self.state.clone(),
            transient: self.transient.clone(),
            doomed: self.doomed.clone(),
            logs: self.logs.len(),
            internal: self.internal.len(),
        }
    }

    /// Undoes everything since the checkpoint; inner transactions stay on record as rejected.
    pub(super) fn revert(&mut self, to: Checkpoint) {
        self.state = to.state;
        self.transient = to.transient;
        self.doomed = to.doomed;
        self.logs.truncate(to.logs);
        self.internal[to.internal..].iter_mut().for_each(|inner| inner.rejected = true);
    }

    pub(super) fn balance(&self, address: Address) -> i64 {
        self.state.account(&address).map_or(0, |account| account.balance)
    }

    /// Moves TRX between accounts, activating the receiver (java-tron `VMUtils.validateForSmartContract`).
    pub(super) fn transfer(&mut self, from: Address, to: Address, sun: i64) -> Result<(), String> {
        if from == to {
            return Err("Cannot transfer TRX to yourself.".to_owned());
        }
        if self.balance(from) < sun {
            return Err("Validate InternalTransfer error, balance is not sufficient.".to_owned());
        }
        if self.balance(to).checked_add(sun).is_none() {
            return Err("long overflow".to_owned());
        }
        self.state.change(from, |account| account.balance -= sun);
        self.state.credit(to, sun);
        Ok(())
    }

    /// Records an inner transaction, before it runs.
    pub(super) fn record(&mut self, caller: Address, to: Address, value: i64, data: &[u8], note: &str) {
        self.nonce += 1;
        let to21 = to.to_bytes21();
        let parts: [&[u8]; 5] =
            [self.env.root.as_bytes(), &to21, data, &value.to_be_bytes(), &self.nonce.to_be_bytes()];
        let hash = keccak256(&parts.concat());
        self.internal.push(InternalTransaction {
            hash: hash.to_vec(),
            caller_address: caller.to_bytes21().to_vec(),
            transfer_to_address: to.to_bytes21().to_vec(),
            call_value_info: vec![CallValueInfo { call_value: value, token_id: String::new() }],
            note: note.as_bytes().to_vec(),
            ..InternalTransaction::default()
        });
    }

    /// Marks an account as a contract, keeping a balance that it had before.
    pub(super) fn make_contract_account(&mut self, address: Address) {
        let now = self.state.totals.head_time;
        if self.state.account(&address).is_none() {
            self.state.put(Account::new(address, AccountKind::Contract, now));
        }
        self.state.change(address, |account| account.kind = AccountKind::Contract);
    }

    /// Drops rows of zeros and the accounts that destroyed themselves: the end of a successful transaction.
    pub(super) fn settle(&mut self) {
        for row in std::mem::take(&mut self.written) {
            if self.state.storage.get(&row).is_some_and(|word| *word == [0; 32]) {
                self.state.storage.remove_mut(&row);
            }
        }
        for address in std::mem::take(&mut self.doomed) {
            let rows: Vec<_> =
                self.state.storage.range((address, [0; 32])..=(address, [0xff; 32])).map(|(row, _)| *row).collect();
            for row in rows {
                self.state.storage.remove_mut(&row);
            }
            self.state.contracts.remove_mut(&address);
            self.state.accounts.remove_mut(&address);
        }
    }
}

pub(super) fn word(value: U256) -> Word {
    B256::from(value).0
}
