//! The module that is wrapped.
#![expect(unsafe_code, reason = "loads a C library and calls it")]

use std::sync::{LazyLock, Mutex, PoisonError};

use cryptoki_sys::{
    CK_FUNCTION_LIST, CK_FUNCTION_LIST_PTR, CK_SESSION_HANDLE, CK_SESSION_INFO, CK_ULONG, CKR_OK, CKU_USER, Pkcs11,
};

use crate::plan::die;

static REAL: LazyLock<CK_FUNCTION_LIST> = LazyLock::new(load);

/// The PIN of the last successful login, so that a login can be lost and made again.
static PIN: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Its functions.
pub(crate) fn functions() -> &'static CK_FUNCTION_LIST {
    &REAL
}

fn load() -> CK_FUNCTION_LIST {
    let Some(path) = std::env::var_os("PKCS11_FAULTS_MODULE") else { die("PKCS11_FAULTS_MODULE names no module") };
    let mut list: CK_FUNCTION_LIST_PTR = std::ptr::null_mut();
    // SAFETY: the library is a PKCS#11 module by the tester's word, whose initialisers have no other precondition.
    let library = match unsafe { Pkcs11::new(&path) } {
        Ok(library) => library,
        Err(error) => die(&format!("cannot load {}: {error}", path.display())),
    };
    // SAFETY: `list` lives through the call, which writes one pointer to it.
    let rv = unsafe { library.C_GetFunctionList(&raw mut list) };
    // Never unloaded: the functions are used as long as the process lives.
    std::mem::forget(library);
    if rv != CKR_OK || list.is_null() {
        die(&format!("{} gives no function list: {rv:#x}", path.display()));
    }
    // SAFETY: the module answered CKR_OK, so that the pointer is to its list, which is never changed (PKCS#11 §5.4).
    unsafe { *list }
}

/// Keeps the PIN of a login.
pub(crate) fn remember(pin: &[u8]) {
    pin.clone_into(&mut PIN.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Logs everybody out.
pub(crate) fn log_out(session: CK_SESSION_HANDLE) {
    let Some(function) = functions().C_Logout else { die("no C_Logout") };
    // SAFETY: takes a number, which the module checks.
    let _ = unsafe { function(session) };
}

/// Logs the user in with the PIN of last time.
pub(crate) fn log_in(session: CK_SESSION_HANDLE) {
    let Some(function) = functions().C_Login else { die("no C_Login") };
    let mut pin = PIN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // SAFETY: pointer and length are of a buffer that lives through the call.
    let rv = unsafe { function(session, CKU_USER, pin.as_mut_ptr(), length(pin.len())) };
    if rv != CKR_OK {
        die(&format!("cannot log in again: {rv:#x}"));
    }
}

/// Closes one session.
pub(crate) fn close(session: CK_SESSION_HANDLE) {
    let Some(function) = functions().C_CloseSession else { die("no C_CloseSession") };
    // SAFETY: takes a number, which the module checks.
    let _ = unsafe { function(session) };
}

/// Closes all sessions of the token that this one is on.
pub(crate) fn close_all(session: CK_SESSION_HANDLE) {
    let (Some(about), Some(close)) = (functions().C_GetSessionInfo, functions().C_CloseAllSessions) else {
        die("no C_CloseAllSessions")
    };
    let mut info = CK_SESSION_INFO::default();
    // SAFETY: `info` lives through the call; the second call takes a number.
    let _ = unsafe {
        match about(session, &raw mut info) {
            CKR_OK => close(info.slotID),
            rv => rv,
        }
    };
}

/// A length of the interface as this machine has it.
pub(crate) fn bytes(length: CK_ULONG) -> usize {
    usize::try_from(length).unwrap_or_else(|_| die("a length above what this machine can say"))
}

/// A length as the interface has it.
pub(crate) fn length(bytes: usize) -> CK_ULONG {
    CK_ULONG::try_from(bytes).unwrap_or_else(|_| die("a length above what PKCS#11 can say"))
}
