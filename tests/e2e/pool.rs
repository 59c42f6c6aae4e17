//! A pool that fills itself: trx-staking begins with nothing but a target, stakes and lends until it is met.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use plane_tests::chain::Chain;
use plane_tests::plane::Plane;
use serde_json::json;

/// Energy and bandwidth a day.
const TARGET: (u64, u64) = (400_000, 5_000);
/// What the staking wallet is given, and far more than it needs.
const FUNDS_TRX: u64 = 200_000;
const PATIENCE: Duration = Duration::from_secs(90);
const PULSE: Duration = Duration::from_millis(200);

/// Has the pool fill itself, and look after itself often.
fn automatic(directory: &Path) {
    let path = directory.join("trx-staking/config.toml");
    let config = fs::read_to_string(&path).expect("lucid init has made it");
    let pool = format!(
        "[planner]\ninterval_ms = 500\n\n[[pools]]\nauto = true\nenergy_target = {}\nbandwidth_target = {}\n",
        TARGET.0, TARGET.1
    );
    assert!(config.contains("[[pools]]\n"), "{config}");
    fs::write(path, config.replace("[[pools]]\n", &pool)).expect("it can be written");
}

#[test]
fn a_pool_is_filled_with_no_more_stake_than_it_takes() {
    let plane = Plane::up(automatic);
    plane.until_ready();
    let chain = Chain::of(&plane);
    let (hot, energy) = (plane.wallet("hot"), plane.wallet("energy"));
    chain.post("/devnet/faucet", &json!({"address": hot, "trx": "1"}));
    chain.post("/devnet/faucet", &json!({"address": energy, "trx": FUNDS_TRX.to_string()}));

    let deadline = Instant::now() + PATIENCE;
    loop {
        let has = chain.post("/wallet/getaccountresource", &json!({"address": hot, "visible": true}));
        let units = |name: &str| has[name].as_u64().unwrap_or_default();
        // A pool is full from 95 % on.
        if units("EnergyLimit") * 100 >= TARGET.0 * 95 && units("NetLimit") * 100 >= TARGET.1 * 95 {
            break;
        }
        assert!(Instant::now() < deadline, "never full: {has}\n{}", plane.said());
        thread::sleep(PULSE);
    }
    let staker = chain.post("/wallet/getaccount", &json!({"address": energy, "visible": true}));
    // 19e9 TRX share 180e9 energy and 26e9 TRX share 43.2e9 bandwidth: 42,223 and 3,010 TRX, and some for the bytes of
    // the staking wallet's own transactions.
    let spent = FUNDS_TRX - staker["balance"].as_u64().expect("a balance") / 1_000_000;
    assert!((45_000..47_000).contains(&spent), "{staker}");
}
