//! The program itself, between real sockets.

#![expect(clippy::unwrap_used, reason = "tests")]

mod asking;
mod passing;
mod running;
