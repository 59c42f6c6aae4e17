use primitives::{BlockId, HexBytes, TxId};
use proptest::prelude::*;
use tron_tx::RefBlock;

use super::*;

fn block(number: u64, time: u64) -> BlockRef {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    BlockRef { number, id: BlockId::new(id), time: UnixMs(time) }
}

fn coverage(number: Option<u64>, arrived: BlockRef, gap_read: bool) -> Coverage {
    let reference = StoredReference(RefBlock { bytes: [0; 2], hash: [0; 8] });
    Coverage { reference, number, arrived, gap_read }
}

proptest! {
    /// A chain with gaps in time, a transaction that the protocol lets into some blocks, and a reader that arrives
    /// anywhere: whenever death is declared, no block from then on may have the transaction, and every block in which
    /// it could be was read.
    #[test]
    fn death_is_declared_only_when_no_block_can_have_it(
        gaps in proptest::collection::vec(1_u64..9_000, 2..60),
        first in 0_usize..60, arrived in 0_usize..60, reference in 0_usize..60,
        life in 0_u64..60_000, known: bool, gap_read: bool,
    ) {
        let mut time = 0;
        let chain: Vec<BlockRef> = gaps.iter().enumerate().map(|(number, gap)| { time += gap; block(number as u64, time) }).collect();
        let within = |index: usize| index.min(chain.len() - 1);
        let (first, arrived, reference) = (within(first), within(arrived), within(reference));
        let arrived = arrived.max(first);
        let expiration = chain[reference].time.plus_ms(life);
        let coverage = coverage(known.then_some(reference as u64), chain[arrived], gap_read);
        let may_be_in = |index: usize| index > reference && chain[index - 1].time < expiration;
        for scanned in arrived..chain.len() {
            let Some(from) = coverage.rules_out(expiration, chain[scanned]) else { continue };
            prop_assert_eq!(from, reference as u64);
            for index in 0..chain.len() {
                let read = (index > arrived && index <= scanned) || (gap_read && index > reference && index <= arrived);
                prop_assert!(!may_be_in(index) || read, "block {index} was not read");
            }
        }
    }

    #[test]
    fn a_covered_transaction_does_die(life in 0_u64..60_000, reference in 0_u64..20) {
        let expiration = block(reference, reference * 3_000).time.plus_ms(life);
        let coverage = coverage(Some(reference), block(20, 60_000), true);
        let scanned = (20..100).map(|number| block(number, number * 3_000)).find(|block| block.time > expiration).unwrap();
        prop_assert_eq!(coverage.rules_out(expiration, scanned), Some(reference));
    }

    #[test]
    fn the_gap_is_what_was_not_read(number in proptest::option::of(0_u64..40), arrived in 0_u64..40, gap_read: bool) {
        let coverage = coverage(number, block(arrived, 0), gap_read);
        match (coverage.gap(), number) {
            (Some((after, through)), Some(number)) => prop_assert!(!gap_read && after == number && through == arrived && after < through),
            (Some(_), None) => prop_assert!(false, "a gap from nowhere"),
            (None, None) => {}
            (None, Some(number)) => prop_assert!(gap_read || number >= arrived),
        }
    }

    #[test]
    fn it_is_sent_again_until_it_expires(now in 0_u64..100_000, expiration in 0_u64..100_000, interval in 0_u64..20_000) {
        let submission = submission(UnixMs(expiration));
        let answer = BroadcastAnswer { code: "DUP_TRANSACTION_ERROR".into(), text: "dup".into() };
        let next = after_broadcast(&submission, &answer, UnixMs(now), interval);
        prop_assert_eq!(next.broadcasts, 1);
        prop_assert_eq!(&next.raw_data, &submission.raw_data);
        prop_assert_eq!(&next.fate, &Fate::Open);
        match next.next_broadcast {
            Some(at) => prop_assert!(at > UnixMs(now) && at <= UnixMs(expiration).plus_ms(LAST_TRY_MS)),
            None => prop_assert!(UnixMs(now).plus_ms(interval.max(1)) > UnixMs(expiration).plus_ms(LAST_TRY_MS)),
        }
    }
}

fn submission(expiration: UnixMs) -> Submission {
    Submission {
        txid: TxId::new([1; 32]),
        raw_data: HexBytes(vec![1]),
        signatures: vec![HexBytes(vec![2; 65])],
        expiration,
        coverage: coverage(Some(0), block(0, 0), true),
        broadcasts: 0,
        last_answer: None,
        next_broadcast: Some(UnixMs(0)),
        fate: Fate::Open,
    }
}

#[test]
fn an_unknown_reference_never_dies() {
    assert_eq!(coverage(None, block(1, 1), true).rules_out(UnixMs(5), block(9, 9_000)), None);
}

#[test]
fn what_is_not_open_is_not_sent() {
    let included = submission(UnixMs(9_000)).with_fate(Fate::Dead { from: 0, through: block(1, 1) });
    assert_eq!(included.next_broadcast, None);
    assert_eq!(first_broadcast(false, UnixMs(9), UnixMs(1)), None);
    assert_eq!(first_broadcast(true, UnixMs(9), UnixMs(10)), None);
    assert_eq!(first_broadcast(true, UnixMs(9), UnixMs(9)), Some(UnixMs(9)));
}
