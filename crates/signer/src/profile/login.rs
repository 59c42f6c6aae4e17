//! What a vendor takes for a PIN. A PIN of another form is certainly wrong, and is not presented: tries are few.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How a PIN looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PinForm {
    /// Any text.
    #[default]
    Text,
    /// A user's name, a colon and a password: CloudHSM's crypto users.
    UserAndPassword,
    /// Four hexadecimal digits that name an authentication key, and its password of at least eight characters: YubiHSM 2.
    KeyIdAndPassword,
}

/// The PIN is not of the vendor's form. It was not presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the PIN is not {0}, so it was not presented")]
pub struct PinFormError(&'static str);

impl PinForm {
    /// Refuses a PIN that cannot be right, without repeating it.
    pub fn check(self, pin: &SecretString) -> Result<(), PinFormError> {
        let pin = pin.expose_secret();
        let (fits, form) = match self {
            Self::Text => (true, "text"),
            Self::UserAndPassword => {
                let parts = pin.split_once(':');
                (parts.is_some_and(|(user, word)| !user.is_empty() && !word.is_empty()), "user:password")
            }
            Self::KeyIdAndPassword => {
                let id = pin.get(..4).is_some_and(|id| id.bytes().all(|digit| digit.is_ascii_hexdigit()));
                (id && pin.len() >= 12, "four hexadecimal digits and a password of at least eight characters")
            }
        };
        if fits { Ok(()) } else { Err(PinFormError(form)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_right_is_not_presented() {
        let fits = |form: PinForm, pin: &str| form.check(&SecretString::from(pin)).is_ok();
        assert!(fits(PinForm::Text, "1"));
        assert!(fits(PinForm::UserAndPassword, "signer:word:with:colons"));
        for pin in ["signer", ":word", "signer:", ""] {
            assert!(!fits(PinForm::UserAndPassword, pin), "{pin}");
        }
        assert!(fits(PinForm::KeyIdAndPassword, "0001password"));
        for pin in ["0001passwor", "000gpassword", "password", "ü001password"] {
            assert!(!fits(PinForm::KeyIdAndPassword, pin), "{pin}");
        }
        let error = PinForm::UserAndPassword.check(&SecretString::from("hunter2")).unwrap_err();
        assert!(!error.to_string().contains("hunter2"));
    }
}
