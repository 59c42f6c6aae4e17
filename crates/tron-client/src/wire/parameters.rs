//! Prices and limits (`getchainparameters`).

use api::tron_client::ChainParameters;
use primitives::{Bandwidth, Sun};
use serde::Deserialize;

use super::WireError;
use super::account::WireResources;

/// `getchainparameters`.
#[derive(Debug, Deserialize)]
pub struct WireParameters {
    #[serde(rename = "chainParameter")]
    parameters: Vec<WireParameter>,
}

/// One parameter; a value of 0 is left out.
#[derive(Debug, Deserialize)]
struct WireParameter {
    key: String,
    #[serde(default)]
    value: i64,
}

impl WireParameters {
    /// The parameters in our terms. The network's stake is in no parameter; every account's resources carry it.
    pub fn view(&self, totals: &WireResources) -> Result<ChainParameters, WireError> {
        Ok(ChainParameters {
            energy_price_sun: self.number("getEnergyFee")?,
            bandwidth_price_sun: self.number("getTransactionFee")?,
            create_account_fee: self.sun("getCreateAccountFee")?,
            new_account_fee: self.sun("getCreateNewAccountFeeInSystemContract")?,
            memo_fee: self.sun("getMemoFee")?,
            max_fee_limit: self.sun("getMaxFeeLimit")?,
            free_bandwidth: Bandwidth(self.number("getFreeNetLimit")?),
            total_energy_limit: self.number("getTotalEnergyCurrentLimit")?,
            total_energy_weight: totals.total_energy_weight,
            total_bandwidth_limit: self.number("getTotalNetLimit")?,
            total_bandwidth_weight: totals.total_net_weight,
        })
    }

    fn number(&self, key: &'static str) -> Result<u64, WireError> {
        let parameter = self.parameters.iter().find(|p| p.key == key).ok_or(WireError::Member(key))?;
        u64::try_from(parameter.value).map_err(|_| WireError::Member(key))
    }

    fn sun(&self, key: &'static str) -> Result<Sun, WireError> {
        Sun::new(self.number(key)?).map_err(|_| WireError::Member(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_price_must_be_there() {
        let keys = [
            ("getEnergyFee", 100),
            ("getTransactionFee", 1000),
            ("getCreateAccountFee", 100_000),
            ("getCreateNewAccountFeeInSystemContract", 1_000_000),
            ("getMemoFee", 0),
            ("getMaxFeeLimit", 15_000_000_000_i64),
            ("getFreeNetLimit", 600),
            ("getTotalEnergyCurrentLimit", 180_000_000_000),
            ("getTotalNetLimit", 43_200_000_000),
        ];
        let list = |skip: &str| -> WireParameters {
            let list = keys.iter().filter(|(key, _)| *key != skip).map(|(key, value)| {
                if *value == 0 { json!({"key": key}) } else { json!({"key": key, "value": value}) }
            });
            serde_json::from_value(json!({ "chainParameter": list.collect::<Vec<_>>() })).unwrap()
        };
        let view = list("").view(&serde_json::from_value(json!({ "TotalEnergyWeight": 7 })).unwrap()).unwrap();
        assert_eq!((view.energy_price_sun, view.memo_fee, view.total_energy_weight), (100, Sun::ZERO, 7));
        for (key, _) in keys {
            assert_eq!(list(key).view(&WireResources::default()), Err(WireError::Member(key)));
        }
    }
}
