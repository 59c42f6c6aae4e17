//! Whether the service lives, and whether its own parts work: never whether a sibling does.
//!
//! `/health/live` answers while the process does. `/health/ready` answers 503 while any check fails, naming each, and
//! `/health` says the same to people, always with 200.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use futures::future::{BoxFuture, join_all};
use jiff::Timestamp;
use primitives::UnixMs;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::metrics::Metrics;
use crate::{BoxError, Problem};

/// A check that has not answered by then has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(3);
/// Strangers may ask for the state as often as they like; the parts are asked this often.
const REPORT_LIFE: Duration = Duration::from_secs(1);
/// A bad report is asked anew sooner: whoever starts a plane waits for the moment in which it is good.
const BAD_REPORT_LIFE: Duration = Duration::from_millis(50);

/// Between two looks for the metrics: often enough for an alert, and no load.
const SHOWN_EACH: Duration = Duration::from_secs(10);

/// What a check found: a sentence about the part, good or bad.
pub type Finding = Result<String, String>;

type Run = Arc<dyn Fn() -> BoxFuture<'static, Finding> + Send + Sync>;

/// The state of one part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The part.
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// Since when it is so, as far as anybody asked; RFC 3339.
    pub since: String,
}

/// The state of the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The service.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `ready`, `not_ready`, or `stopping`.
    pub status: String,
    /// Its parts.
    pub checks: Vec<Check>,
}

/// The checks of a service and what they last found. Clones share both.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    name: &'static str,
    version: &'static str,
    clock: SharedClock,
    stopping: CancellationToken,
    checks: Vec<(&'static str, Run)>,
    last: Mutex<Option<(Instant, Vec<Check>)>>,
}

/// Checks being put together.
#[derive(Default)]
pub struct Checks(Vec<(&'static str, Run)>);

impl Checks {
    /// Adds a part that must work for the service to be ready.
    pub fn add<F, Fut>(&mut self, name: &'static str, check: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Finding> + Send + 'static,
    {
        self.0.push((name, Arc::new(move || Box::pin(check()))));
    }
}

impl Health {
    /// The health of a service with these parts.
    pub fn new(
        name: &'static str,
        version: &'static str,
        clock: SharedClock,
        stopping: CancellationToken,
        checks: Checks,
    ) -> Self {
        Self(Arc::new(Inner { name, version, clock, stopping, checks: checks.0, last: Mutex::new(None) }))
    }

    /// What the parts are like, at most a second ago.
    pub async fn summary(&self) -> Summary {
        let inner = &self.0;
        let checks = self.checks().await;
        let status = match (inner.stopping.is_cancelled(), checks.iter().all(|check| check.ok)) {
            (true, _) => "stopping",
            (false, true) => "ready",
            (false, false) => "not_ready",
        };
        Summary { name: inner.name.to_owned(), version: inner.version.to_owned(), status: status.to_owned(), checks }
    }

    async fn checks(&self) -> Vec<Check> {
        let inner = &self.0;
        // Whoever asks while the parts are being asked waits here for the same answer.
        let mut last = inner.last.lock().await;
        if let Some((at, checks)) = last.as_ref() {
            let good = checks.iter().all(|check| check.ok);
            if at.elapsed() < if good { REPORT_LIFE } else { BAD_REPORT_LIFE } {
                return checks.clone();
            }
        }
        let findings = join_all(inner.checks.iter().map(|(_, run)| tokio::time::timeout(CHECK_TIMEOUT, run()))).await;
        let before = last.take().map(|(_, checks)| checks).unwrap_or_default();
        let now = rfc3339(inner.clock.now());
        let checks: Vec<Check> = inner
            .checks
            .iter()
            .zip(findings)
            .map(|((name, _), finding)| {
                let finding = finding.unwrap_or_else(|_| Err(format!("no answer within {CHECK_TIMEOUT:?}")));
                let ok = finding.is_ok();
                let (Ok(detail) | Err(detail)) = finding;
                let same = before.iter().find(|check| check.name == *name && check.ok == ok);
                let since = same.map_or_else(|| now.clone(), |check| check.since.clone());
                Check { name: (*name).to_owned(), ok, detail, since }
            })
            .collect();
        *last = Some((Instant::now(), checks.clone()));
        checks
    }

    /// Shows in the metrics how the parts are, whether or not anybody else asks, until told to stop.
    pub(crate) async fn show(self, metrics: Metrics, stop: CancellationToken) -> Result<(), BoxError> {
        loop {
            metrics.checked(&self.summary().await.checks);
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(SHOWN_EACH) => {}
            }
        }
    }

    pub(crate) async fn ready(self) -> Response {
        let summary = self.summary().await;
        if summary.status == "ready" {
            return Json(summary).into_response();
        }
        let failing: Vec<&str> =
            summary.checks.iter().filter(|check| !check.ok).map(|check| check.name.as_str()).collect();
        let detail = match summary.status.as_str() {
            "stopping" => "The service is stopping.".to_owned(),
            _ => format!("Not working: {}.", failing.join(", ")),
        };
        Problem::unavailable("not_ready", detail)
            .with("name", summary.name)
            .with("version", summary.version)
            .with("checks", summary.checks)
            .into_response()
    }

    pub(crate) async fn overview(self) -> Response {
        Json(self.summary().await).into_response()
    }

    pub(crate) fn live(&self) -> Response {
        Json(serde_json::json!({ "name": self.0.name, "status": "live" })).into_response()
    }
}

/// The usual text for a point in time.
fn rfc3339(at: UnixMs) -> String {
    Timestamp::from_millisecond(at.to_i64()).unwrap_or_default().to_string()
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.checks.iter().map(|(name, _)| *name).collect();
        write!(f, "Health({}, {names:?})", self.0.name)
    }
}

impl fmt::Debug for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use http::StatusCode;

    use super::*;
    use crate::clock::TimerClock;

    #[tokio::test(start_paused = true)]
    async fn a_failing_part_is_named_with_the_time_since_when() {
        let well = Arc::new(AtomicBool::new(true));
        let mut checks = Checks::default();
        let seen = well.clone();
        checks.add("disk", move || {
            let ok = seen.load(Ordering::SeqCst);
            async move { if ok { Ok("fine".to_owned()) } else { Err("on fire".to_owned()) } }
        });
        checks.add("token", std::future::pending);
        let clock = TimerClock::starting_at(UnixMs(0));
        let health = Health::new("x", "1", clock, CancellationToken::new(), checks);

        let (metrics, stop) = (Metrics::of_part(), CancellationToken::new());
        let first = health.summary().await;
        assert_eq!(first.status, "not_ready");
        assert_eq!((first.checks[0].ok, first.checks[1].ok), (true, false));
        assert_eq!(first.checks[1].detail, "no answer within 3s");
        assert_eq!(first.checks[0].since, "1970-01-01T00:00:03Z");

        well.store(false, Ordering::SeqCst);
        assert_eq!(health.summary().await, first, "asked again within a second");
        tokio::time::advance(Duration::from_secs(7)).await;
        let second = health.summary().await;
        assert_eq!((second.checks[0].ok, second.checks[0].since.as_str()), (false, "1970-01-01T00:00:13Z"));
        assert_eq!(second.checks[1].since, first.checks[1].since);
        stop.cancel();
        health.clone().show(metrics.clone(), stop).await.unwrap();
        for line in ["lucid_part_ok{part=\"disk\"} 0", "lucid_part_ok{part=\"token\"} 0"] {
            assert!(metrics.text().contains(line));
        }
        well.store(true, Ordering::SeqCst);
        let (shown, stop) = (metrics.clone(), CancellationToken::new());
        let showing = tokio::spawn(health.clone().show(shown, stop.clone()));
        tokio::time::sleep(Duration::from_secs(14)).await;
        assert!(metrics.text().contains("lucid_part_ok{part=\"disk\"} 1"));
        stop.cancel();
        showing.await.unwrap().unwrap();
        well.store(false, Ordering::SeqCst);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(health.clone().ready().await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(health.overview().await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn no_parts_are_ready_until_the_stop() {
        let stopping = CancellationToken::new();
        let clock = crate::clock::ManualClock::at(UnixMs(0));
        let health = Health::new("x", "1", clock, stopping.clone(), Checks::default());
        assert_eq!(health.clone().ready().await.status(), StatusCode::OK);
        stopping.cancel();
        assert_eq!(health.ready().await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
