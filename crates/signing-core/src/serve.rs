//! The worker's side of the protocol: what can be asked, one noun a file, and how it is answered.
//!
//! A new call is a type in the file of its noun that implements [`Ask`], and its name in the list below.

mod audit;
mod audit_rows;
mod events;
mod freeze;
mod harden;
mod health;
mod intent;
mod key;
mod metrics;
mod ping;
mod policy;
mod registered;
mod settings;
mod signature;
mod token;
mod wallet;

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use service::request_id::RequestId;
use service::{BoxError, Problem};
use tokio::io::AsyncWriteExt;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub(crate) use audit::view as audit_view;
pub use audit::{AuditCheckpoints, AuditPlace, AuditRecords};
pub use audit_rows::AuditRows;
pub use events::Events;
pub use freeze::{Freezes, PutFreeze, Thaw};
pub use harden::{CarryOut, Hardened, Share};
pub use health::{Health, PARTS};
pub use intent::{Allow, Intent, Void};
pub use key::{Key, Keys, MakeKey, Making, ProveKey, RetireKey};
pub use metrics::Metrics;
pub use ping::Ping;
pub use policy::Policy;
pub use registered::Registered;
pub use settings::{AdoptSettings, Settings};
pub use signature::Sign;
pub use token::Token;
pub use wallet::{Wallet, Wallets};

use crate::protocol::frame::Frame;
use crate::protocol::{Ask, Asked, NEWS, News, coding};
use crate::{Core, caller};

macro_rules! calls {
    ($($call:ident),+ $(,)?) => {
        /// Everything that the worker can be asked.
        #[derive(Debug, Serialize, Deserialize)]
        pub enum Call {
            $(#[doc = concat!("[`", stringify!($call), "`]")] $call($call)),+
        }

        $(impl From<$call> for Call {
            fn from(ask: $call) -> Self {
                Self::$call(ask)
            }
        })+

        impl Call {
            /// The answer, encoded.
            async fn answered(self, core: &Core) -> Vec<u8> {
                match self {
                    $(Self::$call(ask) => coding::encode(&ask.answer(core).await)),+
                }
            }
        }
    };
}

calls! {
    Ping, Health, Metrics, Events, Policy,
    Sign, Registered, Intent, Void, Allow,
    AuditRecords, AuditPlace, AuditCheckpoints, AuditRows,
    PutFreeze, Freezes, Thaw,
    CarryOut, Share, Hardened,
    Settings, AdoptSettings,
    Token, Wallets, Wallet, Keys, Key, MakeKey, ProveKey, RetireKey,
}

/// Answers what comes over this stream, everything at once, until its end; then finishes what is under way.
pub async fn serve(core: Core, stream: UnixStream) -> std::io::Result<()> {
    let (reader, writer) = stream.into_split();
    let (outbox, queue) = mpsc::unbounded_channel();
    let news = tokio::spawn(tell(core.clone(), outbox.clone()));
    let written = tokio::spawn(write(writer, queue));
    let calls = TaskTracker::new();
    let read = read(&core, reader, &outbox, &calls).await;
    calls.close();
    calls.wait().await;
    news.abort();
    drop(outbox);
    // A peer that has gone wants no answers: the end of the stream was the end.
    let _ = written.await;
    read
}

async fn read(
    core: &Core,
    mut reader: OwnedReadHalf,
    outbox: &mpsc::UnboundedSender<Frame>,
    calls: &TaskTracker,
) -> std::io::Result<()> {
    while let Some(Frame { id, message }) = Frame::read(&mut reader).await? {
        let (core, outbox) = (core.clone(), outbox.clone());
        calls.spawn(async move {
            let message = answer(&core, &message).await;
            // Without a writer there is nobody left to be answered.
            let _ = outbox.send(Frame { id, message });
        });
    }
    Ok(())
}

/// The answer to a message, under the id of the request that it is part of. A panic is answered as our fault.
async fn answer(core: &Core, message: &[u8]) -> Vec<u8> {
    let Asked { request_id, caller, call } = match coding::decode(message) {
        Ok(asked) => asked,
        Err(error) => return coding::encode(&Err::<(), _>(Problem::internal(error))),
    };
    let work = async {
        let answered = AssertUnwindSafe(call.answered(core)).catch_unwind().await;
        answered.unwrap_or_else(|_| {
            let fault: BoxError = "the signing worker panicked".into();
            coding::encode(&Err::<(), _>(Problem::internal(fault)))
        })
    };
    let work = caller::scope(caller, Box::pin(work));
    match request_id.as_deref().and_then(RequestId::parse) {
        Some(id) => {
            // The log of both processes names the request alike.
            let span = tracing::info_span!("request", request_id = %id);
            id.scope(work.instrument(span)).await
        }
        None => work.await,
    }
}

/// Tells of commits and of how the worker stands, the latest of each.
async fn tell(core: Core, outbox: mpsc::UnboundedSender<Frame>) {
    let (mut changes, mut standing) = (core.signing.store.changes(), core.standing.subscribe());
    let mut news = News::Standing(standing.borrow_and_update().clone());
    while outbox.send(Frame { id: NEWS, message: coding::encode(&news) }).is_ok() {
        let more = tokio::select! {
            changed = changes.changed() => changed.map(|()| News::Changed),
            changed = standing.changed() => changed.map(|()| News::Standing(standing.borrow_and_update().clone())),
        };
        let Ok(next) = more else { return };
        news = next;
    }
}

async fn write(mut writer: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Frame>) -> std::io::Result<()> {
    let mut batch = Vec::new();
    while let Some(frame) = queue.recv().await {
        append(&mut batch, &frame);
        // What else is ready goes out in the same write.
        while let Ok(frame) = queue.try_recv() {
            append(&mut batch, &frame);
        }
        writer.write_all(&batch).await?;
        batch.clear();
    }
    Ok(())
}

fn append(batch: &mut Vec<u8>, frame: &Frame) {
    let bytes = frame.to_bytes().or_else(|error| {
        let message = coding::encode(&Err::<(), _>(Problem::internal(error)));
        Frame { id: frame.id, message }.to_bytes()
    });
    batch.extend(bytes.expect("a problem document is short"));
}
