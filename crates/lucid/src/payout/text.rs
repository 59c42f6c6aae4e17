//! Payouts as text for a person.

use std::fmt::Write;

use api::payout_router::{PayoutAsset, PayoutPage, PayoutReceipt, PayoutStage, PayoutView};

use crate::output::table;

/// A stage as JSON has it.
pub(crate) fn stage(stage: PayoutStage) -> String {
    serde_json::to_value(stage).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// An asset as JSON has it.
pub(crate) const fn asset(asset: PayoutAsset) -> &'static str {
    match asset {
        PayoutAsset::Trx => "TRX",
        PayoutAsset::Usdt => "USDT",
    }
}

/// One payout, a line a fact.
pub(super) fn one(view: &PayoutView) -> String {
    let mut text = format!(
        "{}  {}\n  {} {} to {}\n  reference {}",
        view.payout_id,
        stage(view.stage),
        view.amount,
        asset(view.asset),
        view.recipient,
        view.reference
    );
    if let Some(reason) = &view.reason {
        write!(text, "\n  because {reason}").expect("a string takes all");
    }
    for attempt in &view.attempts {
        let txid = attempt.txid.map_or_else(|| "not signed yet".to_owned(), |txid| txid.to_string());
        write!(text, "\n  attempt {}: {} ({txid})", attempt.attempt, attempt.state).expect("a string takes all");
    }
    if let Some(receipt) = &view.receipt {
        write!(text, "\n{}", costs(receipt)).expect("a string takes all");
    }
    text
}

/// A receipt's block, energy, bandwidth and fee.
pub(crate) fn costs(receipt: &PayoutReceipt) -> String {
    let burned = receipt.energy.minus(receipt.energy_from_stake);
    let energy = match (receipt.energy.0, burned.0) {
        (0, _) => "none".to_owned(),
        (all, 0) => format!("{all}, all from stake"),
        (all, burned) if burned == all => format!("{all}, bought for {} TRX", receipt.energy_fee),
        (all, burned) => {
            format!(
                "{all}, {} from stake and {burned} bought for {} TRX",
                receipt.energy_from_stake, receipt.energy_fee
            )
        }
    };
    let bandwidth = if receipt.bandwidth_fee.is_zero() {
        format!("{} bytes, staked or free", receipt.bandwidth)
    } else {
        format!("bought for {} TRX", receipt.bandwidth_fee)
    };
    format!(
        "  txid      {}\n  block     {}, solid\n  energy    {energy}\n  bandwidth {bandwidth}\n  fee       {} TRX",
        receipt.txid, receipt.block.number, receipt.fee
    )
}

/// Payouts, one a line.
pub(super) fn page(page: &PayoutPage) -> String {
    let row = |view: &PayoutView| {
        vec![
            view.reference.to_string(),
            view.payout_id.to_string(),
            stage(view.stage),
            format!("{} {}", view.amount, asset(view.asset)),
            view.recipient.to_string(),
        ]
    };
    let rows: Vec<_> = page.payouts.iter().map(row).collect();
    let mut text = table(&["REFERENCE", "PAYOUT", "STAGE", "AMOUNT", "RECIPIENT"], &rows);
    if let Some(next) = &page.next {
        write!(text, "\nmore: --after {next}").expect("a string takes all");
    }
    text
}
