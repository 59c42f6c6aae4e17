//! What wallet-manager's HTTP process and the signing worker say to one another, over a pair of Unix sockets.
//!
//! Frames ([`frame`]) carry an id: each [`Asked`] is answered under its own, in any order and many at a time; under
//! [`NEWS`] the worker tells what nobody asked for. What can be asked is the list of calls in [`serve`](crate::serve):
//! statements, names and numbers, never bytes to sign. How a message becomes bytes is [`coding`]'s business alone.

pub mod coding;
pub mod frame;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use service::Problem;

use crate::Core;
use crate::caller::Caller;
pub use crate::serve::Call;
use crate::standing::Standing;

/// The id of frames that answer nothing: the settings on the way in, [`News`] on the way out.
pub const NEWS: u64 = 0;

/// Something that the worker can be asked.
pub trait Ask: Into<Call> + Send {
    /// What it answers.
    type Answer: Serialize + DeserializeOwned + Send;

    /// Answers it; in the worker.
    fn answer(self, core: &Core) -> impl Future<Output = Result<Self::Answer, Problem>> + Send;
}

/// A call, and the request that it is part of.
#[derive(Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The id under which both processes log.
    pub request_id: Option<String>,
    /// For whom it is asked, by the word of who relays it.
    pub caller: Option<Caller>,
    /// What is asked.
    pub call: Call,
}

/// What the worker tells unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// The store has changed: there may be more events.
    Changed,
    /// How the worker stands.
    Standing(Standing),
    /// This machine does not let it give up what it must not have, and it ends: it may be another time, or never.
    Unconfined {
        /// What is wrong.
        cause: String,
    },
    /// It cannot start, and ends.
    Failed {
        /// Whether the configuration has to be corrected.
        config: bool,
        /// What is wrong.
        cause: String,
    },
}
