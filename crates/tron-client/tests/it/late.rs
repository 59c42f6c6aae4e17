//! Transactions that come when their blocks were read already, and processes that die in between.

use api::tron_client::SubmissionStage;
use primitives::TxId;

use crate::field::{Field, Running};

/// Brings a transaction onto the chain past tron-client.
fn directly(field: &Field, request: &api::tron_client::SubmissionRequest) -> TxId {
    let signatures: Vec<Vec<u8>> = request.signatures.iter().map(|signature| signature.0.clone()).collect();
    let whole = tron_tx::SignedTransaction { raw_data: request.raw_data.0.clone(), signatures, results: Vec::new() };
    let message = tron_tx::decode_exactly(&whole.encode()).unwrap();
    let now = field.head_time();
    field.chain.chain_mut().broadcast(message, now).unwrap()
}

async fn read(field: &Field) -> Running {
    let running = field.start().await;
    running.scanned(field.solid()).await;
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_solid_before_it_was_asked_for_is_found() {
    let field = Field::new(1).await;
    let running = read(&field).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    directly(&field, &request);
    let block = field.mine(1);
    field.mine(20);
    running.scanned(field.solid()).await;
    running.put(txid, &request).await;
    let view = running.until_stage(txid, SubmissionStage::Solid).await;
    assert_eq!(view.block.unwrap().id, block);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chain_that_has_just_begun_is_read_from_its_second_block() {
    let field = Field::fresh(1, "devnet").await;
    let genesis = field.solid_id();
    let running = field.start().await;
    field.mine(1);
    let (txid, request) = field.transfer(genesis, 60_000, 3);
    directly(&field, &request);
    let block = field.mine(1);
    field.mine(5);
    running.scanned(field.solid()).await;
    assert!(running.shared.ledger.extent().unwrap().first.number > 0);
    // It refers to the first block, which itself cannot be read.
    running.put(txid, &request).await;
    assert_eq!(running.until_stage(txid, SubmissionStage::Solid).await.block.unwrap().id, block);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_refers_to_a_block_before_the_first_that_was_read_is_found_or_dies() {
    let field = Field::new(1).await;
    let (there, request_there) = field.transfer(field.solid_id(), 60_000, 3);
    let (absent, request_absent) = field.transfer(field.solid_id(), 60_000, 4);
    directly(&field, &request_there);
    let block = field.mine(1);
    field.mine(30);
    let running = read(&field).await;
    let first = running.shared.ledger.extent().unwrap().first;
    assert!(first.number > block.number(), "reading began later");
    running.put(there, &request_there).await;
    running.put(absent, &api::tron_client::SubmissionRequest { signatures: Vec::new(), ..request_absent }).await;
    assert_eq!(running.until_stage(there, SubmissionStage::Solid).await.block.unwrap().id, block);

    let expiration = running.get(absent).await.expiration;
    field.mine_past(expiration);
    // Death is declared by a block that is read after the gap was.
    let dead = running.until_stage(absent, SubmissionStage::Dead);
    let mining = async {
        loop {
            field.mine(1);
            running.scanned(field.solid()).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::select! { _ = dead => {}, () = mining => {} }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_to_a_block_that_is_not_solid_yet_is_found_when_it_is() {
    let field = Field::new(1).await;
    let running = read(&field).await;
    let head = field.chain.chain().head().id;
    let (txid, request) = field.transfer(head, 60_000, 3);
    let watching = api::tron_client::SubmissionRequest { signatures: Vec::new(), ..request };
    let expiration = running.put(txid, &watching).await.expiration;
    field.mine_past(expiration);
    running.until_stage(txid, SubmissionStage::Dead).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_goes_on_from_its_cursor() {
    let field = Field::new(1).await;
    let mut running = read(&field).await;
    let first = running.shared.ledger.extent().unwrap().first;
    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    running.put(txid, &request).await;
    running.until(txid, |view| view.broadcasts == 1).await;
    for round in 0..5 {
        running.kill().await;
        field.mine(40 + round);
        running = field.start().await;
        // Killed again while it catches up, except at the end.
        running.scanned(field.solid() - 30).await;
    }
    running.scanned(field.solid()).await;
    let extent = running.shared.ledger.extent().unwrap();
    assert_eq!((extent.first, extent.last.number), (first, field.solid()));
    let view = running.until_stage(txid, SubmissionStage::Solid).await;
    let solid = running.feed().await.into_iter().filter(|(kind, _)| kind == "submission.solid").count();
    assert_eq!((solid, view.receipt.unwrap().contract_ret.as_str()), (1, "SUCCESS"));
    running.stop().await;
}
