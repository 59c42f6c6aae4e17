//! What is left of the token, and whether it is the one that the keys were made in.

use primitives::statement::TokenDescription;
use prometheus::{Gauge, IntGauge, IntGaugeVec};
use service::metrics::Metrics;
use signer::{Remaining, Token, TokenIdentity};
use store::{Store, StoreError};

use crate::audit::AUDIT_LABEL;
use crate::key::Key;

/// The warnings of CK_TOKEN_INFO about the user's PIN, as labels.
const PIN_FLAGS: [&str; 3] = ["low", "final_try", "locked"];

/// What is read of the token.
#[derive(Debug, Clone)]
pub(super) struct TokenGauges {
    capacity: Option<u32>,
    keys_made: Gauge,
    free: IntGauge,
    pin_flags: IntGaugeVec,
    replaced: IntGauge,
}

impl TokenGauges {
    /// Registers the names; `capacity` is how many keys fit, where that is known.
    pub(super) fn new(shared: &Metrics, capacity: Option<u32>) -> Self {
        let gauges = Self {
            capacity,
            keys_made: shared.ratio(
                "lucid_token_key_capacity_ratio",
                "How much of the room for keys that the token's profile knows of is used; -1 if it knows of none.",
            ),
            free: shared.gauge(
                "lucid_token_free_private_bytes",
                "Room for private objects that the token says it has; -1 if it does not say.",
            ),
            pin_flags: shared.gauges(
                "lucid_token_pin_flag",
                "1 while the token warns of its PIN: low, final_try, locked.",
                &["flag"],
            ),
            replaced: shared.gauge(
                "lucid_token_replaced",
                "1 while the token has another serial number or label than the one that the audit key was made in.",
            ),
        };
        gauges.keys_made.set(-1.0);
        gauges.free.set(-1);
        for flag in PIN_FLAGS {
            gauges.pin_flags.with_label_values(&[flag]).set(0);
        }
        gauges
    }

    /// Asks the token what it has left; one that does not answer leaves what was read before.
    pub(super) async fn ask(&self, token: &Token) {
        let Ok(Remaining { pin_low, pin_final_try, pin_locked, private_bytes }) = token.remaining().await else {
            return;
        };
        self.free.set(private_bytes.map_or(-1, |bytes| i64::try_from(bytes).unwrap_or(i64::MAX)));
        for (flag, raised) in PIN_FLAGS.into_iter().zip([pin_low, pin_final_try, pin_locked]) {
            self.pin_flags.with_label_values(&[flag]).set(raised.into());
        }
    }

    /// Compares what is stored of keys with the room for them, and with the token that was last opened.
    pub(super) async fn read(&self, store: &Store, open: Option<TokenIdentity>) -> Result<(), StoreError> {
        if let Some(capacity) = self.capacity {
            // Retired ones too: they stay in the token.
            let made: u64 = store.count_by_stage::<Key>().await?.into_iter().map(|(_, count)| count).sum();
            let made = f64::from(u32::try_from(made).unwrap_or(u32::MAX));
            self.keys_made.set(made / f64::from(capacity.max(1)));
        }
        if let Some(open) = open {
            let audit = store.get::<Key>(AUDIT_LABEL).await?;
            let first =
                audit.as_ref().and_then(|key| key.record.manifest.as_ref()).map(|made| &made.unverified().token);
            self.replaced.set(first.is_some_and(|first| is_another(first, &open)).into());
        }
        Ok(())
    }
}

/// A token that was initialised anew has its old label and another serial number.
fn is_another(first: &TokenDescription, open: &TokenIdentity) -> bool {
    (&first.serial, &first.label) != (&open.serial, &open.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_another_by_its_serial_number_or_its_label() {
        let of = |label: &str, serial: &str| TokenIdentity {
            label: label.to_owned(),
            model: "m".to_owned(),
            serial: serial.to_owned(),
            firmware: "1.0".to_owned(),
        };
        let first = of("lucid", "1").described();
        assert!(!is_another(&first, &TokenIdentity { firmware: "2.0".to_owned(), ..of("lucid", "1") }));
        assert!(is_another(&first, &of("lucid", "2")) && is_another(&first, &of("other", "1")));
    }
}
