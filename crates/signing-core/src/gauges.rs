//! What is read, not counted: asked for whenever somebody looks at the metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use primitives::UnixMs;
use prometheus::{Gauge, GaugeVec, Histogram, IntCounter, IntGauge, IntGaugeVec, Opts};
use service::metrics::Metrics;
use signer::policy::{Bound, Class, Measure, Reservation, Window};
use store::{Filter, LIST_LIMIT_MAX, StoreError};

use crate::Core;
use crate::book::Payer;
use crate::register::Attempt;

/// The windows that a wallet has one of; those of recipients are as many as recipients.
const WINDOWS: [(Window, &str); 2] = [(Window::Hour, "hour"), (Window::Day, "day")];

/// The most wallets whose sums are looked at.
const WALLETS_MAX: usize = 64;

/// Whether a wallet's key signs, as a label.
const STATES: [&str; 2] = ["signing", "retired"];

/// What is read, and the proofs of the token.
#[derive(Debug, Clone)]
pub(crate) struct Gauges {
    canary_seconds: Histogram,
    canary_failures: IntCounter,
    canary_age: Gauge,
    keys: IntGaugeVec,
    pin_latched: IntGauge,
    unsigned: IntGauge,
    head_lag: IntGauge,
    head_age: Gauge,
    /// The token's head when the log was first seen to be ahead of it, and since when.
    behind: Arc<Mutex<Option<(u64, UnixMs)>>>,
    limit_used: GaugeVec,
}

impl Gauges {
    /// Registers the names.
    pub(crate) fn new(shared: &Metrics) -> Self {
        let ratios = |name: &str, help: &str, labels: &[&str]| {
            let gauges = GaugeVec::new(Opts::new(name, help), labels).expect("names and labels are constants");
            shared.registry().register(Box::new(gauges.clone())).expect("each name is registered once");
            gauges
        };
        Self {
            canary_seconds: shared.seconds(
                "lucid_token_canary_seconds",
                "How long a proof of the token took, failures and openings included.",
            ),
            canary_failures: shared.counter("lucid_token_canary_failures_total", "Proofs that the token failed."),
            canary_age: shared.ratio(
                "lucid_token_canary_age_seconds",
                "How long ago the token last proved that it signs; -1 if it is not open.",
            ),
            keys: shared.gauges(
                "lucid_wallet_keys",
                "Wallets' keys, by class and whether they sign: signing, retired.",
                &["class", "state"],
            ),
            pin_latched: shared.gauge(
                "lucid_token_pin_latched",
                "1 while the token has refused the PIN, which is not presented again.",
            ),
            unsigned: shared.gauge(
                "lucid_attempts_unsigned",
                "Attempts that are registered and have no signature yet; at most 1000 are counted.",
            ),
            head_lag: shared.gauge(
                "lucid_audit_head_lag_records",
                "Records of the audit log that the token does not vouch for yet.",
            ),
            head_age: shared.ratio(
                "lucid_audit_head_age_seconds",
                "For how long the token's head was seen to stand still behind the log; 0 if it is the newest.",
            ),
            behind: Arc::default(),
            limit_used: ratios(
                "lucid_limit_used_ratio",
                "How much of a window's limit is used, by the fullest wallet of the class; 1 is full.",
                &["class", "measure", "window"],
            ),
        }
    }

    /// Where the log stands and up to where the token vouches for it.
    fn head(&self, newest: u64, told: u64, now: UnixMs) {
        self.head_lag.set(count(newest.saturating_sub(told)));
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        *behind = match *behind {
            _ if told >= newest => None,
            Some((head, since)) if head == told => Some((head, since)),
            _ => Some((told, now)),
        };
        self.head_age.set(behind.map_or(0.0, |(_, since)| seconds(now.ms_since(since))));
    }

    /// A proof of the token ended, or an opening of it.
    pub(crate) fn proved(&self, took: Duration, well: bool) {
        self.canary_seconds.observe(took.as_secs_f64());
        if !well {
            self.canary_failures.inc();
        }
    }
}

impl Core {
    /// Brings up to date what is read.
    pub(crate) async fn read_gauges(&self) {
        let core = &self.signing;
        let now = core.clock.now();
        let gauges = &self.gauges;
        gauges.canary_age.set(core.keeper.proven_at().map_or(-1.0, |at| seconds(now.ms_since(at))));
        self.count_keys();
        gauges.pin_latched.set(self.standing.borrow().refused_pin.is_some().into());
        let filter = Filter { stage: Some("registered".to_owned()), limit: LIST_LIMIT_MAX, ..Filter::default() };
        if let Ok(page) = core.store.list::<Attempt>(filter).await {
            gauges.unsigned.set(i64::try_from(page.items.len()).unwrap_or(i64::MAX));
        }
        if core.audit.head_in_token()
            && let Ok(head) = core.audit.head().await
        {
            gauges.head(head.position.seq, head.token.map_or(0, |position| position.seq), now);
        }
        // A store that does not answer leaves what was read before.
        if let Ok(used) = self.limits_used().await {
            // Those that are not named have no limit any more.
            gauges.limit_used.reset();
            for ((class, measure, window), share) in used {
                let labels = [class.name(), measure.name(), window];
                gauges.limit_used.with_label_values(&labels).set(f64::from(share) / 10_000.0);
            }
        }
    }

    fn count_keys(&self) {
        let book = &self.signing.book;
        let payers: Vec<_> = book.key_ids().iter().filter_map(|key| book.payer(key)).collect();
        for class in Class::ALL {
            for (state, retired) in STATES.into_iter().zip([false, true]) {
                let of = |payer: &&Arc<Payer>| payer.holder.class == class && payer.retired == retired;
                let keys = payers.iter().filter(of).count();
                self.gauges.keys.with_label_values(&[class.name(), state]).set(i64::try_from(keys).unwrap_or(i64::MAX));
            }
        }
    }

    /// How full the windows are, of each class the fullest wallet's: in ten thousandths.
    async fn limits_used(&self) -> Result<BTreeMap<(Class, Measure, &'static str), u32>, StoreError> {
        let core = &self.signing;
        let (mut used, now) = (BTreeMap::new(), core.clock.now());
        let Ok(in_force) = core.policy.current() else { return Ok(used) };
        for key in core.book.key_ids().into_iter().take(WALLETS_MAX) {
            let Some(payer) = core.book.payer(&key) else { continue };
            let Some(grant) = in_force.policy.grant(&payer.holder) else { continue };
            for (measure, limits) in grant.limits() {
                for (window, name) in WINDOWS {
                    let Bound::AtMost(most) = window.bound(limits) else { continue };
                    let Some(sum) = Reservation::sum(&key, *measure, window) else { continue };
                    let held = core.store.held(&sum, now).await?;
                    let fullest = used.entry((payer.holder.class, *measure, name)).or_default();
                    *fullest = share(held, most).max(*fullest);
                }
            }
        }
        Ok(used)
    }
}

fn count(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

fn seconds(ms: u64) -> f64 {
    Duration::from_millis(ms).as_secs_f64()
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

    #[test]
    fn a_head_is_old_from_when_it_was_first_seen_behind() {
        let gauges = Gauges::new(&Metrics::of_part());
        let seen = |newest, told, at| {
            gauges.head(newest, told, UnixMs(at));
            (gauges.head_lag.get(), gauges.head_age.get())
        };
        assert_eq!(seen(7, 7, 1_000), (0, 0.0));
        assert_eq!(seen(9, 7, 90_000), (2, 0.0));
        assert_eq!(seen(12, 7, 93_500), (5, 3.5));
        // The token was told one that is not the newest any more.
        assert_eq!(seen(12, 11, 95_000), (1, 0.0));
        assert_eq!(seen(12, 12, 99_000), (0, 0.0));
    }
}
