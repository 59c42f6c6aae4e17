//! What a process gives up once it has what it needs: other programs, sockets of other kinds, new listeners. The kernel
//! refuses them (seccomp), so that it holds for whoever takes the process over, too.

mod filter;

pub use filter::{FilterError, Listeners, Sockets, install};
