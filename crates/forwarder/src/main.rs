//! The binary `forwarder`.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    forwarder::main(forwarder::Arguments::parse())
}
