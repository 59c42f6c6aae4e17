//! A policy written as a file again: what it says, without the reasons that its author gave.

use std::fmt::{Display, Write as _};

use super::Policy;
use super::demands::{Demands, Threshold};
use super::grant::Grant;
use super::limits::Limits;
use super::totals::{Fees, Signatures};

impl Policy {
    /// The text of a file that means the same, every table and value in a fixed order.
    pub fn render(&self) -> String {
        let mut text = format!("version = {}\n", self.version);
        for (table, grant) in self.tables() {
            write_grant(&mut text, &table, grant).expect("a String takes whatever is written");
        }
        text
    }
}

fn write_grant(text: &mut String, table: &str, grant: &Grant) -> std::fmt::Result {
    writeln!(text, "\n[{table}]")?;
    writeln!(text, "kinds = {}", list(grant.kinds()))?;
    writeln!(text, "contracts = {}", list(&grant.contracts))?;
    writeln!(text, "tokens = {}", list(&grant.tokens))?;
    writeln!(text, "selectors = {}", list(&grant.selectors))?;
    writeln!(text, "pay_to = {}", list(&grant.pay_to))?;
    writeln!(text, "sweep_to = {}", list(&grant.sweep_to))?;
    writeln!(text, "delegate_to = {}", list(&grant.delegate_to))?;
    writeln!(text, "fee_limit_max = \"{}\"", grant.fee_limit_max)?;
    writeln!(text, "expiry_max_ms = {}", grant.expiry_max_ms)?;
    writeln!(text, "memo_max_bytes = {}", grant.memo_max_bytes)?;
    if let Some(Fees { per_hour, per_day }) = grant.fees {
        writeln!(text, "[{table}.fees]\nper_hour = \"{per_hour}\"\nper_day = \"{per_day}\"")?;
    }
    if let Some(Signatures { per_hour, per_day }) = grant.signatures {
        writeln!(text, "[{table}.signatures]\nper_hour = {per_hour}\nper_day = {per_day}")?;
    }
    // A table without limits is written too: that it has none must be said.
    writeln!(text, "[{table}.limits]")?;
    for (measure, Limits { per_transaction, per_hour, per_day, per_recipient_per_day }) in &grant.limits {
        writeln!(text, "[{table}.limits.{}]", measure.name())?;
        writeln!(text, "per_transaction = \"{per_transaction}\"")?;
        writeln!(text, "per_hour = \"{per_hour}\"")?;
        writeln!(text, "per_day = \"{per_day}\"")?;
        writeln!(text, "per_recipient_per_day = \"{per_recipient_per_day}\"")?;
    }
    for (measure, demands) in &grant.demands {
        let Demands { attestation_from, approvals_from, .. } = demands;
        writeln!(text, "[{table}.demands.{}]", measure.name())?;
        writeln!(text, "attestation_from = \"{attestation_from}\"")?;
        writeln!(text, "approvals_from = \"{approvals_from}\"")?;
        if *approvals_from != Threshold::Never {
            writeln!(text, "approvers_needed = {}", demands.approvers())?;
        }
    }
    Ok(())
}

/// No value has a quotation mark or a backslash in it.
fn list<T: Display>(values: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<_> = values.into_iter().map(|value| format!("\"{value}\"")).collect();
    format!("[{}]", quoted.join(", "))
}
