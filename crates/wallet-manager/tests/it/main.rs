//! The real binary in real processes, over real tokens.
#![expect(clippy::unwrap_used, reason = "a test")]

mod batches;
mod examiner;
mod faults;
mod hostile;
mod killed;
mod load;
mod memory;
mod pin;
mod place;
mod process;
mod tampered;
mod token;
mod twins;
mod worker;
