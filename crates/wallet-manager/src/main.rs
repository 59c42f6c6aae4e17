//! The binary of wallet-manager.

use std::process::ExitCode;

use wallet_manager::{InitToken, ProveKey, WalletManager};

fn main() -> ExitCode {
    // Neither needs a configuration: the one comes before there is one, the other is told what it needs.
    if let Some(init) = InitToken::asked_for(std::env::args_os()) {
        return init.run();
    }
    if let Some(prove) = ProveKey::asked_for(std::env::args_os()) {
        return prove.run();
    }
    service::cli::main::<WalletManager>()
}
