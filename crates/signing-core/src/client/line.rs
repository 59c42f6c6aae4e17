//! One connection: questions numbered on their way out, answers matched as they come.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::AskError;
use crate::protocol::frame::Frame;
use crate::protocol::{NEWS, News, coding};

/// The waiting questions by their ids; none once the line is dead, so that nobody waits on it for ever.
type Waiting = Arc<Mutex<Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>>>;

#[derive(Debug)]
pub(super) struct Line {
    /// None once nothing more is to be asked.
    outbox: Mutex<Option<mpsc::UnboundedSender<Vec<u8>>>>,
    waiting: Waiting,
    next_id: AtomicU64,
    ended: CancellationToken,
}

impl Line {
    pub(super) fn open(stream: UnixStream, news: mpsc::UnboundedSender<News>, changes: watch::Sender<u64>) -> Self {
        let (reader, writer) = stream.into_split();
        let (outbox, queue) = mpsc::unbounded_channel();
        let waiting = Waiting::new(Mutex::new(Some(HashMap::new())));
        let ended = CancellationToken::new();
        tokio::spawn(write(writer, queue, ended.clone()));
        tokio::spawn(read(reader, Arc::clone(&waiting), news, changes, ended.clone()));
        Self { outbox: Mutex::new(Some(outbox)), waiting, next_id: AtomicU64::new(NEWS + 1), ended }
    }

    /// Closes our end when what was asked is written; answers may still come.
    pub(super) fn finish(&self) {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Ends it: whoever waits has lost.
    pub(super) fn close(&self) {
        self.ended.cancel();
        lock(&self.waiting).take();
    }

    pub(super) async fn ask(&self, message: Vec<u8>) -> Result<Vec<u8>, AskError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let bytes = Frame { id, message }.to_bytes().map_err(AskError::Malformed)?;
        let (answer, answered) = oneshot::channel();
        lock(&self.waiting).as_mut().ok_or(AskError::Absent)?.insert(id, answer);
        // Given up by its caller, the question is forgotten.
        let _place = Place { waiting: &self.waiting, id };
        self.send(bytes)?;
        answered.await.map_err(|_| AskError::Lost)
    }
}

impl Line {
    fn send(&self, bytes: Vec<u8>) -> Result<(), AskError> {
        let outbox = self.outbox.lock().unwrap_or_else(PoisonError::into_inner);
        outbox.as_ref().ok_or(AskError::Absent)?.send(bytes).map_err(|_| AskError::Absent)
    }
}

struct Place<'a> {
    waiting: &'a Waiting,
    id: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = lock(self.waiting).as_mut() {
            waiting.remove(&self.id);
        }
    }
}

async fn read(
    mut reader: OwnedReadHalf,
    waiting: Waiting,
    news: mpsc::UnboundedSender<News>,
    changes: watch::Sender<u64>,
    ended: CancellationToken,
) {
    let frames = async {
        while let Some(Frame { id, message }) = Frame::read(&mut reader).await? {
            if id != NEWS {
                let asked = lock(&waiting).as_mut().and_then(|waiting| waiting.remove(&id));
                // Without one the caller has given it up.
                asked.map(|asked| asked.send(message));
                continue;
            }
            match coding::decode(&message)? {
                News::Changed => changes.send_modify(|count| *count = count.wrapping_add(1)),
                // Whoever watches may have gone.
                other => drop(news.send(other)),
            }
        }
        std::io::Result::Ok(())
    };
    tokio::select! {
        end = frames => if let Err(error) = end {
            error!(%error, "the line to the signing worker broke");
        },
        () = ended.cancelled() => {}
    }
    ended.cancel();
    lock(&waiting).take();
}

async fn write(mut writer: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Vec<u8>>, ended: CancellationToken) {
    let frames = async {
        while let Some(mut batch) = queue.recv().await {
            // What else is ready goes out in the same write.
            while let Ok(more) = queue.try_recv() {
                batch.extend(more);
            }
            writer.write_all(&batch).await?;
        }
        std::io::Result::Ok(())
    };
    // An error is the reader's end too, who says so.
    tokio::select! {
        _ = frames => {}
        () = ended.cancelled() => {}
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Option<HashMap<u64, oneshot::Sender<Vec<u8>>>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
