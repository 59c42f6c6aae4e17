use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use primitives::{BlockId, TxId, UnixMs};

use crate::chain::{At, Chain, JournalError};
use crate::genesis::GenesisConfig;
use crate::testing::{PURSE, at, config};

fn five_producers() -> GenesisConfig {
    GenesisConfig { producers: 5, ..config() }
}

/// Ten blocks with a payment, a fork, and a payment that still waits.
fn live(path: &Path) -> (BlockId, TxId) {
    let mut chain = Chain::open(five_producers(), path).unwrap();
    for _ in 0..10 {
        let now = chain.next_slot();
        if chain.head().id.number() == 4 {
            let payment = chain.faucet_transfer(at("bob"), 40, now);
            chain.broadcast(payment, now).unwrap();
        }
        chain.produce_block(now).unwrap();
    }
    chain.fork(2, &[], UnixMs(0));
    let now = chain.next_slot();
    let waiting = chain.broadcast(chain.faucet_transfer(at("bob"), 2, now), now).unwrap();
    chain.save_pending().unwrap();
    (chain.head().id, waiting)
}

#[test]
fn a_chain_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chain");
    let (head, waiting) = live(&path);
    let mut chain = Chain::open(five_producers(), &path).unwrap();
    assert_eq!((chain.head().id, chain.pending_ids()), (head, vec![waiting]));
    assert!(!chain.head().block.block_header.as_ref().unwrap().witness_signature.is_empty());
    let now = chain.next_slot();
    chain.produce_block(now).unwrap();
    assert_eq!(chain.view(At::Head).account(&at("bob")).unwrap().balance, PURSE + 42);

    let head = chain.head().id;
    drop(chain);
    assert_eq!(Chain::open(five_producers(), &path).unwrap().head().id, head);
}

#[test]
fn a_record_that_a_crash_cut_off_is_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chain");
    let (head, _) = live(&path);
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"block 0a0b0c").unwrap();
    let mut chain = Chain::open(five_producers(), &path).unwrap();
    assert_eq!(chain.head().id, head);
    let now = chain.next_slot();
    chain.produce_block(now).unwrap();
    let head = chain.head().id;
    drop(chain);
    assert_eq!(Chain::open(five_producers(), &path).unwrap().head().id, head);
}

#[test]
fn another_pace_is_the_same_chain_and_other_accounts_are_not() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chain");
    let (head, _) = live(&path);
    let slower = GenesisConfig { block_ms: 6_000, max_pending: 5, ..five_producers() };
    assert_eq!(Chain::open(slower, &path).unwrap().head().id, head);
    let other = Chain::open(GenesisConfig { faucet_balance: 1, ..five_producers() }, &path);
    assert!(matches!(other, Err(JournalError::OtherGenesis)), "{other:?}");
}

#[test]
fn a_changed_record_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("chain");
    live(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("pending")).collect();
    let without_the_third = [&lines[..2], &lines[3..]].concat().join("\n") + "\n";
    std::fs::write(&path, without_the_third).unwrap();
    let broken = Chain::open(five_producers(), &path);
    assert!(matches!(broken, Err(JournalError::Replay { record: 2, .. })), "{broken:?}");
    std::fs::write(&path, "nonsense\n").unwrap();
    assert!(matches!(Chain::open(five_producers(), &path), Err(JournalError::Replay { record: 0, .. })));
}
