//! The service whole: its real gate, routes, driver and follower, against a payout-router of the tests' own behind a
//! real gate with a real feed. Only the wire is left out.

mod asking;
mod bad_input;
mod bench;
mod callers;
mod cancelling;
mod counterpart;
mod events;
mod mirroring;
mod openapi;
mod unanswered;
