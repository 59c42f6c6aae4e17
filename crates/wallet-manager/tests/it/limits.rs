//! A policy of limits for the place's hot wallet, in TRX.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::time::Duration;

use crate::place::Place;

/// The most of one transaction, within an hour, and within a day.
pub(crate) fn policy(version: u32, once: &str, hour: &str, day: &str) -> String {
    format!(
        "version = {version}\n[class.hot]\nkinds = [\"payout\"]\ncontracts = [\"TransferContract\"]\n\
         pay_to = [\"anyone\"]\nexpiry_max_ms = 600000\n[class.hot.limits.trx]\nper_transaction = \"{once}\"\n\
         per_hour = \"{hour}\"\nper_day = \"{day}\"\nper_recipient_per_day = \"{day}\"\n"
    )
}

/// Puts a policy in force at once, where the place's service looks for one: a file that nobody has touched for a while.
pub(crate) fn put(place: &Place, text: &str) {
    let (path, next) = (place.path("policy.toml"), place.path("policy.next"));
    fs::write(&next, text).unwrap();
    let next_file = File::options().append(true).open(&next).unwrap();
    let written = next_file.metadata().unwrap().modified().unwrap();
    next_file.set_modified(written - Duration::from_mins(1)).unwrap();
    fs::rename(next, path).unwrap();
}

/// Has the place's service look for a policy, and puts this one there.
pub(crate) fn governed(place: &mut Place, text: &str) {
    put(place, text);
    writeln!(place.sections, "[policy]\nfile = \"{}\"", place.path("policy.toml").display()).unwrap();
}
