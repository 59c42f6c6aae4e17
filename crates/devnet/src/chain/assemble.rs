//! A block from the transactions that want to be in it.

use std::sync::Arc;

use primitives::{Address, BlockId, TxId, UnixMs};
use prost::Message as _;
use tron_tx::hash;
use tron_tx::proto::{Block, BlockHeader, BlockHeaderRaw, Transaction, TransactionInfo, TransactionResult};

use super::{Chain, StoredBlock};
use crate::actuator::rewards;
use crate::admitted::Admitted;
use crate::execution::{self, BlockContext};
use crate::refusal::Refusal;
use crate::state::State;

/// Largest block, bytes (java-tron `Constant.MAX_BLOCK_SIZE` with room for the header).
const MAX_BLOCK: usize = 2_000_000;
const HEADER_ROOM: usize = 1_000;
/// Version that blocks of java-tron 4.8.0 carry.
const VERSION: i32 = 32;
/// Slots that are counted as missed at most: a longer pause is the devnet having been off.
const MISSED_MAX: u64 = 1_000;
/// Percent of producers that may be behind a block that is solid.
const SOLID_PERCENT: usize = 30;

/// A block that was made, but is not on the chain yet.
pub(super) struct Made {
    pub(super) stored: StoredBlock,
    pub(super) state: State,
    /// Transactions that did not stand up to being executed again.
    pub(super) refused: Vec<(TxId, Refusal)>,
}

impl Chain {
    /// Executes what fits, in order, on the head's state.
    pub(super) fn assemble(&self, time: UnixMs, producer: Address, waiting: &[Arc<Admitted>], trusted: bool) -> Made {
        let mut state = self.head_state().clone();
        let block_ids = |number| self.block(number).map(|block| block.id);
        let context = BlockContext { trusted, ..self.context(&block_ids, time, producer) };
        let mut block = Block::default();
        let (mut txids, mut infos, mut refused) = (Vec::new(), Vec::<TransactionInfo>::new(), Vec::new());
        let mut bytes = HEADER_ROOM;
        for admitted in waiting {
            if let Err(refusal) = self.place(admitted) {
                refused.push((admitted.id, refusal));
                continue;
            }
            // The result and the field's own tag and length come to at most this.
            let size = usize::try_from(admitted.size).unwrap_or(MAX_BLOCK) + 16;
            if bytes + size > MAX_BLOCK {
                continue;
            }
            match execution::execute(&mut state, &context, admitted) {
                Ok(info) => {
                    bytes += size;
                    block.transactions.push(with_result(admitted, &info));
                    txids.push(admitted.id);
                    infos.push(info);
                }
                Err(refusal) => refused.push((admitted.id, refusal)),
            }
        }
        let header = self.header(time, producer, transaction_root(&block.transactions));
        let id = hash::block_id(&header);
        self.end_block(&mut state, id, time, producer);
        block.block_header = Some(BlockHeader { raw_data: Some(header), ..BlockHeader::default() });
        Made { stored: StoredBlock { id, block, txids, infos }, state, refused }
    }

    /// What a transaction for the block after the head sees.
    pub(super) fn context<'a>(
        &'a self,
        block_ids: &'a dyn Fn(u64) -> Option<BlockId>,
        time: UnixMs,
        producer: Address,
    ) -> BlockContext<'a> {
        let number = self.head_number() + 1;
        BlockContext {
            config: &self.config,
            number,
            time,
            producer,
            chain_id: self.chain_id,
            block_ids,
            trusted: false,
        }
    }

    /// Whether a transaction may stand on this chain at all: its reference block is here, and itself is not.
    pub(super) fn place(&self, admitted: &Admitted) -> Result<(), Refusal> {
        if !self.knows_reference(admitted) {
            return Err(Refusal::Tapos);
        }
        if self.included.contains_key(&admitted.id) { Err(Refusal::Duplicate) } else { Ok(()) }
    }

    /// TAPOS: the newest block whose number ends in the two given bytes must have the given hash.
    fn knows_reference(&self, admitted: &Admitted) -> bool {
        let raw = admitted.raw();
        let Ok(bytes) = <[u8; 2]>::try_from(raw.ref_block_bytes.as_slice()) else { return false };
        let head = self.head_number();
        let back = head.wrapping_sub(u64::from(u16::from_be_bytes(bytes))) & 0xffff;
        let block = head.checked_sub(back).and_then(|number| self.block(number));
        block.is_some_and(|block| block.id.as_bytes()[8..16] == raw.ref_block_hash)
    }

    fn header(&self, time: UnixMs, producer: Address, root: [u8; 32]) -> BlockHeaderRaw {
        BlockHeaderRaw {
            timestamp: time.to_i64(),
            tx_trie_root: root.to_vec(),
            parent_hash: self.head().id.as_bytes().to_vec(),
            number: i64::try_from(self.head_number() + 1).unwrap_or(i64::MAX),
            witness_address: producer.to_bytes21().to_vec(),
            version: VERSION,
            ..BlockHeaderRaw::default()
        }
    }

    /// What a block does beside its transactions: rewards, maintenance, the head, what is solid.
    fn end_block(&self, state: &mut State, id: BlockId, time: UnixMs, producer: Address) {
        let number = self.head_number() + 1;
        self.count_slots(state, number, time, producer);
        rewards::pay_block(state, &self.config.params, producer);
        let due = state.totals.next_maintenance <= time;
        if due {
            if number > 1 {
                rewards::end_cycle(state);
            }
            let interval = self.config.params.maintenance_interval_ms.max(1);
            let passed = time.ms_since(state.totals.next_maintenance) / interval + 1;
            state.totals.next_maintenance = state.totals.next_maintenance.plus_ms(passed * interval);
        }
        state.totals.head_number = number;
        state.totals.head_id = id;
        state.totals.head_time = time;
        // After block 1 java-tron pauses too; a devnet is better off without that.
        state.totals.head_was_maintenance = due && number > 1;
        state.totals.solid_number = state.totals.solid_number.max(self.solid_number(state));
    }

    fn count_slots(&self, state: &mut State, number: u64, time: UnixMs, producer: Address) {
        let slot = self.absolute_slot(time);
        if number > 1 {
            let first = self.absolute_slot(self.next_slot()).max(slot.saturating_sub(MISSED_MAX));
            for missed in first..slot {
                let index = usize::try_from(missed % self.producers.len() as u64).unwrap_or(0);
                let absent = self.producers[index].address();
                if let Some(witness) = state.witnesses.get_mut(&absent) {
                    witness.missed += 1;
                }
            }
        }
        if let Some(witness) = state.witnesses.get_mut(&producer) {
            witness.produced += 1;
            witness.latest_block = number;
            witness.latest_slot = slot;
        }
    }

    /// The newest block that more than 70 % of the producers have built on (java-tron `DposService.updateSolidBlock`).
    fn solid_number(&self, state: &State) -> u64 {
        let latest = |key: &crate::keys::DevnetKey| state.witnesses.get(&key.address()).map_or(0, |w| w.latest_block);
        let mut numbers: Vec<u64> = self.producers.iter().map(latest).collect();
        numbers.sort_unstable();
        numbers[numbers.len() * SOLID_PERCENT / 100]
    }
}

/// The transaction as it stands in the block: with how it ended, and nothing else.
fn with_result(admitted: &Admitted, info: &TransactionInfo) -> Transaction {
    let result =
        TransactionResult { contract_ret: execution::contract_result(info).into(), ..TransactionResult::default() };
    Transaction { ret: vec![result], ..admitted.transaction.clone() }
}

/// The root over whole transactions, signatures and results included.
pub(super) fn transaction_root(transactions: &[Transaction]) -> [u8; 32] {
    let leaves: Vec<[u8; 32]> = transactions.iter().map(|tx| hash::sha256(&tx.encode_to_vec())).collect();
    hash::transaction_root(&leaves)
}
