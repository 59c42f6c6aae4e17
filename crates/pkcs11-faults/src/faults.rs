//! What stands before every call.

use cryptoki_sys::{CK_FUNCTION_LIST, CK_RV, CK_SESSION_HANDLE};

use crate::rule::Fault;
use crate::{plan, real, record};

/// One call on its way to the real module.
pub(crate) struct Call {
    /// Its name, such as `C_Sign`.
    pub(crate) function: &'static str,
    /// The session that it names, if it does.
    pub(crate) session: Option<CK_SESSION_HANDLE>,
    /// Whether it is a C_Sign that has a buffer for the signature.
    pub(crate) gives_signature: bool,
}

impl Call {
    /// Injects what is due, then makes the call, which is told the faults of what it gives back.
    pub(crate) fn make(&self, real: impl FnOnce(&CK_FUNCTION_LIST, &[Fault]) -> CK_RV) -> CK_RV {
        let due = plan::due(self.function, self.gives_signature);
        let rv = match due.iter().find_map(|fault| self.meet(*fault)) {
            Some(rv) => rv,
            None => real(real::functions(), &due),
        };
        record::append(self.function, rv);
        rv
    }

    /// The value to return instead of calling.
    fn meet(&self, fault: Fault) -> Option<CK_RV> {
        match (fault, self.session) {
            (Fault::Return(rv), _) => return Some(rv),
            (Fault::Delay(time), _) => std::thread::sleep(time),
            (Fault::Hang, _) => plan::wait_for_another(),
            (Fault::Crash, _) => crash(),
            (Fault::LoseLogin, Some(session)) => real::log_out(session),
            (Fault::StaleHandles, Some(session)) => {
                real::log_out(session);
                real::log_in(session);
            }
            (Fault::LoseSession, Some(session)) => real::close(session),
            (Fault::LoseAllSessions, Some(session)) => real::close_all(session),
            // What changes the answer is done after the call; and a call without a session has none to lose.
            _ => {}
        }
        None
    }
}

fn crash() -> ! {
    #[expect(unsafe_code, reason = "a signal is raised by a C call")]
    // SAFETY: restores the default reaction and raises the signal, of which this process is meant to die.
    unsafe {
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::raise(libc::SIGSEGV);
    }
    plan::die("SIGSEGV is blocked")
}
