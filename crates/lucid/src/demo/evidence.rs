//! Whether what the plane says of a payout is what the chain has.

use anyhow::{Result, ensure};
use api::payout_router::{PayoutReceipt, PayoutView};
use primitives::Sun;

use crate::node::TransactionInfo;

/// The recipient's balance around a payout, in the asset's smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Balances {
    pub(super) before: u64,
    pub(super) after: u64,
}

/// An error names the first difference.
pub(super) fn check(
    view: &PayoutView,
    receipt: &PayoutReceipt,
    info: &TransactionInfo,
    contract_ret: Option<&str>,
    balances: Balances,
) -> Result<()> {
    // Both assets have six decimals.
    let amount = Sun::parse(&view.amount)?.units();
    ensure!(contract_ret == Some("SUCCESS"), "contractRet is {contract_ret:?}");
    ensure!(info.id == receipt.txid.to_string(), "the txid is {} on the chain", info.id);
    ensure!(info.block_number == receipt.block.number, "the block is {} on the chain", info.block_number);
    ensure!(info.fee == receipt.fee.units(), "the fee is {} sun on the chain", info.fee);
    let energy = info.receipt.energy_usage_total;
    ensure!(energy == receipt.energy.0, "the energy is {energy} on the chain");
    let burned = info.receipt.energy_fee;
    ensure!(burned == receipt.energy_fee.units(), "{burned} sun were burned for energy on the chain");
    let bandwidth = info.receipt.net_usage;
    ensure!(bandwidth == receipt.bandwidth.0, "the bandwidth is {bandwidth} on the chain");
    let gained = balances.after.checked_sub(balances.before);
    ensure!(gained == Some(amount), "the recipient had {} units and has {}", balances.before, balances.after);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn view() -> PayoutView {
        let txid = "c9".repeat(32);
        serde_json::from_value(json!({
            "payout_id": "po_bc48a363-15b7-55f1-89d5-39a97de5b76f", "merchant": "demo", "reference": "r", "path": "v0",
            "asset": "USDT", "recipient": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "amount": "25", "stage": "settled",
            "attempts": [], "created_at": 1, "ended_at": 2,
            "receipt": {
                "txid": txid, "block": {"number": 9, "id": format!("{:016x}{}", 9, "ab".repeat(24)), "time": 3},
                "energy": 29_277, "energy_from_stake": 29_277, "energy_fee": "0", "bandwidth": 345,
                "bandwidth_fee": "0", "fee": "0",
            },
        }))
        .unwrap()
    }

    fn info() -> TransactionInfo {
        serde_json::from_value(json!({
            "id": "c9".repeat(32), "blockNumber": 9,
            "receipt": {"energy_usage_total": 29_277, "energy_usage": 29_277, "net_usage": 345, "result": "SUCCESS"},
        }))
        .unwrap()
    }

    #[test]
    fn any_difference_is_an_error() {
        let (view, good) = (view(), Balances { before: 0, after: 25_000_000 });
        let receipt = view.receipt.clone().unwrap();
        let checked = |info: &TransactionInfo, ret: Option<&str>, balances| check(&view, &receipt, info, ret, balances);
        checked(&info(), Some("SUCCESS"), good).unwrap();
        assert!(checked(&info(), Some("REVERT"), good).is_err());
        assert!(checked(&info(), None, good).is_err());
        assert!(checked(&info(), Some("SUCCESS"), Balances { before: 0, after: 24_999_999 }).is_err());
        assert!(checked(&info(), Some("SUCCESS"), Balances { before: 25_000_000, after: 0 }).is_err());
        assert!(checked(&TransactionInfo { fee: 1, ..info() }, Some("SUCCESS"), good).is_err());
        assert!(checked(&TransactionInfo { block_number: 8, ..info() }, Some("SUCCESS"), good).is_err());
        assert!(checked(&TransactionInfo { id: "c8".repeat(32), ..info() }, Some("SUCCESS"), good).is_err());
        assert!(
            checked(
                &TransactionInfo { receipt: crate::node::ResourceReceipt::default(), ..info() },
                Some("SUCCESS"),
                good
            )
            .is_err()
        );
    }
}
