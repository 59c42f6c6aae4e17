//! The binary `payment-gateway`; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::main::<payment_gateway::PaymentGateway>()
}
