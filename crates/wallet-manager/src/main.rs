//! The binary of wallet-manager.

use std::process::ExitCode;

use wallet_manager::{
    AuditCommand, PolicyCommand, ProveKey, ReleaseCommand, SigningWorker, TokenCommand, WalletManager,
};

fn main() -> ExitCode {
    // None needs a configuration: one comes before there is one, the others are told what they need.
    if let Some(token) = TokenCommand::asked_for(std::env::args_os()) {
        return token.run();
    }
    if let Some(worker) = SigningWorker::asked_for(std::env::args_os()) {
        return worker.run();
    }
    if let Some(prove) = ProveKey::asked_for(std::env::args_os()) {
        return prove.run();
    }
    if let Some(policy) = PolicyCommand::asked_for(std::env::args_os()) {
        return policy.run();
    }
    if let Some(audit) = AuditCommand::asked_for(std::env::args_os()) {
        return audit.run();
    }
    if let Some(release) = ReleaseCommand::asked_for(std::env::args_os()) {
        return release.run();
    }
    service::cli::main::<WalletManager>()
}
