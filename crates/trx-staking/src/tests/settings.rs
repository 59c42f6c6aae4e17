//! Configurations that cannot be meant.

use super::bench::config;

const POOL: &str = "[[pools]]\nwallet = \"hot\"\nstaking_wallet = \"energy\"\n";

#[test]
fn a_pool_needs_little_and_is_not_automatic() {
    let config = config(POOL);
    config.check().unwrap();
    assert!(!config.pools[0].auto && config.targets().is_empty());
}

#[test]
fn a_pool_that_fills_itself_has_a_target() {
    assert!(config(&format!("{POOL}auto = true")).check().unwrap_err().to_string().contains("pools.hot"));
    let config = config(&format!("{POOL}auto = true\nenergy_target = 150000"));
    config.check().unwrap();
    let targets = config.targets();
    assert_eq!(targets[0].wanted.map(|(_, units)| units), [150_000, 0]);
    assert_eq!(targets[0].interval_ms, 10_000);
}

#[test]
fn what_cannot_be_is_refused() {
    let itself = "[[pools]]\nwallet = \"hot\"\nstaking_wallet = \"hot\"";
    assert!(config(itself).check().is_err());
    assert!(config(&format!("{POOL}{POOL}")).check().is_err());
    assert!(config("[planner]\ninterval_ms = 0").check().is_err());
}
