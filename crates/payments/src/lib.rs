//! The decisions: what may happen to money next, and why.
//!
//! Pure: every function takes what it knows, the clock included, and answers with what follows. The services gather the
//! facts, commit what comes out, and only then act on it.

pub mod attempt;
pub mod energy;
pub mod limits;
pub mod outcome;
pub mod payout;
pub mod seal;
pub mod staking;
pub mod stray;
#[cfg(test)]
mod testing;
pub mod transfer;
