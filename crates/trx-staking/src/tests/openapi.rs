//! The committed OpenAPI document is the one that the service serves.

use service::serve;

use crate::TrxStaking;

#[test]
fn the_committed_document_is_current() {
    let document = serve::openapi::<TrxStaking>().to_pretty_json().unwrap();
    assert_eq!(
        format!("{document}\n"),
        include_str!("../../openapi.json"),
        "run: cargo run -p trx-staking -- openapi > crates/trx-staking/openapi.json"
    );
}
