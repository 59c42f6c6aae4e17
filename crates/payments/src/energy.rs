//! What a contract call may cost: how much energy to lease, how much TRX may burn, what fee_limit to write.

use api::tron_client::ChainParameters;
use primitives::{Bandwidth, Energy, Sun};
use thiserror::Error;

/// The bytes of a signed USDT transfer with one signature, as bandwidth counts them (281 and 64; `notes/tron.md` 4.1),
/// with room for a permission id and the longest varints.
pub const TRANSFER_BANDWIDTH: Bandwidth = Bandwidth(350);

/// Why a transfer's cost cannot be planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EnergyError {
    /// The whole energy at the chain's price is above the most that the permission lets the transaction cost.
    #[error("the transfer needs a fee_limit of {needed} TRX, its permission allows {allowed} TRX")]
    FeeLimit {
        /// What the dry run's energy costs at the chain's price.
        needed: Sun,
        /// The permission's bound.
        allowed: Sun,
    },
    /// A figure of the chain is beyond what fits.
    #[error("the chain's prices and the dry run's energy do not multiply")]
    Overflow,
}

/// The room above a dry run: the state it ran on may change until the transfer runs. Per cent.
const MARGIN_PERCENT: u64 = 10;

/// The energy to reserve for a call whose dry run used `estimated`.
pub const fn with_margin(estimated: Energy) -> Energy {
    Energy(estimated.0.saturating_add(estimated.0.saturating_mul(MARGIN_PERCENT) / 100))
}

/// The fee_limit for this energy. On TRON it bounds *all* energy, staked energy included, so it does not shrink with
/// what is leased (java-tron `VMActuator`).
pub fn fee_limit(energy: Energy, chain: &ChainParameters, allowed: Sun) -> Result<Sun, EnergyError> {
    let needed = price(energy.0, chain.energy_price_sun)?;
    if needed > allowed || needed > chain.max_fee_limit {
        return Err(EnergyError::FeeLimit { needed, allowed: allowed.min(chain.max_fee_limit) });
    }
    Ok(needed)
}

/// The most TRX that a transaction can burn, given what is leased: to be reserved before it is sealed.
pub fn burn_max(
    lacking: Energy,
    bandwidth_lacking: Bandwidth,
    memo: bool,
    chain: &ChainParameters,
) -> Result<Sun, EnergyError> {
    let energy = price(lacking.0, chain.energy_price_sun)?;
    let bandwidth = price(bandwidth_lacking.0, chain.bandwidth_price_sun)?;
    let memo = if memo { chain.memo_fee } else { Sun::ZERO };
    energy.checked_add(bandwidth).and_then(|sum| sum.checked_add(memo)).ok_or(EnergyError::Overflow)
}

fn price(units: u64, sun_each: u64) -> Result<Sun, EnergyError> {
    units.checked_mul(sun_each).and_then(|sun| Sun::new(sun).ok()).ok_or(EnergyError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mainnet() -> ChainParameters {
        let sun = |units| Sun::new(units).expect("small");
        ChainParameters {
            energy_price_sun: 100,
            bandwidth_price_sun: 1000,
            create_account_fee: sun(100_000),
            new_account_fee: sun(1_000_000),
            memo_fee: sun(1_000_000),
            max_fee_limit: sun(15_000_000_000),
            free_bandwidth: Bandwidth(600),
            total_energy_limit: 180_000_000_000,
            total_energy_weight: 19_000_000_000,
            total_bandwidth_limit: 43_200_000_000,
            total_bandwidth_weight: 27_000_000_000,
        }
    }

    #[test]
    fn known_costs_of_mainnet() {
        // notes/tron.md 4.5: 64,285 energy burn 6.43 TRX and 130,285 burn 13.03 at 100 sun; 345 bytes burn 0.345.
        let sun = |text| Sun::parse(text).expect("an amount");
        assert_eq!(burn_max(Energy(64_285), Bandwidth(0), false, &mainnet()), Ok(sun("6.4285")));
        assert_eq!(burn_max(Energy(130_285), Bandwidth(345), false, &mainnet()), Ok(sun("13.3735")));
        assert_eq!(burn_max(Energy(0), Bandwidth(0), true, &mainnet()), Ok(sun("1")));
    }

    #[test]
    fn a_fee_limit_covers_staked_energy_too() {
        let allowed = Sun::parse("15").expect("an amount");
        assert_eq!(
            fee_limit(Energy(130_285), &mainnet(), allowed),
            Sun::parse("13.0285").map_err(|_| EnergyError::Overflow)
        );
        let refused = fee_limit(Energy(150_001), &mainnet(), allowed);
        assert_eq!(refused, Err(EnergyError::FeeLimit { needed: Sun::parse("15.0001").expect("an amount"), allowed }));
        assert_eq!(fee_limit(Energy(u64::MAX), &mainnet(), allowed), Err(EnergyError::Overflow));
    }

    #[test]
    fn the_margin_is_a_tenth() {
        assert_eq!(with_margin(Energy(100)), Energy(110));
        assert_eq!(with_margin(Energy(u64::MAX)), Energy(u64::MAX));
    }
}
