//! The service in process: requests go through the gate with tokens, as a peer's do; its peers are out of reach.
//! On a chain and with a token it is tested in the repository's `tests/`.

mod bench;
mod openapi;
mod requests;
mod restored;
mod settings;
