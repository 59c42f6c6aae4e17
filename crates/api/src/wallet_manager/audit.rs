//! The audit log: what was decided, in a hash chain, and the signed checkpoints over it.

use primitives::{AttemptNo, HexBytes, HoldState, IntentId, LogHead, LogPosition, RowState, TxId, UnixMs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::call::query;

/// The most records or checkpoints that one page has.
pub const PAGE_MAX: usize = 1_000;

/// One record, exactly as it was hashed: `head` is SHA-256 over the domain tag, the number, the head before, the time,
/// the kind, the body and the changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRecord {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// When it was decided, by the signing core's clock.
    pub at: UnixMs,
    /// What was decided, such as `registered` or `refused`.
    pub kind: String,
    /// The decision as JSON text, byte for byte as it was hashed.
    pub body: String,
    /// What its commit left in the rows beside the log and in the shares of limits, as JSON text, byte for byte as it was
    /// hashed; empty if nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub changes: String,
    /// The log's head with this record.
    pub head: LogHead,
}

/// Records in order; empty when there are no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The records.
    pub records: Vec<AuditRecord>,
}

/// A `Checkpoint` signed by the audit key in the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheckpoint {
    /// The statement's one encoding.
    pub statement: HexBytes,
    /// r, s and v over SHA-256 of domain tag and encoding: 65 bytes, s low.
    pub signature: HexBytes,
}

/// Checkpoints, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheckpointPage {
    /// The checkpoints.
    pub checkpoints: Vec<AuditCheckpoint>,
    /// What to pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// What lies in the tables beside the log: of every row, what the record that left it says; table by table, then the shares
/// of limits. A page may be empty and not the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditRowPage {
    /// Rows.
    pub rows: Vec<RowState>,
    /// Shares of limits.
    pub shares: Vec<HoldState>,
    /// What to pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// Where the log stands, and what vouches for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// The newest record.
    pub position: LogPosition,
    /// The store's life, a UUID.
    pub incarnation: String,
    /// The audit key's public half, 65 bytes uncompressed; none before the token was first open.
    pub audit_key: Option<HexBytes>,
    /// What the token's data object says, if the token was asked and keeps one.
    pub token: Option<LogPosition>,
    /// The newest checkpoint's place, if there is one.
    pub checkpoint: Option<LogPosition>,
    /// What is wrong: `audit_cut` while the log lacks what the token vouches for, `audit_altered` once a row is not as the
    /// log says that it was left, `audit_unwritable`.
    pub fault: Option<String>,
}

/// A head that came with a signature or a registration and was kept elsewhere, by payout-router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptHead {
    /// What the signature is for.
    pub intent: IntentId,
    /// Which attempt.
    pub attempt: AttemptNo,
    /// The transaction; none if the attempt was barred.
    pub txid: Option<TxId>,
    /// Where the audit log stood, as wallet-manager said at the time.
    pub audit: LogPosition,
}

/// Heads that were kept, in an order that does not change; `next` goes on after them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptHeads {
    /// The heads.
    pub heads: Vec<KeptHead>,
    /// What to pass as `after` for the next page; none on the last.
    pub next: Option<String>,
}

/// Records after a number, in order; `limit` is at most [`PAGE_MAX`].
pub fn audit(after: u64, limit: usize) -> Call<AuditPage> {
    let parameters = query(&[("after", Some(after.to_string())), ("limit", Some(limit.to_string()))]);
    Call::get(format!("/v1/audit{parameters}"))
}

/// Where the log stands.
pub fn audit_head() -> Call<AuditHead> {
    Call::get("/v1/audit/head".into())
}

/// A page of checkpoints, newest first; `limit` is at most [`PAGE_MAX`].
pub fn audit_checkpoints(after: Option<&str>, limit: usize) -> Call<AuditCheckpointPage> {
    let parameters = query(&[("after", after.map(str::to_owned)), ("limit", Some(limit.to_string()))]);
    Call::get(format!("/v1/audit/checkpoints{parameters}"))
}

/// A page of what lies in the tables; `limit` is at most [`PAGE_MAX`].
pub fn audit_rows(after: Option<&str>, limit: usize) -> Call<AuditRowPage> {
    let parameters = query(&[("after", after.map(str::to_owned)), ("limit", Some(limit.to_string()))]);
    Call::get(format!("/v1/audit/rows{parameters}"))
}

/// A page of the heads that payout-router kept, asked of payout-router; `limit` is at most [`PAGE_MAX`].
pub fn kept_heads(after: Option<&str>, limit: usize) -> Call<KeptHeads> {
    let parameters = query(&[("after", after.map(str::to_owned)), ("limit", Some(limit.to_string()))]);
    Call::get(format!("/v1/audit/heads{parameters}"))
}
