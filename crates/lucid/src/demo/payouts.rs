//! The three payouts that are made and the one that is not.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::payment_gateway::{self, MerchantPayoutRequest};
use api::payout_router::{PayoutAsset, PayoutStage, PayoutView};
use primitives::{Address, MerchantRef};
use service::client::NotDone;

use super::evidence::{self, Balances};
use super::report::{Refused, Settled};
use crate::node::Node;
use crate::operator::Operator;
use crate::payout::text::{asset, stage};
use crate::payout::until_ended;
use crate::random;
use crate::steps::Steps;

/// Above the V0 path's 1,000 USDT.
const TOO_MUCH: &str = "1500";
const PULSE: Duration = Duration::from_millis(300);

/// Two payouts of USDT to one address that never held any, and one of TRX to another.
pub(super) async fn pay_all(operator: &Operator, node: &Node, steps: &Steps) -> Result<Vec<Settled>> {
    let (holder, newcomer) = (nobody()?, nobody()?);
    let wishes = [
        ("demo-usdt-1", PayoutAsset::Usdt, "25", holder),
        ("demo-usdt-2", PayoutAsset::Usdt, "25", holder),
        ("demo-trx-1", PayoutAsset::Trx, "3", newcomer),
    ];
    let mut settled = Vec::new();
    for (reference, asset, amount, recipient) in wishes {
        let request = MerchantPayoutRequest { asset, recipient, amount: amount.to_owned(), memo: None };
        settled.push(pay(operator, node, steps, &reference.parse()?, &request).await?);
    }
    Ok(settled)
}

/// An address that nobody has used: 20 random bytes.
fn nobody() -> Result<Address> {
    Ok(Address::from_evm(random::bytes()?))
}

async fn pay(
    operator: &Operator,
    node: &Node,
    steps: &Steps,
    reference: &MerchantRef,
    request: &MerchantPayoutRequest,
) -> Result<Settled> {
    let what = format!("{} {} to {}", request.amount, asset(request.asset), request.recipient);
    steps.begin(&format!("paying {what}"));
    let before = balance(node, request).await?;
    let accepted = operator
        .insist_as_merchant(&payment_gateway::put_payout(reference, request))
        .await
        .with_context(|| format!("asking for {what}"))?;
    let view = follow(operator, node, steps, accepted, &what).await?;
    if view.stage != PayoutStage::Settled {
        bail!("{what} ended as {} ({})", stage(view.stage), view.reason.as_deref().unwrap_or("no reason given"));
    }
    let receipt = view.receipt.clone().context("a settled payout has a receipt")?;
    let info = node.transaction_info(receipt.txid).await?.context("the node has no solid block with the payout")?;
    let contract_ret = node.contract_ret(receipt.txid).await?;
    let balances = Balances { before, after: balance(node, request).await? };
    evidence::check(&view, &receipt, &info, contract_ret.as_deref(), balances)
        .with_context(|| format!("{what}: the plane and the chain differ"))?;
    steps.done(&format!("paid {what}: block {}, fee {} TRX", receipt.block.number, receipt.fee));
    Ok(Settled { view, receipt, balances })
}

/// Follows a payout to its end, showing its stage and the chain's height.
async fn follow(operator: &Operator, node: &Node, steps: &Steps, view: PayoutView, what: &str) -> Result<PayoutView> {
    let reached = Cell::new(view.stage);
    let following = until_ended(operator, view, |view| reached.set(view.stage));
    tokio::pin!(following);
    let mut pulse = tokio::time::interval(PULSE);
    loop {
        tokio::select! {
            view = &mut following => return view,
            _ = pulse.tick() => {
                let (head, solid) = node.heights().await?;
                steps.update(&format!("paying {what}: {}, block {head}, solid {solid}", stage(reached.get())));
            }
        }
    }
}

/// The recipient's balance in the smallest units of what is paid, at the solid block.
async fn balance(node: &Node, request: &MerchantPayoutRequest) -> Result<u64> {
    Ok(match request.asset {
        PayoutAsset::Trx => node.trx(request.recipient).await?.units(),
        PayoutAsset::Usdt => node.usdt(request.recipient).await?.units(),
    })
}

/// Asks for more than the V0 path allows, and makes sure that nothing came of it.
pub(super) async fn be_refused(operator: &Operator, node: &Node, steps: &Steps) -> Result<Refused> {
    steps.begin(&format!("asking for {TOO_MUCH} USDT, which is too much"));
    let reference: MerchantRef = "demo-too-much".parse()?;
    let request = MerchantPayoutRequest {
        asset: PayoutAsset::Usdt,
        recipient: nobody()?,
        amount: TOO_MUCH.to_owned(),
        memo: None,
    };
    let answer = operator.insist_as_merchant(&payment_gateway::put_payout(&reference, &request)).await;
    let problem = match answer {
        Err(NotDone::Refused { problem, .. }) => problem,
        Err(unknown) => return Err(unknown).context("asking for too much"),
        Ok(view) => bail!("{TOO_MUCH} USDT were accepted as {}", view.payout_id),
    };
    match operator.insist_as_merchant(&payment_gateway::payout(reference.as_str())).await {
        Err(NotDone::Refused { problem, .. }) if problem.status == 404 => {}
        Err(error) => return Err(error).context("asking for the refused payout"),
        Ok(view) => bail!("the refused payout was recorded as {}", view.payout_id),
    }
    if balance(node, &request).await? != 0 {
        bail!("the refused payout was paid");
    }
    steps.done(&format!("refused: {}", problem.code));
    Ok(Refused { code: problem.code.clone(), status: problem.status, detail: problem.detail.clone() })
}
