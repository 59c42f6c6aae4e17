//! What is read, not counted: asked for whenever somebody looks at the metrics.

mod limits;
mod token;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use primitives::UnixMs;
use prometheus::{Gauge, GaugeVec, Histogram, IntCounter, IntGauge, IntGaugeVec};
use service::metrics::{Metrics, seconds};
use signer::Token;
use signer::policy::Class;
use store::{Filter, LIST_LIMIT_MAX};

use crate::Core;
use crate::book::Payer;
use crate::register::Attempt;
use token::TokenGauges;

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
    unsigned_oldest: Gauge,
    head_lag: IntGauge,
    head_age: Gauge,
    /// The token's head when the log was first seen to be ahead of it, and since when.
    behind: Arc<Mutex<Option<(u64, UnixMs)>>>,
    limit_used: GaugeVec,
    token: TokenGauges,
}

impl Gauges {
    /// Registers the names; `capacity` is how many keys fit into the token, where that is known.
    pub(crate) fn new(shared: &Metrics, capacity: Option<u32>) -> Self {
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
                "Attempts that are registered and may still be signed; at most 1000 are counted.",
            ),
            unsigned_oldest: shared.ratio(
                "lucid_attempts_unsigned_oldest_seconds",
                "For how long the oldest of them has waited for its signature.",
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
            limit_used: limits::registered(shared),
            token: TokenGauges::new(shared, capacity),
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

    /// Since when each attempt is registered, and when its transaction expires: one that has expired waits for nothing.
    fn unsigned(&self, registered: impl Iterator<Item = (UnixMs, UnixMs)>, now: UnixMs) {
        let awaited = registered.filter(|(_, expiration)| *expiration > now);
        let waits: Vec<u64> = awaited.map(|(since, _)| now.ms_since(since)).collect();
        self.unsigned.set(i64::try_from(waits.len()).unwrap_or(i64::MAX));
        self.unsigned_oldest.set(seconds(waits.into_iter().max().unwrap_or(0)));
    }

    /// Asks an open token what it has left.
    pub(crate) async fn ask(&self, token: &Token) {
        self.token.ask(token).await;
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
            let registered = page.items.iter().map(|read| &read.record);
            let spans = registered.filter_map(|attempt| Some((attempt.at, attempt.signing()?.expiration)));
            gauges.unsigned(spans, now);
        }
        if core.audit.head_in_token()
            && let Ok(head) = core.audit.head().await
        {
            gauges.head(head.position.seq, head.token.map_or(0, |position| position.seq), now);
        }
        limits::read(&gauges.limit_used, core).await;
        // A store that does not answer leaves what was read before.
        let _ = gauges.token.read(&core.store, core.keeper.opened()).await;
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
}

fn count(of: u64) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_waits_for_its_signature_until_it_expires() {
        let gauges = Gauges::new(&Metrics::of_part(), None);
        let seen = |now| {
            let registered = [(UnixMs(1_000), UnixMs(61_000)), (UnixMs(20_000), UnixMs(80_000))];
            gauges.unsigned(registered.into_iter(), UnixMs(now));
            (gauges.unsigned.get(), gauges.unsigned_oldest.get())
        };
        assert_eq!(seen(21_000), (2, 20.0));
        assert_eq!(seen(61_000), (1, 41.0));
        assert_eq!(seen(80_000), (0, 0.0));
    }

    #[test]
    fn a_head_is_old_from_when_it_was_first_seen_behind() {
        let gauges = Gauges::new(&Metrics::of_part(), None);
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
