//! Secrets kept out of swap.

use secrecy::{ExposeSecret, SecretString};

/// Locks the pages of a secret in memory, as far as the system lets us: without the right to, the worker goes on.
pub(crate) fn keep_from_swap(secret: &SecretString) {
    let bytes = secret.expose_secret().as_bytes();
    #[expect(unsafe_code, reason = "there is no safe wrapper for locking pages")]
    // SAFETY: the range is that of a live string; locking its pages changes nothing that anybody reads or writes.
    let locked = unsafe { rustix::mm::mlock(bytes.as_ptr().cast_mut().cast(), bytes.len()) };
    if let Err(error) = locked {
        tracing::debug!(%error, "the PIN may be swapped out");
    }
}
