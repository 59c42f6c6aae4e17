//! The endpoints through the real router, gate included.

mod reservations;
mod transfers;

use crate::UsdtManager;

#[test]
fn the_committed_document_is_current() {
    service::testing::assert_openapi_is::<UsdtManager>(include_str!("../../openapi.json"));
}
