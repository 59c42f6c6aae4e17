//! Why a layout cannot be read.

use std::io;
use std::path::PathBuf;

use crate::digest::Digest;

/// A layout that is none, or is not what its digests say.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file is missing.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A blob is not what its name says.
    #[error("the blob {0} has other content")]
    Content(Digest),
    /// A document is not what it should be.
    #[error("{what} is not well formed")]
    Json {
        /// Which.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A descriptor without what it needs.
    #[error("{what} lacks {lacks}")]
    Lacks {
        /// Which.
        what: String,
        /// What.
        lacks: &'static str,
    },
    /// A layer cannot be unpacked.
    #[error("the layer {digest} is no compressed archive")]
    Layer {
        /// Which.
        digest: Digest,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A layer's archive is not the one that the configuration names.
    #[error("the layer {0} has another diff_id than the configuration says")]
    DiffId(Digest),
}
