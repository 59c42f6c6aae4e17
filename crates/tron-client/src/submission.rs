//! A transaction that we bring onto the chain, or watch for.

pub mod parse;
pub mod plan;

use api::tron_client::{Receipt, SubmissionStage, SubmissionView, events};
use primitives::{BlockRef, HexBytes, TxId, UnixMs};
use serde::{Deserialize, Serialize};
use store::{NewEvent, Record, Versioned};
use tron_tx::RefBlock;

pub use plan::Coverage;

/// What is stored of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// The hash of raw_data.
    pub txid: TxId,
    /// The bytes that were signed.
    pub raw_data: HexBytes,
    /// The signatures; none to watch only. The first that came are kept: others may be valid too, and add nothing.
    pub signatures: Vec<HexBytes>,
    /// When it ceases to be valid.
    pub expiration: UnixMs,
    /// Which blocks were read for it.
    pub coverage: Coverage,
    /// How often it was broadcast.
    pub broadcasts: u32,
    /// The last answer to a broadcast; proves nothing.
    pub last_answer: Option<String>,
    /// When it is to be broadcast next; never again without one.
    pub next_broadcast: Option<UnixMs>,
    /// What has become of it.
    pub fate: Fate,
}

/// What has become of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Fate {
    /// Not seen.
    Open,
    /// A node reports it in a block that may still be replaced.
    Included {
        /// The block.
        block: BlockRef,
        /// The receipt, as that node has it.
        receipt: Receipt,
    },
    /// In a solid block that we read; final.
    Solid {
        /// The block.
        block: BlockRef,
        /// The receipt.
        receipt: Receipt,
    },
    /// In none of the solid blocks where it could be; final.
    Dead {
        /// The number of its reference block, where the range begins.
        from: u64,
        /// The last block of the range, whose time is past the expiration.
        through: BlockRef,
    },
}

impl Submission {
    /// The stage as the wire has it.
    pub const fn wire_stage(&self) -> SubmissionStage {
        match &self.fate {
            Fate::Open if self.signatures.is_empty() => SubmissionStage::Watched,
            Fate::Open => SubmissionStage::Pending,
            Fate::Included { .. } => SubmissionStage::Included,
            Fate::Solid { .. } => SubmissionStage::Solid,
            Fate::Dead { .. } => SubmissionStage::Dead,
        }
    }

    /// Whether nothing can change any more.
    pub const fn is_final(&self) -> bool {
        matches!(self.fate, Fate::Solid { .. } | Fate::Dead { .. })
    }

    /// What callers see.
    pub fn view(&self) -> SubmissionView {
        let (block, receipt, absent_through) = match &self.fate {
            Fate::Open => (None, None, None),
            Fate::Included { block, receipt } | Fate::Solid { block, receipt } => {
                (Some(*block), Some(receipt.clone()), None)
            }
            Fate::Dead { through, .. } => (None, None, Some(*through)),
        };
        SubmissionView {
            txid: self.txid,
            stage: self.wire_stage(),
            expiration: self.expiration,
            broadcasts: self.broadcasts,
            last_answer: self.last_answer.clone(),
            block,
            receipt,
            absent_through,
        }
    }

    /// The same, with another fate. Only an open one is broadcast.
    #[must_use]
    pub fn with_fate(&self, fate: Fate) -> Self {
        let next_broadcast = if matches!(fate, Fate::Open) { self.next_broadcast } else { None };
        Self { next_broadcast, fate, ..self.clone() }
    }

    /// The event that tells of a change of `old` into this; none where the feed has no word for it.
    pub fn event(&self, old: &Versioned<Self>) -> Option<NewEvent> {
        let kind = match self.fate {
            Fate::Open => return None,
            Fate::Included { .. } => events::INCLUDED,
            Fate::Solid { .. } => events::SOLID,
            Fate::Dead { .. } => events::DEAD,
        };
        let data = serde_json::to_value(self.view()).expect("a view has text keys and no failing serialisers");
        Some(NewEvent { kind, subject: self.id(), version: old.next_version(), data })
    }
}

impl Record for Submission {
    const NOUN: &'static str = "submission";

    fn id(&self) -> String {
        self.txid.to_string()
    }

    fn stage(&self) -> &'static str {
        match self.wire_stage() {
            SubmissionStage::Watched => "watched",
            SubmissionStage::Pending => "pending",
            SubmissionStage::Included => "included",
            SubmissionStage::Solid => "solid",
            SubmissionStage::Dead => "dead",
        }
    }

    fn due_at(&self) -> Option<UnixMs> {
        self.next_broadcast.filter(|_| matches!(self.fate, Fate::Open) && !self.signatures.is_empty())
    }
}

/// The stages in which a submission is still looked for.
pub const OPEN_STAGES: [&str; 3] = ["watched", "pending", "included"];
/// All stages, for metrics.
pub const STAGES: [&str; 5] = ["watched", "pending", "included", "solid", "dead"];

/// A reference as it is stored: JSON has no byte arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(HexBytes, HexBytes)", try_from = "(HexBytes, HexBytes)")]
pub struct StoredReference(pub RefBlock);

impl From<StoredReference> for (HexBytes, HexBytes) {
    fn from(StoredReference(reference): StoredReference) -> Self {
        (HexBytes(reference.bytes.to_vec()), HexBytes(reference.hash.to_vec()))
    }
}

impl TryFrom<(HexBytes, HexBytes)> for StoredReference {
    type Error = &'static str;

    fn try_from((bytes, hash): (HexBytes, HexBytes)) -> Result<Self, Self::Error> {
        match (bytes.0.try_into(), hash.0.try_into()) {
            (Ok(bytes), Ok(hash)) => Ok(Self(RefBlock { bytes, hash })),
            _ => Err("a reference is 2 and 8 bytes"),
        }
    }
}
