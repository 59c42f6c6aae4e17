//! Every fault of a node is survived, and none is taken for an answer.

use api::tron_client::SubmissionStage;
use serde_json::json;

use crate::field::{Field, Running, standing};

const FAULTS: [&str; 6] = ["late", "rate_limited", "unavailable", "error", "empty_receipts", "stale"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_second_node_no_fault_of_the_first_is_noticed() {
    for fault in FAULTS {
        let field = Field::new(2).await;
        let running = field.start().await;
        running.scanned(field.solid()).await;
        field.fault(0, standing(fault)).await;
        let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
        running.put(txid, &request).await;
        running.until(txid, |view| view.broadcasts > 0).await;
        let block = field.mine(1);
        field.mine(20);
        let view = running.until_stage(txid, SubmissionStage::Solid).await;
        assert_eq!(view.block.unwrap().id, block, "{fault}");
        running.scanned(field.solid()).await;
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_one_node_a_fault_only_delays() {
    for fault in FAULTS {
        let field = Field::new(1).await;
        let running = field.start().await;
        running.scanned(field.solid()).await;
        let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
        running.put(txid, &request).await;
        running.until(txid, |view| view.broadcasts == 1).await;
        let before = field.solid();
        field.fault(0, standing(fault)).await;
        field.mine(10);
        // Absence was never concluded from silence.
        let view = running.get(txid).await;
        assert!(matches!(view.stage, SubmissionStage::Pending | SubmissionStage::Included), "{fault}: {view:?}");
        field.heal(0).await;
        running.until_stage(txid, SubmissionStage::Solid).await;
        running.scanned(before + 10).await;
        running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_is_not_concluded_from_empty_receipts() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &request).await.expiration;
    running.until(txid, |view| view.broadcasts == 1).await;
    field.fault(0, json!({ "fault": "empty_receipts" })).await;
    let block = field.mine(1);
    field.mine_past(expiration);
    faulted(&running, "receipt_count").await;
    let view = running.get(txid).await;
    assert!(!matches!(view.stage, SubmissionStage::Dead | SubmissionStage::Solid), "{view:?}");
    field.heal(0).await;
    let view = running.until(txid, |view| matches!(view.stage, SubmissionStage::Dead | SubmissionStage::Solid)).await;
    assert_eq!((view.stage, view.block.unwrap().id), (SubmissionStage::Solid, block));
    running.stop().await;
}

/// Waits until a node was caught with a fault of this kind.
pub(crate) async fn faulted(running: &Running, kind: &str) {
    let name = format!("kind=\"{kind}\"");
    let counts =
        |line: &str| line.starts_with("lucid_node_faults_total") && line.contains(&name) && !line.ends_with(" 0");
    let caught = async {
        while !running.context.metrics.text().lines().any(counts) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::field::PATIENCE, caught)
        .await
        .unwrap_or_else(|_| panic!("nobody was caught with {kind}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_node_stumbles_over_does_not_make_it_useless() {
    let field = Field::new(1).await;
    field.fault(0, json!({ "fault": "error", "path": "/wallet/broadcasthex", "text": "class java.lang.NullPointerException : null" })).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    running.put(txid, &request).await;
    let view = running.until(txid, |view| view.broadcasts == 1).await;
    assert!(view.last_answer.unwrap().contains("NullPointerException"));
    assert!(running.shared.nodes.views()[0].up, "the transaction may be to blame");
    field.mine(5);
    running.scanned(field.solid()).await;
    running.stop().await;
}
