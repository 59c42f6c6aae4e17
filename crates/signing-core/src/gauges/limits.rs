//! How full the windows of limits are.

use std::collections::BTreeMap;

use primitives::KeyId;
use prometheus::{GaugeVec, Opts};
use service::metrics::Metrics;
use signer::policy::{Bound, Class, Grant, Measure, Reservation, Total, Window};
use store::StoreError;

use crate::signing::SigningCore;

/// The windows that a wallet has one of; those of recipients are as many as recipients.
const WINDOWS: [(Window, &str); 2] = [(Window::Hour, "hour"), (Window::Day, "day")];

/// The most wallets whose sums are looked at.
const WALLETS_MAX: usize = 64;

/// What is summed.
#[derive(Debug, Clone, Copy)]
enum Sum {
    Amounts(Measure),
    Total(Total),
}

impl Sum {
    const fn name(self) -> &'static str {
        match self {
            Self::Amounts(measure) => measure.name(),
            Self::Total(total) => total.name(),
        }
    }

    fn scope(self, key: &KeyId, window: Window) -> Option<String> {
        match self {
            Self::Amounts(measure) => Reservation::sum(key, measure, window),
            Self::Total(total) => Some(Reservation::total(key, total, window)),
        }
    }
}

/// Registers the name.
pub(super) fn registered(shared: &Metrics) -> GaugeVec {
    let ratios = |name: &str, help: &str, labels: &[&str]| {
        let gauges = GaugeVec::new(Opts::new(name, help), labels).expect("names and labels are constants");
        shared.registry().register(Box::new(gauges.clone())).expect("each name is registered once");
        gauges
    };
    ratios(
        "lucid_limit_used_ratio",
        "How much of a window's limit or total is used, by the fullest wallet of the class; 1 is full.",
        &["class", "measure", "window"],
    )
}

/// Reads how full the windows are, of each class the fullest wallet's; a store that does not answer leaves what was read
/// before.
pub(super) async fn read(gauges: &GaugeVec, core: &SigningCore) {
    let Ok(used) = used(core).await else { return };
    // Those that are not named have no limit any more.
    gauges.reset();
    for ((class, measure, window), share) in used {
        gauges.with_label_values(&[class.name(), measure, window]).set(f64::from(share) / 10_000.0);
    }
}

/// Each bounded sum of a table, with its window, that one's name, and its bound.
fn bounded(grant: &Grant) -> Vec<(Sum, Window, &'static str, u64)> {
    let mut sums = Vec::new();
    for (window, name) in WINDOWS {
        for (measure, limits) in grant.limits() {
            if let Bound::AtMost(most) = window.bound(limits) {
                sums.push((Sum::Amounts(*measure), window, name, most));
            }
        }
        for total in Total::ALL {
            sums.extend(grant.total(total, window).map(|most| (Sum::Total(total), window, name, most)));
        }
    }
    sums
}

/// By class, name of the sum and name of the window, in ten thousandths.
async fn used(core: &SigningCore) -> Result<BTreeMap<(Class, &'static str, &'static str), u32>, StoreError> {
    let (mut used, now) = (BTreeMap::new(), core.clock.now());
    let Ok(in_force) = core.policy.current() else { return Ok(used) };
    // A class without a wallet has used nothing yet.
    for (table, grant) in in_force.policy.tables() {
        let class = Class::ALL.into_iter().find(|class| table == format!("class.{}", class.name()));
        for (sum, _, window, _) in bounded(grant) {
            used.extend(class.map(|class| ((class, sum.name(), window), 0)));
        }
    }
    for key in core.book.key_ids().into_iter().take(WALLETS_MAX) {
        let Some(payer) = core.book.payer(&key) else { continue };
        let Some(grant) = in_force.policy.grant(&payer.holder) else { continue };
        for (sum, window, name, most) in bounded(grant) {
            let Some(scope) = sum.scope(&key, window) else { continue };
            let held = core.store.held(&scope, now).await?;
            let fullest = used.entry((payer.holder.class, sum.name(), name)).or_default();
            *fullest = share(held, most).max(*fullest);
        }
    }
    Ok(used)
}

/// `held` of `most`, in ten thousandths.
fn share(held: i64, most: u64) -> u32 {
    let of = u128::from(held.unsigned_abs()).saturating_mul(10_000).checked_div(u128::from(most));
    // Of nothing everything is used.
    of.map_or(10_000, |share| u32::try_from(share).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_limit() {
        assert_eq!([share(0, 4), share(1, 4), share(4, 4), share(5, 4)], [0, 2_500, 10_000, 12_500]);
        assert_eq!(share(0, 0), 10_000);
        assert_eq!(share(i64::MAX, 1), u32::MAX);
    }
}
