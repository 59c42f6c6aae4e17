//! The real binary in real processes, over real tokens.
#![expect(clippy::unwrap_used, reason = "a test")]

mod batches;
mod birth;
mod canary;
mod clock;
mod examiner;
mod faults;
mod full_disk;
mod hostile;
mod key_value;
mod killed;
mod limits;
mod load;
mod pin;
mod place;
mod process;
mod races;
mod tampered;
mod token;
mod twins;
mod worker;
