//! What a transaction in a solid block came to, held against what was permitted.

use api::tron_client::{Log, Receipt};
use primitives::Address;
use primitives::statement::{Asset, Authorisation, Kind};
use tron_tx::RawTransaction;
use tron_tx::proto::ContractResult;
use tron_tx::trc20::TransferLog;

use crate::attempt::{SealedTx, Verdict};
use crate::seal;

/// The verdict on a solid transaction.
///
/// *Paid* is contractRet SUCCESS with exactly the permitted effect: for a token exactly one Transfer log of its
/// contract, from the payer to the recipient, of the amount; for TRX and stakes the contract itself, which the txid
/// vouches for. A token that takes a fee from the recipient logs another value and a second Transfer: a mismatch.
pub fn verdict(authorisation: &Authorisation, payer: Address, tx: &SealedTx, receipt: &Receipt) -> Verdict {
    match ContractResult::from_name(&receipt.contract_ret) {
        Some(ContractResult::Success) => {}
        // No result, or one that we do not know, says nothing of the effect: a person must look before anybody pays
        // again.
        Some(ContractResult::Default) | None => return Verdict::Mismatch,
        Some(_) => return Verdict::FailedOnChain,
    }
    let effect = match (authorisation.kind, authorisation.asset) {
        (Kind::Payout | Kind::Refund | Kind::Sweep, Asset::Token(token)) => {
            moved_exactly(authorisation, payer, token, &receipt.logs)
        }
        _ => is_permitted_contract(authorisation, payer, tx),
    };
    if effect { Verdict::Paid } else { Verdict::Mismatch }
}

fn moved_exactly(authorisation: &Authorisation, payer: Address, token: Address, logs: &[Log]) -> bool {
    let expected = TransferLog { from: payer, to: authorisation.recipient, value: authorisation.amount };
    let mut transfers = logs
        .iter()
        .filter(|log| log.contract == token)
        .map(|log| TransferLog::parse(&log.topics, &log.data.0))
        .filter(|parsed| !matches!(parsed, Ok(None)));
    transfers.next() == Some(Ok(Some(expected))) && transfers.next().is_none()
}

fn is_permitted_contract(authorisation: &Authorisation, payer: Address, tx: &SealedTx) -> bool {
    let permitted = seal::contract(authorisation, payer);
    RawTransaction::decode(&tx.raw_data.0).is_ok_and(|raw| raw.txid() == tx.txid && Ok(raw.contract) == permitted)
}

#[cfg(test)]
mod tests;
