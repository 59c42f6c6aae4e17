//! The ledger on the store's in-memory twin, with everybody at once.

use std::sync::Arc;

use api::trx_staking::LeaseRequest;
use futures::future::join_all;
use primitives::{Bandwidth, Energy, Sun};
use service::testing;

use super::*;

const NOW: UnixMs = UnixMs(1_751_466_492_000);
const WALLET: Address = Address::from_evm([0x11; 20]);
const OTHER: Address = Address::from_evm([0x22; 20]);

fn store() -> Store {
    testing::store(&[LeaseRow::NOUN])
}

fn wanted(name: &str, address: Address, energy: u64, bandwidth: u64) -> Lease {
    let plane: primitives::PlaneId = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap();
    let id = LeaseId::derive(plane.uuid(), &[name]);
    Lease::whole(id, LeaseRequest { address, energy: Energy(energy), bandwidth: Bandwidth(bandwidth) }, NOW)
}

const fn free(energy: u64, bandwidth: u64) -> Free {
    Free { energy: Energy(energy), bandwidth: Bandwidth(bandwidth) }
}

async fn held(store: &Store, resource: Resource, now: UnixMs) -> i64 {
    store.held(&lease_scope(resource, WALLET), now).await.unwrap()
}

#[tokio::test]
async fn each_resource_is_leased_whole_or_not_at_all() {
    let store = store();
    let first = grant(&store, wanted("1", WALLET, 60_000, 350), free(100_000, 600), false).await.unwrap();
    assert!(first.energy && first.bandwidth);
    // 40,000 energy and 250 bandwidth are left: the energy fits, the bandwidth does not.
    let second = grant(&store, wanted("2", WALLET, 40_000, 350), free(100_000, 600), false).await.unwrap();
    assert!(second.energy && !second.bandwidth);
    let third = grant(&store, wanted("3", WALLET, 1, 251), free(100_000, 600), false).await.unwrap();
    assert!(!third.energy && !third.bandwidth);
    // Another wallet has its own.
    let other = grant(&store, wanted("4", OTHER, 100_000, 600), free(100_000, 600), false).await.unwrap();
    assert!(other.energy && other.bandwidth);
    assert_eq!(
        (held(&store, Resource::Energy, NOW).await, held(&store, Resource::Bandwidth, NOW).await),
        (100_000, 350)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_never_get_more_than_there_is() {
    let store = Arc::new(store());
    let asking = (0..64).map(|number| {
        let store = store.clone();
        tokio::spawn(async move {
            grant(&store, wanted(&number.to_string(), WALLET, 32_000, 350), free(200_000, 2_200), false).await.unwrap()
        })
    });
    let leases: Vec<Lease> = join_all(asking).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(leases.iter().filter(|lease| lease.energy).count(), 6, "200,000 has room for six");
    assert_eq!(leases.iter().filter(|lease| lease.bandwidth).count(), 6, "2,200 has room for six");
    assert_eq!(held(&store, Resource::Energy, NOW).await, 192_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_at_once_makes_one_lease() {
    let store = Arc::new(store());
    let asking = (0..16).map(|number| {
        let store = store.clone();
        // What is free looks different to each.
        let free = free(if number % 2 == 0 { 100_000 } else { 0 }, 600);
        tokio::spawn(async move { grant(&store, wanted("same", WALLET, 32_000, 350), free, false).await.unwrap() })
    });
    let leases: Vec<Lease> = join_all(asking).await.into_iter().map(Result::unwrap).collect();
    assert!(leases.iter().all(|lease| *lease == leases[0]), "{leases:?}");
    let energy = if leases[0].energy { 32_000 } else { 0 };
    assert_eq!(
        (held(&store, Resource::Energy, NOW).await, held(&store, Resource::Bandwidth, NOW).await),
        (energy, 350)
    );
}

#[tokio::test]
async fn the_same_id_with_another_request_is_refused_and_changes_nothing() {
    let store = store();
    let first = grant(&store, wanted("1", WALLET, 10, 10), free(100, 100), false).await.unwrap();
    let again = grant(&store, wanted("1", WALLET, 10, 10), free(0, 0), false).await.unwrap();
    assert_eq!(again, first);
    for other in [wanted("1", WALLET, 11, 10), wanted("1", OTHER, 10, 10)] {
        assert_eq!(stored(&store, &other).await.unwrap_err().code, "id_taken");
        assert_eq!(grant(&store, other, free(100, 100), false).await.unwrap_err().code, "id_taken");
    }
    assert_eq!(held(&store, Resource::Energy, NOW).await, 10);
}

#[tokio::test]
async fn what_is_given_back_counts_until_no_decision_can_be_older() {
    let store = store();
    let lease = grant(&store, wanted("1", WALLET, 60, 10), free(100, 600), false).await.unwrap();
    let released = release(&store, lease.id, NOW).await.unwrap();
    assert_eq!(released, Lease { released: true, ..lease.clone() });
    // A reading of what is free may be from before the transaction was included.
    assert!(!grant(&store, wanted("2", WALLET, 60, 0), free(100, 600), false).await.unwrap().energy);
    let later = NOW.plus_ms(STALE_READ_MS);
    assert_eq!(release(&store, lease.id, later).await.unwrap(), released, "once more changes nothing");
    assert_eq!(held(&store, Resource::Energy, later).await, 0);
    let third = Lease { created_at: later, ..wanted("3", WALLET, 60, 0) };
    assert!(grant(&store, third, free(100, 600), false).await.unwrap().energy);
    assert_eq!(release(&store, wanted("4", WALLET, 1, 1).id, NOW).await.unwrap_err().code, "unknown_lease");
}

#[tokio::test]
async fn a_pool_may_insist_on_energy_but_not_on_bandwidth() {
    let store = store();
    let short = grant(&store, wanted("1", WALLET, 60, 10), free(59, 600), true).await.unwrap_err();
    assert_eq!((short.status, short.code.as_str()), (503, "pool_short"));
    assert_eq!(held(&store, Resource::Bandwidth, NOW).await, 0);
    // The same request is made once there is enough; bandwidth is burned all the same.
    let made = grant(&store, wanted("1", WALLET, 60, 10), free(60, 9), true).await.unwrap();
    assert!(made.energy && !made.bandwidth);
}

#[tokio::test]
async fn absurd_amounts_are_lacking_and_nothing_overflows() {
    let store = store();
    let lease = grant(&store, wanted("1", WALLET, u64::MAX, u64::MAX), free(100, 100), false).await.unwrap();
    assert!(!lease.energy && !lease.bandwidth);
    assert_eq!(lease.view().energy_lacking, Energy(u64::MAX));
}

#[tokio::test]
async fn operations_share_an_accounts_trx_and_stake() {
    let store = store();
    let held = |amount: &str| Held {
        payer: WALLET,
        share: Share::Trx,
        amount: Sun::parse(amount).unwrap(),
        ceiling: Sun::parse("100").unwrap(),
    };
    let take = |name: &str, held: &Held| Commit::new(NOW).hold(hold(name.to_owned(), held));
    store.commit(take("st_1", &held("60"))).await.unwrap();
    let refused = store.commit(take("st_2", &held("60"))).await.unwrap_err();
    assert!(matches!(refused, CommitError::Exceeded { .. }));
    // Stake that can be lent is another sum.
    let stake = Held { share: Share::Stake(Resource::Energy), ..held("60") };
    store.commit(take("de_1", &stake)).await.unwrap();
    let back = give_back(Commit::new(NOW), "st_1".to_owned(), Share::Trx, WALLET, NOW);
    store.commit(back).await.unwrap();
    let later = NOW.plus_ms(STALE_READ_MS);
    let retaken = Commit::new(later).hold(hold("st_2".to_owned(), &held("60")));
    store.commit(retaken).await.unwrap();
}
