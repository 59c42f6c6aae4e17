//! One line of the plan: `FUNCTION FAULT [ARGUMENT] [once | times N] [after N]`.
//!
//! FUNCTION is a name such as `C_Sign`, or `*` for all. A rule holds for every call unless it says `once` or `times`,
//! and lets the first calls pass where it says `after`. Empty lines and lines that begin with `#` say nothing.
//!
//! | Fault | What happens |
//! |---|---|
//! | `rv CODE` | the call answers CODE, a name without `CKR_` or a number such as `0x80000001`, and does nothing |
//! | `delay MILLISECONDS` | the call is late |
//! | `hang` | the call does not go on before the plan changes |
//! | `crash` | the process dies of SIGSEGV |
//! | `lose-login` | somebody else logged out just before |
//! | `stale-handles` | the same, and logged in again, so that private handles have changed |
//! | `lose-session` | the session of the call was closed just before |
//! | `lose-all-sessions` | all sessions of the token were, and with them the login |
//! | `other-key` | C_Sign: the signature is of another key |
//! | `high-s` | C_Sign: s is above half of the order |
//! | `short` | C_Sign: a byte is missing |
//! | `raw-point` | C_GetAttributeValue: CKA_EC_POINT without its DER frame, 65 bytes |
//! | `compressed-point` | C_GetAttributeValue: CKA_EC_POINT as 33 bytes without a frame |
//! | `extractable` | C_GetAttributeValue: CKA_EXTRACTABLE is TRUE and CKA_NEVER_EXTRACTABLE FALSE |
//! | `pin-flag NAME` | C_GetTokenInfo: `count-low`, `final-try` or `locked` is set |
//! | `hide NUMBER` | C_GetMechanismList: a mechanism is not listed |
//! | `refuse NUMBER` | C_GenerateKeyPair: ATTRIBUTE_TYPE_INVALID where the private template has the attribute |
//! | `same-random` | C_GenerateRandom: every draw is the same |
//! | `unknown-attributes` | C_GetAttributeValue: ATTRIBUTE_TYPE_INVALID, and the template is left untouched |

use std::time::Duration;

use cryptoki_sys::{
    CK_ATTRIBUTE_TYPE, CK_FLAGS, CK_MECHANISM_TYPE, CK_RV, CK_ULONG, CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
    CKF_USER_PIN_LOCKED, CKR_BUFFER_TOO_SMALL, CKR_CRYPTOKI_NOT_INITIALIZED, CKR_DEVICE_ERROR, CKR_DEVICE_MEMORY,
    CKR_DEVICE_REMOVED, CKR_FUNCTION_FAILED, CKR_GENERAL_ERROR, CKR_HOST_MEMORY, CKR_KEY_HANDLE_INVALID,
    CKR_MECHANISM_INVALID, CKR_OBJECT_HANDLE_INVALID, CKR_OPERATION_ACTIVE, CKR_OPERATION_NOT_INITIALIZED,
    CKR_PIN_EXPIRED, CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_SESSION_CLOSED, CKR_SESSION_COUNT,
    CKR_SESSION_HANDLE_INVALID, CKR_TOKEN_NOT_PRESENT, CKR_USER_NOT_LOGGED_IN,
};

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Return(CK_RV),
    Delay(Duration),
    Hang,
    Crash,
    LoseLogin,
    StaleHandles,
    LoseSession,
    LoseAllSessions,
    OtherKey,
    HighS,
    Short,
    RawPoint,
    CompressedPoint,
    UnknownAttributes,
    Extractable,
    PinFlag(CK_FLAGS),
    Hide(CK_MECHANISM_TYPE),
    Refuse(CK_ATTRIBUTE_TYPE),
    SameRandom,
}

impl Fault {
    /// Whether it changes the signature that a call gives, which a call that asks for its length does not.
    pub(crate) const fn is_of_signature(self) -> bool {
        matches!(self, Self::OtherKey | Self::HighS | Self::Short)
    }
}

/// A fault with the calls that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    function: String,
    fault: Fault,
    skip: u32,
    left: Option<u32>,
}

impl Rule {
    /// Reads a line; `None` for one that says nothing.
    pub(crate) fn parse(line: &str) -> Result<Option<Self>, String> {
        let mut words = line.split_whitespace();
        let Some(function) = words.next().filter(|word| !word.starts_with('#')) else { return Ok(None) };
        let fault = fault(&mut words).map_err(|complaint| format!("{complaint}: {line}"))?;
        let mut rule = Self { function: function.to_owned(), fault, skip: 0, left: None };
        while let Some(word) = words.next() {
            match word {
                "once" => rule.left = Some(1),
                "times" => rule.left = Some(number(words.next())?),
                "after" => rule.skip = number(words.next())?,
                _ => return Err(format!("{word} is no part of a rule: {line}")),
            }
        }
        Ok(Some(rule))
    }

    /// The fault, if this call is one that the rule is for; a rule counts the calls that it is asked about.
    pub(crate) fn due(&mut self, function: &str, gives_signature: bool) -> Option<Fault> {
        let names_it = self.function == "*" || self.function == function;
        if !names_it || (self.fault.is_of_signature() && !gives_signature) {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        match &mut self.left {
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(self.fault)
            }
            None => Some(self.fault),
        }
    }
}

fn fault<'a>(words: &mut impl Iterator<Item = &'a str>) -> Result<Fault, String> {
    Ok(match words.next().ok_or("no fault")? {
        "rv" => Fault::Return(code(words.next().ok_or("no return value")?)?),
        "delay" => Fault::Delay(Duration::from_millis(number(words.next())?.into())),
        "hang" => Fault::Hang,
        "crash" => Fault::Crash,
        "lose-login" => Fault::LoseLogin,
        "stale-handles" => Fault::StaleHandles,
        "lose-session" => Fault::LoseSession,
        "lose-all-sessions" => Fault::LoseAllSessions,
        "other-key" => Fault::OtherKey,
        "high-s" => Fault::HighS,
        "short" => Fault::Short,
        "raw-point" => Fault::RawPoint,
        "compressed-point" => Fault::CompressedPoint,
        "unknown-attributes" => Fault::UnknownAttributes,
        "extractable" => Fault::Extractable,
        "pin-flag" => Fault::PinFlag(match words.next() {
            Some("count-low") => CKF_USER_PIN_COUNT_LOW,
            Some("final-try") => CKF_USER_PIN_FINAL_TRY,
            Some("locked") => CKF_USER_PIN_LOCKED,
            _ => return Err("a flag of a PIN is count-low, final-try or locked".to_owned()),
        }),
        "hide" => Fault::Hide(constant(words.next())?),
        "refuse" => Fault::Refuse(constant(words.next())?),
        "same-random" => Fault::SameRandom,
        other => return Err(format!("{other} is no fault")),
    })
}

fn number(word: Option<&str>) -> Result<u32, String> {
    word.ok_or("a number is missing")?.parse().map_err(|_| "not a number".to_owned())
}

fn constant(word: Option<&str>) -> Result<CK_ULONG, String> {
    let digits = word.and_then(|word| word.strip_prefix("0x")).ok_or("a number begins with 0x")?;
    CK_ULONG::from_str_radix(digits, 16).map_err(|_| "not a number".to_owned())
}

fn code(word: &str) -> Result<CK_RV, String> {
    if let Some(digits) = word.strip_prefix("0x") {
        return CK_RV::from_str_radix(digits, 16).map_err(|_| format!("{word} is no return value"));
    }
    Ok(match word {
        "GENERAL_ERROR" => CKR_GENERAL_ERROR,
        "FUNCTION_FAILED" => CKR_FUNCTION_FAILED,
        "HOST_MEMORY" => CKR_HOST_MEMORY,
        "DEVICE_ERROR" => CKR_DEVICE_ERROR,
        "DEVICE_MEMORY" => CKR_DEVICE_MEMORY,
        "DEVICE_REMOVED" => CKR_DEVICE_REMOVED,
        "TOKEN_NOT_PRESENT" => CKR_TOKEN_NOT_PRESENT,
        "SESSION_HANDLE_INVALID" => CKR_SESSION_HANDLE_INVALID,
        "SESSION_CLOSED" => CKR_SESSION_CLOSED,
        "SESSION_COUNT" => CKR_SESSION_COUNT,
        "OBJECT_HANDLE_INVALID" => CKR_OBJECT_HANDLE_INVALID,
        "KEY_HANDLE_INVALID" => CKR_KEY_HANDLE_INVALID,
        "USER_NOT_LOGGED_IN" => CKR_USER_NOT_LOGGED_IN,
        "OPERATION_ACTIVE" => CKR_OPERATION_ACTIVE,
        "OPERATION_NOT_INITIALIZED" => CKR_OPERATION_NOT_INITIALIZED,
        "BUFFER_TOO_SMALL" => CKR_BUFFER_TOO_SMALL,
        "CRYPTOKI_NOT_INITIALIZED" => CKR_CRYPTOKI_NOT_INITIALIZED,
        "PIN_INCORRECT" => CKR_PIN_INCORRECT,
        "PIN_LOCKED" => CKR_PIN_LOCKED,
        "PIN_EXPIRED" => CKR_PIN_EXPIRED,
        "MECHANISM_INVALID" => CKR_MECHANISM_INVALID,
        other => return Err(format!("{other} has no name here, give its number as 0x…")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(line: &str, count: usize) -> Vec<bool> {
        let mut rule = Rule::parse(line).unwrap().unwrap();
        (0..count).map(|_| rule.due("C_Sign", true).is_some()).collect()
    }

    #[test]
    fn rules_say_which_calls_they_are_for() {
        assert_eq!(calls("C_Sign hang", 3), [true, true, true]);
        assert_eq!(calls("C_Sign rv 0x30 once", 3), [true, false, false]);
        assert_eq!(calls("* delay 5 times 2 after 1", 4), [false, true, true, false]);
        assert_eq!(calls("C_Login rv PIN_LOCKED", 2), [false, false]);
        assert_eq!(Rule::parse("  # C_Sign hang").unwrap(), None);
        assert_eq!(Rule::parse("").unwrap(), None);
    }

    #[test]
    fn a_question_for_the_length_uses_up_no_fault_of_the_signature() {
        let mut rule = Rule::parse("C_Sign short once").unwrap().unwrap();
        assert_eq!(rule.due("C_Sign", false), None);
        assert_eq!(rule.due("C_Sign", true), Some(Fault::Short));
        assert_eq!(rule.due("C_Sign", true), None);
    }

    #[test]
    fn a_line_that_is_not_understood_is_refused() {
        for line in ["C_Sign", "C_Sign melt", "C_Sign rv", "C_Sign rv NO", "C_Sign rv 0xg", "C_Sign hang twice"] {
            Rule::parse(line).unwrap_err();
        }
        for line in ["C_Sign delay", "C_Sign delay x", "C_Sign hang times", "C_Sign hang after -1"] {
            Rule::parse(line).unwrap_err();
        }
    }
}
