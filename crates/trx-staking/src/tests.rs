//! The service in process: requests go through the gate with tokens, as a peer's do; its peers are out of reach.

mod bench;
mod openapi;
mod requests;
mod settings;
