//! Passes bytes between two named places, and nothing else: the airlock of a plane in containers.
//!
//! No container of a plane stands on two networks. Where bytes must cross, a socket file in a volume that two containers
//! alone mount takes the place of a route, with a forwarder on the side that leads out.

mod allow;
mod cli;
mod config;
mod connect;
pub mod head;
mod health;
mod listener;
mod metrics;
mod pass;
mod place;
mod run;
mod serve;

pub use cli::{Arguments, main};
pub use place::{Authority, PlaceError};
