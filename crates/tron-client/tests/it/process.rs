//! The real binary: started, killed with -9 in the middle of its work, started again, told to stop.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use api::tron_client::{self as wire, SubmissionStage};
use service::client::Transport;
use service::clock::SystemClock;
use service::{Outcome, PeerClient, testing};

use crate::field::{Field, PATIENCE};

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn configure(field: &Field, port: u16) {
    let directory = field.directory.path();
    let key = directory.join("authority.key");
    std::fs::write(&key, "3f".repeat(31) + "17").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o400)).unwrap();
    let text = format!(
        "[plane]\nid = \"pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8\"\nnetwork = \"devnet\"\nchain_id = {}\nusdt_contract = \"{}\"\n\
         [server]\nlisten = \"127.0.0.1:{port}\"\ndata_dir = \"{}\"\n[keys]\nauthority_key_file = \"{}\"\n\
         [peers.usdt-manager]\ncall_key = \"{}\"\nscopes = [\"chain:read\", \"submissions:write\", \"read\"]\n\
         [log]\nlevel = \"warn\"\n[[nodes]]\nname = \"devnet\"\nurl = \"{}\"\n[scan]\npoll_ms = 20\n",
        field.chain_id().0,
        devnet::usdt::DEFAULT_ADDRESS,
        directory.display(),
        key.display(),
        testing::call_key("usdt-manager").verify_key(),
        field.urls[0],
    );
    std::fs::write(directory.join("config.toml"), text).unwrap();
}

fn start(directory: &Path) -> Child {
    let program = env!("CARGO_BIN_EXE_tron-client");
    Command::new(program).arg("--config").arg(directory.join("config.toml")).stdout(Stdio::null()).spawn().unwrap()
}

async fn until(client: &PeerClient, call: &api::Call<wire::ChainView>, number: u64) {
    let reached = async {
        loop {
            if let Outcome::Done(chain) = client.call(call).await
                && chain.scanned.is_some_and(|block| block.number >= number)
            {
                return;
            }
            // The process is another's: it can only be asked.
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.expect("it reads the chain");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_started_again_it_loses_nothing() {
    let field = Field::new(1).await;
    let port = free_port();
    configure(&field, port);
    let clock = std::sync::Arc::new(SystemClock);
    let client = PeerClient::new(
        "tron-client",
        &format!("http://127.0.0.1:{port}"),
        "usdt-manager",
        testing::call_key("usdt-manager"),
        clock,
        Transport::tcp(),
    );
    let chain = wire::chain();
    let mut child = start(field.directory.path());
    until(&client, &chain, field.solid()).await;

    let (txid, request) = field.transfer(field.solid_id(), 600_000, 3);
    client.ask(&wire::put_submission(txid, &request)).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // What it had promised is on its disk; it goes on with it, whatever happened meanwhile.
    field.mine(3);
    child = start(field.directory.path());
    until(&client, &chain, field.solid()).await;
    let sent = async {
        while field.chain.chain().pending(&txid).is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // A claim of the killed process ends by itself, at worst after its lease.
    tokio::time::timeout(Duration::from_secs(90), sent).await.expect("it broadcasts");
    let block = field.mine(1);
    field.mine(5);
    until(&client, &chain, field.solid()).await;
    let view = client.ask(&wire::submission(txid)).await.unwrap();
    assert_eq!((view.stage, view.block.unwrap().id), (SubmissionStage::Solid, block));

    let health = Command::new(env!("CARGO_BIN_EXE_tron-client"))
        .args(["--config"])
        .arg(field.directory.path().join("config.toml"))
        .arg("healthcheck")
        .status();
    assert!(health.unwrap().success());
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success() && child.wait().unwrap().success(), "an orderly stop exits 0");
}
