//! Receipts as the node's JSON has them (`gettransactioninfobyblocknum`).

use api::tron_client::{Log, Receipt};
use primitives::{Address, Bandwidth, Energy, HexBytes, Sun, TxId};
use serde::Deserialize;
use tron_tx::proto::ContractResult;

use super::{WireError, bytes};

/// A receipt's name alone: all that is read of those that are not ours.
#[derive(Debug, Deserialize)]
pub struct WireReceiptId<'a> {
    /// The transaction's id.
    pub id: &'a str,
}

/// A receipt.
#[derive(Debug, Deserialize)]
pub struct WireReceipt<'a> {
    id: &'a str,
    #[serde(default)]
    fee: i64,
    #[serde(default, borrow)]
    receipt: WireResources<'a>,
    #[serde(default, borrow)]
    log: Vec<WireLog<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct WireResources<'a> {
    energy_usage: i64,
    energy_fee: i64,
    origin_energy_usage: i64,
    energy_usage_total: i64,
    net_usage: i64,
    net_fee: i64,
    #[serde(borrow)]
    result: Option<&'a str>,
}

#[derive(Debug, Deserialize)]
struct WireLog<'a> {
    #[serde(default)]
    address: &'a str,
    #[serde(default, borrow)]
    topics: Vec<&'a str>,
    #[serde(default)]
    data: &'a str,
}

impl WireReceipt<'_> {
    /// Whose receipt it is.
    pub fn txid(&self) -> Result<TxId, WireError> {
        TxId::parse(self.id).map_err(|_| WireError::Member("id"))
    }

    /// How a contract call ended, as the receipt has it; absent for other transactions.
    pub fn contract_result(&self) -> Option<ContractResult> {
        self.receipt.result.and_then(ContractResult::from_name)
    }

    /// The receipt in our terms; `result` is the block's word for how it ended, which the block's root covers.
    pub fn receipt(&self, result: ContractResult) -> Result<Receipt, WireError> {
        let spent = &self.receipt;
        let energy_from_stake = energy(spent.energy_usage)?.plus(energy(spent.origin_energy_usage)?);
        Ok(Receipt {
            contract_ret: result.name().to_owned(),
            fee: sun(self.fee)?,
            energy: energy(spent.energy_usage_total)?,
            energy_from_stake,
            energy_fee: sun(spent.energy_fee)?,
            bandwidth: Bandwidth(unsigned(spent.net_usage)?),
            bandwidth_fee: sun(spent.net_fee)?,
            logs: self.log.iter().map(WireLog::log).collect::<Result<_, _>>()?,
        })
    }
}

impl WireLog<'_> {
    fn log(&self) -> Result<Log, WireError> {
        let topics = self.topics.iter().map(|topic| bytes(topic, "topics").map(HexBytes));
        Ok(Log {
            contract: contract(self.address)?,
            topics: topics.collect::<Result<_, _>>()?,
            data: HexBytes(bytes(self.data, "data")?),
        })
    }
}

/// Logs have addresses of 20 bytes, without the 0x41 (java-tron `TransactionInfo.Log`).
fn contract(text: &str) -> Result<Address, WireError> {
    let bytes = bytes(text, "address")?;
    let evm = if bytes.len() == 21 { &bytes[1..] } else { &bytes[..] };
    evm.try_into().map(Address::from_evm).map_err(|_| WireError::Member("address"))
}

fn unsigned(value: i64) -> Result<u64, WireError> {
    u64::try_from(value).map_err(|_| WireError::Member("receipt"))
}

fn energy(value: i64) -> Result<Energy, WireError> {
    unsigned(value).map(Energy)
}

fn sun(value: i64) -> Result<Sun, WireError> {
    Sun::from_i64(value).map_err(|_| WireError::Member("fee"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_token_transfers_receipt_is_read_whole() {
        let body = json!([{
            "id": "cc0928c7734c9c9cc8e8e9636c3ad47308197f4b42fce6b93eb6fa4b3247b58f",
            "fee": 345_000, "blockNumber": 7, "blockTimeStamp": 9, "contractResult": [""],
            "contract_address": "4154e24764f19b0450d49d4b66270da289666cf82a",
            "receipt": {"energy_usage": 100, "energy_fee": 20, "energy_usage_total": 120, "net_fee": 345_000, "result": "SUCCESS"},
            "log": [{"address": "54e24764f19b0450d49d4b66270da289666cf82a", "topics": ["00", "ff"], "data": "01"}],
        }])
        .to_string();
        let receipts: Vec<WireReceipt<'_>> = serde_json::from_str(&body).unwrap();
        let receipt = receipts[0].receipt(ContractResult::Success).unwrap();
        assert_eq!(receipt.contract_ret, "SUCCESS");
        assert_eq!((receipt.energy, receipt.energy_from_stake), (Energy(120), Energy(100)));
        assert_eq!(
            (receipt.fee, receipt.bandwidth_fee, receipt.bandwidth),
            (Sun::new(345_000).unwrap(), Sun::new(345_000).unwrap(), Bandwidth(0))
        );
        assert_eq!(receipt.logs[0].contract.to_hex21(), "4154e24764f19b0450d49d4b66270da289666cf82a");
        assert_eq!(receipt.logs[0].topics, [HexBytes(vec![0]), HexBytes(vec![0xff])]);
        assert_eq!(receipts[0].contract_result(), Some(ContractResult::Success));
    }

    #[test]
    fn negative_figures_are_refused() {
        let body = json!({ "id": "00", "fee": -1 }).to_string();
        let receipt: WireReceipt<'_> = serde_json::from_str(&body).unwrap();
        assert_eq!(receipt.receipt(ContractResult::Default), Err(WireError::Member("fee")));
        assert_eq!(receipt.txid(), Err(WireError::Member("id")));
    }
}
