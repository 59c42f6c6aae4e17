use crate::chain::{At, Chain};
use crate::genesis::GenesisConfig;
use crate::testing::{TRX, World, at, call, config, transfer};

fn story() -> World {
    let mut world = World::with(GenesisConfig { producers: 7, ..config() });
    world.settle(transfer("alice", "carol", 5 * TRX), "alice");
    // CALLER, SLOAD, 1, ADD, CALLER, SSTORE: counts each caller's calls.
    let counter = world.deploy("bob", &[0x33, 0x54, 0x60, 0x01, 0x01, 0x33, 0x55, 0x00], 100);
    for caller in ["alice", "bob", "alice"] {
        world.trigger(caller, call(caller, counter, Vec::new()), 100 * TRX);
    }
    world.chain.fork(1, &[], world.now);
    world.mine();
    world
}

#[test]
fn the_same_story_makes_the_same_chain() {
    let (one, other) = (story(), story());
    assert!(one.chain.head().id.number() > 5);
    assert_eq!(one.chain.head().id, other.chain.head().id);
    assert_eq!(one.account("alice"), other.account("alice"));
    assert_eq!(one.chain.view(At::Head).witnesses(), other.chain.view(At::Head).witnesses());
}

#[test]
fn the_genesis_is_bound_to_its_configuration() {
    let id = |config: GenesisConfig| Chain::new(config).unwrap().head().id;
    assert_eq!(id(config()), id(config()));
    assert_eq!(id(config()), id(GenesisConfig { block_ms: 50, ..config() }));
    assert_ne!(id(config()), id(GenesisConfig { producers: 2, ..config() }));
    assert_ne!(id(config()), id(GenesisConfig { seed: "another".to_owned(), ..config() }));
    let chain = Chain::new(config()).unwrap();
    assert_eq!(chain.chain_id().to_be_bytes(), chain.head().id.as_bytes()[28..]);
    assert!(chain.view(At::Head).account(&at("alice")).is_some());
}

#[test]
fn a_genesis_that_cannot_be() {
    assert!(Chain::new(GenesisConfig { producers: 0, ..config() }).is_err());
    assert!(Chain::new(GenesisConfig { faucet_balance: -1, ..config() }).is_err());
}
