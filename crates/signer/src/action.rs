//! What to do about a return value of the token: one table, so that no caller guesses.

use cryptoki::error::RvError;

/// The answer to a failed PKCS#11 call.
///
/// The table is ours, from what modules do in the field: a lost login shows as an invalid object handle on SoftHSM 2.6,
/// CloudHSM throttles with `DEVICE_ERROR`, a YubiHSM2 with a full audit log answers `DEVICE_MEMORY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The session is gone or dirty: open another, find the key again, try once more.
    ReopenSession,
    /// The login is gone or handles are stale: log in once for all sessions, find the key again, try once more.
    Relogin,
    /// Anything may have happened: open another session and try once more; count by the raw code.
    Probe,
    /// The device is out of reach: ask nothing of it for a while, then try with one request, and wait longer each time.
    OpenCircuit,
    /// The module must be finalised and initialised anew, which means a new worker process.
    RestartWorker,
    /// The device has no session left: fewer sessions, and back off.
    ShrinkPool,
    /// A person must attend to the device; a retry makes it worse.
    PageOperator,
    /// The PIN is wrong, locked or expired: never present it again, because devices lock after few tries.
    LatchPin,
    /// The call itself was wrong, a retry will be as wrong.
    Refuse,
}

impl Action {
    /// The row of the table for `rv`.
    pub const fn for_rv(rv: RvError) -> Self {
        match rv {
            RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::OperationActive
            | RvError::OperationNotInitialized
            | RvError::BufferTooSmall => Self::ReopenSession,
            RvError::ObjectHandleInvalid | RvError::KeyHandleInvalid | RvError::UserNotLoggedIn => Self::Relogin,
            RvError::DeviceError
            | RvError::FunctionFailed
            | RvError::GeneralError
            | RvError::HostMemory
            | RvError::VendorDefined(_)
            | RvError::UnknownErrorCode(_) => Self::Probe,
            RvError::DeviceRemoved
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid => Self::OpenCircuit,
            RvError::CryptokiNotInitialized => Self::RestartWorker,
            RvError::SessionCount => Self::ShrinkPool,
            RvError::DeviceMemory => Self::PageOperator,
            RvError::PinIncorrect
            | RvError::PinInvalid
            | RvError::PinLenRange
            | RvError::PinLocked
            | RvError::PinExpired
            | RvError::UserPinNotInitialized => Self::LatchPin,
            _ => Self::Refuse,
        }
    }

    /// Whether the same call may be made once more after the repair that this action names.
    pub const fn allows_retry(self) -> bool {
        matches!(self, Self::ReopenSession | Self::Relogin | Self::Probe)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table() {
        for (rv, action) in [
            (RvError::SessionHandleInvalid, Action::ReopenSession),
            (RvError::SessionClosed, Action::ReopenSession),
            (RvError::OperationActive, Action::ReopenSession),
            (RvError::OperationNotInitialized, Action::ReopenSession),
            (RvError::ObjectHandleInvalid, Action::Relogin),
            (RvError::KeyHandleInvalid, Action::Relogin),
            (RvError::UserNotLoggedIn, Action::Relogin),
            (RvError::DeviceRemoved, Action::OpenCircuit),
            (RvError::TokenNotPresent, Action::OpenCircuit),
            (RvError::CryptokiNotInitialized, Action::RestartWorker),
            (RvError::DeviceError, Action::Probe),
            (RvError::FunctionFailed, Action::Probe),
            (RvError::GeneralError, Action::Probe),
            (RvError::VendorDefined(0x8000_0001), Action::Probe),
            (RvError::SessionCount, Action::ShrinkPool),
            (RvError::DeviceMemory, Action::PageOperator),
            (RvError::PinIncorrect, Action::LatchPin),
            (RvError::PinLocked, Action::LatchPin),
            (RvError::PinExpired, Action::LatchPin),
            (RvError::MechanismInvalid, Action::Refuse),
            (RvError::TemplateInconsistent, Action::Refuse),
        ] {
            assert_eq!(Action::for_rv(rv), action, "{rv:?}");
        }
    }

    #[test]
    fn a_pin_is_never_tried_twice_and_an_operator_is_not_outrun() {
        for action in [
            Action::LatchPin,
            Action::PageOperator,
            Action::Refuse,
            Action::ShrinkPool,
            Action::OpenCircuit,
            Action::RestartWorker,
        ] {
            assert!(!action.allows_retry(), "{action:?}");
        }
        for action in [Action::ReopenSession, Action::Relogin, Action::Probe] {
            assert!(action.allows_retry(), "{action:?}");
        }
    }
}
