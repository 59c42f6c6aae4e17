//! A tar archive in the oldest form that everybody reads (POSIX.1-1988 ustar), every byte of it decided here.
//!
//! Written by hand because libraries put in what differs between machines: owners' names, times, extended headers.

/// Seconds since 1970 that every member carries.
pub const MTIME: u64 = 0;

const BLOCK: usize = 512;

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A directory.
    Directory,
    /// A regular file with its content.
    File(&'a [u8]),
    /// A symbolic link with its target.
    Link(&'a str),
}

/// A user and a group, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Owner {
    /// root:root, which owns everything but the mount points.
    pub const ROOT: Self = Self { uid: 0, gid: 0 };
}

/// A member that the format cannot hold.
#[derive(Debug, thiserror::Error)]
pub enum UstarError {
    /// The name does not fit.
    #[error("{0:?} is longer than ustar holds (100 bytes, or 155 and 100 around a slash)")]
    Name(String),
    /// The link's target does not fit.
    #[error("the link's target {0:?} is longer than the 100 bytes that ustar holds")]
    Target(String),
    /// A number does not fit its field.
    #[error("{0} does not fit ustar's octal field")]
    Number(u64),
}

/// An archive being written to memory.
#[derive(Debug, Default)]
pub struct Ustar {
    bytes: Vec<u8>,
}

impl Ustar {
    /// Appends a member. `path` is relative, without a slash at its end.
    ///
    /// # Errors
    /// If the format cannot hold it.
    pub fn append(&mut self, path: &str, kind: Kind<'_>, mode: u32, owner: Owner) -> Result<(), UstarError> {
        let (flag, content, target) = match kind {
            Kind::Directory => (b'5', &[][..], ""),
            Kind::File(content) => (b'0', content, ""),
            Kind::Link(target) => (b'2', &[][..], target),
        };
        let name = if flag == b'5' { format!("{path}/") } else { path.to_owned() };
        let (prefix, name) = split(&name).ok_or_else(|| UstarError::Name(name.clone()))?;
        if target.len() > 100 {
            return Err(UstarError::Target(target.to_owned()));
        }
        let mut header = [0_u8; BLOCK];
        put(&mut header, 0, name.as_bytes());
        octal(&mut header[100..108], u64::from(mode))?;
        octal(&mut header[108..116], u64::from(owner.uid))?;
        octal(&mut header[116..124], u64::from(owner.gid))?;
        octal(&mut header[124..136], content.len() as u64)?;
        octal(&mut header[136..148], MTIME)?;
        header[156] = flag;
        put(&mut header, 157, target.as_bytes());
        put(&mut header, 257, b"ustar\x0000");
        octal(&mut header[329..337], 0)?;
        octal(&mut header[337..345], 0)?;
        put(&mut header, 345, prefix.as_bytes());
        // The checksum counts its own field as eight spaces.
        put(&mut header, 148, b"        ");
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        octal(&mut header[148..155], sum)?;
        self.bytes.extend_from_slice(&header);
        self.bytes.extend_from_slice(content);
        self.pad();
        Ok(())
    }

    /// The finished archive: two empty blocks at the end, no filling beyond.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.resize(self.bytes.len() + 2 * BLOCK, 0);
        self.bytes
    }

    fn pad(&mut self) {
        let whole = self.bytes.len().next_multiple_of(BLOCK);
        self.bytes.resize(whole, 0);
    }
}

fn put(header: &mut [u8; BLOCK], at: usize, bytes: &[u8]) {
    header[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Digits to the field's length less one, then NUL.
fn octal(field: &mut [u8], number: u64) -> Result<(), UstarError> {
    let digits = field.len() - 1;
    let text = format!("{number:0digits$o}");
    if text.len() > digits {
        return Err(UstarError::Number(number));
    }
    field[..digits].copy_from_slice(text.as_bytes());
    field[digits] = 0;
    Ok(())
}

/// A name as (prefix, name): whole if it fits, else parted at the first slash that lets both fit.
fn split(name: &str) -> Option<(&str, &str)> {
    if name.len() <= 100 {
        return Some(("", name));
    }
    let parts = name.match_indices('/').map(|(at, _)| (&name[..at], &name[at + 1..]));
    parts.into_iter().find(|(prefix, rest)| prefix.len() <= 155 && !rest.is_empty() && rest.len() <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_parted_at_a_slash() {
        let directory = "d".repeat(90);
        let file = "f".repeat(99);
        assert_eq!(split(&format!("{directory}/{file}")), Some((directory.as_str(), file.as_str())));
        assert_eq!(split(&"f".repeat(101)), None);
        assert_eq!(split(&format!("{}/{file}", "d".repeat(156))), None);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut archive = Ustar::default();
        let target = "t".repeat(101);
        assert!(matches!(archive.append("l", Kind::Link(&target), 0o777, Owner::ROOT), Err(UstarError::Target(_))));
        let huge = Owner { uid: 0o10_000_000, gid: 0 };
        assert!(matches!(archive.append("f", Kind::File(b""), 0o444, huge), Err(UstarError::Number(_))));
    }
}
