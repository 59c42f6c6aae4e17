//! The names under which it is shown.

use api::wallet_manager::{WalletClass, WalletView};
use primitives::{UnixMs, WalletId};
use prometheus::{Gauge, IntGaugeVec};
use service::metrics::{Metrics, since_1970};

use super::{FundsConfig, Has};

/// What a wallet may be short of, as a label.
const OF: [&str; 4] = ["usdt", "trx", "energy", "bandwidth"];

/// Gauges of what wallets have. Amounts are whole units: of money no fraction is ever shown.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    usdt: IntGaugeVec,
    trx: IntGaugeVec,
    energy: IntGaugeVec,
    bandwidth: IntGaugeVec,
    short: IntGaugeVec,
    read: Gauge,
}

impl Shown {
    pub(crate) fn new(registry: &Metrics) -> Self {
        let gauges = |name: &str, help: &str, labels: &[&str]| registry.gauges(name, help, labels);
        Self {
            usdt: gauges("lucid_wallet_micro_usdt", "USDT of a wallet, in millionths.", &["wallet", "class"]),
            trx: gauges("lucid_wallet_sun", "TRX of a wallet, in sun.", &["wallet", "class"]),
            energy: gauges(
                "lucid_wallet_energy",
                "Energy from stake that a wallet has not used up.",
                &["wallet", "class"],
            ),
            bandwidth: gauges(
                "lucid_wallet_bandwidth",
                "Bandwidth that a wallet has not used up.",
                &["wallet", "class"],
            ),
            short: gauges(
                "lucid_wallet_short",
                "1 while the wallet that pays has less of something than is configured as the least.",
                &["wallet", "of"],
            ),
            read: registry
                .ratio("lucid_wallets_read_timestamp_seconds", "When all of that was last read, seconds since 1970."),
        }
    }

    pub(super) fn has(&self, wallet: &WalletView, has: Has) {
        let labels = [wallet.wallet_id.as_str(), class(wallet.class)];
        let set = |gauge: &IntGaugeVec, value: i64| gauge.with_label_values(&labels).set(value);
        if let Some(usdt) = has.usdt {
            set(&self.usdt, usdt.to_i64());
        }
        set(&self.trx, has.trx.to_i64());
        set(&self.energy, units(has.energy.0));
        set(&self.bandwidth, units(has.bandwidth.0));
    }

    pub(super) fn short(&self, wallet: &WalletId, has: &Has, least: &FundsConfig) {
        let short = [
            has.usdt.is_some_and(|usdt| usdt < least.usdt_least),
            has.trx < least.trx_least,
            has.energy.0 < least.energy_least,
            has.bandwidth.0 < least.bandwidth_least,
        ];
        for (of, short) in OF.into_iter().zip(short) {
            self.short.with_label_values(&[wallet.as_str(), of]).set(i64::from(short));
        }
    }

    pub(super) fn read(&self, now: UnixMs) {
        self.read.set(since_1970(now));
    }
}

const fn class(class: WalletClass) -> &'static str {
    match class {
        WalletClass::Hot => "hot",
        WalletClass::Energy => "energy",
        WalletClass::Treasury => "treasury",
    }
}

fn units(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}
