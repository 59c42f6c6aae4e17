//! The first worker: what is wrong with it is wrong with the start.

use std::time::Duration;

use service::StartError;
use service::config::ConfigError;
use signing_core::protocol::News;
use tokio::time::{Instant, timeout_at};

use super::{Supervisor, Worker};

/// How long a start waits for the first try of the token; it goes on without, and is not ready.
const FIRST_LOOK: Duration = Duration::from_secs(10);

/// A worker that was started and is to be watched.
#[derive(Debug)]
pub(crate) struct Life(pub(super) Worker);

impl Supervisor {
    /// Starts the first worker. Returns when it serves, or says why it never will.
    pub(crate) async fn start(&mut self) -> Result<Life, StartError> {
        let mut worker = self.spawn().await.map_err(StartError::other)?;
        let open_by = Instant::now() + Duration::from_millis(self.limits.start_ms);
        let look_by = Instant::now() + FIRST_LOOK;
        loop {
            let opened = worker.standing.is_some();
            match timeout_at(if opened { look_by } else { open_by }, worker.attached.news.recv()).await {
                Ok(Some(News::Standing(standing))) => {
                    let serving = standing.serving;
                    self.note(&mut worker, standing);
                    if serving {
                        break;
                    }
                }
                Ok(Some(News::Failed { config: true, cause })) => return Err(ConfigError::Values(cause).into()),
                Ok(Some(News::Failed { config: false, cause })) => return Err(StartError::other(cause)),
                // It says so to whoever asks for its health, instead of being started anew for ever: the process is
                // as it should be, and the machine is not.
                Ok(Some(News::Unconfined { cause })) => {
                    self.troubled(&cause);
                    break;
                }
                Ok(Some(News::Changed)) => {}
                // What the token does to its worker is no reason not to start: a parent that ended over it would be
                // started anew itself, and know nothing of the PINs that were presented.
                Ok(None) | Err(_) if opened => break,
                Ok(None) => return Err(StartError::other("the signing worker ended while it started")),
                Err(_) => return Err(StartError::other("the signing worker does not start")),
            }
        }
        Ok(Life(worker))
    }
}
