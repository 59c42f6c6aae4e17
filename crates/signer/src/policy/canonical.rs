//! The one spelling of a policy, of which its hash is taken.

use std::fmt::{Display, Write as _};

use super::Policy;
use super::demands::Demands;
use super::grant::Grant;
use super::limits::Limits;

impl Policy {
    /// One line for each value, `table.key=value`, in a fixed order, lists joined with commas. No name or value holds a
    /// line feed, a comma or an equals sign, so that two policies with the same text are the same.
    pub fn canonical(&self) -> String {
        let mut text = format!("lucid signing policy 1\nversion={}\n", self.version);
        for (table, grant) in self.tables() {
            write_grant(&mut text, &table, grant);
        }
        text
    }
}

fn write_grant(text: &mut String, table: &str, grant: &Grant) {
    let Grant {
        kinds: _,
        contracts,
        tokens,
        selectors,
        pay_to,
        sweep_to,
        delegate_to,
        fee_limit_max,
        expiry_max_ms,
        memo_max_bytes,
        fees,
        signatures,
        limits,
        demands,
    } = grant;
    let mut line = |key: &str, value: &dyn Display| {
        writeln!(text, "{table}.{key}={value}").expect("a String takes whatever is written");
    };
    line("kinds", &joined(grant.kinds()));
    line("contracts", &joined(contracts));
    line("tokens", &joined(tokens));
    line("selectors", &joined(selectors));
    line("pay_to", &joined(pay_to));
    line("sweep_to", &joined(sweep_to));
    line("delegate_to", &joined(delegate_to));
    line("fee_limit_max", fee_limit_max);
    line("expiry_max_ms", expiry_max_ms);
    line("memo_max_bytes", memo_max_bytes);
    for (measure, limits) in limits {
        let Limits { per_transaction, per_hour, per_day, per_recipient_per_day } = limits;
        let of = |key: &str| format!("limits.{}.{key}", measure.name());
        line(&of("per_transaction"), per_transaction);
        line(&of("per_hour"), per_hour);
        line(&of("per_day"), per_day);
        line(&of("per_recipient_per_day"), per_recipient_per_day);
    }
    // Nothing is written of totals that are not bounded: files from before there were any keep their hash.
    if let Some(fees) = fees {
        line("fees.per_hour", &fees.per_hour);
        line("fees.per_day", &fees.per_day);
    }
    if let Some(signatures) = signatures {
        line("signatures.per_hour", &signatures.per_hour);
        line("signatures.per_day", &signatures.per_day);
    }
    // Nothing is written of what is not demanded: files from before there were demands keep their hash.
    for (measure, demands) in demands {
        let Demands { attestation_from, approvals_from, .. } = demands;
        let of = |key: &str| format!("demands.{}.{key}", measure.name());
        line(&of("attestation_from"), attestation_from);
        line(&of("approvals_from"), approvals_from);
        line(&of("approvers_needed"), &demands.approvers());
    }
}

pub(super) fn joined<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(",")
}
