//! The committed OpenAPI document is the one that the service serves.

use service::serve;

use crate::WalletManager;

#[test]
fn the_committed_document_is_current() {
    let document = serve::openapi::<WalletManager>().to_pretty_json().unwrap();
    assert_eq!(
        format!("{document}\n"),
        include_str!("../../openapi.json"),
        "run: cargo run -p wallet-manager -- openapi > crates/wallet-manager/openapi.json"
    );
}
