//! No bytes make the reader of CONNECT panic, what it reads does not depend on how the bytes arrive, and what it takes for
//! a far side is one host and one port, written again as it was understood.

#![no_main]

use forwarder::Authority;
use forwarder::head::{self, HEAD_LIMIT};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = head::read(bytes);
    match &whole {
        Ok(Some((asked, length))) => {
            assert!(bytes[..*length].ends_with(b"\r\n\r\n") && *length <= HEAD_LIMIT + 4);
            let written = asked.to_string();
            assert_eq!(written.parse::<Authority>().as_ref(), Ok(asked), "what is written means the same");
            // Nothing in it could begin another line, another word or another address for whoever looks it up.
            assert!(
                !written.contains(|sign: char| sign.is_whitespace() || sign.is_control() || "/@?#%".contains(sign))
            );
            // What comes after the head is no part of it.
            assert_eq!(head::read(&bytes[..*length]), whole);
        }
        Ok(None) => assert!(bytes.len() <= HEAD_LIMIT + 3),
        Err(_) => {}
    }
    // A byte at a time: no part of a good head is refused, and none is taken for the whole.
    if let Ok(Some((_, length))) = whole {
        for end in 0..length {
            assert_eq!(head::read(&bytes[..end]), Ok(None));
        }
    }
});
