//! The devnet as a process. Standard output gets one JSON line once all listeners are bound; the log goes to standard
//! error.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Parser as _;
use devnet::chain::Chain;
use devnet::config::{Arguments, Config, Mode};
use devnet::server::Devnet;
use primitives::{Address, UnixMs};
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::registry()
        .with(arguments.log.clone())
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .init();
    let config = Config::load(&arguments)?;
    if arguments.mode == Mode::Healthcheck {
        let address = config.listen.first().context("no address to ask at")?;
        return answers(*address).with_context(|| format!("{address} does not answer as a node"));
    }
    if arguments.mode == Mode::Genesis {
        return print(&beginning(
            &Chain::new(config.chain_genesis())?,
            config.usdt.deploy.then_some(config.usdt.address),
        ));
    }
    let devnet = Devnet::bind(&config, wall_clock).await?;
    announce(&devnet)?;
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    devnet.run(stop).await?;
    Ok(())
}

/// Whether a node answers there within two seconds.
fn answers(mut address: SocketAddr) -> anyhow::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(2);
    // Who listens everywhere also listens here.
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"POST /wallet/getnowblock HTTP/1.0\r\ncontent-length: 0\r\n\r\n")?;
    let mut status = String::new();
    BufReader::new(stream).take(256).read_line(&mut status)?;
    anyhow::ensure!(status.split(' ').nth(1) == Some("200"), "it says {:?}", status.trim_end());
    Ok(())
}

/// Whoever started the process reads here which ports it got.
fn announce(devnet: &Devnet) -> anyhow::Result<()> {
    let mut document = beginning(&devnet.shared().chain(), devnet.shared().usdt());
    document["listening"] = devnet.addresses().iter().map(|address| format!("http://{address}")).collect();
    print(&document)
}

/// What a client has to know about the chain before it starts.
fn beginning(chain: &Chain, usdt: Option<Address>) -> Value {
    json!({
        "chain_id": chain.chain_id(),
        "genesis": chain.genesis_id(),
        "usdt_contract": usdt,
        "faucet": chain.config().faucet_key().address(),
    })
}

fn print(document: &Value) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{document}").and_then(|()| stdout.flush()).context("cannot write to standard output")
}

#[expect(clippy::disallowed_methods, reason = "the devnet's one clock; everything below takes the time as an argument")]
fn wall_clock() -> UnixMs {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMs(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
