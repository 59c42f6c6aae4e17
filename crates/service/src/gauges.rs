//! Gauges of what is stored, kept true by a look now and then. A series is never taken away between two looks: whoever
//! reads in between sees the last ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use primitives::UnixMs;
use prometheus::{GaugeVec, IntGaugeVec};
use store::{Record, Store, StoreError};
use tokio_util::sync::CancellationToken;

use crate::BoxError;
use crate::clock::SharedClock;
use crate::metrics::{Metrics, seconds};
use crate::problem::chain;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// How many records of a noun are in each stage, and how old the oldest of an open stage is.
#[derive(Clone, Debug)]
pub struct ByStage<R> {
    counts: IntGaugeVec,
    /// The label before the stage's, where several nouns share a name.
    noun: Option<&'static str>,
    shown: Arc<Mutex<BTreeSet<String>>>,
    ages: Option<Ages<R>>,
}

#[derive(Clone, Debug)]
struct Ages<R> {
    open: &'static [&'static str],
    begun: fn(&R) -> UnixMs,
    oldest: Arc<Mutex<BTreeMap<&'static str, UnixMs>>>,
}

impl<R: Record> ByStage<R> {
    /// Counts into gauges with the one label `stage`; those of `stages` are shown from the start.
    pub fn new(counts: IntGaugeVec, stages: &[&str]) -> Self {
        for stage in stages {
            counts.with_label_values(&[*stage]).set(0);
        }
        let shown = Arc::new(Mutex::new(stages.iter().map(|&stage| stage.to_owned()).collect()));
        Self { counts, noun: None, shown, ages: None }
    }

    /// Counts into gauges with the labels `noun` and `stage`.
    pub fn of_noun(counts: IntGaugeVec) -> Self {
        Self { counts, noun: Some(R::NOUN), shown: Arc::default(), ages: None }
    }

    /// Tells also, in gauges with the label `stage`, how old the oldest record of each open stage is: since `begun`,
    /// reckoned whenever somebody looks.
    #[must_use]
    pub fn ages(
        self,
        metrics: &Metrics,
        clock: SharedClock,
        ages: GaugeVec,
        open: &'static [&'static str],
        begun: fn(&R) -> UnixMs,
    ) -> Self {
        let oldest = Arc::new(Mutex::new(BTreeMap::new()));
        let known = oldest.clone();
        metrics.at_look(move || {
            let (now, known) = (clock.now(), locked(&known));
            for stage in open {
                let age = known.get(stage).map_or(0, |begun| now.ms_since(*begun));
                ages.with_label_values(&[*stage]).set(seconds(age));
            }
        });
        Self { ages: Some(Ages { open, begun, oldest }), ..self }
    }

    /// Sets the gauges to what is stored.
    pub async fn look(&self, store: &Store) -> Result<(), StoreError> {
        let mut counts: BTreeMap<String, u64> = store.count_by_stage::<R>().await?.into_iter().collect();
        let mut oldest = BTreeMap::new();
        for stage in self.ages.iter().flat_map(|ages| ages.open).filter(|stage| counts.contains_key(**stage)) {
            let first = match store.oldest::<R>(stage).await {
                // Its driver tells of it; the counts and the other ages are no worse for it.
                Err(StoreError::Corrupt { .. }) => None,
                first => first?,
            };
            // It may have moved on since it was counted.
            if let (Some(ages), Some(first)) = (&self.ages, first) {
                oldest.insert(*stage, (ages.begun)(&first.record));
            }
        }
        if let Some(ages) = &self.ages {
            *locked(&ages.oldest) = oldest;
        }
        let mut shown = locked(&self.shown);
        shown.extend(counts.keys().cloned());
        for stage in &*shown {
            let count = i64::try_from(counts.remove(stage).unwrap_or(0)).unwrap_or(i64::MAX);
            let labels: Vec<&str> = self.noun.into_iter().chain([stage.as_str()]).collect();
            self.counts.with_label_values(&labels).set(count);
        }
        Ok(())
    }
}

/// Looks at once and now and then, until told to stop. A look that fails leaves what the one before has set.
pub async fn keep<Look, Looking>(look: Look, stop: CancellationToken) -> Result<(), BoxError>
where
    Look: Fn() -> Looking + Send,
    Looking: Future<Output = Result<(), StoreError>> + Send,
{
    loop {
        if let Err(error) = look().await {
            tracing::warn!(error = chain(&error), "the gauges cannot be set");
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use store::Commit;

    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::testing;

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Errand {
        id: String,
        begun: UnixMs,
        done: bool,
    }

    impl Record for Errand {
        const NOUN: &'static str = "errand";

        fn id(&self) -> String {
            self.id.clone()
        }

        fn stage(&self) -> &'static str {
            if self.done { "done" } else { "open" }
        }

        fn due_at(&self) -> Option<UnixMs> {
            None
        }
    }

    fn errand(id: &str, begun: u64, done: bool) -> Errand {
        Errand { id: id.to_owned(), begun: UnixMs(begun), done }
    }

    #[tokio::test]
    async fn counts_and_ages_are_those_of_what_is_stored() {
        let (clock, store, metrics) =
            (ManualClock::at(UnixMs(60_000)), testing::store(&["errand"]), Metrics::of_part());
        let (counts, ages) = (metrics.gauges("lucid_a", "A.", &["stage"]), metrics.ratios("lucid_b", "B.", &["stage"]));
        let stages = ByStage::<Errand>::new(counts, &["open", "lost"]);
        let stages = stages.ages(&metrics, clock.clone(), ages, &["open"], |errand| errand.begun);
        let has = |lines: &[&str]| {
            let text = metrics.text();
            for line in lines {
                assert!(text.contains(&format!("{line}\n")), "{line} is not in\n{text}");
            }
        };
        has(&["lucid_a{stage=\"open\"} 0", "lucid_b{stage=\"open\"} 0"]);

        let commit = Commit::new(clock.now()).insert(&errand("x", 10_000, false)).insert(&errand("y", 30_000, false));
        store.commit(commit).await.unwrap();
        stages.look(&store).await.unwrap();
        has(&["lucid_a{stage=\"open\"} 2", "lucid_a{stage=\"lost\"} 0", "lucid_b{stage=\"open\"} 50"]);
        clock.advance_ms(5_500);
        has(&["lucid_b{stage=\"open\"} 55.5"]);

        for id in ["x", "y"] {
            let read = store.get::<Errand>(id).await.unwrap().unwrap();
            store.commit(Commit::new(clock.now()).update(&read, &errand(id, 0, true))).await.unwrap();
        }
        stages.look(&store).await.unwrap();
        has(&["lucid_a{stage=\"open\"} 0", "lucid_a{stage=\"done\"} 2", "lucid_b{stage=\"open\"} 0"]);
    }

    #[tokio::test]
    async fn nouns_that_share_a_name_are_told_apart() {
        let (store, metrics) = (testing::store(&["errand"]), Metrics::of_part());
        let stages = ByStage::<Errand>::of_noun(metrics.gauges("lucid_a", "A.", &["noun", "stage"]));
        store.commit(Commit::new(UnixMs(1)).insert(&errand("x", 1, true))).await.unwrap();
        stages.look(&store).await.unwrap();
        assert!(metrics.text().contains("lucid_a{noun=\"errand\",stage=\"done\"} 1\n"));
    }

    #[tokio::test(start_paused = true)]
    async fn looks_go_on_after_one_that_fails_until_the_stop() {
        let (looks, stop) = (Mutex::new(0), CancellationToken::new());
        let look = || {
            *locked(&looks) += 1;
            if *locked(&looks) == 3 {
                stop.cancel();
            }
            std::future::ready(Err(StoreError::Lost))
        };
        keep(look, stop.clone()).await.unwrap();
        assert_eq!(*locked(&looks), 3);
    }
}
