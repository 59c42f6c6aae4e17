//! The settings that carry trust: whom the worker believes, who decides, where it signs.

use std::collections::{BTreeMap, BTreeSet};

use primitives::statement::{Operators, VerifyKey};
use primitives::{Address, ChainId, HexBytes, PlaneId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use signer::check::Desks;

use super::Settings;

/// Begins what is hashed.
const DOMAIN: &[u8] = b"lucid-plane/settings/v1\0";

/// What must not change behind the operators' backs. Paths and timings are not of it: they change with every image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trust {
    /// The plane.
    pub plane: PlaneId,
    /// The chain.
    pub chain_id: ChainId,
    /// Who authorises payouts and refunds.
    pub payout_issuer: VerifyKey,
    /// Who authorises sweeps.
    pub sweep_issuer: VerifyKey,
    /// Who authorises stakes and delegations.
    pub staking_issuer: VerifyKey,
    /// Whose anchors are believed.
    pub anchor: VerifyKey,
    /// The tokens that may be moved.
    pub tokens: BTreeSet<Address>,
    /// Whose attestations are believed.
    pub compliance: Desks,
    /// Whose approvals are believed.
    pub approvers: BTreeMap<String, VerifyKey>,
    /// Who decides.
    pub operators: Operators,
    /// The token's label.
    pub token_label: String,
    /// Where the token's module may connect to.
    pub token_network: String,
    /// Whether the token is to vouch for the audit log.
    pub head_in_token: bool,
    /// Whether a policy needs two operators' signatures.
    #[serde(default)]
    pub policy_signed: bool,
}

impl Trust {
    /// Those of these settings.
    pub fn of(settings: &Settings) -> Self {
        let Settings { rules, profile, audit, .. } = settings;
        Self {
            plane: rules.plane,
            chain_id: rules.chain_id,
            payout_issuer: rules.issuers.payout,
            sweep_issuer: rules.issuers.sweep,
            staking_issuer: rules.issuers.staking,
            anchor: rules.anchor,
            tokens: rules.tokens.clone(),
            compliance: rules.compliance.clone(),
            approvers: rules.approvers.clone(),
            operators: rules.operators.clone(),
            token_label: profile.token_label.clone(),
            token_network: profile.network.to_string(),
            head_in_token: audit.head_in_token,
            policy_signed: settings.policy_signed,
        }
    }

    /// SHA-256 of a tag of its own and the one JSON form.
    pub fn sha256(&self) -> [u8; 32] {
        let json = serde_json::to_vec(self).expect("settings have text keys and no failing serialisers");
        Sha256::new().chain_update(DOMAIN).chain_update(json).finalize().into()
    }

    /// [`Trust::sha256`] as it is shown and stored.
    pub fn name(&self) -> HexBytes {
        self.sha256().to_vec().into()
    }

    /// What others may see of them: none of it is secret.
    pub fn view(&self) -> Value {
        serde_json::to_value(self).expect("settings have text keys and no failing serialisers")
    }

    /// The names of those that differ.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let (Value::Object(ours), Value::Object(theirs)) = (self.view(), other.view()) else { return Vec::new() };
        ours.into_iter().filter(|(name, value)| theirs.get(name) != Some(value)).map(|(name, _)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_account_of_the_desk_is_pinned_as_it_always_was() {
        let one = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        let other = "TLa2f6VPqDgRE67v1736s7bJ8Ray5wYjU7";
        for (written, accounts) in [
            ("null".to_owned(), vec![]),
            (format!("{one:?}"), vec![one]),
            (format!("[{other:?},{one:?}]"), vec![other, one]),
        ] {
            let desks: Desks = serde_json::from_str(&written).unwrap();
            assert!(accounts.iter().all(|account| desks.contains(&account.parse().unwrap())));
            assert_eq!(desks, accounts.iter().map(|account| account.parse().unwrap()).collect());
            let again = serde_json::to_string(&desks).unwrap();
            assert_eq!(serde_json::from_str::<Desks>(&again).unwrap(), desks);
            assert_eq!(again.starts_with('['), accounts.len() > 1, "{again}");
        }
        serde_json::from_str::<Desks>("\"nobody\"").unwrap_err();
    }
}
