//! When the service's database was last copied by `lucid backup`, which writes a file beside it.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use super::Metrics;

impl Metrics {
    /// Shows the time of this file, 0 while it is not there.
    pub fn show_backup(&self, file: PathBuf) {
        let help = "When the database was last in a backup, seconds since 1970; 0: never.";
        let shown = self.ratio("lucid_backup_timestamp_seconds", help);
        self.at_look(move || {
            let written = std::fs::metadata(&file).and_then(|about| about.modified()).ok();
            let at = written.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            shown.set(at.as_secs_f64());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_shown_once_there_is_one() {
        let (here, metrics) = (tempfile::tempdir().unwrap(), Metrics::of_part());
        let path = here.path().join("toy.sqlite.copied");
        metrics.show_backup(path.clone());
        assert!(metrics.text().contains("lucid_backup_timestamp_seconds 0\n"));
        let file = std::fs::File::create(path).unwrap();
        file.set_modified(UNIX_EPOCH + std::time::Duration::from_hours(500_000)).unwrap();
        assert!(metrics.text().contains("lucid_backup_timestamp_seconds 1800000000\n"));
    }
}
