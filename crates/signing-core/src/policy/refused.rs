//! Policy files that did not come into force, on their way into the audit log: each once.

use std::collections::BTreeSet;

use primitives::HexBytes;

use super::admission::RefusedFile;

/// How many different ones are records of their own in one run; more are counted by a metric alone.
const LISTED_MAX: usize = 100;

/// The refused files of this run.
#[derive(Debug, Default)]
pub(super) struct RefusedFiles {
    known: BTreeSet<HexBytes>,
    waiting: Vec<RefusedFile>,
}

impl RefusedFiles {
    /// Takes note of one; whether it is a new one.
    pub(super) fn note(&mut self, refused: RefusedFile) -> bool {
        if self.known.contains(&refused.with_signatures) {
            return false;
        }
        if self.known.len() < LISTED_MAX {
            self.known.insert(refused.with_signatures.clone());
            self.waiting.push(refused);
        }
        true
    }

    /// Those that have no record yet. What cannot be appended is to be noted again with [`RefusedFiles::wait_on`].
    pub(super) fn take(&mut self) -> Vec<RefusedFile> {
        std::mem::take(&mut self.waiting)
    }

    /// Puts one back that got no record.
    pub(super) fn wait_on(&mut self, refused: RefusedFile) {
        self.waiting.push(refused);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(number: u8) -> RefusedFile {
        let hash = HexBytes(vec![number]);
        RefusedFile { file: Some(hash.clone()), with_signatures: hash, policy: None, fault: "wrong".to_owned() }
    }

    #[test]
    fn each_is_listed_once_and_no_more_than_the_most() {
        let mut refused = RefusedFiles::default();
        assert!(refused.note(file(1)) && !refused.note(file(1)));
        assert_eq!(refused.take(), [file(1)]);
        assert!(!refused.note(file(1)) && refused.take().is_empty());
        refused.wait_on(file(1));
        assert_eq!(refused.take(), [file(1)]);
        for number in 2..=200 {
            assert!(refused.note(file(number)));
        }
        assert_eq!(refused.take().len(), LISTED_MAX - 1);
    }
}
