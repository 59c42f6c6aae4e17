//! What the worker gives up before it loads anything: cores, debuggers, privileges, other programs, sockets.

use confine::{FilterError, Listeners, Sockets};
use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};
use signer::Profile;
use thiserror::Error;

/// Why this process cannot be confined; it then must not go on.
#[derive(Debug, Error)]
pub enum Unconfined {
    /// A limit or flag of the process.
    #[error("{what} cannot be set")]
    Flag {
        /// Which.
        what: &'static str,
        /// The system's answer.
        source: rustix::io::Errno,
    },
    /// Whoever started it has ended meanwhile.
    #[error("the process that started the worker has ended")]
    Orphaned,
    /// The filter of system calls.
    #[error("the filter of system calls cannot be installed")]
    Filter(#[from] FilterError),
}

/// The proof that this thread, and every thread that it will start, is confined.
#[derive(Debug)]
pub struct Confined(());

/// Whether this token is reached over a network.
pub fn needs_network(profile: &Profile) -> bool {
    profile.network.is_needed()
}

/// Confines this process, which must have one thread only, for good. `network`: whether the module needs one.
///
/// `parent` is the process whose end ends this one.
pub fn confine(parent: u32, network: bool) -> Result<Confined, Unconfined> {
    let flag = |what, result: rustix::io::Result<()>| result.map_err(|source| Unconfined::Flag { what, source });
    let no_core = Rlimit { current: Some(0), maximum: Some(0) };
    flag("the limit of core files", rustix::process::setrlimit(Resource::Core, no_core))?;
    // Nobody of the same user may read its memory or trace it.
    flag("the undumpable state", rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable))?;
    flag("the signal of the parent's death", rustix::process::set_parent_process_death_signal(Some(Signal::KILL)))?;
    // A parent that died before that sends no signal; its children have another one by now.
    // The first process of a container has none: 0.
    if rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get().cast_unsigned()) != parent {
        return Err(Unconfined::Orphaned);
    }
    flag("the renunciation of privileges", rustix::thread::set_no_new_privs(true))?;
    let sockets = if network { Sockets::UnixAndIp } else { Sockets::Unix };
    // A vendor's library that reaches its device over a network may want an address of its own.
    confine::install(sockets, Listeners::More)?;
    Ok(Confined(()))
}

#[cfg(test)]
mod tests;
