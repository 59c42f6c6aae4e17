//! The binary `trx-staking`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::main::<trx_staking::TrxStaking>()
}
