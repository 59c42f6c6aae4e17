use crate::chain::At;
use crate::genesis::GenesisConfig;
use crate::testing::{World, at, config, signed, transfer};

fn world() -> World {
    let mut world = World::with(GenesisConfig { producers: 27, ..config() });
    for _ in 0..30 {
        world.mine();
    }
    world
}

#[test]
fn a_fork_replaces_blocks_and_their_transactions_wait_again() {
    let mut world = world();
    let paid = world.send(transfer("alice", "bob", 11), "alice").unwrap();
    world.mine();
    world.mine();
    let head = world.chain.head().id;
    let old = world.chain.view(At::Head).transaction_info(&paid).unwrap().block_number;

    let report = world.chain.fork(2, &[], world.now);
    assert_eq!((report.orphaned.len(), report.adopted.len()), (2, 3));
    assert_eq!((report.orphaned[1], report.adopted[2]), (head, world.chain.head().id));
    assert!(report.orphaned.iter().zip(&report.adopted).all(|(old, new)| old != new && old.number() == new.number()));
    assert_eq!((report.pending.as_slice(), report.dropped.as_slice()), ([paid].as_slice(), [].as_slice()));
    assert_eq!(world.chain.pending(&paid).map(|tx| tx.ret.len()), Some(0));
    assert!(world.chain.view(At::Head).transaction(&paid).is_none());
    assert!(world.chain.view(At::Head).block_by_id(&head).is_none());

    world.mine();
    let again = world.chain.view(At::Head).transaction_info(&paid).unwrap();
    assert_eq!(again.block_number, old + 3);
    assert_eq!(world.chain.view(At::Head).account(&at("bob")).unwrap().balance, crate::testing::PURSE + 11);
}

#[test]
fn a_named_transaction_is_lost_and_may_be_sent_again() {
    let mut world = world();
    let raw = world.raw(transfer("alice", "bob", 11));
    let transaction = signed(raw, &["alice"]);
    let id = world.broadcast(transaction.clone()).unwrap();
    world.mine();
    let report = world.chain.fork(1, &[id], world.now);
    assert_eq!((report.pending.len(), report.dropped.as_slice()), (0, [id].as_slice()));
    world.mine();
    assert!(world.chain.view(At::Head).transaction(&id).is_none());
    assert_eq!(world.broadcast(transaction), Ok(id));
}

#[test]
fn what_refers_to_an_orphan_is_lost_with_it() {
    let mut world = world();
    world.mine();
    // The reference is the head, which the fork removes.
    let id = world.send(transfer("alice", "bob", 1), "alice").unwrap();
    let report = world.chain.fork(1, &[], world.now);
    assert_eq!((report.pending.len(), report.dropped.as_slice()), (0, [id].as_slice()));
}

#[test]
fn what_is_solid_stays() {
    let mut world = world();
    let solid = world.chain.solid().id;
    let report = world.chain.fork(1_000, &[], world.now);
    assert_eq!(report.orphaned.len(), 18);
    assert_eq!(report.orphaned[0].number(), solid.number() + 1);
    assert_eq!(world.chain.view(At::Head).block_by_id(&solid).map(|block| block.id), Some(solid));
    assert!(world.chain.solid().id.number() >= solid.number());
}

#[test]
fn a_chain_of_one_producer_never_forks() {
    let mut world = World::new();
    let head = world.chain.head().id;
    assert!(world.chain.fork(3, &[], world.now).orphaned.is_empty());
    assert_eq!(world.chain.head().id, head);
}
