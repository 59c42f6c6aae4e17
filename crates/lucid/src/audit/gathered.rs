//! The lines of an export, asked from the running plane.
//!
//! What vouches for the log is asked before the log, the register and the tables after it, and then what the log got
//! meanwhile: so nothing that is decided in between looks like something missing or strange.

use anyhow::Result;
use api::event::events;
use api::wallet_manager::audit::{PAGE_MAX, audit, audit_checkpoints, audit_head, audit_rows, kept_heads};
use api::wallet_manager::{RegisteredAttempt, events as kinds};
use serde_json::{Value, json};
use service::clock::{Clock, SystemClock};

use crate::operator::Operator;

const SIGNER: &str = "wallet-manager";

/// How many events a page has.
const EVENTS: usize = 500;

/// Every line, in the form that `wallet-manager audit verify` reads.
pub(super) async fn lines(operator: &Operator) -> Result<Vec<Value>> {
    let kept = kept(operator).await?;
    let mut checkpoints = Vec::new();
    let mut after = None;
    loop {
        let page = operator.ask(SIGNER, &audit_checkpoints(after.as_deref(), PAGE_MAX)).await?;
        checkpoints.extend(page.checkpoints.iter().map(|checkpoint| line("checkpoint", checkpoint)));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let head = operator.ask(SIGNER, &audit_head()).await?;
    let (plane, at) = (operator.plane().plane, SystemClock.now());
    let mut lines = vec![json!({ "type": "log", "plane": plane, "at": at, "head": head })];
    lines.extend(kept);
    lines.extend(checkpoints);
    let read = records(operator, 0, &mut lines).await?;
    lines.extend(attempts(operator).await?);
    lines.extend(rows(operator).await?);
    records(operator, read, &mut lines).await?;
    lines.push(json!({ "type": "end", "register": true, "rows": true }));
    Ok(lines)
}

/// Adds the records after this number; answers the last one's.
async fn records(operator: &Operator, mut seq: u64, lines: &mut Vec<Value>) -> Result<u64> {
    loop {
        let records = operator.ask(SIGNER, &audit(seq, PAGE_MAX)).await?.records;
        let Some(last) = records.last() else { return Ok(seq) };
        seq = last.seq;
        lines.extend(records.iter().map(|record| line("record", record)));
    }
}

/// What lies in the tables.
async fn rows(operator: &Operator) -> Result<Vec<Value>> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = operator.ask(SIGNER, &audit_rows(after.as_deref(), PAGE_MAX)).await?;
        lines.extend(page.rows.iter().map(|row| line("row", row)));
        lines.extend(page.shares.iter().map(|share| line("share", share)));
        after = page.next;
        if after.is_none() {
            return Ok(lines);
        }
    }
}

/// The heads that payout-router kept.
async fn kept(operator: &Operator) -> Result<Vec<Value>> {
    let mut lines = Vec::new();
    let mut after = None;
    loop {
        let page = operator.ask("payout-router", &kept_heads(after.as_deref(), PAGE_MAX)).await?;
        lines.extend(page.heads.iter().map(|head| line("kept", head)));
        after = page.next;
        if after.is_none() {
            return Ok(lines);
        }
    }
}

/// The register, as its feed has told it.
async fn attempts(operator: &Operator) -> Result<Vec<Value>> {
    let mut lines = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = operator.ask(SIGNER, &events(after.as_deref(), 0, EVENTS)).await?;
        if page.events.is_empty() {
            return Ok(lines);
        }
        for event in page.events {
            if event.kind == kinds::REGISTERED || event.kind == kinds::VOIDED {
                let RegisteredAttempt { intent, attempt, txid, audit, .. } = serde_json::from_value(event.data)?;
                let known =
                    json!({ "intent": intent, "attempt": attempt, "txid": txid, "signature": null, "audit": audit });
                lines.push(line("attempt", &known));
            }
        }
        after = Some(page.next);
    }
}

fn line(kind: &str, of: &impl serde::Serialize) -> Value {
    let mut line = json!(of);
    line["type"] = kind.into();
    line
}
