//! A transaction in words and units, for people.

use std::fmt;

use primitives::{Address, Sun};
use serde_json::Value;
use tron_tx::proto::{ResourceCode, TransactionRaw};
use tron_tx::{EitherForm, Payload, bandwidth_when_signed, json, trc20};

use super::effect::{Effect, Moved, text};
use super::error::InspectError;
use super::{date, summary};

/// USDT on the networks where it is one contract, with six decimals.
const USDT: [&str; 2] = ["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf"];

/// A page about one transaction.
#[derive(Debug)]
pub(super) struct Words {
    sentence: String,
    rows: Vec<(&'static str, String)>,
    fields: Vec<String>,
}

impl Words {
    /// The page about a decoded transaction.
    pub(super) fn of(form: &EitherForm) -> Result<Self, InspectError> {
        let exact = form.exact();
        let (raw, payload) = (exact.message(), exact.payload());
        let effect = Effect::of(payload)?;
        let owner = summary::owner(payload)?;
        let signers = summary::signers(form)?;
        let mut rows =
            vec![("Transaction", exact.txid().to_string()), ("Contract", payload.contract_type().name().to_owned())];
        rows.extend(owner.map(|owner| ("Owner", owner.to_string())));
        rows.push(("Permission", permission(exact.contract().permission_id)));
        rows.push(("Reference", reference(raw)));
        rows.push(("Made", moment(raw.timestamp)));
        rows.push(("Expires", moment(raw.expiration)));
        rows.push(("Fee limit", if raw.fee_limit == 0 { "none".to_owned() } else { trx(raw.fee_limit) }));
        if !raw.memo.is_empty() {
            // Debug form, because a memo is a stranger's text and may hold codes that a terminal obeys.
            rows.push(("Memo", format!("{:?} (a memo costs 1 TRX)", text(&raw.memo))));
        }
        rows.extend(unused(raw));
        rows.push(("Size", size(form)));
        match signers {
            None => rows.push(("Signed", "not told: this is raw_data alone".to_owned())),
            Some(signers) if signers.is_empty() => rows.push(("Signed", "by nobody yet".to_owned())),
            Some(signers) => rows.extend(signers.iter().map(|signer| ("Signed by", signer.to_string()))),
        }
        Ok(Self { sentence: sentence(payload, &effect), rows, fields: fields(payload) })
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.sentence)?;
        for (name, value) in &self.rows {
            writeln!(f, "{name:<12} {value}")?;
        }
        writeln!(f, "\nThe contract's fields:")?;
        self.fields.iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}

/// What it would do, in one sentence.
fn sentence(payload: &Payload, effect: &Effect) -> String {
    let to = effect.to.map(|to| to.to_string()).unwrap_or_default();
    let amount = effect.moved.as_ref().map(amount).unwrap_or_default();
    match payload {
        Payload::Transfer(_) | Payload::TransferAsset(_) => format!("Pays {amount} to {to}."),
        Payload::TriggerSmartContract(m) => call(m.call_data.as_slice(), effect, &to, &amount),
        Payload::CreateSmartContract(_) if effect.moved.is_none() => "Deploys a contract.".to_owned(),
        Payload::CreateSmartContract(_) => format!("Deploys a contract and sends {amount} along."),
        Payload::AccountCreate(_) => format!("Activates the account {to}."),
        Payload::FreezeBalanceV2(m) => format!("Stakes {amount} for {}.", resource(m.resource)),
        Payload::UnfreezeBalanceV2(m) => format!("Begins to take back {amount} staked for {}.", resource(m.resource)),
        Payload::WithdrawExpireUnfreeze(_) => "Collects stakes whose waiting time is over.".to_owned(),
        Payload::CancelAllUnfreezeV2(_) => "Stakes again everything that waits to be taken back.".to_owned(),
        Payload::DelegateResource(m) => {
            let lock = match (m.lock, m.lock_period) {
                (false, _) => ", to be taken back at any time".to_owned(),
                (true, 0) => ", locked for the chain's usual time".to_owned(),
                (true, blocks) => format!(", locked for {blocks} blocks of 3 seconds"),
            };
            format!("Lends the {} of {amount} of stake to {to}{lock}.", resource(m.resource))
        }
        Payload::UnDelegateResource(m) => {
            format!("Takes back the {} of {amount} of stake from {to}.", resource(m.resource))
        }
        Payload::VoteWitness(m) => format!("Replaces all votes of the owner by {} new ones.", m.votes.len()),
        Payload::WithdrawBalance(_) => "Collects rewards.".to_owned(),
        Payload::AccountPermissionUpdate(_) => {
            "Replaces the whole set of keys that may act for the owner. Look at every one.".to_owned()
        }
        other => format!("Does what a {} does, with the fields below.", other.contract_type().name()),
    }
}

fn call(calldata: &[u8], effect: &Effect, to: &str, amount: &str) -> String {
    match &effect.moved {
        Some(Moved::Trc20 { contract, approval: false, .. }) => {
            format!("Pays {amount} to {to}, by a call of transfer on {contract}.")
        }
        Some(Moved::Trc20 { contract, approval: true, .. }) => {
            format!("Permits {to} to take up to {amount}, by a call of approve on {contract}.")
        }
        moved => {
            let selector = calldata.first_chunk::<4>();
            let function = match selector.map(|selector| (selector, trc20::selector::signature(*selector))) {
                None => "no function".to_owned(),
                Some((_, Some(signature))) => signature.to_owned(),
                Some((selector, None)) => format!("a function with selector {}", hex::encode(selector)),
            };
            let along = if moved.is_some() { format!(" and sends {amount} along") } else { String::new() };
            format!("Calls {function} on the contract {to}{along}.")
        }
    }
}

fn amount(moved: &Moved) -> String {
    match moved {
        Moved::Sun(sun) => trx(*sun),
        Moved::Trc20 { contract, units, .. } => match usdt(*contract, units) {
            Some(usdt) => format!("{usdt} USDT ({units} units)"),
            None => format!("{units} units of the token {contract}"),
        },
        Moved::Trc10 { token, units } => format!("{units} units of the TRC-10 token {token:?}"),
    }
}

fn usdt(contract: Address, units: &str) -> Option<primitives::Usdt> {
    let known = USDT.contains(&contract.to_string().as_str());
    primitives::Usdt::new(units.parse().ok().filter(|_| known)?).ok()
}

/// An amount of TRX; one that cannot be paid is shown as it stands.
fn trx(sun: i64) -> String {
    Sun::from_i64(sun).map_or_else(|_| format!("{sun} sun (negative!)"), |amount| format!("{amount} TRX ({sun} sun)"))
}

fn resource(number: i32) -> &'static str {
    ResourceCode::try_from(number).map_or("an unknown resource", |code| match code {
        ResourceCode::Bandwidth => "bandwidth",
        ResourceCode::Energy => "energy",
        ResourceCode::TronPower => "TRON Power",
    })
}

fn permission(id: i32) -> String {
    match id {
        0 => "0, the owner's".to_owned(),
        1 => "1, the witness's".to_owned(),
        2..=9 => format!("{id}, an active one"),
        _ => format!("{id}, which no account can have"),
    }
}

fn reference(raw: &TransactionRaw) -> String {
    let (number, hash) = (hex::encode(&raw.ref_block_bytes), hex::encode(&raw.ref_block_hash));
    if number.is_empty() && hash.is_empty() {
        return "none".to_owned();
    }
    format!("the block whose number ends in 0x{number} and whose id has {hash} in the middle")
}

fn moment(ms: i64) -> String {
    match u64::try_from(ms) {
        Ok(0) => "not set".to_owned(),
        Ok(time) => format!("{} ({ms})", date::utc(time)),
        Err(_) => format!("{ms} (before 1970)"),
    }
}

fn size(form: &EitherForm) -> String {
    match form {
        EitherForm::Raw(exact) => {
            let length = exact.length();
            format!("{length} bytes of raw_data; {} bandwidth with one signature", bandwidth_when_signed(length, 1))
        }
        EitherForm::Whole { transaction, .. } => {
            format!("{} bytes; {} bandwidth", transaction.encode().len(), transaction.bandwidth())
        }
    }
}

/// Fields that the chain ignores; a signer of ours refuses them, so they are worth a row.
fn unused(raw: &TransactionRaw) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if raw.ref_block_num != 0 || !raw.auths.is_empty() || !raw.scripts.is_empty() {
        rows.push(("Unused", "ref_block_num, auths or scripts is set, which the chain ignores".to_owned()));
    }
    rows
}

/// Every field of the message, in the node's own names.
fn fields(payload: &Payload) -> Vec<String> {
    match json::render_payload(payload, true) {
        // JSON's own escapes leave DEL, C1 controls and right-to-left marks; those would reach the terminal raw.
        Value::Object(object) => object.iter().map(|(name, value)| printable(&format!("{name}: {value}"))).collect(),
        _ => Vec::new(),
    }
}

/// The text with everything escaped that a terminal would obey or hide; quotes stay as they are.
fn printable(text: &str) -> String {
    text.chars().fold(String::new(), |mut shown, c| {
        if c == '"' || c == '\\' || c == '\'' {
            shown.push(c);
        } else {
            shown.extend(c.escape_debug());
        }
        shown
    })
}
