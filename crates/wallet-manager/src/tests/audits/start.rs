//! How long a start takes that holds as many records against the store as it ever does. Prints it; asserts nothing about
//! time, for machines differ.

use std::io::Write as _;
use std::time::Instant;

use super::*;

/// As many as are held against the store before the first signature, and the most that may be barred within two days.
const RECORDS: u64 = 20_000;

/// What goes into one synced commit.
const AT_ONCE: usize = 250;

#[tokio::test]
#[ignore = "a measurement, which takes a minute"]
async fn twenty_thousand_records_at_start() {
    let (mut bench, path) = filed().await;
    let running = bench.start().await;
    for first in (0..RECORDS).step_by(AT_ONCE) {
        if first == RECORDS / 2 {
            running.advance_ms(86_400_000);
        }
        let void = |number| running.core.void(format!("po_{number}").parse().unwrap(), AttemptNo::FIRST);
        let voided = futures::future::join_all((first..).take(AT_ONCE).map(void)).await;
        assert!(voided.iter().all(Result::is_ok), "{voided:?}");
    }
    running.core.audit.close().await;
    bench.store.close().await;
    for _ in 0..3 {
        bench.store = open(&path).await;
        let begun = Instant::now();
        let running = bench.start().await;
        let (took, records) = (begun.elapsed(), bench.store.log_position().await.unwrap().seq);
        running.core.audit.sound().unwrap();
        writeln!(std::io::stderr(), "{records} records: {} ms", took.as_millis()).unwrap();
        bench.store.close().await;
    }
}
