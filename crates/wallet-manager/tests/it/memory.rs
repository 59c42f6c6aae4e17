//! What is secret is in the memory of the worker and of no other process.
//!
//! A key's value is looked for in `key_value.rs`; here it is the PIN, without which nobody else opens the token.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use api::wallet_manager::put_signature;

use crate::place::{Place, payment};

/// How often this is in a process's memory. Pages that go away meanwhile, and devices, are passed over.
pub(crate) fn occurrences(pid: u32, secret: &[u8]) -> std::io::Result<usize> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut count = 0;
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        if rights.starts_with('r') && memory.read_exact_at(&mut bytes, start).is_ok() {
            count += memmem(&bytes, secret);
        }
    }
    Ok(count)
}

fn memmem(bytes: &[u8], secret: &[u8]) -> usize {
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == secret[0]);
    starts.filter(|(at, _)| bytes[*at..].starts_with(secret)).count()
}

#[tokio::test]
async fn the_pin_is_in_the_worker_alone() {
    let place = Place::new();
    assert!(place.init_token().status.success());
    let process = place.serve();
    let hot = process.hot().await;
    for number in 0..8 {
        let (raw, request) = payment(&hot, &format!("po_{number}"), number);
        process.done(&put_signature(raw.txid(), &request)).await;
    }
    let pin = fs::read(place.path("pin")).unwrap();
    assert_eq!(pin.len(), 32);
    // What is looked for would be found: the parent has read its configuration.
    assert_ne!(occurrences(process.child.id(), b"pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8").unwrap(), 0);
    assert_eq!(occurrences(process.child.id(), &pin).unwrap(), 0);
    let authority = [[0x6b_u8; 31].as_slice(), &[0x11]].concat();
    assert_eq!(occurrences(process.child.id(), &authority).unwrap(), 0);
    match occurrences(process.worker(), &pin) {
        // Only root may look: the worker is undumpable.
        Ok(count) => assert_ne!(count, 0),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied),
    }
}
