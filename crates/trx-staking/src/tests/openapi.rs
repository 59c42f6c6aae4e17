//! The committed OpenAPI document is the one that the service serves.

use service::testing::assert_openapi_is;

use crate::TrxStaking;

#[test]
fn the_committed_document_is_current() {
    assert_openapi_is::<TrxStaking>(include_str!("../../openapi.json"));
}
