//! The binary `tron-client`.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::main::<tron_client::TronClient>()
}
