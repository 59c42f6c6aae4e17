//! Wallets, money and energy: what must be there before the first payout.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::tron_client::{self, ChainParameters};
use api::trx_staking::{self, DelegationRequest, StakeRequest, StakeStage};
use api::wallet_manager::WalletClass;
use primitives::{Address, DelegationId, Resource, StakeId, Sun, Usdt};
use service::client::NotDone;
use tokio::time::Instant;

use crate::init::own_sections::{ENERGY, HOT};
use crate::node::Node;
use crate::operator::Operator;
use crate::steps::Steps;
use crate::wallet;

/// Enough for the payouts' energy, with what a lease asks on top.
const ENERGY_WANTED: u64 = 150_000;
/// Enough for all transactions of the hot wallet beyond its free 600 bytes.
const BANDWIDTH_WANTED: u64 = 2_000;
/// What the energy wallet's own transactions use, staked bandwidth before free; what is in use cannot be lent
/// (java-tron 4.8 DelegateResourceActuator).
const BANDWIDTH_KEPT: u64 = 1_500;
const HOT_USDT: &str = "1000";
const HOT_TRX: &str = "200";
const PAUSE: Duration = Duration::from_millis(300);
/// Four times what a transaction usually takes to be solid on the slowest devnet.
const WITHIN: Duration = Duration::from_mins(4);

/// Makes both wallets, funds them, stakes and lends. What an earlier run has done is not done again.
pub(crate) async fn prepare(operator: &Operator, node: &Node, steps: &Steps) -> Result<()> {
    steps.begin("making a hot wallet and an energy wallet in the token");
    let hot = wallet::on_devnet(operator, &HOT.parse()?, WalletClass::Hot).await?;
    let energy = wallet::on_devnet(operator, &ENERGY.parse()?, WalletClass::Energy).await?;
    steps.done(&format!("hot wallet {} and energy wallet {}", hot.address, energy.address));

    let prices = operator.insist("tron-client", &tron_client::chain_parameters()).await.context("asking for prices")?;
    let wanted = wanted(&prices)?;
    let mut to_stake = Vec::new();
    for one in &wanted {
        if is_new(operator.insist("trx-staking", &trx_staking::stake(one.stake_id(operator))).await)? {
            to_stake.push(one);
        }
    }

    steps.begin("funding both from the devnet's faucet");
    let staked = to_stake.iter().try_fold(margin(&prices)?, |sum, one| sum.checked_add(one.stake));
    let staked = if to_stake.is_empty() { Sun::ZERO } else { staked.context("the stake is too large")? };
    tokio::try_join!(
        fund(node, hot.address, Sun::parse(HOT_TRX)?, Usdt::parse(HOT_USDT)?, steps),
        fund(node, energy.address, staked, Usdt::ZERO, steps),
    )?;
    steps.done(&format!("the hot wallet has {HOT_USDT} USDT and {HOT_TRX} TRX"));

    steps.begin("staking for energy and bandwidth");
    stake(operator, &to_stake, &wanted, steps, node).await?;
    steps.begin("lending both to the hot wallet");
    delegate(operator, &wanted, steps, node).await?;
    steps.done(&format!(
        "staked TRX for {ENERGY_WANTED} energy and {BANDWIDTH_WANTED} bandwidth, lent to the hot wallet"
    ));
    Ok(())
}

/// How much to stake for a resource, and the stake to lend of that.
#[derive(Debug)]
struct Wanted {
    resource: Resource,
    stake: Sun,
    lend: Sun,
}

impl Wanted {
    fn name(&self) -> &'static str {
        match self.resource {
            Resource::Energy => "energy",
            Resource::Bandwidth => "bandwidth",
        }
    }

    fn stake_id(&self, operator: &Operator) -> StakeId {
        StakeId::derive(operator.plane().plane.uuid(), &["first", self.name()])
    }

    fn delegation_id(&self, operator: &Operator) -> DelegationId {
        DelegationId::derive(operator.plane().plane.uuid(), &["first", self.name()])
    }
}

fn wanted(prices: &ChainParameters) -> Result<[Wanted; 2]> {
    let energy = stake_for(ENERGY_WANTED, prices.total_energy_weight, prices.total_energy_limit)?;
    let bandwidth = |wanted| stake_for(wanted, prices.total_bandwidth_weight, prices.total_bandwidth_limit);
    let (all, lent) = (bandwidth(BANDWIDTH_WANTED + BANDWIDTH_KEPT)?, bandwidth(BANDWIDTH_WANTED)?);
    Ok([
        Wanted { resource: Resource::Energy, stake: energy, lend: energy },
        Wanted { resource: Resource::Bandwidth, stake: all, lend: lent },
    ])
}

/// Whether the service does not know of it yet.
fn is_new<A>(answer: Result<A, NotDone>) -> Result<bool> {
    match answer {
        Ok(_) => Ok(false),
        Err(NotDone::Refused { problem, .. }) if problem.status == 404 => Ok(true),
        Err(error) => Err(error).context("asking trx-staking"),
    }
}

/// The whole TRX to stake for so much of a resource, a tenth more for what others stake meanwhile: a staked TRX gets its
/// part of `limit` among `weight` TRX (java-tron 4.8 EnergyProcessor, BandwidthProcessor).
fn stake_for(wanted: u64, weight: u64, limit: u64) -> Result<Sun> {
    let wanted = u128::from(wanted) * 11 / 10;
    let trx = (wanted * u128::from(weight)).div_ceil(u128::from(limit.max(1))) + 1;
    let sun = trx * 1_000_000;
    Ok(Sun::new(u64::try_from(sun).context("the stake is too large")?)?)
}

/// For the bandwidth of four transactions of the energy wallet.
fn margin(prices: &ChainParameters) -> Result<Sun> {
    Ok(Sun::new(prices.bandwidth_price_sun.saturating_mul(4 * 400))?)
}

/// Funds an account and waits until that is solid. Asks the faucet again only when it is certain that it did not pay:
/// a devnet that was killed may have lost what it had promised.
async fn fund(node: &Node, address: Address, trx: Sun, usdt: Usdt, steps: &Steps) -> Result<()> {
    let deadline = Instant::now() + WITHIN;
    let mut asked_at: Option<u64> = None;
    loop {
        let (has_trx, has_usdt) = (node.trx(address).await?, node.usdt(address).await?);
        if has_trx >= trx && has_usdt >= usdt {
            return Ok(());
        }
        let (head, solid) = node.heights().await?;
        // What was asked for is in the next block or the one after; once those are solid without it, it is lost.
        if asked_at.is_none_or(|height| solid > height + 3) {
            let lacking = (trx.saturating_sub(has_trx), usdt.saturating_sub(has_usdt));
            if let Err(error) = node.faucet(address, lacking.0, lacking.1).await {
                steps.notice(&format!("{error:#}"));
            }
            asked_at = Some(head);
        }
        if Instant::now() > deadline {
            bail!("the faucet's payment to {address} did not arrive");
        }
        steps.update(&format!("funding {address}: block {head}, solid {solid}"));
        tokio::time::sleep(PAUSE).await;
    }
}

async fn stake(operator: &Operator, to_stake: &[&Wanted], wanted: &[Wanted], steps: &Steps, node: &Node) -> Result<()> {
    for one in to_stake {
        let request = StakeRequest { wallet_id: ENERGY.parse()?, resource: one.resource, amount: one.stake };
        let call = trx_staking::put_stake(one.stake_id(operator), &request);
        operator.insist("trx-staking", &call).await.context("staking")?;
    }
    let deadline = Instant::now() + WITHIN;
    for one in wanted {
        let call = trx_staking::stake(one.stake_id(operator));
        loop {
            let view = operator.insist("trx-staking", &call).await.context("asking for a stake")?;
            if ended(view.stage, view.reason.as_deref(), deadline, "the stake")? {
                break;
            }
            pause(node, steps, "staking").await?;
        }
    }
    Ok(())
}

async fn delegate(operator: &Operator, wanted: &[Wanted], steps: &Steps, node: &Node) -> Result<()> {
    for one in wanted {
        let id = one.delegation_id(operator);
        if is_new(operator.insist("trx-staking", &trx_staking::delegation(id)).await)? {
            let (wallet_id, receiver) = (ENERGY.parse()?, HOT.parse()?);
            // An earlier run may have staked at other prices.
            let call = trx_staking::stake(one.stake_id(operator));
            let staked = operator.insist("trx-staking", &call).await.context("asking for a stake")?.request.amount;
            let amount = one.lend.min(staked);
            let request = DelegationRequest { wallet_id, receiver, resource: one.resource, amount };
            operator.insist("trx-staking", &trx_staking::put_delegation(id, &request)).await.context("lending")?;
        }
    }
    let deadline = Instant::now() + WITHIN;
    for one in wanted {
        let call = trx_staking::delegation(one.delegation_id(operator));
        loop {
            let view = operator.insist("trx-staking", &call).await.context("asking for a delegation")?;
            if ended(view.stage, view.reason.as_deref(), deadline, "the delegation")? {
                break;
            }
            pause(node, steps, "lending").await?;
        }
    }
    Ok(())
}

fn ended(stage: StakeStage, reason: Option<&str>, deadline: Instant, what: &str) -> Result<bool> {
    match stage {
        StakeStage::Done => Ok(true),
        StakeStage::Underway if Instant::now() < deadline => Ok(false),
        StakeStage::Underway => {
            bail!("{what} did not come to its end in time ({})", reason.unwrap_or("no reason given"))
        }
        StakeStage::Failed | StakeStage::NeedsReview => bail!("{what} failed: {}", reason.unwrap_or("no reason given")),
    }
}

async fn pause(node: &Node, steps: &Steps, what: &str) -> Result<()> {
    let (head, solid) = node.heights().await?;
    steps.update(&format!("{what}: block {head}, solid {solid}"));
    tokio::time::sleep(PAUSE).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stake_buys_what_is_wanted_at_mainnets_ratios() {
        let stake = stake_for(150_000, 19_000_000_000, 180_000_000_000).expect("a stake");
        assert_eq!(stake.to_string(), "17418");
        // What the protocol gives for it, in its own rounding.
        let energy = stake.units() / 1_000_000 * 180_000_000_000 / 19_000_000_000;
        assert!(energy >= 150_000, "{energy}");
    }
}
