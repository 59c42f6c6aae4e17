//! Wallets, money and energy: what must be there before the first payout.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use api::tron_client::{self, ChainParameters};
use api::trx_staking::{self, DelegationRequest, StakeRequest, StakeStage};
use api::wallet_manager::WalletClass;
use primitives::{Address, DelegationId, Resource, StakeId, Sun, Usdt, WalletId};
use tokio::time::Instant;

use super::node::Node;
use super::steps::Steps;
use crate::init::own_sections::{ENERGY, HOT};
use crate::operator::Operator;
use crate::wallet;

/// Enough for the payouts' energy, with what a lease asks on top.
const ENERGY_WANTED: u64 = 150_000;
/// Enough for all transactions of the hot wallet beyond its free 600 bytes.
const BANDWIDTH_WANTED: u64 = 2_000;
const HOT_USDT: &str = "1000";
const HOT_TRX: &str = "200";
const PAUSE: Duration = Duration::from_millis(300);
/// Four times what a transaction usually takes to be solid on the slowest devnet.
const WITHIN: Duration = Duration::from_mins(4);

/// Makes both wallets, funds them, stakes and lends.
pub(super) async fn prepare(operator: &Operator, node: &Node, steps: &Steps) -> Result<()> {
    steps.begin("making a hot wallet and an energy wallet in the token");
    let hot = wallet::create(operator, &HOT.parse()?, WalletClass::Hot).await?;
    let energy = wallet::create(operator, &ENERGY.parse()?, WalletClass::Energy).await?;
    steps.done(&format!("hot wallet {} and energy wallet {}", hot.address, energy.address));

    let prices = operator.insist("tron-client", &tron_client::chain_parameters()).await.context("asking for prices")?;
    let for_energy = stake_for(ENERGY_WANTED, prices.total_energy_weight, prices.total_energy_limit)?;
    let for_bandwidth = stake_for(BANDWIDTH_WANTED, prices.total_bandwidth_weight, prices.total_bandwidth_limit)?;
    let staked = for_energy.checked_add(for_bandwidth).context("the stake is too large")?;
    let fees = margin(&prices)?;

    steps.begin("funding both from the devnet's faucet");
    fund(node, hot.address, Sun::parse(HOT_TRX)?, Usdt::parse(HOT_USDT)?, steps).await?;
    fund(node, energy.address, staked.checked_add(fees).context("too much")?, Usdt::ZERO, steps).await?;
    steps.done(&format!(
        "the hot wallet has {HOT_USDT} USDT and {HOT_TRX} TRX, the energy wallet {staked} TRX to stake"
    ));

    let wanted = [(Resource::Energy, for_energy), (Resource::Bandwidth, for_bandwidth)];
    steps.begin("staking for energy and bandwidth");
    stake(operator, &wanted, steps, node).await?;
    steps.done(&format!("staked {for_energy} TRX for energy and {for_bandwidth} TRX for bandwidth"));

    steps.begin("lending both to the hot wallet");
    delegate(operator, &wanted, steps, node).await?;
    steps.done("the hot wallet can use the energy and the bandwidth");
    Ok(())
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

async fn stake(operator: &Operator, wanted: &[(Resource, Sun)], steps: &Steps, node: &Node) -> Result<()> {
    let mut ids = Vec::new();
    for (resource, amount) in wanted {
        let id = StakeId::derive(operator.plane().plane.uuid(), &["demo", name_of(*resource)]);
        let request = StakeRequest { wallet_id: energy_wallet()?, resource: *resource, amount: *amount };
        operator.insist("trx-staking", &trx_staking::put_stake(id, &request)).await.context("staking")?;
        ids.push(id);
    }
    let deadline = Instant::now() + WITHIN;
    for id in ids {
        loop {
            let view = operator.insist("trx-staking", &trx_staking::stake(id)).await.context("asking for a stake")?;
            if ended(view.stage, view.reason.as_deref(), deadline, "the stake")? {
                break;
            }
            pause(node, steps, "staking").await?;
        }
    }
    Ok(())
}

async fn delegate(operator: &Operator, wanted: &[(Resource, Sun)], steps: &Steps, node: &Node) -> Result<()> {
    let mut ids = Vec::new();
    for (resource, amount) in wanted {
        let id = DelegationId::derive(operator.plane().plane.uuid(), &["demo", name_of(*resource)]);
        let request = DelegationRequest {
            wallet_id: energy_wallet()?,
            receiver: HOT.parse()?,
            resource: *resource,
            amount: *amount,
        };
        operator.insist("trx-staking", &trx_staking::put_delegation(id, &request)).await.context("lending")?;
        ids.push(id);
    }
    let deadline = Instant::now() + WITHIN;
    for id in ids {
        loop {
            let call = trx_staking::delegation(id);
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

fn energy_wallet() -> Result<WalletId> {
    Ok(ENERGY.parse()?)
}

const fn name_of(resource: Resource) -> &'static str {
    match resource {
        Resource::Energy => "energy",
        Resource::Bandwidth => "bandwidth",
    }
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
