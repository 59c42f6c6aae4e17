//! The operator's command; see [`lucid::cli`].

use std::process::ExitCode;

// One thread: a child that is to die with its parent dies with the thread that started it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lucid::run().await
}
