//! `lucid wallet harden`: a wallet's account is given the permissions that two operators decided, once.

use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use api::tron_client;
use api::wallet_manager::decision::{
    DecisionRequest, HardeningOutcome, ShareRequest, put_decision, put_hardening_outcome, put_share,
};
use api::wallet_manager::permissions::UPDATE_FEE_SUN;
use api::wallet_manager::{self, SignatureView, WalletView};
use clap::Args;
use primitives::statement::{Action, Ceremony, Cosigned, Fate, PermissionKeys};
use primitives::{Address, AttemptNo, HexBytes, Sun, UnixMs, WalletId};
use service::client::NotDone;
use service::clock::{Clock, SystemClock};
use tron_tx::contract::permission_update;
use tron_tx::{PermissionId, PublicKey, RawTransaction};

use crate::decision::{self, DecisionFile, LIFE_MS, until_final};
use crate::operator::Operator;
use crate::output::{Output, note};

const PAUSE: Duration = Duration::from_secs(1);
/// Longer than anything that may be in flight stays so.
const PATIENCE: Duration = Duration::from_mins(15);

/// The permissions to give.
#[derive(Debug, Clone, Args)]
pub(crate) struct HardenArgs {
    /// The wallet.
    wallet: WalletId,
    /// Who owns the account from then on: an address whose key is offline; several with --owner-threshold.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "ceremony")]
    owner: Vec<Address>,
    /// How many of the owners it takes.
    #[arg(long, default_value_t = 1)]
    owner_threshold: u32,
    /// Who signs beside the wallet's own key, such as a key in another token.
    #[arg(long, value_name = "ADDRESS")]
    cosigner: Vec<Address>,
    /// How many of the wallet's own key and its cosigners it takes to sign.
    #[arg(long, default_value_t = 1)]
    threshold: u32,
    /// The wallet-manager of a cosigner, where the wallet has the same name: it signs for the account from then on.
    #[arg(long, value_name = "URL")]
    signer: Vec<String>,
    #[command(flatten)]
    file: DecisionFile,
}

/// The command.
pub(crate) async fn run(args: &HardenArgs, operator: &Operator, output: Output) -> Result<()> {
    let wallet = operator.ask("wallet-manager", &wallet_manager::wallet(&args.wallet)).await?;
    if let Some(path) = &args.file.propose {
        let proposed = decision::propose(operator, action(args, &wallet)?, path)?;
        let text = format!("{} is to be signed by two operators, then given back with --ceremony.", path.display());
        return output.show(&proposed, text);
    }
    let path = args.file.ceremony.as_ref().context("either --propose or --ceremony")?;
    let ceremony = decision::read(path)?;
    let hardened = carry_out(args, operator, &ceremony, wallet).await?;
    let text = format!("{} signs under permission {} from now on.", hardened.wallet_id, hardened.permission_id);
    output.show(&hardened, text)
}

/// What is to be decided: the wallet's own key, and its cosigners', keep what the wallet's class needs.
fn action(args: &HardenArgs, wallet: &WalletView) -> Result<Action> {
    let mut active: Vec<_> = args.cosigner.iter().copied().chain([key_address(wallet)?]).collect();
    let mut owner = args.owner.clone();
    active.sort_unstable();
    owner.sort_unstable();
    let keys = |threshold, addresses: &[Address]| PermissionKeys {
        threshold,
        keys: addresses.iter().map(|address| (*address, 1)).collect(),
    };
    Ok(Action::HardenWallet {
        wallet: wallet.wallet_id.clone(),
        account: wallet.address,
        owner: keys(args.owner_threshold, &owner),
        active: keys(args.threshold, &active),
        operations: wallet.class.operations(),
    })
}

fn key_address(wallet: &WalletView) -> Result<Address> {
    Ok(PublicKey::from_sec1(wallet.public_key.as_ref()).context("the wallet's public key")?.address())
}

/// Goes on from wherever it is: shared at the cosigners, signed, on the chain, told.
async fn carry_out(
    args: &HardenArgs,
    operator: &Operator,
    ceremony: &Cosigned<Ceremony>,
    mut wallet: WalletView,
) -> Result<WalletView> {
    let share = put_share(&args.wallet, &ShareRequest { ceremony: ceremony.clone() });
    for url in &args.signer {
        let shared = operator.insist_at(url, "wallet-manager", &share).await;
        shared.with_context(|| format!("the cosigner at {url} does not share the account"))?;
    }
    let mut attempt = AttemptNo::FIRST;
    loop {
        let done = wallet.permissions.as_ref().is_some_and(|permissions| permissions.in_force);
        if done && args.signer.is_empty() {
            return Ok(wallet);
        }
        let signed = match signed(operator, ceremony, attempt).await? {
            Some(signed) => signed,
            None if done => bail!("the wallet was hardened by another decision"),
            None => sign(operator, ceremony, attempt).await?,
        };
        let finality = until_final(operator, signed.txid, signed.raw_data.clone(), vec![signed.signature]).await?;
        let fate = finality.unverified().fate;
        let outcome = put_hardening_outcome(&args.wallet, &HardeningOutcome { raw_data: signed.raw_data, finality });
        match operator.insist("wallet-manager", &outcome).await {
            Ok(view) => wallet = view,
            // Told of the death already, by a run before this.
            Err(NotDone::Refused { problem, .. }) if fate != Fate::Succeeded && problem.code == "not_hardening" => {}
            Err(error) => return Err(error.into()),
        }
        match fate {
            Fate::Succeeded => {
                for url in &args.signer {
                    operator.insist_at(url, "wallet-manager", &outcome).await?;
                }
                return Ok(wallet);
            }
            Fate::Dead => {
                note(format!("the update {} was never included; another one is made", signed.txid));
                attempt = attempt.next();
            }
            Fate::Failed => bail!("the update {} failed on the chain; the wallet is as it was", signed.txid),
        }
    }
}

/// The signature of an attempt that is registered already.
async fn signed(
    operator: &Operator,
    ceremony: &Cosigned<Ceremony>,
    attempt: AttemptNo,
) -> Result<Option<SignatureView>> {
    let intent = ceremony.unverified().id().into();
    let known = operator.insist("wallet-manager", &wallet_manager::intent(&intent)).await?;
    let registered = known.attempts.into_iter().find(|registered| registered.attempt == attempt);
    let Some((txid, raw_data)) = registered.and_then(|known| known.txid.zip(known.raw_data)) else { return Ok(None) };
    // Any anchor does: the transaction is sealed.
    let anchor = operator.insist("tron-client", &tron_client::latest_anchor()).await?;
    let request = DecisionRequest { raw_data, ceremony: ceremony.clone(), anchor, attempt };
    Ok(Some(operator.insist("wallet-manager", &put_decision(txid, &request)).await?))
}

/// Builds the update on a fresh anchor and has it signed, as soon as nothing of the wallet is in flight.
async fn sign(operator: &Operator, ceremony: &Cosigned<Ceremony>, attempt: AttemptNo) -> Result<SignatureView> {
    let Action::HardenWallet { account, owner, active, operations, .. } = &ceremony.unverified().action else {
        bail!("the operators decided on something else than permissions");
    };
    can_pay(operator, *account).await?;
    let contract = permission_update(*account, owner, active, *operations);
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let anchor = operator.insist("tron-client", &tron_client::latest_anchor()).await?;
        let now = SystemClock.now();
        let block = anchor.unverified().block_id;
        let raw = RawTransaction::new(contract.clone(), block.into(), now, now.plus_ms(LIFE_MS))
            .with_permission(PermissionId::OWNER);
        let raw_data: HexBytes = raw.encode().into();
        let request = DecisionRequest { raw_data, ceremony: ceremony.clone(), anchor, attempt };
        match operator.insist("wallet-manager", &put_decision(raw.txid(), &request)).await {
            Ok(signed) => return Ok(signed),
            Err(NotDone::Refused { problem, .. }) if passes(&problem.code) => {
                if tokio::time::Instant::now() >= deadline {
                    return Err(anyhow!("{problem}"));
                }
                let until = problem.members.get("until").and_then(serde_json::Value::as_u64).map(UnixMs);
                let rest = until.map(|until| format!(" for {} s at most", until.ms_since(now).div_ceil(1_000)));
                note(format!("waiting{}: {}", rest.unwrap_or_default(), problem.code));
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Refusals that time ends.
fn passes(code: &str) -> bool {
    ["wallet_in_flight", "previous_alive", "anchor_stale", "frozen"].contains(&code)
}

/// An account that cannot pay for its update would be hardened by no transaction.
async fn can_pay(operator: &Operator, account: Address) -> Result<()> {
    let view = operator.insist("tron-client", &tron_client::account(account)).await?;
    let needed = Sun::new(UPDATE_FEE_SUN + 1_000_000).context("a fee")?;
    if view.balance < needed {
        bail!("{account} has {} TRX; the update takes {needed}", view.balance);
    }
    Ok(())
}
