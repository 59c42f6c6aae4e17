//! What becomes of a transaction when all goes well, and when the network merely dawdles.

use api::tron_client::SubmissionStage;
use primitives::{Bandwidth, Sun};
use serde_json::json;

use crate::field::{Field, INTERVAL_MS};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transfer_goes_from_pending_over_included_to_solid() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);

    let view = running.put(txid, &request).await;
    assert_eq!((view.stage, view.broadcasts), (SubmissionStage::Pending, 0));
    let view = running.until(txid, |view| view.broadcasts > 0).await;
    assert_eq!(view.last_answer.as_deref(), Some("SUCCESS"));
    assert!(field.chain.chain().pending(&txid).is_some());

    let block = field.mine(1);
    let view = running.until_stage(txid, SubmissionStage::Included).await;
    assert_eq!(view.block.unwrap().id, block);
    field.mine(4);
    let view = running.until_stage(txid, SubmissionStage::Solid).await;
    let receipt = view.receipt.clone().unwrap();
    assert_eq!((view.block.unwrap().id, receipt.contract_ret.as_str()), (block, "SUCCESS"));
    // The recipient is new: 1 TRX for the account, 0.1 TRX instead of bandwidth.
    assert_eq!((receipt.fee, receipt.bandwidth), (Sun::parse("1.1").unwrap(), Bandwidth(0)));

    let subject = txid.to_string();
    assert_eq!(
        running.feed().await,
        [("submission.included".to_owned(), subject.clone()), ("submission.solid".to_owned(), subject)]
    );
    assert_eq!(running.put(txid, &request).await, view, "the same request, the same answer");
    assert!(running.metric("lucid_broadcasts_total{answer=\"SUCCESS\"} 1"));
    assert!(running.metric("lucid_submission_changes_total{stage=\"solid\"} 1"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_transaction_is_sent_again_and_dup_is_no_proof() {
    let field = Field::new(2).await;
    // The first node takes it, loses it, and says DUP for ever; only the second can bring it onto the chain.
    field.fault(0, json!({ "fault": "blackhole_broadcast" })).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    running.put(txid, &request).await;
    running.until(txid, |view| view.broadcasts == 1).await;
    field.mine(5);
    running.scanned(field.solid()).await;
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Pending);

    field.clock.advance_ms(INTERVAL_MS);
    let view = running.until(txid, |view| view.broadcasts == 2).await;
    assert_eq!(view.last_answer.as_deref(), Some("SUCCESS"), "by the second node");
    field.clock.advance_ms(INTERVAL_MS);
    let view = running.until(txid, |view| view.broadcasts == 3).await;
    assert!(view.last_answer.unwrap().starts_with("DUP_TRANSACTION_ERROR"));
    assert_eq!(view.stage, SubmissionStage::Pending);
    field.mine(5);
    running.until_stage(txid, SubmissionStage::Solid).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_node_is_asked_again() {
    let field = Field::new(1).await;
    field.fault(0, json!({ "fault": "busy_broadcast", "count": 1 })).await;
    field.fault(0, json!({ "fault": "drop_broadcast", "count": 1 })).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    running.put(txid, &request).await;
    for (round, answer) in ["SERVER_BUSY", "SUCCESS", "SUCCESS"].into_iter().enumerate() {
        let view = running.until(txid, |view| view.broadcasts as usize == round + 1).await;
        assert!(view.last_answer.unwrap().starts_with(answer));
        field.clock.advance_ms(INTERVAL_MS);
    }
    field.mine(5);
    running.until_stage(txid, SubmissionStage::Solid).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_takes_a_transaction_out_of_its_block_and_it_comes_back() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    running.put(txid, &request).await;
    running.until(txid, |view| view.broadcasts == 1).await;
    let orphan = field.mine(1);
    running.until(txid, |view| view.block.is_some_and(|block| block.id == orphan)).await;

    field.fault(0, json!({ "fault": "fork", "depth": 1, "lose": true })).await;
    let view = running.until_stage(txid, SubmissionStage::Pending).await;
    assert!(view.block.is_none() && view.receipt.is_none());
    // It is broadcast again as soon as it is known to be out.
    running.until(txid, |view| view.broadcasts == 2).await;
    let block = field.mine(1);
    field.mine(4);
    let view = running.until_stage(txid, SubmissionStage::Solid).await;
    assert_eq!(view.block.unwrap().id, block);
    assert_ne!(block, orphan);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_only_watched_is_never_sent_and_signatures_may_come_later() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    let watching = api::tron_client::SubmissionRequest { signatures: Vec::new(), ..request.clone() };
    assert_eq!(running.put(txid, &watching).await.stage, SubmissionStage::Watched);
    field.mine(5);
    running.scanned(field.solid()).await;
    let view = running.get(txid).await;
    assert_eq!((view.stage, view.broadcasts), (SubmissionStage::Watched, 0));

    assert_eq!(running.put(txid, &request).await.stage, SubmissionStage::Pending);
    running.until(txid, |view| view.broadcasts == 1).await;
    assert_eq!(running.put(txid, &watching).await.stage, SubmissionStage::Pending, "signatures are kept");
    field.mine(5);
    running.until_stage(txid, SubmissionStage::Solid).await;
    running.stop().await;
}
