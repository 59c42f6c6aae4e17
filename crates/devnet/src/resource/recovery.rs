//! How used resources come back over time (java-tron `ResourceProcessor.increase`, `increaseV2`).
//!
//! Usage is kept as an average over the window, in millionths, and the average decays linearly. java-tron's doubles
//! are exact fractions here.

use crate::state::{Usage, WINDOW_SLOTS};

const PRECISION: i128 = 1_000_000;
const WINDOW: i128 = WINDOW_SLOTS as i128;
/// Windows of form V2 are stored in thousandths of a slot.
const WINDOW_SCALE: i128 = 1_000;

const fn ceil(numerator: i128, denominator: i128) -> i128 {
    (numerator + denominator - 1) / denominator
}

/// The average of an earlier use that is left after `passed` slots of a window.
const fn decayed(used: i64, passed: i128, window: i128) -> i128 {
    let average = ceil(used as i128 * PRECISION, window);
    if passed <= 0 {
        average
    } else if passed >= window {
        0
    } else {
        // Rounded half up, as Math.round does.
        (2 * average * (window - passed) + window) / (2 * window)
    }
}

fn units(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Plain form, for free and public bandwidth: what is in use at `now` after `amount` more.
pub(crate) fn plain(used: i64, amount: i64, last: i64, now: i64) -> i64 {
    let old = decayed(used, i128::from(now) - i128::from(last), WINDOW);
    let new = ceil(i128::from(amount) * PRECISION, WINDOW);
    units((old + new) * WINDOW / PRECISION)
}

/// What is still in use at `now`, for staked resources.
pub(crate) fn recovered(usage: &Usage, now: i64) -> i64 {
    let window = window_slots(usage);
    units(decayed(usage.used, i128::from(now) - i128::from(usage.slot), window) * window / PRECISION)
}

/// Window form V2, for staked resources: what is in use at `now` after `amount` more, and the window in which that
/// comes back.
pub(crate) fn increased(usage: &Usage, amount: i64, now: i64) -> Usage {
    let window = window_slots(usage);
    let passed = i128::from(now) - i128::from(usage.slot);
    let average = decayed(usage.used, passed, window);
    let new = ceil(i128::from(amount) * PRECISION, WINDOW);
    let total = (average * window + new * WINDOW) / PRECISION;
    let remaining = average * window / PRECISION;
    let next_window = if remaining == 0 || total == 0 {
        WINDOW * WINDOW_SCALE
    } else {
        let remaining_window = i128::from(usage.window) - passed * WINDOW_SCALE;
        let weighted = remaining * remaining_window + i128::from(amount) * WINDOW * WINDOW_SCALE;
        ceil(weighted, total).min(WINDOW * WINDOW_SCALE)
    };
    Usage { used: units(total), slot: now, window: units(next_window), touched: true }
}

/// The receiver's use moved to the giver of a delegation that ends: the giver's window becomes the average of both,
/// weighted by use (java-tron `ResourceProcessor.unDelegateIncreaseV2`).
pub(crate) fn merged(owner: &Usage, receiver: &Usage, moved: i64, now: i64) -> Usage {
    let own = recovered(owner, now);
    let total = own.saturating_add(moved);
    if total == 0 {
        return Usage { used: 0, slot: now, window: Usage::default().window, touched: true };
    }
    let left = |usage: &Usage, in_use: i64| {
        let window = i128::from(usage.window) - (i128::from(now) - i128::from(usage.slot)) * WINDOW_SCALE;
        if in_use == 0 { 0 } else { window.max(0) }
    };
    let weighted = i128::from(own) * left(owner, own) + i128::from(moved) * left(receiver, moved);
    let window = ceil(weighted, i128::from(total)).clamp(WINDOW_SCALE, WINDOW * WINDOW_SCALE);
    Usage { used: total, slot: now, window: units(window), touched: true }
}

fn window_slots(usage: &Usage) -> i128 {
    let slots = i128::from(usage.window) / WINDOW_SCALE;
    if slots == 0 { WINDOW } else { slots }
}

#[cfg(test)]
mod tests;
