//! The service in process, over a real SoftHSM 2 token: requests go through the gate with tokens, as a peer's do.

mod again;
mod audits;
mod batches;
mod bench;
mod ceremonies;
mod clocks;
mod consents;
mod council;
mod freezes;
mod hardening;
mod metrics;
mod openapi;
mod overtaken;
mod policies;
mod refusals;
mod register_model;
mod regressions;
mod relay;
mod restored;
mod settings;
mod signatures;
mod spendings;
mod tokens;
mod unseen;
mod voids;
mod wallets;
