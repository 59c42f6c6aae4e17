//! The token's random numbers, as far as a caller can judge them.

use cryptoki::session::Session;

use super::report::Check;
use super::sheet::Sheet;
use crate::error::TokenError;

/// Draws twice: equal or empty draws are no random numbers.
pub(super) fn draw(session: &Session, sheet: &Sheet) {
    sheet.begin(Check::Random);
    let draw = || -> Result<[u8; 32], TokenError> {
        let mut bytes = [0; 32];
        session.generate_random_slice(&mut bytes)?;
        Ok(bytes)
    };
    match (draw(), draw()) {
        (Ok(first), Ok(second)) if first == second || first == [0; 32] => {
            sheet.bad("two draws of 32 bytes are equal", "its keys cannot be trusted: take the device out of service");
        }
        (Ok(_), Ok(_)) => sheet.good("two draws of 32 bytes differ"),
        (Err(error), _) | (_, Err(error)) => {
            sheet.note(error.to_string(), "nothing: keys and signatures draw theirs inside the token");
        }
    }
}
