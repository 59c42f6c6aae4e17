//! Calls whose answer, or whose template, matters to the plan beyond their return value.
#![expect(unsafe_code, reason = "is a C library, called by C's rules")]
#![expect(non_snake_case, reason = "the names are the standard's")]

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_TYPE, CK_BYTE, CK_MECHANISM, CK_MECHANISM_TYPE, CK_OBJECT_HANDLE, CK_RV,
    CK_SESSION_HANDLE, CK_SLOT_ID, CK_TOKEN_INFO, CK_ULONG, CKR_ATTRIBUTE_TYPE_INVALID, CKR_FUNCTION_NOT_SUPPORTED,
    CKR_OK,
};

use crate::faults::Call;
use crate::real::{bytes, length};
use crate::rule::Fault;

/// `pin-flag`: the token says of its PIN what it does not.
pub(crate) unsafe extern "C" fn C_GetTokenInfo(slot: CK_SLOT_ID, info: *mut CK_TOKEN_INFO) -> CK_RV {
    let call = Call { function: "C_GetTokenInfo", session: None, gives_signature: false };
    call.make(|real, due| {
        let Some(function) = real.C_GetTokenInfo else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own arguments.
        let rv = unsafe { function(slot, info) };
        for fault in due {
            if let (Fault::PinFlag(flag), CKR_OK) = (fault, rv) {
                // SAFETY: the real module has just filled it.
                unsafe { (*info).flags |= flag };
            }
        }
        rv
    })
}

/// `hide`: a mechanism is not listed.
pub(crate) unsafe extern "C" fn C_GetMechanismList(
    slot: CK_SLOT_ID,
    list: *mut CK_MECHANISM_TYPE,
    count: *mut CK_ULONG,
) -> CK_RV {
    let call = Call { function: "C_GetMechanismList", session: None, gives_signature: false };
    call.make(|real, due| {
        let Some(function) = real.C_GetMechanismList else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own arguments.
        let rv = unsafe { function(slot, list, count) };
        if rv != CKR_OK || list.is_null() {
            return rv;
        }
        // SAFETY: the real module has just filled as many as it says.
        let listed = unsafe { std::slice::from_raw_parts_mut(list, bytes(*count)) };
        let shown: Vec<_> = listed.iter().copied().filter(|one| !due.contains(&Fault::Hide(*one))).collect();
        listed[..shown.len()].copy_from_slice(&shown);
        // SAFETY: the caller's own place for the count.
        unsafe { *count = length(shown.len()) };
        CKR_OK
    })
}

/// `refuse`: the token does not know an attribute of the private key's template.
pub(crate) unsafe extern "C" fn C_GenerateKeyPair(
    session: CK_SESSION_HANDLE,
    mechanism: *mut CK_MECHANISM,
    public: *mut CK_ATTRIBUTE,
    public_count: CK_ULONG,
    private: *mut CK_ATTRIBUTE,
    private_count: CK_ULONG,
    public_key: *mut CK_OBJECT_HANDLE,
    private_key: *mut CK_OBJECT_HANDLE,
) -> CK_RV {
    let call = Call { function: "C_GenerateKeyPair", session: Some(session), gives_signature: false };
    call.make(|real, due| {
        let Some(function) = real.C_GenerateKeyPair else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own template.
        let asked = unsafe { std::slice::from_raw_parts(private, bytes(private_count)) };
        let refused = |kind: CK_ATTRIBUTE_TYPE| due.contains(&Fault::Refuse(kind));
        if asked.iter().any(|attribute| refused(attribute.type_)) {
            return CKR_ATTRIBUTE_TYPE_INVALID;
        }
        // SAFETY: the caller's own arguments.
        unsafe { function(session, mechanism, public, public_count, private, private_count, public_key, private_key) }
    })
}

/// `same-random`: every draw is the same.
pub(crate) unsafe extern "C" fn C_GenerateRandom(
    session: CK_SESSION_HANDLE,
    place: *mut CK_BYTE,
    count: CK_ULONG,
) -> CK_RV {
    let call = Call { function: "C_GenerateRandom", session: Some(session), gives_signature: false };
    call.make(|real, due| {
        let Some(function) = real.C_GenerateRandom else { return CKR_FUNCTION_NOT_SUPPORTED };
        // SAFETY: the caller's own arguments.
        let rv = unsafe { function(session, place, count) };
        if rv == CKR_OK && due.contains(&Fault::SameRandom) {
            // SAFETY: the caller's own place for as many bytes.
            unsafe { std::slice::from_raw_parts_mut(place, bytes(count)) }.fill(7);
        }
        rv
    })
}
