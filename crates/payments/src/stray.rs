//! What a transaction has paid of which nobody has a record.

use api::tron_client::Receipt;
use primitives::{Address, Sun, Usdt};
use tron_tx::RawTransaction;
use tron_tx::contract::Contract;
use tron_tx::proto::ContractResult;
use tron_tx::trc20::TransferLog;

use crate::payout::Money;

/// A payment as payouts make them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// How much of what.
    pub money: Money,
    /// To whom.
    pub recipient: Address,
    /// What is written on it, if it is text.
    pub memo: Option<String>,
}

/// The payment that a solid transaction made from `wallet`, by what the chain has of it: for USDT exactly one Transfer of
/// `token` from the wallet, for TRX the contract itself. Nothing for one that failed, or that did anything else.
pub fn payment(wallet: Address, token: Address, raw_data: &[u8], receipt: &Receipt) -> Option<Payment> {
    if ContractResult::from_name(&receipt.contract_ret) != Some(ContractResult::Success) {
        return None;
    }
    let raw = RawTransaction::decode(raw_data).ok()?;
    let memo = String::from_utf8(raw.memo.clone()).ok().filter(|memo| !memo.is_empty());
    let (money, recipient) = match &raw.contract {
        Contract::Transfer(transfer) if transfer.owner == wallet => (Money::Trx(transfer.amount), transfer.to),
        Contract::Trigger(_) => sent(wallet, token, receipt)?,
        _ => return None,
    };
    let zero = [Money::Trx(Sun::ZERO), Money::Usdt(Usdt::ZERO)].contains(&money);
    (!zero).then_some(Payment { money, recipient, memo })
}

fn sent(wallet: Address, token: Address, receipt: &Receipt) -> Option<(Money, Address)> {
    let logs = receipt.logs.iter().filter(|log| log.contract == token);
    let mut transfers =
        logs.map(|log| TransferLog::parse(&log.topics, &log.data.0)).filter(|log| !matches!(log, Ok(None)));
    let Some(Ok(Some(sent))) = transfers.next() else { return None };
    let alone = transfers.next().is_none() && sent.from == wallet;
    let amount = Usdt::new(sent.value).ok().filter(|_| alone)?;
    Some((Money::Usdt(amount), sent.to))
}

#[cfg(test)]
mod tests {
    use api::tron_client::Log;
    use primitives::{BlockId, UnixMs};
    use tron_tx::contract::{Transfer, Trigger};
    use tron_tx::{RefBlock, trc20};

    use super::*;

    const TOKEN: Address = Address::from_evm([7; 20]);

    fn address(seed: u8) -> Address {
        Address::from_evm([seed; 20])
    }

    fn raw(contract: Contract) -> RawTransaction {
        RawTransaction::new(contract, RefBlock::from(BlockId::new([9; 32])), UnixMs(1), UnixMs(2))
    }

    fn moved(from: u8, to: u8, amount: u64) -> Log {
        let word = |seed: u8| [[0; 12].as_slice(), &[seed; 20]].concat().into();
        let topics = vec![trc20::topic::TRANSFER.to_vec().into(), word(from), word(to)];
        Log { contract: TOKEN, topics, data: [[0; 24].as_slice(), &amount.to_be_bytes()].concat().into() }
    }

    fn found(contract: Contract, memo: &str, ret: &str, logs: Vec<Log>) -> Option<(Money, Address, Option<String>)> {
        let receipt = Receipt { contract_ret: ret.to_owned(), logs, ..Receipt::default() };
        let raw_data = raw(contract).with_memo(memo).encode();
        payment(address(1), TOKEN, &raw_data, &receipt).map(|found| (found.money, found.recipient, found.memo))
    }

    #[test]
    fn a_payment_is_what_the_chain_has_of_it() {
        let two = Sun::parse("2").expect("an amount");
        let trx = |owner: u8| Contract::Transfer(Transfer { owner: address(owner), to: address(3), amount: two });
        assert_eq!(found(trx(1), "", "SUCCESS", vec![]), Some((Money::Trx(two), address(3), None)));
        assert_eq!(found(trx(2), "", "SUCCESS", vec![]), None, "another's");

        let one = Usdt::parse("1").expect("an amount");
        let usdt = || Contract::Trigger(Trigger::new(address(1), TOKEN, trc20::transfer(address(3), 1_000_000)));
        let paid = Some((Money::Usdt(one), address(3), Some("invoice 7".to_owned())));
        assert_eq!(found(usdt(), "invoice 7", "SUCCESS", vec![moved(1, 3, 1_000_000)]), paid);
        for (ret, logs) in [
            ("REVERT", vec![]),
            ("OUT_OF_ENERGY", vec![moved(1, 3, 1_000_000)]),
            ("SUCCESS", vec![]),
            ("SUCCESS", vec![moved(2, 3, 1_000_000)]),
            ("SUCCESS", vec![moved(1, 3, 1_000_000), moved(1, 4, 1)]),
            ("SUCCESS", vec![moved(1, 3, 0)]),
        ] {
            assert_eq!(found(usdt(), "", ret, logs.clone()), None, "{ret} {logs:?}");
        }
        assert_eq!(payment(address(1), TOKEN, b"no transaction", &Receipt::default()), None);
    }
}
