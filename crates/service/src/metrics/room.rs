//! How much room there is where a service keeps its data: a full disk is told before it is one.

use std::path::PathBuf;

use super::Metrics;

impl Metrics {
    /// Shows the size of the file system that has this directory and what is free of it for us, once it is there.
    pub fn show_room(&self, directory: PathBuf) {
        let size = self.gauge("lucid_data_size_bytes", "The size of the file system with the service's data.");
        let free = self.gauge("lucid_data_free_bytes", "What is free of it.");
        self.at_look(move || {
            let Ok(found) = rustix::fs::statvfs(&directory) else { return };
            let bytes = |blocks: u64| i64::try_from(blocks.saturating_mul(found.f_frsize)).unwrap_or(i64::MAX);
            size.set(bytes(found.f_blocks));
            free.set(bytes(found.f_bavail));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_that_of_the_directory_and_none_is_told_of_one_that_is_not_there() {
        let (here, metrics) = (tempfile::tempdir().unwrap(), Metrics::of_part());
        metrics.show_room(here.path().join("later"));
        let told = |name: &str| {
            let text = metrics.text();
            let value = text.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
            value.parse::<u64>().unwrap()
        };
        assert_eq!((told("lucid_data_size_bytes "), told("lucid_data_free_bytes ")), (0, 0));
        std::fs::create_dir(here.path().join("later")).unwrap();
        assert!(told("lucid_data_free_bytes ") > 0);
        assert!(told("lucid_data_size_bytes ") >= told("lucid_data_free_bytes "));
    }
}
