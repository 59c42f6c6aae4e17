//! The devnet, read directly: what the chain itself says, and its faucet.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result};
use primitives::{Address, Sun, TxId, Usdt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::web::Web;

/// The devnet may be among what is killed and started again.
const INSIST_FOR: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(250);

/// One node.
#[derive(Debug)]
pub(crate) struct Node {
    web: Web,
    url: String,
    usdt: Address,
}

/// The protocol's TransactionInfo, as far as a payout's receipt can be compared with it (api/wallet.proto). The node
/// leaves out what is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct TransactionInfo {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default, rename = "blockNumber")]
    pub(crate) block_number: u64,
    /// In sun, all that was burned.
    #[serde(default)]
    pub(crate) fee: u64,
    #[serde(default)]
    pub(crate) receipt: ResourceReceipt,
}

/// The protocol's ResourceReceipt.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct ResourceReceipt {
    #[serde(default)]
    pub(crate) energy_usage_total: u64,
    #[serde(default)]
    pub(crate) energy_fee: u64,
    #[serde(default)]
    pub(crate) net_usage: u64,
}

impl Node {
    /// The node at this address, with USDT at that one.
    pub(crate) const fn new(web: Web, url: String, usdt: Address) -> Self {
        Self { web, url, usdt }
    }

    /// Has the faucet pay. Not repeated: a lost answer is found in the balance.
    pub(crate) async fn faucet(&self, address: Address, trx: Sun, usdt: Usdt) -> Result<()> {
        let wish = json!({ "address": address, "trx": trx, "usdt": usdt });
        self.web.post::<Value>(&format!("{}/devnet/faucet", self.url), &wish).await.context("asking the faucet")?;
        Ok(())
    }

    /// The newest block and the newest solid one.
    pub(crate) async fn heights(&self) -> Result<(u64, u64)> {
        let url = format!("{}/devnet/status", self.url);
        let status: Value = self.insist(|| self.web.get(&url)).await?;
        let height = |which: &str| status[which]["number"].as_u64().context("the devnet's status has no heights");
        Ok((height("head")?, height("solid")?))
    }

    /// TRX at the solid block; none for an account that does not exist.
    pub(crate) async fn trx(&self, address: Address) -> Result<Sun> {
        let account = self.ask("getaccount", &json!({ "address": address, "visible": true })).await?;
        let balance = account.get("balance").map_or(Some(0), Value::as_u64).context("a balance is a number")?;
        Ok(Sun::new(balance)?)
    }

    /// USDT at the solid block, by the contract's own `balanceOf`.
    pub(crate) async fn usdt(&self, address: Address) -> Result<Usdt> {
        let call = json!({
            "owner_address": address,
            "contract_address": self.usdt,
            "function_selector": "balanceOf(address)",
            "parameter": format!("{:0>64}", hex::encode(address.evm())),
            "visible": true,
        });
        let answer = self.ask("triggerconstantcontract", &call).await?;
        let word = answer["constant_result"][0].as_str().with_context(|| format!("no balance in {answer}"))?;
        let units = u64::from_str_radix(word, 16).context("a balance fits 64 bits on this chain")?;
        Ok(Usdt::new(units)?)
    }

    /// What a solid block has of a transaction; none if it is in no solid block.
    pub(crate) async fn transaction_info(&self, txid: TxId) -> Result<Option<TransactionInfo>> {
        let info = self.ask("gettransactioninfobyid", &json!({ "value": txid })).await?;
        if info.get("id").is_none() {
            return Ok(None);
        }
        serde_json::from_value(info).map(Some).context("a transaction's info")
    }

    /// The protocol's word on how a solid transaction ended, such as `SUCCESS`.
    pub(crate) async fn contract_ret(&self, txid: TxId) -> Result<Option<String>> {
        let transaction = self.ask("gettransactionbyid", &json!({ "value": txid })).await?;
        Ok(transaction["ret"][0]["contractRet"].as_str().map(str::to_owned))
    }

    async fn ask(&self, endpoint: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/walletsolidity/{endpoint}", self.url);
        self.insist(|| self.web.post(&url, body)).await
    }

    /// Reads again while the node cannot be reached.
    async fn insist<A, F: Future<Output = Result<A>>>(&self, read: impl Fn() -> F) -> Result<A> {
        let deadline = Instant::now() + INSIST_FOR;
        loop {
            match read().await {
                Err(_) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
                ended => return ended,
            }
        }
    }
}
