//! A decision in plain words: what an operator signs is what these lines say.

mod recovered;

use std::fmt::Write;

use api::wallet_manager::WalletClass;
use primitives::statement::{Action, Asset, Ceremony, Cosigned, Dated, Operators, PermissionKeys, Spending};
use primitives::{UnixMs, Usdt};
use tron_tx::ContractType;

use crate::tx_inspect::date::utc;

const WALLETS: [(WalletClass, &str); 3] =
    [(WalletClass::Hot, "hot"), (WalletClass::Energy, "energy"), (WalletClass::Treasury, "treasury")];

/// The whole decision, and who has signed it.
pub(super) fn words(cosigned: &Cosigned<Ceremony>, operators: &Operators, now: UnixMs) -> String {
    let ceremony = cosigned.unverified();
    let until = ceremony.valid_until();
    let mut text = of(&ceremony.action);
    write!(text, "\nPlane        {}", ceremony.plane).ok();
    write!(text, "\nChain        {}", ceremony.chain_id).ok();
    write!(text, "\nProposed     {}", utc(ceremony.issued_at().0)).ok();
    let over = if now >= until { ", which is over" } else { "" };
    write!(text, "\nValid until  {}{over}", utc(until.0)).ok();
    let mut nobody = true;
    for key in cosigned.signers() {
        nobody = false;
        match operators.name_of(key) {
            Some(name) => write!(text, "\nSigned by    {name}, {key}").ok(),
            None => write!(text, "\nSigned by    {key}").ok(),
        };
    }
    if nobody {
        text.push_str("\nSigned by    nobody yet");
    }
    text
}

fn of(action: &Action) -> String {
    match action {
        Action::MakeKey { class, name } if class.is_wallet() => {
            format!("Make the wallet {name} of the class {class}: its key is born in the token.")
        }
        Action::MakeKey { class, name } => format!("Make the key {name} of the class {class} in the token."),
        Action::RetireKey { key_id } => format!("Let the key {key_id} sign nothing any more, for ever."),
        Action::Thaw { freeze } => format!("Lift the stop {freeze}: signing goes on if no other stop holds."),
        Action::HardenWallet { wallet, account, owner, active, operations } => format!(
            "Give the account {account} of the wallet {wallet} its permissions on the chain, once.\n\
             Owner        {}\n\
             Active       {}\n\
             It may sign  {}",
            keys(owner),
            keys(active),
            allowed(operations)
        ),
        Action::SetPolicy { version, sha256 } => {
            format!("Put the policy number {version} into force, whose rules have the SHA-256 {}.", hex::encode(sha256))
        }
        Action::Spend(spending) => spend(spending),
        Action::AdoptSettings { sha256 } => format!(
            "Let the signer be started under the settings whose SHA-256 is {}: whom it believes, who decides, \
             at which token, on which chain.",
            hex::encode(sha256)
        ),
        Action::AttemptAgain { intent, attempt } => {
            format!("Let attempt {attempt} at {intent} be signed: the earlier ones have ended without a payment.")
        }
        Action::Explain { discrepancy, note } => {
            format!("Explain {discrepancy}, so that it stops payouts no more.\nIt was       {note}")
        }
        Action::Recover { freeze, transactions, unpaid, note } => recovered::words(*freeze, transactions, unpaid, note),
    }
}

fn spend(spending: &Spending) -> String {
    let Spending { wallet, account, asset, recipient, amount, fee_max } = spending;
    let paid = match asset {
        Asset::Trx => {
            primitives::Sun::new(*amount).map_or_else(|_| format!("{amount} sun"), |sun| format!("{sun} TRX"))
        }
        // Which token is the plane's USDT is not known everywhere: both readings, and the contract.
        Asset::Token(token) => {
            let six = Usdt::new(*amount).map_or_else(|_| "?".to_owned(), |usdt| usdt.to_string());
            format!("{amount} units ({six} at 6 decimals, as USDT has) of the token {token}")
        }
    };
    format!(
        "Pay {paid}\nTo           {recipient}\nFrom         the wallet {wallet}, account {account}\nCosting      at most {fee_max} TRX"
    )
}

fn keys(permission: &PermissionKeys) -> String {
    let keys = permission.keys.iter().map(|(address, weight)| format!("{address} (weight {weight})"));
    format!("weight {} of {}", permission.threshold, keys.collect::<Vec<_>>().join(", "))
}

/// What the chain lets the active keys do, by the protocol's names; a bit that has none is shown as well.
fn allowed(operations: &[u8; 32]) -> String {
    let bits = (0..256_i32).zip(operations.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)));
    let name = |number: i32| ContractType::NAMES.iter().find(|(known, _)| *known == number).map(|(_, name)| *name);
    let named = bits.filter(|(_, set)| *set).map(|(number, _)| match name(number) {
        Some(name) => name.to_owned(),
        None => format!("number {number}, which this version does not know"),
    });
    let all = named.collect::<Vec<_>>().join(", ");
    let classes = WALLETS.iter().filter(|(class, _)| class.operations() == *operations).map(|(_, name)| *name);
    match classes.collect::<Vec<_>>().join(" or ") {
        class if class.is_empty() => all,
        class => format!("{all} (what a wallet of the class {class} needs)"),
    }
}
