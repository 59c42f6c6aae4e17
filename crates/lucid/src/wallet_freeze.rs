//! `lucid wallet freeze|thaw|show`: whether one wallet may pay.

use anyhow::{Context, Result};
use api::payout_router::reconciliation::{PermissionStanding, WalletStanding, wallet_standings};
use api::payout_router::{FreezeRequest, FreezeView, freeze, put_freeze, thaw};
use api::wallet_manager::{self, WalletView};
use primitives::WalletId;
use serde::Serialize;

use crate::operator::Operator;
use crate::output::Output;

/// A wallet from all sides.
#[derive(Debug, Serialize)]
struct Shown {
    wallet: WalletView,
    freeze: FreezeView,
    /// None before payout-router has heard of it.
    standing: Option<WalletStanding>,
}

/// Lets nothing more be paid from a wallet.
pub(crate) async fn stop(name: &WalletId, reason: &str, operator: &Operator, output: Output) -> Result<()> {
    let wallet = of_name(name, operator).await?;
    let call = put_freeze(wallet.address, &FreezeRequest { reason: reason.to_owned() });
    let view = operator.insist("payout-router", &call).await.context("the wallet is not frozen")?;
    output.show(&view, text(&view))
}

/// Lets it pay again.
pub(crate) async fn lift(name: &WalletId, operator: &Operator, output: Output) -> Result<()> {
    let wallet = of_name(name, operator).await?;
    let view = operator.insist("payout-router", &thaw(wallet.address)).await.context("the wallet stays frozen")?;
    output.show(&view, text(&view))
}

/// Shows what both services know of it.
pub(crate) async fn show(name: &WalletId, operator: &Operator, output: Output) -> Result<()> {
    let wallet = of_name(name, operator).await?;
    let freeze = operator.ask("payout-router", &freeze(wallet.address)).await?;
    let standings = operator.ask("payout-router", &wallet_standings()).await?.wallets;
    let standing = standings.into_iter().find(|one| one.address == wallet.address);
    let text = format!("{}\n{}", text(&freeze), permissions(standing.as_ref()));
    output.show(&Shown { wallet, freeze, standing }, text)
}

async fn of_name(name: &WalletId, operator: &Operator) -> Result<WalletView> {
    Ok(operator.ask("wallet-manager", &wallet_manager::wallet(name)).await?)
}

fn text(view: &FreezeView) -> String {
    if view.frozen {
        format!("{}  frozen by {}", view.address, view.causes.join(", "))
    } else {
        format!("{}  may pay", view.address)
    }
}

fn permissions(standing: Option<&WalletStanding>) -> String {
    match standing.map(|standing| &standing.permissions) {
        None | Some(PermissionStanding::Unknown) => "its permissions were not compared with the chain yet".to_owned(),
        Some(PermissionStanding::Equal) => "its permissions on the chain are those that were decided".to_owned(),
        Some(PermissionStanding::Suspected) => "its permissions on the chain are looked at again".to_owned(),
        Some(PermissionStanding::Drifted { differences }) => {
            format!("its permissions on the chain are others:\n  {}", differences.join("\n  "))
        }
    }
}
