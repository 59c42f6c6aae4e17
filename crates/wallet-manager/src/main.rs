//! The binary of wallet-manager.

use std::process::ExitCode;

use wallet_manager::{InitToken, WalletManager};

fn main() -> ExitCode {
    // Making a token needs no configuration: it comes before there is one.
    match InitToken::asked_for(std::env::args_os()) {
        Some(init) => init.run(),
        None => service::cli::main::<WalletManager>(),
    }
}
