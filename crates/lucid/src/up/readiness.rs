//! Waits until the services are ready.

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

use crate::plane_file::PlaneFile;
use crate::status::{self, ServiceStatus};
use crate::web::Web;

const PAUSE: Duration = Duration::from_millis(100);

/// Returns once all are ready; tells `progress` whenever what is waited for changes.
pub(super) async fn wait(
    plane: &PlaneFile,
    web: &Web,
    within: Duration,
    mut progress: impl FnMut(String),
) -> Result<()> {
    let deadline = Instant::now() + within;
    let mut told = String::new();
    loop {
        let services = status::of_all(plane, web).await;
        let waiting: Vec<_> = services.iter().filter(|service| !service.is_ready()).map(describe).collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let waiting = waiting.join("; ");
        if Instant::now() > deadline {
            bail!("after {within:?} still waiting for {waiting}");
        }
        if waiting != told {
            progress(format!("Waiting for {waiting}"));
            told = waiting;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn describe(service: &ServiceStatus) -> String {
    match service.waits_for().as_str() {
        "" => service.name.clone(),
        what => format!("{} ({what})", service.name),
    }
}
