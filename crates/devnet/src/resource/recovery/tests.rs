use proptest::prelude::*;

use super::*;

const FRESH: Usage = Usage { used: 0, slot: 0, window: 28_800_000, touched: false };

#[test]
fn half_a_window_gives_half_back() {
    assert_eq!(plain(600, 0, 0, 0), 600);
    assert_eq!(plain(600, 0, 0, 14_400), 300);
    assert_eq!(plain(600, 0, 0, 28_800), 0);
    assert_eq!(plain(600, 0, 0, 40_000), 0);
    assert_eq!(plain(265, 265, 100, 100), 530);
}

#[test]
fn a_first_use_takes_a_whole_window() {
    let used = increased(&FRESH, 14_650, 1_000);
    assert_eq!((used.used, used.slot, used.window, used.touched), (14_650, 1_000, 28_800_000, true));
    assert_eq!(recovered(&used, 1_000), 14_650);
    assert_eq!(recovered(&used, 1_000 + 14_400), 7_325);
    assert_eq!(recovered(&used, 1_000 + 28_800), 0);
}

#[test]
fn a_second_use_shortens_the_window_to_the_weighted_average() {
    let first = increased(&FRESH, 10_000, 0);
    let second = increased(&first, 10_000, 14_400);
    assert_eq!(second.used, 15_000);
    // 5000 come back in half a day, 10000 in a whole one: (5000 * 14400 + 10000 * 28800) / 15000 slots.
    assert_eq!(second.window, 24_000_000);
    assert_eq!(recovered(&second, 14_400 + 12_000), 7_500);
    assert_eq!(recovered(&second, 14_400 + 24_000), 0);
}

#[test]
fn what_has_recovered_wholly_leaves_no_trace() {
    let first = increased(&FRESH, 10_000, 0);
    let second = increased(&first, 1, 28_800);
    assert_eq!((second.used, second.window), (1, 28_800_000));
}

#[test]
fn moved_use_recovers_in_the_window_of_its_receiver() {
    let receiver = increased(&FRESH, 8_000, 0);
    let owner = merged(&FRESH, &receiver, 4_000, 14_400);
    assert_eq!((owner.used, owner.window), (4_000, 14_400_000));
    assert_eq!(merged(&FRESH, &FRESH, 0, 5).used, 0);
}

proptest! {
    /// Nothing is lost and nothing is invented when there is no time between the uses; rounding is below one unit a use.
    #[test]
    fn uses_in_one_slot_add_up(amounts in prop::collection::vec(1i64..1_000_000_000, 1..8), slot in 0i64..1_000_000) {
        let last = amounts.iter().fold(FRESH, |usage, amount| increased(&usage, *amount, slot));
        let sum: i64 = amounts.iter().sum();
        prop_assert!(last.used >= sum && last.used - sum <= i64::try_from(amounts.len()).unwrap_or(i64::MAX));
        prop_assert_eq!(last.window, 28_800_000);
    }

    /// Waiting never adds to what is in use.
    #[test]
    fn time_only_frees(used in 0i64..1_000_000_000_000, earlier in 0i64..40_000, later in 0i64..40_000) {
        let usage = increased(&FRESH, used, 0);
        let (earlier, later) = (earlier.min(later), earlier.max(later));
        prop_assert!(recovered(&usage, later) <= recovered(&usage, earlier));
    }
}
