//! What the loop promises, with a toy machine in a store in memory, under paused time.

mod readers;
mod toy;

use super::*;
use toy::{Bench, Job, Mood, START, job};

#[tokio::test(start_paused = true)]
async fn records_move_to_their_end_without_a_tick() {
    let bench = Bench::new();
    bench.insert(&job("early", 3)).await;
    let running = bench.start();
    bench.insert(&job("late", 2)).await;
    let early = bench.until("early", |job| job.left == 0).await;
    bench.until("late", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 0);
    assert_eq!(early.version, 4);
    let events = bench.store.events(None, 100).await.unwrap().events;
    let versions: Vec<u64> =
        events.iter().filter(|event| event.subject == "early").map(|event| event.version).collect();
    assert_eq!(versions, [2, 3, 4]);
    assert!(bench.metrics.text().contains("lucid_driver_turns_total{noun=\"job\",result=\"committed\"} 5"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_due_time_is_kept_and_a_wake_comes_before_it() {
    let bench = Bench::new();
    bench.insert(&Job { due_at: Some(START.plus_ms(7_500)), ..job("later", 1) }).await;
    bench.insert(&Job { due_at: None, ..job("asleep", 1) }).await;
    let running = bench.start();
    bench.until("later", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 7_500);
    assert_eq!(bench.get("asleep").await.version, 1);
    assert!(bench.store.wake::<Job>("asleep", bench.clock.now()).await.unwrap());
    bench.until("asleep", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 7_500);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_ever_more_slowly_within_bounds() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Fails));
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    let mut times = Vec::new();
    for _ in 0..9 {
        times.push(bench.gathered().await.1);
    }
    // The lease ends at 60 s and hands the row out once more in between.
    assert_eq!(times[..7], [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert!(times.windows(2).skip(6).all(|pair| pair[1] - pair[0] <= 30_000), "{times:?}");
    bench.mood("a", None);
    bench.until("a", |job| job.left == 0).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_the_middle_of_a_turn_repeats_the_same_command() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Hangs));
    bench.insert(&job("a", 2)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await, ("a".to_owned(), 0));
    // The command is out, nothing of the turn is stored, and the process dies.
    running.task.abort();
    assert!(running.task.await.unwrap_err().is_cancelled());
    assert_eq!(bench.get("a").await.version, 1);

    bench.mood("a", None);
    let running = bench.start();
    bench.until("a", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 60_000, "when the dead process's claim ended");
    let commands: Vec<String> = bench.machine.commands.lock().unwrap().iter().cloned().collect();
    assert_eq!(commands, ["a/1", "a/2"], "one command a step, however often it was sent");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_hangs_is_ended_and_tried_again() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Hangs));
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await.1, 0);
    bench.mood("a", None);
    bench.until("a", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 30_500);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_by_another_during_a_turn_wins() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    bench.gathered().await;
    let read = bench.get("a").await;
    let changed = Job { left: 3, ..read.record.clone() };
    bench.store.commit(Commit::new(bench.clock.now()).update(&read, &changed)).await.unwrap();
    pause.add_permits(100);
    let done = bench.until("a", |job| job.left == 0).await;
    assert_eq!(done.version, 5, "insert, the change, three steps");
    assert!(bench.metrics.text().contains("lucid_driver_turns_total{noun=\"job\",result=\"conflict\"} 1"));
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 1, "never two turns of one record at once");
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_panic_parks_its_record_and_no_other() {
    let mut bench = Bench::new();
    bench.mood("bad", Some(Mood::Panics));
    bench.insert(&job("bad", 1)).await;
    let running = bench.start();
    assert_eq!(bench.gathered().await.0, "bad");
    bench.insert(&job("good", 1)).await;
    bench.until("good", |job| job.left == 0).await;
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(bench.gathered().await.0, "good");
    assert!(bench.gathers.try_recv().is_err(), "not tried again by itself, over several leases");
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 1"));

    bench.mood("bad", None);
    let read = bench.get("bad").await;
    let mended = Job { stuck: true, due_at: Some(bench.clock.now()), ..read.record.clone() };
    bench.store.commit(Commit::new(bench.clock.now()).update(&read, &mended)).await.unwrap();
    bench.until("bad", |job| job.left == 0).await;
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 0"));
    running.stop().await;
}

/// A row of jobs as its body is.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Body(serde_json::Value);

impl Record for Body {
    const NOUN: &'static str = Job::NOUN;

    fn id(&self) -> String {
        self.0["id"].as_str().unwrap().to_owned()
    }

    fn stage(&self) -> &'static str {
        "running"
    }

    fn due_at(&self) -> Option<UnixMs> {
        Some(START)
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_cannot_be_read_is_parked_and_keeps_no_other() {
    let bench = Bench::new();
    let garbled = Body(serde_json::json!({ "id": "garbled", "left": "two" }));
    bench.store.commit(Commit::new(START).insert(&garbled)).await.unwrap();
    bench.insert(&job("good", 2)).await;
    let running = bench.start();
    bench.until("good", |job| job.left == 0).await;
    assert_eq!(bench.elapsed_ms(), 0);
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 1"), "over several leases");
    bench.insert(&job("later", 1)).await;
    bench.until("later", |job| job.left == 0).await;

    let read = bench.store.get::<Body>("garbled").await.unwrap().unwrap();
    let mended = Body(serde_json::to_value(job("garbled", 2)).unwrap());
    bench.store.commit(Commit::new(bench.clock.now()).update(&read, &mended)).await.unwrap();
    bench.until("garbled", |job| job.left == 0).await;
    assert!(bench.metrics.text().contains("lucid_driver_parked{noun=\"job\"} 0"));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_store_refuses_may_be_planned_otherwise() {
    let mut bench = Bench::new();
    bench.mood("humble", Some(Mood::Humble));
    bench.mood("greedy", Some(Mood::Greedy));
    bench.insert(&job("humble", 1)).await;
    let running = bench.start();
    let waiting = bench.until("humble", |job| job.stuck).await;
    assert_eq!((waiting.version, waiting.record.left), (2, 1));
    assert_eq!(bench.gathered().await.0, "humble");
    bench.insert(&job("greedy", 1)).await;
    for at in [0, 500, 1_500] {
        assert_eq!(bench.gathered().await, ("greedy".to_owned(), at));
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_record_sleeps_with_its_version_and_must_not_spin() {
    let mut bench = Bench::new();
    bench.mood("rests", Some(Mood::Rests));
    bench.mood("idles", Some(Mood::Idles));
    bench.insert(&Job { due_at: None, ..job("rests", 1) }).await;
    bench.store.wake::<Job>("rests", START).await.unwrap();
    let running = bench.start();
    assert_eq!(bench.gathered().await.0, "rests");
    bench.insert(&job("idles", 1)).await;
    for at in [0, 500, 1_500] {
        assert_eq!(bench.gathered().await, ("idles".to_owned(), at));
    }
    assert_eq!((bench.get("rests").await.version, bench.get("idles").await.version), (1, 1));
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn no_more_turns_at_once_than_allowed_and_a_stop_finishes_them() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.options.concurrency = 4;
    for n in 0..20 {
        bench.insert(&job(&format!("j{n}"), 1)).await;
    }
    let running = bench.start();
    for _ in 0..4 {
        bench.gathered().await;
    }
    running.stop.cancel();
    pause.add_permits(100);
    running.task.await.unwrap().unwrap();
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 4);
    let mut counts = bench.store.count_by_stage::<Job>().await.unwrap();
    counts.sort();
    assert_eq!(counts, [("done".to_owned(), 4), ("running".to_owned(), 16)]);

    let running = bench.start();
    for n in 0..20 {
        bench.until(&format!("j{n}"), |job| job.left == 0).await;
    }
    assert_eq!(bench.machine.at_once.lock().unwrap().1, 4);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn due_records_without_a_place_wait_without_spinning() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.options.concurrency = 8;
    for n in 0..20 {
        bench.insert(&job(&format!("j{n}"), 1)).await;
    }
    let running = bench.start();
    for _ in 0..8 {
        bench.gathered().await;
    }
    // One place is free, which is too few to ask the store for.
    pause.add_permits(1);
    bench.until_done(1).await;
    // Paused time goes on only while nothing runs: a spinning loop would hold this for ever.
    tokio::time::sleep(Duration::from_secs(1)).await;
    pause.add_permits(100);
    bench.until_done(20).await;
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_that_succeeds_is_late_for_whoever_looks() {
    let mut bench = Bench::new();
    bench.mood("a", Some(Mood::Fails));
    bench.insert(&job("a", 1)).await;
    let running = bench.start();
    for _ in 0..8 {
        bench.gathered().await;
    }
    assert!(bench.elapsed_ms() >= 30_000);
    assert_eq!(bench.late_ms(), bench.elapsed_ms());
    tokio::time::sleep(Duration::from_secs(7)).await;
    assert_eq!(bench.late_ms(), bench.elapsed_ms());
    bench.mood("a", None);
    bench.until("a", |job| job.left == 0).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.late_ms(), 0);
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_place_is_late_too() {
    let mut bench = Bench::new();
    let pause = Arc::new(tokio::sync::Semaphore::new(0));
    bench.machine.pause = Some(pause.clone());
    bench.options.concurrency = 1;
    for id in ["a", "b"] {
        bench.insert(&job(id, 1)).await;
    }
    let running = bench.start();
    bench.gathered().await;
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(bench.late_ms(), 20_000);
    pause.add_permits(100);
    bench.until_done(2).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(bench.late_ms(), 0);
    running.stop().await;
}
