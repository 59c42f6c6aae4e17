//! The wire: what the six services say to one another and to their users, one module per service.
//!
//! Pure: a [`Call`] says what to send and how to read the answer; sending is `service::client`'s. Every request type
//! refuses unknown fields; amounts are decimal strings, times are milliseconds, bytes are hexadecimal.

mod call;
pub mod event;
pub mod payment_gateway;
pub mod payout_router;
pub mod problem;
pub mod tron_client;
pub mod trx_staking;
pub mod usdt_manager;
pub mod wallet_manager;

pub use call::Call;
pub use event::{Event, EventPage};
pub use problem::Problem;
