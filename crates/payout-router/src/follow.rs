//! What the others' feeds mean here, a peer a file.

mod chain;
mod register;
mod transfers;

pub(crate) use chain::Chain;
pub(crate) use register::Register;
pub(crate) use transfers::Transfers;
