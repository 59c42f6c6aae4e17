//! Payouts asked of a plane as a merchant asks, and held against the chain.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use primitives::Address;
use serde_json::Value;

use crate::chain::Chain;
use crate::plane::Plane;

const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(200);

/// A plane whose hot wallet can pay.
pub fn funded() -> (Plane, Chain) {
    let plane = Plane::up(|_| ());
    plane.until_ready();
    let chain = Chain::of(&plane);
    chain.fund(&plane.wallet("hot"), "500", "1000");
    (plane, chain)
}

/// An address that nobody else in this test has.
pub fn recipient(number: u8) -> Address {
    let mut bytes = [0x5a; 20];
    bytes[19] = number;
    Address::from_evm(bytes)
}

/// Asks for 1 USDT; whether it was accepted.
pub fn ask(plane: &Plane, reference: &str, to: Address) -> bool {
    let to = to.to_string();
    plane.run(&["payout", "create", "--reference", reference, "--to", &to, "--amount", "1"]).status.success()
}

/// Waits until so many payouts are settled, and fails if one comes to another end.
pub fn all_settled(plane: &Plane, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let list: Value = serde_json::from_slice(&plane.run(&["payout", "list", "--json"]).stdout).unwrap_or_default();
        let payouts = list["payouts"].as_array().cloned().unwrap_or_default();
        assert!(payouts.len() <= count, "{list:#}");
        let other_end =
            |payout: &Value| ["failed", "cancelled", "needs_review"].iter().any(|end| payout["stage"] == *end);
        assert!(!payouts.iter().any(other_end), "{list:#}\n{}", plane.logs());
        if payouts.len() == count && payouts.iter().all(|payout| payout["stage"] == "settled") {
            return payouts;
        }
        assert!(Instant::now() < deadline, "not settled: {list:#}\n{}", plane.logs());
        thread::sleep(PULSE);
    }
}

/// Each has exactly 1 USDT, by one transaction each.
pub fn paid_once(chain: &Chain, payouts: &[Value], recipients: impl Iterator<Item = u8>) {
    for number in recipients {
        assert_eq!(chain.usdt_of(recipient(number)), 1_000_000, "recipient {number}");
    }
    let txids: BTreeSet<_> = payouts.iter().map(|payout| payout["receipt"]["txid"].as_str()).collect();
    assert!(txids.len() == payouts.len() && !txids.contains(&None), "{txids:?}");
}
