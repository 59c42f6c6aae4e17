//! What a program's or a library's ELF header says.

use object::elf::{
    DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, EM_AARCH64, EM_X86_64,
    ET_DYN, ET_EXEC, FileHeader64, PF_X, PT_GNU_STACK,
};
use object::read::elf::{Dyn as _, FileHeader as _, ProgramHeader as _};
use object::{Endianness, StringTable};

/// The parts of an ELF file that decide what it needs to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// Debian's word for the machine; `None` for one that there are no images for.
    pub architecture: Option<&'static str>,
    /// Loaded at a fixed address (`ET_EXEC`).
    pub fixed: bool,
    /// The dynamic loader that it asks for.
    pub interpreter: Option<String>,
    /// What the dynamic section says, if there is one.
    pub dynamic: Option<Dynamic>,
    /// Its stack may be executed: said so, or nothing said.
    pub executable_stack: bool,
}

/// A dynamic section.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dynamic {
    /// Libraries that it asks for.
    pub needed: Vec<String>,
    /// Its own name, if it is a library.
    pub soname: Option<String>,
    /// Directories of its own where the loader is to look for libraries.
    pub run_paths: Vec<String>,
    /// The flag of a program that is position-independent.
    pub pie: bool,
}

/// A file that begins like ELF and is no program or library that can be read.
#[derive(Debug, thiserror::Error)]
pub enum ElfError {
    /// Headers that contradict themselves, or 32 bits.
    #[error("malformed: {0}")]
    Malformed(#[from] object::read::Error),
    /// An object file or a core dump.
    #[error("neither a program nor a library")]
    Kind,
}

/// How a program is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linkage {
    /// Needs nothing, at a fixed address.
    Static,
    /// Needs nothing, at any address.
    StaticPie,
    /// Needs a loader, at a fixed address.
    Dynamic,
    /// Needs a loader, at any address.
    DynamicPie,
}

impl Linkage {
    /// The kernel may load it anywhere, so that an attacker does not know its addresses.
    pub fn is_position_independent(self) -> bool {
        matches!(self, Self::StaticPie | Self::DynamicPie)
    }

    /// It needs neither loader nor library.
    pub fn is_static(self) -> bool {
        matches!(self, Self::Static | Self::StaticPie)
    }
}

impl Elf {
    /// Whether these bytes begin like an ELF file.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(b"\x7fELF")
    }

    /// Reads a 64-bit executable or library.
    ///
    /// # Errors
    /// If it is neither, or its headers contradict themselves.
    pub fn parse(bytes: &[u8]) -> Result<Self, ElfError> {
        let header = FileHeader64::<Endianness>::parse(bytes)?;
        let endian = header.endian()?;
        let segments = header.program_headers(endian, bytes)?;
        let mut interpreter = None;
        let mut dynamic = None;
        let mut executable_stack = true;
        for segment in segments {
            if let Some(path) = segment.interpreter(endian, bytes)? {
                interpreter = Some(String::from_utf8_lossy(path).into_owned());
            }
            if let Some(entries) = segment.dynamic(endian, bytes)? {
                let value = |tag: i64| {
                    let found = entries.iter().find(|entry| entry.tag(endian) == tag);
                    found.map_or(0, |entry| entry.d_val(endian))
                };
                let (address, size) = (value(DT_STRTAB), value(DT_STRSZ));
                let at = segments.iter().find_map(|segment| segment.data_range(endian, bytes, address, size).ok()?);
                let strings = StringTable::new(at.unwrap_or_default(), 0, at.unwrap_or_default().len() as u64);
                dynamic = Some(Dynamic::read(entries, endian, strings)?);
            }
            if segment.p_type(endian) == PT_GNU_STACK {
                executable_stack = segment.p_flags(endian) & PF_X != 0;
            }
        }
        let architecture = match header.e_machine(endian) {
            EM_X86_64 => Some("amd64"),
            EM_AARCH64 => Some("arm64"),
            _ => None,
        };
        let fixed = match header.e_type(endian) {
            ET_EXEC => true,
            ET_DYN => false,
            _ => return Err(ElfError::Kind),
        };
        Ok(Self { architecture, fixed, interpreter, dynamic, executable_stack })
    }

    /// How it is linked, as a program.
    pub fn linkage(&self) -> Linkage {
        let needs = self.dynamic.as_ref().is_some_and(|dynamic| !dynamic.needed.is_empty());
        match (self.interpreter.is_some() || needs, self.fixed) {
            (true, true) => Linkage::Dynamic,
            (true, false) => Linkage::DynamicPie,
            (false, true) => Linkage::Static,
            (false, false) => Linkage::StaticPie,
        }
    }

    /// A library: not marked as a program, and either named as one or not asking for a loader. (glibc's own libc.so.6
    /// does ask for one: it can be run to print its version. Plug-ins have no name.)
    pub fn is_library(&self) -> bool {
        let like_one = |dynamic: &Dynamic| !dynamic.pie && (dynamic.soname.is_some() || self.interpreter.is_none());
        !self.fixed && self.dynamic.as_ref().is_some_and(like_one)
    }
}

impl Dynamic {
    fn read(
        entries: &[object::elf::Dyn64<Endianness>],
        endian: Endianness,
        strings: StringTable<'_>,
    ) -> Result<Self, ElfError> {
        let mut dynamic = Self::default();
        for entry in entries {
            match entry.tag(endian) {
                DT_NEEDED => dynamic.needed.push(text(entry.string(endian, strings)?)),
                DT_RPATH | DT_RUNPATH => dynamic.run_paths.push(text(entry.string(endian, strings)?)),
                DT_SONAME => dynamic.soname = Some(text(entry.string(endian, strings)?)),
                DT_FLAGS_1 => dynamic.pie = entry.d_val(endian) & u64::from(DF_1_PIE) != 0,
                _ => {}
            }
        }
        Ok(dynamic)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// An image's files are anybody's bytes. This test's own program is a good ELF file to begin with.
        #[test]
        fn torn_headers_are_refused_or_read_and_never_a_panic(
            at in 0_usize..4096, byte: u8, length in 0_usize..1 << 16, noise in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut program = std::fs::read("/proc/self/exe").unwrap();
            prop_assert!(Elf::parse(&program).is_ok());
            program[at] = byte;
            Elf::parse(&program).ok();
            Elf::parse(&program[..length]).ok();
            Elf::parse(&noise).ok();
        }
    }
}
