//! The memory of running processes, in which a secret is looked for.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;

/// How often this is in a process's memory. Pages that go away meanwhile, and devices, are passed over.
///
/// # Errors
/// When the process has ended, or is not ours to look into.
///
/// # Panics
/// If the kernel describes memory in another form than proc(5) says, or the secret is empty.
pub fn occurrences(pid: u32, secret: &[u8]) -> io::Result<usize> {
    let memory = File::open(format!("/proc/{pid}/mem"))?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut count = 0;
    for line in maps.lines() {
        let (range, rights) = line.split_once(' ').expect("a range and its rights");
        let (start, end) = range.split_once('-').expect("a start and an end");
        let [start, end] = [start, end].map(|place| u64::from_str_radix(place, 16).expect("hexadecimal digits"));
        let mut bytes = vec![0; usize::try_from(end - start).expect("an address space of our own size")];
        if rights.starts_with('r') && memory.read_exact_at(&mut bytes, start).is_ok() {
            count += within(&bytes, secret);
        }
    }
    Ok(count)
}

fn within(bytes: &[u8], secret: &[u8]) -> usize {
    let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == secret[0]);
    starts.filter(|(at, _)| bytes[*at..].starts_with(secret)).count()
}

/// The forms that a number of 32 bytes has in memory: as in DER, as the words of a big number, as text.
pub fn forms(value: &[u8]) -> [Vec<u8>; 4] {
    let reversed = value.iter().rev().copied().collect();
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).expect("below 16"));
    let text: String = value.iter().flat_map(digits).collect();
    [value.to_vec(), reversed, text.to_uppercase().into_bytes(), text.into_bytes()]
}

/// Every process below this one, with itself.
pub fn descendants(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
        for thread in threads {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        at += 1;
    }
    found
}
