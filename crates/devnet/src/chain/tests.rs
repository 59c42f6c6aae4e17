//! The chain from outside: what it takes in, what it makes of it.

mod bandwidth;
mod contracts;
mod determinism;
mod forks;
mod hardened;
mod intake;
mod journal;
mod money;
mod signatures;
mod solid;
