//! The endpoints through the real router, gate included.

mod bad_input;
mod limits;
mod lists;

use crate::PayoutRouter;

#[test]
fn the_committed_document_is_current() {
    service::testing::assert_openapi_is::<PayoutRouter>(include_str!("../../openapi.json"));
}
