//! A further attempt: what the authorisation says of the earlier ones must be what the register has.

use primitives::UnixMs;
use primitives::statement::{Ending, PreviousAttempt};

use super::Refusal;
use super::rules::RegisteredAttempt;

/// How long past its expiration an attempt counts as alive, because our clock and the chain's may differ.
const MARGIN_MS: u64 = 30_000;

/// Whether a transaction of this expiration can be included no more, whatever the difference of the clocks.
pub(super) fn is_over(expiration: UnixMs, now: UnixMs) -> bool {
    now > expiration.plus_ms(MARGIN_MS)
}

/// Holds the listed attempts against the register's, one by one, and insists that none can be included any more.
///
/// Two transactions of one intent that are both alive could both be paid; the register is what knows of the first.
pub(super) fn hold(
    listed: &[PreviousAttempt],
    registered: &[Option<RegisteredAttempt>],
    now: UnixMs,
) -> Result<(), Refusal> {
    if listed.len() != registered.len() {
        return Err(Refusal::Previous);
    }
    listed.iter().zip(registered).try_for_each(|(listed, registered)| match registered {
        Some(RegisteredAttempt::Voided)
            if listed.ending == Ending::Unsigned && listed.txid.is_none() && listed.expiration == UnixMs(0) =>
        {
            Ok(())
        }
        Some(RegisteredAttempt::Signed { txid, expiration })
            if listed.ending != Ending::Unsigned && listed.txid == Some(*txid) && listed.expiration == *expiration =>
        {
            if is_over(*expiration, now) {
                Ok(())
            } else {
                Err(Refusal::PreviousAlive)
            }
        }
        // Also an attempt that the register never saw: it is barred by a void first, or it could still be signed.
        _ => Err(Refusal::Previous),
    })
}
