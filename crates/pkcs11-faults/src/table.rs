//! The function list: every function of PKCS#11 2.40, each with the faults before it.
#![expect(unsafe_code, reason = "is a C library, called by C's rules")]
#![expect(non_snake_case, reason = "the names are the standard's")]

use std::ffi::c_void;

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_PTR, CK_BBOOL, CK_BYTE, CK_BYTE_PTR, CK_FLAGS, CK_FUNCTION_LIST,
    CK_FUNCTION_LIST_PTR_PTR, CK_INFO, CK_MECHANISM, CK_MECHANISM_INFO, CK_MECHANISM_TYPE, CK_NOTIFY, CK_OBJECT_HANDLE,
    CK_RV, CK_SESSION_HANDLE, CK_SESSION_INFO, CK_SLOT_ID, CK_SLOT_INFO, CK_ULONG, CK_ULONG_PTR, CK_USER_TYPE,
    CK_UTF8CHAR, CK_UTF8CHAR_PTR, CK_VERSION, CKR_ARGUMENTS_BAD, CKR_FUNCTION_NOT_SUPPORTED, CKR_OK, CKU_USER,
};

use crate::altered::{C_GenerateKeyPair, C_GenerateRandom, C_GetMechanismList, C_GetTokenInfo};
use crate::faults::Call;
use crate::real::{self, bytes, length};
use crate::{attributes, signature};

/// Defines the functions that are only passed on, and the list of them all.
///
/// SAFETY of each: arguments go to the real function as they came, so what the caller owes it is what the caller owes
/// this one. The letters stand for arguments in the standard's order, after the session.
macro_rules! function_list {
    (
        without_session { $($outer:ident($($outer_argument:ident: $outer_kind:ty),*);)* }
        in_session { $($inner:ident($($inner_argument:ident: $inner_kind:ty),*);)* }
        by_hand { $($own:ident)* }
    ) => {
        $(unsafe extern "C" fn $outer($($outer_argument: $outer_kind),*) -> CK_RV {
            Call { function: stringify!($outer), session: None, gives_signature: false }.make(|real, _| match real.$outer {
                // SAFETY: see the macro.
                Some(function) => unsafe { function($($outer_argument),*) },
                None => CKR_FUNCTION_NOT_SUPPORTED,
            })
        })*
        $(unsafe extern "C" fn $inner(session: CK_SESSION_HANDLE, $($inner_argument: $inner_kind),*) -> CK_RV {
            Call { function: stringify!($inner), session: Some(session), gives_signature: false }.make(|real, _| {
                match real.$inner {
                    // SAFETY: see the macro.
                    Some(function) => unsafe { function(session, $($inner_argument),*) },
                    None => CKR_FUNCTION_NOT_SUPPORTED,
                }
            })
        })*

        /// What C_GetFunctionList gives.
        static LIST: CK_FUNCTION_LIST = CK_FUNCTION_LIST {
            version: CK_VERSION { major: 2, minor: 40 },
            $($outer: Some($outer),)*
            $($inner: Some($inner),)*
            $($own: Some($own),)*
        };
    };
}

function_list! {
    without_session {
        C_Initialize(a: *mut c_void);
        C_Finalize(a: *mut c_void);
        C_GetInfo(a: *mut CK_INFO);
        C_GetSlotList(a: CK_BBOOL, b: *mut CK_SLOT_ID, c: *mut CK_ULONG);
        C_GetSlotInfo(a: CK_SLOT_ID, b: *mut CK_SLOT_INFO);
        C_GetMechanismInfo(a: CK_SLOT_ID, b: CK_MECHANISM_TYPE, c: *mut CK_MECHANISM_INFO);
        C_InitToken(a: CK_SLOT_ID, b: *mut CK_UTF8CHAR, c: CK_ULONG, d: *mut CK_UTF8CHAR);
        C_OpenSession(a: CK_SLOT_ID, b: CK_FLAGS, c: *mut c_void, d: CK_NOTIFY, e: *mut CK_SESSION_HANDLE);
        C_CloseAllSessions(a: CK_SLOT_ID);
        C_WaitForSlotEvent(a: CK_FLAGS, b: *mut CK_SLOT_ID, c: *mut c_void);
    }
    in_session {
        C_InitPIN(a: *mut CK_UTF8CHAR, b: CK_ULONG);
        C_SetPIN(a: *mut CK_UTF8CHAR, b: CK_ULONG, c: *mut CK_UTF8CHAR, d: CK_ULONG);
        C_CloseSession();
        C_GetSessionInfo(a: *mut CK_SESSION_INFO);
        C_GetOperationState(a: *mut CK_BYTE, b: *mut CK_ULONG);
        C_SetOperationState(a: *mut CK_BYTE, b: CK_ULONG, c: CK_OBJECT_HANDLE, d: CK_OBJECT_HANDLE);
        C_Logout();
        C_CreateObject(a: *mut CK_ATTRIBUTE, b: CK_ULONG, c: *mut CK_OBJECT_HANDLE);
        C_CopyObject(a: CK_OBJECT_HANDLE, b: *mut CK_ATTRIBUTE, c: CK_ULONG, d: *mut CK_OBJECT_HANDLE);
        C_DestroyObject(a: CK_OBJECT_HANDLE);
        C_GetObjectSize(a: CK_OBJECT_HANDLE, b: *mut CK_ULONG);
        C_SetAttributeValue(a: CK_OBJECT_HANDLE, b: *mut CK_ATTRIBUTE, c: CK_ULONG);
        C_FindObjectsInit(a: *mut CK_ATTRIBUTE, b: CK_ULONG);
        C_FindObjects(a: *mut CK_OBJECT_HANDLE, b: CK_ULONG, c: *mut CK_ULONG);
        C_FindObjectsFinal();
        C_EncryptInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_Encrypt(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_EncryptUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_EncryptFinal(a: *mut CK_BYTE, b: *mut CK_ULONG);
        C_DecryptInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_Decrypt(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DecryptUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DecryptFinal(a: *mut CK_BYTE, b: *mut CK_ULONG);
        C_DigestInit(a: *mut CK_MECHANISM);
        C_Digest(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DigestUpdate(a: *mut CK_BYTE, b: CK_ULONG);
        C_DigestKey(a: CK_OBJECT_HANDLE);
        C_DigestFinal(a: *mut CK_BYTE, b: *mut CK_ULONG);
        C_SignInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_SignUpdate(a: *mut CK_BYTE, b: CK_ULONG);
        C_SignFinal(a: *mut CK_BYTE, b: *mut CK_ULONG);
        C_SignRecoverInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_SignRecover(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_VerifyInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_Verify(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: CK_ULONG);
        C_VerifyUpdate(a: *mut CK_BYTE, b: CK_ULONG);
        C_VerifyFinal(a: *mut CK_BYTE, b: CK_ULONG);
        C_VerifyRecoverInit(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE);
        C_VerifyRecover(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DigestEncryptUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DecryptDigestUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_SignEncryptUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_DecryptVerifyUpdate(a: *mut CK_BYTE, b: CK_ULONG, c: *mut CK_BYTE, d: *mut CK_ULONG);
        C_GenerateKey(a: *mut CK_MECHANISM, b: *mut CK_ATTRIBUTE, c: CK_ULONG, d: *mut CK_OBJECT_HANDLE);
        C_WrapKey(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE, c: CK_OBJECT_HANDLE, d: *mut CK_BYTE, e: *mut CK_ULONG);
        C_UnwrapKey(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE, c: *mut CK_BYTE, d: CK_ULONG, e: *mut CK_ATTRIBUTE, f: CK_ULONG, g: *mut CK_OBJECT_HANDLE);
        C_DeriveKey(a: *mut CK_MECHANISM, b: CK_OBJECT_HANDLE, c: *mut CK_ATTRIBUTE, d: CK_ULONG, e: *mut CK_OBJECT_HANDLE);
        C_SeedRandom(a: *mut CK_BYTE, b: CK_ULONG);
        C_GetFunctionStatus();
        C_CancelFunction();
    }
    by_hand {
        C_GetFunctionList C_Sign C_GetAttributeValue C_Login
        C_GetTokenInfo C_GetMechanismList C_GenerateKeyPair C_GenerateRandom
    }
}

/// The one symbol that a PKCS#11 library must export (PKCS#11 2.40 §5.4).
///
/// # Safety
/// `list` is null or points to a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn C_GetFunctionList(list: CK_FUNCTION_LIST_PTR_PTR) -> CK_RV {
    if list.is_null() {
        return CKR_ARGUMENTS_BAD;
    }
    // SAFETY: not null, hence a place for a pointer. The type asks for a mutable one, and callers only read (§5.4).
    unsafe { *list = (&raw const LIST).cast_mut() };
    CKR_OK
}

unsafe extern "C" fn C_Sign(
    session: CK_SESSION_HANDLE,
    digest: CK_BYTE_PTR,
    digest_length: CK_ULONG,
    reply: CK_BYTE_PTR,
    reply_length: CK_ULONG_PTR,
) -> CK_RV {
    let call = Call { function: "C_Sign", session: Some(session), gives_signature: !reply.is_null() };
    call.make(|real, due| {
        let Some(function) = real.C_Sign else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own arguments.
        let rv = unsafe { function(session, digest, digest_length, reply, reply_length) };
        if rv != CKR_OK || reply.is_null() || !due.iter().any(|fault| fault.is_of_signature()) {
            return rv;
        }
        // SAFETY: `digest` has as many bytes as the caller says, and the real module has just filled `reply` with as
        // many as it says at `reply_length`; what replaces them is never longer.
        unsafe {
            let asked = std::slice::from_raw_parts(digest, bytes(digest_length));
            let given = std::slice::from_raw_parts_mut(reply, bytes(*reply_length));
            let spoilt = signature::spoil(given, asked, due);
            given[..spoilt.len()].copy_from_slice(&spoilt);
            *reply_length = length(spoilt.len());
        }
        CKR_OK
    })
}

unsafe extern "C" fn C_GetAttributeValue(
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: CK_ATTRIBUTE_PTR,
    count: CK_ULONG,
) -> CK_RV {
    let call = Call { function: "C_GetAttributeValue", session: Some(session), gives_signature: false };
    // SAFETY: the caller's own arguments.
    call.make(|real, due| unsafe { attributes::answer(real, due, session, object, template, count) })
}

unsafe extern "C" fn C_Login(
    session: CK_SESSION_HANDLE,
    user: CK_USER_TYPE,
    pin: CK_UTF8CHAR_PTR,
    pin_length: CK_ULONG,
) -> CK_RV {
    let call = Call { function: "C_Login", session: Some(session), gives_signature: false };
    call.make(|real, _| {
        let Some(function) = real.C_Login else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own arguments.
        let rv = unsafe { function(session, user, pin, pin_length) };
        if rv == CKR_OK && user == CKU_USER && !pin.is_null() {
            // SAFETY: `pin` has as many bytes as the caller says.
            real::remember(unsafe { std::slice::from_raw_parts(pin, bytes(pin_length)) });
        }
        rv
    })
}
