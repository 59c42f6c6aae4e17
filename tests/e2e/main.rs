//! The whole plane, as a user runs it: real processes, a real token, the devnet.

mod again;
mod demo;
mod exact;
mod foreign;
mod governed;
mod hardened;
mod killed;
mod pool;
mod reconciled;
mod release;
mod restored;
mod secrecy;
mod settings;
mod token;
mod treasury;
mod troubled;
mod unanswered;
