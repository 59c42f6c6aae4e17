//! Figures that the tests of this crate share.

use api::tron_client::{ChainParameters, Log, Receipt, SubmissionStage, SubmissionView};
use api::wallet_manager::{WalletClass, WalletView};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, Bandwidth, BlockId, BlockRef, ChainId, Energy, HexBytes, PlaneId, Sun, UnixMs};

use crate::attempt::SealedTx;

pub(crate) const CHAIN: ChainId = ChainId(0x2b66_53dc);
pub(crate) const NOW: UnixMs = UnixMs(1_751_466_432_000);

pub(crate) fn token() -> Address {
    Address::parse("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t").expect("an address")
}

pub(crate) fn payer() -> Address {
    Address::parse("TPX6HK2NRN4XKRX1JAhbC827bm7gMmy5w1").expect("an address")
}

pub(crate) fn recipient() -> Address {
    Address::parse("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF").expect("an address")
}

pub(crate) fn plane() -> PlaneId {
    "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a plane id")
}

pub(crate) fn key() -> SignKey {
    SignKey::from_seed(&[1; 32])
}

pub(crate) fn sun(text: &str) -> Sun {
    Sun::parse(text).expect("an amount")
}

pub(crate) fn authorisation() -> Authorisation {
    Authorisation {
        chain_id: CHAIN,
        plane: plane(),
        kind: Kind::Payout,
        intent: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an intent"),
        attempt: AttemptNo::FIRST,
        previous: Vec::new(),
        key_id: "00112233445566778899aabbccddeeff".parse().expect("a key id"),
        permission_id: 0,
        asset: Asset::Token(token()),
        resource: None,
        recipient: recipient(),
        amount: 25_000_000,
        memo_hash: None,
        fee_limit_max: sun("50"),
        expiration_max: NOW.plus_ms(90_000_000),
        valid_until: NOW.plus_ms(86_400_000),
    }
}

pub(crate) fn block(number: u64) -> BlockRef {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    BlockRef { number, id: BlockId::new(id), time: NOW }
}

pub(crate) fn anchor() -> Signed<Anchor> {
    let block = block(66_987_547);
    let anchor = Anchor { chain_id: CHAIN, number: block.number, block_id: block.id, solid_time: block.time };
    Signed::sign(anchor, &key())
}

fn word(address: Address) -> HexBytes {
    [[0; 12].as_slice(), &address.evm()].concat().into()
}

pub(crate) fn transfer_log(contract: Address, from: Address, to: Address, value: u64) -> Log {
    let topics = vec![tron_tx::trc20::topic::TRANSFER.to_vec().into(), word(from), word(to)];
    Log { contract, topics, data: [[0; 24].as_slice(), &value.to_be_bytes()].concat().into() }
}

pub(crate) fn receipt(contract_ret: &str, logs: Vec<Log>) -> Receipt {
    Receipt {
        contract_ret: contract_ret.to_owned(),
        fee: sun("0.345"),
        energy: Energy(14_650),
        energy_from_stake: Energy(14_650),
        energy_fee: Sun::ZERO,
        bandwidth: Bandwidth(0),
        bandwidth_fee: sun("0.345"),
        logs,
    }
}

pub(crate) fn paid_receipt() -> Receipt {
    receipt("SUCCESS", vec![transfer_log(token(), payer(), recipient(), 25_000_000)])
}

pub(crate) fn submission(tx: &SealedTx, stage: SubmissionStage, receipt: Option<Receipt>) -> SubmissionView {
    SubmissionView {
        txid: tx.txid,
        stage,
        expiration: tx.expiration,
        broadcasts: 1,
        last_answer: None,
        block: Some(block(66_987_600)),
        receipt,
        absent_through: Some(block(66_987_700)),
    }
}

pub(crate) fn wallet() -> WalletView {
    WalletView {
        wallet_id: "hot".parse().expect("a name"),
        class: WalletClass::Hot,
        address: payer(),
        key_id: authorisation().key_id,
        permission_id: 0,
        public_key: HexBytes(vec![4; 65]),
        created_at: NOW,
        permissions: None,
        retired_at: None,
    }
}

pub(crate) fn chain() -> ChainParameters {
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
