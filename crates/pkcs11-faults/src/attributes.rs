//! CKA_EC_POINT in forms that SoftHSM does not give.
#![expect(unsafe_code, reason = "reads and fills a C caller's template")]

use cryptoki_sys::{
    CK_ATTRIBUTE, CK_ATTRIBUTE_PTR, CK_FALSE, CK_FUNCTION_LIST, CK_OBJECT_HANDLE, CK_RV, CK_SESSION_HANDLE, CK_TRUE,
    CK_ULONG, CK_UNAVAILABLE_INFORMATION, CKA_EC_POINT, CKA_EXTRACTABLE, CKA_NEVER_EXTRACTABLE,
    CKR_ATTRIBUTE_TYPE_INVALID, CKR_BUFFER_TOO_SMALL, CKR_FUNCTION_NOT_SUPPORTED, CKR_OK,
};

use crate::real::{bytes, length};
use crate::rule::Fault;

/// A point's form on the way out.
#[derive(Clone, Copy)]
enum Form {
    Raw,
    Compressed,
}

/// Answers C_GetAttributeValue with the faults that are due.
///
/// # Safety
/// As for the function itself: `template` points to `count` attributes, each with a buffer as long as it says or none.
pub(crate) unsafe fn answer(
    real: &CK_FUNCTION_LIST,
    due: &[Fault],
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: CK_ATTRIBUTE_PTR,
    count: CK_ULONG,
) -> CK_RV {
    let Some(function) = real.C_GetAttributeValue else { return CKR_FUNCTION_NOT_SUPPORTED };
    if due.contains(&Fault::UnknownAttributes) {
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
    if due.contains(&Fault::Extractable) {
        // SAFETY: the caller's own arguments.
        return unsafe { extractable(real, session, object, template, count) };
    }
    let form = due.iter().find_map(|fault| match fault {
        Fault::RawPoint => Some(Form::Raw),
        Fault::CompressedPoint => Some(Form::Compressed),
        _ => None,
    });
    let (Some(form), Ok(entries)) = (form, usize::try_from(count)) else {
        // SAFETY: the caller's own arguments.
        return unsafe { function(session, object, template, count) };
    };
    let mut outcome = CKR_OK;
    for index in 0..entries {
        // SAFETY: `index` is below the count that the caller vouches for.
        let entry = unsafe { template.add(index) };
        let ask = |wanted: CK_ATTRIBUTE_PTR| {
            // SAFETY: `wanted` is one attribute, the caller's or our own.
            unsafe { function(session, object, wanted, 1) }
        };
        // SAFETY: `entry` is an attribute of the caller's template.
        let rv = match unsafe { (*entry).type_ } {
            // SAFETY: as above.
            CKA_EC_POINT => unsafe { point(ask, form, &mut *entry) },
            _ => ask(entry),
        };
        if outcome == CKR_OK {
            outcome = rv;
        }
    }
    outcome
}

/// Answers that the key can be, and could always be, taken out.
///
/// # Safety
/// As for [`answer`].
unsafe fn extractable(
    real: &CK_FUNCTION_LIST,
    session: CK_SESSION_HANDLE,
    object: CK_OBJECT_HANDLE,
    template: CK_ATTRIBUTE_PTR,
    count: CK_ULONG,
) -> CK_RV {
    let Some(function) = real.C_GetAttributeValue else { return CKR_FUNCTION_NOT_SUPPORTED };
    // SAFETY: the caller's own arguments.
    let rv = unsafe { function(session, object, template, count) };
    for index in 0..bytes(count) {
        // SAFETY: `index` is below the count that the caller vouches for.
        let entry = unsafe { &*template.add(index) };
        let lie = match entry.type_ {
            CKA_EXTRACTABLE => CK_TRUE,
            CKA_NEVER_EXTRACTABLE => CK_FALSE,
            _ => continue,
        };
        if rv == CKR_OK && !entry.pValue.is_null() {
            // SAFETY: the real module has just filled it with a CK_BBOOL.
            unsafe { *entry.pValue.cast() = lie };
        }
    }
    rv
}

/// Fills one attribute with the point in another form, by the rules of C_GetAttributeValue.
///
/// # Safety
/// `entry` has a buffer as long as it says or none.
unsafe fn point(ask: impl FnOnce(CK_ATTRIBUTE_PTR) -> CK_RV, form: Form, entry: &mut CK_ATTRIBUTE) -> CK_RV {
    let mut framed = [0_u8; 67];
    let mut own =
        CK_ATTRIBUTE { type_: CKA_EC_POINT, pValue: framed.as_mut_ptr().cast(), ulValueLen: length(framed.len()) };
    let rv = ask(&raw mut own);
    if rv != CKR_OK {
        entry.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return rv;
    }
    let bytes = in_form(&framed, form);
    let room = entry.ulValueLen;
    entry.ulValueLen = length(bytes.len());
    if entry.pValue.is_null() {
        return CKR_OK;
    }
    if room < entry.ulValueLen {
        entry.ulValueLen = CK_UNAVAILABLE_INFORMATION;
        return CKR_BUFFER_TOO_SMALL;
    }
    // SAFETY: the caller's buffer has room for as many bytes, and does not overlap our own.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), entry.pValue.cast::<u8>(), bytes.len()) };
    CKR_OK
}

/// `framed` is `04 41 04 x y`.
fn in_form(framed: &[u8; 67], form: Form) -> Vec<u8> {
    match form {
        Form::Raw => framed[2..].to_vec(),
        Form::Compressed => {
            let mut compressed = vec![2 + (framed[66] & 1)];
            compressed.extend_from_slice(&framed[3..35]);
            compressed
        }
    }
}
