//! The head of a CONNECT request, RFC 9110 §9.3.6: the only thing that a forwarder reads of what it passes.

use thiserror::Error;

use crate::place::{Authority, PlaceError};

/// A head is no longer than this; ours are below 200 bytes.
pub const HEAD_LIMIT: usize = 4096;

/// Why a head is refused.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HeadError {
    /// Longer than `HEAD_LIMIT` without an end.
    #[error("the head is longer than {HEAD_LIMIT} bytes")]
    TooLong,
    /// Not `CONNECT host:port HTTP/1.1`.
    #[error("the first line is not CONNECT host:port HTTP/1.1")]
    NotConnect,
    /// No such authority.
    #[error("the authority is none: {0}")]
    Authority(#[from] PlaceError),
}

/// What was asked for, and how many bytes the head had; `None` while it has no end yet.
///
/// # Errors
/// Whatever does not begin as a CONNECT, however much of it is there.
pub fn read(bytes: &[u8]) -> Result<Option<(Authority, usize)>, HeadError> {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        // Three bytes of the end mark may be there already.
        return if bytes.len() > HEAD_LIMIT + 3 { Err(HeadError::TooLong) } else { Ok(None) };
    };
    if end > HEAD_LIMIT {
        return Err(HeadError::TooLong);
    }
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| HeadError::NotConnect)?;
    let line = head.split("\r\n").next().unwrap_or_default();
    let words: Vec<_> = line.split(' ').collect();
    let ["CONNECT", authority, "HTTP/1.1" | "HTTP/1.0"] = words[..] else {
        return Err(HeadError::NotConnect);
    };
    Ok(Some((authority.parse()?, end + 4)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn heads_and_what_is_none() {
        let whole = b"CONNECT a.example:443 HTTP/1.1\r\nhost: b\r\n\r\nrest";
        let (authority, length) = read(whole).unwrap().unwrap();
        assert_eq!((authority.to_string().as_str(), &whole[length..]), ("a.example:443", &b"rest"[..]));
        assert_eq!(read(b"CONNECT a:1 HTTP/1.1\r\n"), Ok(None));
        for bad in [
            "GET / HTTP/1.1\r\n\r\n",
            "CONNECT a:1\r\n\r\n",
            "CONNECT  a:1 HTTP/1.1\r\n\r\n",
            "\r\n\r\n",
            "connect a:1 HTTP/1.1\r\n\r\n",
            "CONNECT a:1 HTTP/2\r\n\r\n",
        ] {
            assert_eq!(read(bad.as_bytes()), Err(HeadError::NotConnect), "{bad:?}");
        }
        assert!(matches!(read(b"CONNECT a HTTP/1.1\r\n\r\n"), Err(HeadError::Authority(_))));
        assert_eq!(read(&[b'a'; HEAD_LIMIT + 4]), Err(HeadError::TooLong));
        let line = "CONNECT a:1 HTTP/1.1\r\n";
        let longest = format!("{line}{}\r\n\r\n", "a".repeat(HEAD_LIMIT - line.len()));
        for end in HEAD_LIMIT..longest.len() {
            assert_eq!(read(&longest.as_bytes()[..end]), Ok(None), "the rest of the end is still to come");
        }
        assert!(read(longest.as_bytes()).unwrap().is_some_and(|(_, length)| length == longest.len()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(Some((_, length))) = read(&bytes) {
                prop_assert!(bytes[..length].ends_with(b"\r\n\r\n") && bytes.starts_with(b"CONNECT "));
            }
        }

        #[test]
        fn whatever_is_asked_for_is_an_authority(authority in "[ -~]{1,60}", rest in "[ -~]{0,20}") {
            let whole = format!("CONNECT {authority} HTTP/1.1\r\n{rest}\r\n\r\n");
            match read(whole.as_bytes()) {
                Ok(Some((asked, length))) => {
                    prop_assert_eq!(length, whole.len());
                    prop_assert_eq!(asked.to_string().parse(), Ok(asked));
                }
                answer => prop_assert!(answer.is_err(), "{answer:?}"),
            }
        }

        #[test]
        fn a_head_is_the_same_however_it_arrives(split in 0_usize..40) {
            let whole = b"CONNECT a.example:443 HTTP/1.1\r\n\r\n";
            let part = &whole[..split.min(whole.len())];
            let answer = read(part).unwrap();
            prop_assert_eq!(answer.is_some(), part.len() == whole.len());
        }
    }
}
