//! The binary `payout-router`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::main::<payout_router::PayoutRouter>()
}
