//! A payout, found by a merchant's reference or by its id, in the mirror or else at payout-router.

use api::payout_router::PayoutView;
use primitives::{MerchantRef, PayoutId};
use service::Problem;
use store::Versioned;

use crate::app::State;
use crate::caller::Reader;
use crate::payout::PayoutRow;
use crate::problem::unknown_payout;
use crate::router::Answer;

/// Where a payout was found.
#[derive(Debug)]
pub(crate) enum Found {
    /// In the mirror.
    Mirrored(Box<Versioned<PayoutRow>>),
    /// At payout-router; its feed has yet to tell.
    AtRouter(Box<PayoutView>),
}

/// The payout that the reader names so; 404 `unknown_payout` if there is none or it is another merchant's.
pub(crate) async fn find(state: &State, reader: &Reader, name: &MerchantRef) -> Result<Found, Problem> {
    let id = id_of(state, reader, name)?;
    if let Some(found) = state.store.get::<PayoutRow>(&id.to_string()).await? {
        let may_see = reader.may_see(&found.record.view.merchant);
        return if may_see { Ok(Found::Mirrored(Box::new(found))) } else { Err(unknown_payout()) };
    }
    match state.router.payout(id).await? {
        Answer::Payout(view) if reader.may_see(&view.merchant) => Ok(Found::AtRouter(view)),
        Answer::Payout(_) => Err(unknown_payout()),
        Answer::Refused(problem) if problem.status == 404 => Err(unknown_payout()),
        Answer::Refused(problem) => Err(problem),
    }
}

/// An id's form is no reference, see [`wish`](crate::wish); a reference is nothing without its merchant.
fn id_of(state: &State, reader: &Reader, name: &MerchantRef) -> Result<PayoutId, Problem> {
    match (name.as_str().parse(), reader) {
        (Ok(id), _) => Ok(id),
        (Err(_), Reader::Merchant(merchant)) => Ok(PayoutId::of(state.plane, merchant, name)),
        (Err(_), Reader::Operator) => Err(unknown_payout()),
    }
}
