//! A node behind a socket file: no packet of tron-client's leaves, and no name is looked up.

use std::path::{Path, PathBuf};

use api::tron_client::SubmissionStage;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpStream, UnixListener};
use tokio::task::JoinHandle;

use crate::field::Field;

/// The forwarder's part: whatever arrives at the socket goes to `url`'s address.
fn passing(socket: &Path, url: &str) -> JoinHandle<()> {
    let (listener, address) = (UnixListener::bind(socket).unwrap(), url.strip_prefix("http://").unwrap().to_owned());
    tokio::spawn(async move {
        loop {
            let (mut near, _) = listener.accept().await.unwrap();
            let mut far = TcpStream::connect(&address).await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_is_scanned_and_sent_to_through_a_socket_file() {
    let field = Field::new(1).await;
    let socket: PathBuf = field.directory.path().join("node.sock");
    let mut config = field.config();
    // RFC 6761: no resolver may know this name.
    config.nodes[0].url = "http://node.invalid:8090".to_owned();
    config.nodes[0].via = Some(socket.clone());
    let passing = passing(&socket, &field.urls[0]);
    let running = field.start_with(config).await;
    running.scanned(field.solid()).await;
    assert!(running.metric("lucid_node_up{node=\"n0\"} 1"));

    let (txid, request) = field.transfer(field.solid_id(), 60_000, 3);
    running.put(txid, &request).await;
    running.until(txid, |view| view.broadcasts > 0).await;
    field.mine(5);
    running.until_stage(txid, SubmissionStage::Solid).await;
    running.stop().await;
    passing.abort();
}
