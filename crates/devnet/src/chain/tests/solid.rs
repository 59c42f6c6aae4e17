use primitives::UnixMs;
use prost::Message as _;
use tron_tx::{PublicKey, RecoverableSignature, hash};

use crate::chain::{At, Chain};
use crate::genesis::GenesisConfig;
use crate::testing::{World, config, transfer};

fn with_producers(producers: usize) -> World {
    World::with(GenesisConfig { producers, ..config() })
}

#[test]
fn the_solid_block_lags_18_with_27_producers() {
    let mut world = with_producers(27);
    for _ in 0..60 {
        world.mine();
    }
    let (head, solid) = (world.chain.head().id.number(), world.chain.solid().id.number());
    assert_eq!((head, head - solid), (61, 18));
    assert_eq!(world.chain.view(At::Solid).head().id, world.chain.solid().id);
}

#[test]
fn nothing_is_solid_until_19_of_27_have_built() {
    let mut world = with_producers(27);
    while world.chain.head().id.number() < 19 {
        assert_eq!(world.chain.solid().id.number(), 0, "at {:?}", world.chain.head().id);
        world.mine();
    }
    assert_eq!(world.chain.solid().id.number(), 1);
}

#[test]
fn every_block_of_a_single_producer_is_solid() {
    let mut world = with_producers(1);
    for _ in 0..5 {
        world.mine();
        assert_eq!(world.chain.solid().id, world.chain.head().id);
    }
}

#[test]
fn the_solid_view_is_behind_and_catches_up() {
    let mut world = with_producers(3);
    let id = world.send(transfer("alice", "bob", 7), "alice").unwrap();
    world.mine();
    let solid_balance = |world: &World| {
        world.chain.view(At::Solid).account(&crate::testing::at("bob")).unwrap().balance - crate::testing::PURSE
    };
    assert!(world.chain.view(At::Head).transaction(&id).is_some());
    assert!(world.chain.view(At::Solid).transaction(&id).is_none());
    assert_eq!(solid_balance(&world), 0);
    // floor(3 * 0.3) = 0, so all three must have built: two more blocks.
    world.mine();
    assert_eq!(solid_balance(&world), 0);
    world.mine();
    assert_eq!(solid_balance(&world), 7);
    assert!(world.chain.view(At::Solid).transaction_info(&id).is_some());
}

#[test]
fn producers_take_turns_and_sign() {
    let mut world = with_producers(5);
    let mut makers = Vec::new();
    for _ in 0..5 {
        world.mine();
        let header = world.chain.head().block.block_header.clone().unwrap();
        let raw = header.raw_data.unwrap();
        let signature = RecoverableSignature::parse(&header.witness_signature).unwrap();
        let key: PublicKey = signature.recover(&hash::block_digest(&raw)).unwrap();
        assert_eq!(raw.witness_address, key.address().to_bytes21());
        assert_eq!(hash::block_id(&raw), world.chain.head().id);
        makers.push(raw.witness_address);
    }
    makers.sort();
    makers.dedup();
    assert_eq!(makers.len(), 5);
}

#[test]
fn blocks_are_due_in_slots_and_missed_ones_leave_gaps() {
    let mut chain = Chain::new(config()).unwrap();
    assert_eq!(chain.produce_block(UnixMs(2_999)), None);
    chain.produce_block(UnixMs(10_500)).unwrap();
    assert_eq!(chain.head().time(), UnixMs(9_000));
    assert_eq!(chain.produce_block(UnixMs(11_999)), None);
    chain.produce_block(UnixMs(18_000)).unwrap();
    assert_eq!((chain.head().id.number(), chain.head().time()), (2, UnixMs(18_000)));
    let witness = &chain.view(At::Head).witnesses()[0];
    assert_eq!((witness.total_produced, witness.total_missed, witness.latest_block_num), (2, 2, 2));
}

#[test]
fn maintenance_skips_two_slots() {
    let mut chain = Chain::new(config()).unwrap();
    chain.produce_block(UnixMs(3_000)).unwrap();
    let due = chain.view(At::Head).next_maintenance();
    assert_eq!(due, UnixMs(21_600_000));
    chain.produce_block(due).unwrap();
    assert_eq!(chain.next_slot(), UnixMs(21_609_000));
    assert_eq!(chain.view(At::Head).next_maintenance(), UnixMs(43_200_000));
    chain.produce_block(UnixMs(21_609_000)).unwrap();
    assert_eq!(chain.next_slot(), UnixMs(21_612_000));
}

#[test]
fn roots_cover_signatures_and_results() {
    let mut world = with_producers(1);
    for amount in 1..=3 {
        world.send(transfer("alice", "bob", amount), "alice").unwrap();
    }
    world.mine();
    let block = &world.chain.head().block;
    let leaves: Vec<[u8; 32]> = block.transactions.iter().map(|tx| hash::sha256(&tx.encode_to_vec())).collect();
    let raw = block.block_header.as_ref().unwrap().raw_data.as_ref().unwrap();
    assert_eq!(leaves.len(), 3);
    assert_eq!(raw.tx_trie_root, hash::transaction_root(&leaves));
    assert!(block.transactions.iter().all(|tx| tx.ret.len() == 1 && tx.signature.len() == 1));
}
