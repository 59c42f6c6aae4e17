//! When a transaction is declared dead, and when it is not yet.

use api::tron_client::{BlockConfirmation, SubmissionRequest, SubmissionStage, confirmation};
use serde_json::json;

use crate::field::{Field, Running};

fn watching(request: &SubmissionRequest) -> SubmissionRequest {
    SubmissionRequest { signatures: Vec::new(), ..request.clone() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_is_what_no_block_had_once_the_chain_is_past_its_expiration() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &watching(&request)).await.expiration;

    // Past the expiration by the clock, and at the head; but the solid block is not.
    field.chain.chain_mut().produce_block(expiration.plus_ms(1)).unwrap();
    field.clock.set(expiration.plus_ms(1));
    field.mine(1);
    running.scanned(field.solid()).await;
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched);

    field.mine(4);
    let view = running.until_stage(txid, SubmissionStage::Dead).await;
    let through = view.absent_through.unwrap();
    assert!(through.time > expiration && through.number <= field.solid());
    assert_eq!(running.feed().await, [("submission.dead".to_owned(), txid.to_string())]);
    assert_eq!(running.put(txid, &request).await, view, "nothing can bring it back");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn included_in_the_last_possible_block_is_solid_and_not_dead() {
    let field = Field::new(1).await;
    let running = field.start().await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &request).await.expiration;
    running.until(txid, |view| view.broadcasts == 1).await;
    // Its block's own time is past the expiration, its parent's is not: the protocol allows that.
    field.mine_past(expiration);
    let view = running.until(txid, |view| matches!(view.stage, SubmissionStage::Solid | SubmissionStage::Dead)).await;
    assert_eq!(view.stage, SubmissionStage::Solid);
    assert!(view.block.unwrap().time > expiration);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn death_waits_for_the_node_of_the_other_owner() {
    // Whichever of the two it is that does not answer.
    for silent in [1, 0] {
        let field = Field::new(2).await;
        let mut config = field.config();
        config.nodes[1].independent = true;
        field.fault(silent, json!({ "fault": "rate_limited" })).await;
        let running = field.start_with(config).await;
        running.scanned(field.solid()).await;
        let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
        let expiration = running.put(txid, &watching(&request)).await.expiration;
        field.mine_past(expiration);
        running.scanned(field.solid()).await;
        assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched, "nobody confirmed the last block");

        field.heal(silent).await;
        // The next block gives the occasion; the healed node may still be resting, so more than one may be needed.
        let dead = running.until_stage(txid, SubmissionStage::Dead);
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
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_owners_word_is_no_death_unless_the_configuration_says_so() {
    let field = Field::new(2).await;
    let mut config = field.config();
    config.trust.one_owner = Some(false);
    let running = field.start_with(config.clone()).await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &watching(&request)).await.expiration;
    field.mine_past(expiration);
    field.mine(4);
    running.scanned(field.solid()).await;
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched);
    let said = tron_client::health::nodes(&running.shared).unwrap();
    assert!(said.contains("no transaction is declared dead") && said.contains("trust.one_owner"), "{said}");
    running.stop().await;

    config.trust.one_owner = Some(true);
    let running = field.start_with(config).await;
    assert_eq!(running.shared.nodes.caution(), None);
    field.mine(1);
    running.until_stage(txid, SubmissionStage::Dead).await;
    running.stop().await;
}

/// Two nodes of two owners, the second as far as the chain is when it is told so and no farther.
async fn of_two_owners() -> (Field, Running) {
    let field = Field::new(2).await;
    let mut config = field.config();
    config.nodes[1].independent = true;
    let running = field.start_with(config).await;
    running.scanned(field.solid()).await;
    running.reported(field.solid()).await;
    (field, running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_that_is_always_one_block_behind_confirms_the_block_before() {
    let (field, running) = of_two_owners().await;
    field.fault(1, json!({ "fault": "stale" })).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &watching(&request)).await.expiration;
    field.mine_past(expiration);
    running.scanned(field.solid()).await;
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched, "it is not there yet");

    let dead = running.until_stage(txid, SubmissionStage::Dead);
    let mining = async {
        loop {
            // It stands where the chain is now, which was read: at the next block it is one behind.
            field.fault(1, json!({ "fault": "stale" })).await;
            field.mine(1);
            running.scanned(field.solid()).await;
        }
    };
    let view = tokio::select! { view = dead => view, () = mining => unreachable!("it mines until then") };
    let through = view.absent_through.unwrap();
    assert!(through.time > expiration && through.number < field.solid(), "{through:?}");
    assert_eq!(running.feed().await, [("submission.dead".to_owned(), txid.to_string())]);
    let said = running.client.ask(&confirmation()).await.unwrap();
    assert_eq!(said.confirmation, BlockConfirmation::Confirmed);
    assert!(said.block.time > expiration && said.block.number <= field.solid());
    assert_eq!(running.faults_of(1), Vec::<String>::new(), "it has what it said it has");
    assert!(running.shared.nodes.views()[1].up);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_that_is_far_behind_is_waited_for() {
    let (field, running) = of_two_owners().await;
    field.fault(1, json!({ "fault": "stale" })).await;
    let reached = field.solid();
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &watching(&request)).await.expiration;
    field.mine_past(expiration);
    field.mine(25);
    running.scanned(field.solid()).await;
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched);
    let said = running.client.ask(&confirmation()).await.unwrap();
    assert_eq!((said.confirmation, said.block.number), (BlockConfirmation::Confirmed, reached), "of no newer one");
    assert_eq!(running.faults_of(1), Vec::<String>::new(), "nobody asked it for what it has not");

    // Still as far behind, but past the expiration.
    field.fault(1, json!({ "fault": "stale" })).await;
    let reached = field.solid();
    field.mine(25);
    running.reported(reached).await;
    running.scanned(field.solid()).await;
    field.mine(1);
    let view = running.until_stage(txid, SubmissionStage::Dead).await;
    let through = view.absent_through.unwrap();
    assert!(through.time > expiration && through.number <= reached, "{through:?}, {reached}");
    assert_eq!(running.faults_of(1), Vec::<String>::new());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_with_other_blocks_confirms_nothing_however_far_behind() {
    let mut field = Field::new(1).await;
    // The same first block; the others come once ours were read, and are never as many.
    let theirs = Field::fresh(1, "devnet").await;
    field.urls.push(theirs.urls[0].clone());
    let mut config = field.config();
    config.nodes[1].independent = true;
    let running = field.start_with(config).await;
    running.scanned(field.solid()).await;
    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    let expiration = running.put(txid, &watching(&request)).await.expiration;
    field.mine_past(expiration);
    field.mine(20);
    running.scanned(field.solid()).await;
    theirs.mine(20);
    running.reported(theirs.solid()).await;
    assert!(theirs.solid() < field.solid());
    field.mine(1);
    running.scanned(field.solid()).await;
    let counted = "lucid_node_disagreements_total{node=\"n1\"} ";
    assert!(running.metric(counted) && !running.metric(&format!("{counted}0")), "it was asked");
    assert_eq!(running.get(txid).await.stage, SubmissionStage::Watched);
    let said = running.client.ask(&confirmation()).await.unwrap();
    assert_eq!((said.confirmation, said.block.number), (BlockConfirmation::Disagrees, theirs.solid()));
    running.stop().await;
}
