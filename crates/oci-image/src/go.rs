//! What Go's linker writes into a program (`debug/buildinfo` in Go's library): by which Go, and which package it is.

use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader as _, SectionHeader as _};

const SECTION: &[u8] = b".go.buildinfo";
const MAGIC: &[u8] = b"\xff Go buildinf:";
/// Where the flags stand, and the one that says that texts follow in place (Go 1.18 and later).
const FLAGS: usize = 15;
const IN_PLACE: u8 = 2;
const TEXTS: usize = 32;
/// The list of modules stands between two marks of this length.
const MARK: usize = 16;

/// A Go program's account of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoBuild {
    /// The compiler's version, such as `go1.24.4`.
    pub version: String,
    /// The import path of the package `main`.
    pub main: String,
}

impl GoBuild {
    /// Reads it from an ELF program; `None` if that has none, or one that is torn or older than Go 1.18.
    pub fn read(program: &[u8]) -> Option<Self> {
        let header = FileHeader64::<Endianness>::parse(program).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.sections(endian, program).ok()?;
        let (_, section) = sections.section_by_name(endian, SECTION)?;
        let info = section.data(endian, program).ok()?;
        if !info.starts_with(MAGIC) || info.get(FLAGS)? & IN_PLACE == 0 {
            return None;
        }
        let mut rest = info.get(TEXTS..)?;
        let version = String::from_utf8(text(&mut rest)?.to_vec()).ok()?;
        let modules = text(&mut rest)?;
        let modules = modules.get(MARK..modules.len().checked_sub(MARK)?)?;
        let main =
            String::from_utf8_lossy(modules).lines().find_map(|line| Some(line.strip_prefix("path\t")?.to_owned()));
        Some(Self { version, main: main? })
    }
}

/// Bytes after their length, which is written seven bits a byte, the lowest first.
fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut length = 0_usize;
    for shift in (0..usize::BITS).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        length |= usize::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let (text, after) = rest.split_at_checked(length)?;
            *rest = after;
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_it_says() {
        let mut rest: &[u8] = b"\x02ab\x80\x01";
        assert_eq!(text(&mut rest), Some(&b"ab"[..]));
        assert_eq!(text(&mut rest), None, "128 bytes, and none is there");
        assert_eq!(text(&mut &[0xff; 32][..]), None, "longer than memory");
        let long = [&[0x80, 0x01][..], &[b'x'; 128]].concat();
        assert_eq!(text(&mut long.as_slice()).map(<[u8]>::len), Some(128));
    }

    #[test]
    fn a_program_of_another_language_has_no_account() {
        assert_eq!(GoBuild::read(&std::fs::read("/proc/self/exe").unwrap()), None);
        assert_eq!(GoBuild::read(b"\x7fELF"), None);
    }
}
