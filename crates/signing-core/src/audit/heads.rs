//! The heads of checkpoints in a file outside of the database: whoever loses or cuts the database shows it there, even
//! where the token is lost too. One line each, `NUMBER:HEAD`, as `wallet-manager audit verify --heads` reads them.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use primitives::LogPosition;

/// Appends one, durably.
pub(super) fn note(path: &Path, position: LogPosition) -> io::Result<()> {
    let mut file = File::options().create(true).append(true).open(path)?;
    // One write, so that a line is there whole or was never begun.
    file.write_all(format!("{}:{}\n", position.seq, position.head).as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use primitives::LogHead;

    use super::*;

    #[test]
    fn lines_are_added_and_none_is_lost() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("heads");
        for seq in 1..=3 {
            note(&path, LogPosition { seq, head: LogHead::new([7; 32]) }).unwrap();
        }
        let head = "07".repeat(32);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("1:{head}\n2:{head}\n3:{head}\n"));
        assert!(note(place.path(), LogPosition::EMPTY).is_err());
    }
}
