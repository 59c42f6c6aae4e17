//! `lucid treasury`: a payment that two operators decide on and that each signer of the account signs by its own checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use api::tron_client;
use api::wallet_manager::decision::{DecisionRequest, put_decision};
use api::wallet_manager::permissions::MULTI_SIGN_FEE_SUN;
use api::wallet_manager::{self, WalletPermissions, WalletView};
use clap::{Args, Subcommand};
use primitives::statement::{Action, Anchor, Asset, Ceremony, Cosigned, Fate, Signed, Spending};
use primitives::{Address, AttemptNo, HexBytes, Sun, TxId, Usdt, WalletId};
use serde::{Deserialize, Serialize};
use service::clock::{Clock, SystemClock};
use tron_tx::contract::{Transfer, Trigger};
use tron_tx::{Contract, PermissionId, RawTransaction, trc20};

use crate::decision::{self, LIFE_MS, until_final};
use crate::operator::Operator;
use crate::output::Output;

/// What to do with a treasury's payments.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TreasuryCommand {
    /// Propose a payment, for two operators to sign.
    #[command(
        after_help = "Example:\n  lucid treasury propose treasury --to TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t --usdt 2500 --file pay.json"
    )]
    Propose(ProposeArgs),
    /// Have one signer sign what two operators have signed. The first builds the transaction, which the others must sign
    /// within two minutes.
    #[command(
        after_help = "Example:\n  lucid treasury sign pay.json --transaction tx.json\n  lucid treasury sign pay.json --transaction tx.json --signer http://127.0.0.1:9193"
    )]
    Sign(SignArgs),
    /// Bring the signed transaction onto the chain and wait until it is solid or dead.
    Submit {
        /// The file with the transaction and its signatures.
        #[arg(long, value_name = "FILE")]
        transaction: PathBuf,
    },
}

/// The payment to propose.
#[derive(Debug, Clone, Args)]
pub(crate) struct ProposeArgs {
    /// The wallet that pays.
    wallet: WalletId,
    /// Who receives.
    #[arg(long, value_name = "ADDRESS")]
    to: Address,
    /// How much USDT.
    #[arg(long, required_unless_present = "trx", conflicts_with = "trx")]
    usdt: Option<String>,
    /// How much TRX.
    #[arg(long)]
    trx: Option<String>,
    /// The most that it may cost, TRX, the second signature included.
    #[arg(long, default_value = "60")]
    fee_max: String,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
}

/// What to sign, and where.
#[derive(Debug, Clone, Args)]
pub(crate) struct SignArgs {
    /// The decision, signed by two operators.
    ceremony: PathBuf,
    /// The file with the transaction; made by the first signer.
    #[arg(long, value_name = "FILE")]
    transaction: PathBuf,
    /// Another signer's wallet-manager; this plane's own unless said.
    #[arg(long, value_name = "URL")]
    signer: Option<String>,
}

/// A transaction on its way through its signers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signing {
    txid: TxId,
    raw_data: HexBytes,
    anchor: Signed<Anchor>,
    signatures: Vec<HexBytes>,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct Submitted {
    txid: TxId,
    outcome: &'static str,
}

/// The command.
pub(crate) async fn run(command: &TreasuryCommand, operator: &Operator, output: Output) -> Result<()> {
    match command {
        TreasuryCommand::Propose(args) => propose(args, operator, output).await,
        TreasuryCommand::Sign(args) => sign(args, operator, output).await,
        TreasuryCommand::Submit { transaction } => submit(transaction, operator, output).await,
    }
}

async fn propose(args: &ProposeArgs, operator: &Operator, output: Output) -> Result<()> {
    let wallet = operator.ask("wallet-manager", &wallet_manager::wallet(&args.wallet)).await?;
    let (asset, amount) = match (&args.usdt, &args.trx) {
        (Some(usdt), None) => (Asset::Token(operator.plane().usdt_contract), Usdt::parse(usdt)?.units()),
        (None, Some(trx)) => (Asset::Trx, Sun::parse(trx)?.units()),
        _ => bail!("either --usdt or --trx"),
    };
    let spending = Spending {
        wallet: args.wallet.clone(),
        account: wallet.address,
        asset,
        recipient: args.to,
        amount,
        fee_max: Sun::parse(&args.fee_max)?,
    };
    let proposed = decision::propose(operator, Action::Spend(spending), &args.file)?;
    output.show(&proposed, format!("{} is to be signed by two operators.", args.file.display()))
}

async fn sign(args: &SignArgs, operator: &Operator, output: Output) -> Result<()> {
    let ceremony = decision::read(&args.ceremony)?;
    let mut signing = if let Some(signing) = read(&args.transaction)? {
        signing
    } else {
        let signing = build(operator, &ceremony).await?;
        // Before anybody signs: whatever happens from here on, it is this transaction.
        decision::write_new(&args.transaction, &serde_json::to_string_pretty(&signing)?)?;
        signing
    };
    let request = DecisionRequest {
        raw_data: signing.raw_data.clone(),
        ceremony,
        anchor: signing.anchor.clone(),
        attempt: AttemptNo::FIRST,
    };
    let call = put_decision(signing.txid, &request);
    let signed = match &args.signer {
        Some(url) => operator.insist_at(url, "wallet-manager", &call).await?,
        None => operator.insist("wallet-manager", &call).await?,
    };
    if !signing.signatures.contains(&signed.signature) {
        signing.signatures.push(signed.signature);
        decision::replace(&args.transaction, &serde_json::to_string_pretty(&signing)?)?;
    }
    output.show(&signing, format!("{} has {} signatures.", signing.txid, signing.signatures.len()))
}

/// Builds the decided payment on a fresh anchor.
async fn build(operator: &Operator, ceremony: &Cosigned<Ceremony>) -> Result<Signing> {
    let Action::Spend(spending) = &ceremony.unverified().action else {
        bail!("the operators decided on something else than a payment");
    };
    let wallet = operator.insist("wallet-manager", &wallet_manager::wallet(&spending.wallet)).await?;
    let (contract, fee_limit) = contract(spending, &wallet)?;
    let anchor = operator.insist("tron-client", &tron_client::latest_anchor()).await?;
    let now = SystemClock.now();
    let permission = u8::try_from(wallet.permission_id).ok().and_then(PermissionId::new);
    let raw = RawTransaction::new(contract, anchor.unverified().block_id.into(), now, now.plus_ms(LIFE_MS))
        .with_permission(permission.context("the wallet's permission")?)
        .with_fee_limit(fee_limit);
    Ok(Signing { txid: raw.txid(), raw_data: raw.encode().into(), anchor, signatures: Vec::new() })
}

fn contract(spending: &Spending, wallet: &WalletView) -> Result<(Contract, Sun)> {
    let Spending { account, asset, recipient, amount, fee_max, .. } = spending;
    let shared = wallet.permissions.as_ref().is_some_and(WalletPermissions::is_shared);
    let beside = Sun::new(if shared { MULTI_SIGN_FEE_SUN } else { 0 })?;
    match asset {
        Asset::Trx => {
            let amount = Sun::new(*amount)?;
            Ok((Contract::Transfer(Transfer { owner: *account, to: *recipient, amount }), Sun::ZERO))
        }
        Asset::Token(token) => {
            let call = Trigger::new(*account, *token, trc20::transfer(*recipient, *amount));
            let fee_limit = fee_max.checked_sub(beside).context("the fee does not cover a second signature")?;
            Ok((Contract::Trigger(call), fee_limit))
        }
    }
}

async fn submit(transaction: &Path, operator: &Operator, output: Output) -> Result<()> {
    let Some(signing) = read(transaction)? else { bail!("{} does not exist", transaction.display()) };
    let finality = until_final(operator, signing.txid, signing.raw_data, signing.signatures).await?;
    let outcome = match finality.unverified().fate {
        Fate::Succeeded => "paid",
        Fate::Failed => "failed_on_chain",
        Fate::Dead => "dead",
    };
    output.show(&Submitted { txid: signing.txid, outcome }, format!("{}: {outcome}", signing.txid))
}

fn read(path: &Path) -> Result<Option<Signing>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).map(Some).with_context(|| format!("{} is no transaction", path.display()))
}
