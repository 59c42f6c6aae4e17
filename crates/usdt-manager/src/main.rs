//! The binary `usdt-manager`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::main::<usdt_manager::UsdtManager>()
}
