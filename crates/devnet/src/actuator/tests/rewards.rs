use tron_tx::proto::{Vote, VoteWitnessContract, WithdrawBalanceContract};

use super::{ENERGY, freeze, says, unfreeze};
use crate::chain::At;
use crate::testing::{PURSE, TRX, World, at, bytes};

const SIX_HOURS: u64 = 21_600_000;

fn vote(world: &World, name: &str, count: i64) -> VoteWitnessContract {
    let producer = world.chain.config().producer_key(0).address();
    VoteWitnessContract {
        owner_address: bytes(at(name)),
        votes: vec![Vote { vote_address: bytes(producer), vote_count: count }],
        support: true,
    }
}

fn withdraw(name: &str) -> WithdrawBalanceContract {
    WithdrawBalanceContract { owner_address: bytes(at(name)) }
}

#[test]
fn votes_count_from_the_next_maintenance() {
    let mut world = World::new();
    world.settle(freeze("alice", 500, ENERGY), "alice");
    let before = world.chain.view(At::Head).witnesses()[0].vote_count;
    let ballot = vote(&world, "alice", 500);
    world.settle(ballot, "alice");
    assert_eq!(world.chain.view(At::Head).witnesses()[0].vote_count, before);
    assert_eq!(world.chain.view(At::Head).resources(&at("alice")).unwrap().tron_power_used, 500);
    world.wait_ms(SIX_HOURS);
    assert_eq!(world.chain.view(At::Head).witnesses()[0].vote_count, before + 500);
}

#[test]
fn voters_earn_their_share_of_the_cycles_after_the_vote() {
    let mut world = World::new();
    world.settle(freeze("alice", 10_000, ENERGY), "alice");
    let ballot = vote(&world, "alice", 10_000);
    world.settle(ballot, "alice");
    world.wait_ms(SIX_HOURS);
    // Nothing for the cycle of the vote itself.
    assert_eq!(world.chain.view(At::Head).reward(&at("alice")), 0);
    let votes = world.chain.view(At::Head).witnesses()[0].vote_count;
    for _ in 0..9 {
        world.mine();
    }
    world.wait_ms(SIX_HOURS);
    // Ten blocks of 8 TRX for the producer and 128 for the only witness; it keeps a fifth.
    let whole = i128::from(10 * (8 + 128) * TRX) * 4 / 5;
    let share = i64::try_from(whole * 10_000 / i128::from(votes)).unwrap();
    let due = world.chain.view(At::Head).reward(&at("alice"));
    assert!((share - 1..=share).contains(&due), "{due} of {share}");
    let info = world.settle(withdraw("alice"), "alice");
    assert_eq!(info.withdraw_amount, due);
    assert_eq!(world.balance("alice"), PURSE - 10_000 * TRX + due);

    let text = says(&mut world, withdraw("alice"), "alice");
    assert!(text.starts_with("The last withdraw time is ") && text.ends_with(", less than 24 hours"), "{text}");
    assert_eq!(says(&mut world, withdraw("bob"), "bob"), "witnessAccount does not have any reward");
}

#[test]
fn votes_that_are_refused_and_votes_that_shrink() {
    let mut world = World::new();
    world.settle(freeze("alice", 100, ENERGY), "alice");
    let none = VoteWitnessContract { votes: Vec::new(), ..vote(&world, "alice", 1) };
    assert_eq!(says(&mut world, none, "alice"), "VoteNumber must more than 0");
    let many = vote(&world, "alice", 101);
    let text = "The total number of votes[101000000] is greater than the tronPower[100000000]";
    assert_eq!(says(&mut world, many, "alice"), text);
    let mut stranger = vote(&world, "alice", 1);
    stranger.votes[0].vote_address = bytes(at("bob"));
    let text = format!("Witness[{}] not exists", at("bob").to_hex21());
    assert_eq!(says(&mut world, stranger, "alice"), text);
    let nothing = vote(&world, "alice", 0);
    assert_eq!(says(&mut world, nothing, "alice"), "vote count must be greater than 0");

    let ballot = vote(&world, "alice", 100);
    world.settle(ballot, "alice");
    world.settle(unfreeze("alice", 30 * TRX + 1, ENERGY), "alice");
    assert_eq!(world.account("alice").votes[0].vote_count, 69);
}
