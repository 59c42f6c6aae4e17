//! A transaction as one JSON object of fixed fields, for programs.

use primitives::Address;
use serde::Serialize;
use tron_tx::{EitherForm, Payload, RecoverableSignature};

use super::effect::{self, Effect, Moved};
use super::error::InspectError;

/// What a transaction is and does. A field is absent where it does not apply or is not set; integers are text because
/// JSON's numbers do not hold 64 bits everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Summary {
    txid: String,
    contract: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fee_limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signers: Option<Vec<String>>,
}

impl Summary {
    /// The summary of a decoded transaction.
    pub(super) fn of(form: &EitherForm) -> Result<Self, InspectError> {
        let exact = form.exact();
        let (raw, payload) = (exact.message(), exact.payload());
        let Effect { to, moved } = Effect::of(payload)?;
        let (amount, token) = match moved {
            None => (None, None),
            Some(Moved::Sun(sun)) => (Some(sun.to_string()), None),
            Some(Moved::Trc20 { contract, units, .. }) => (Some(units), Some(contract.to_string())),
            Some(Moved::Trc10 { token, units }) => (Some(units.to_string()), Some(token)),
        };
        Ok(Self {
            txid: exact.txid().to_string(),
            contract: payload.contract_type().name(),
            owner: owner(payload)?.map(|owner| owner.to_string()),
            to: to.map(|to| to.to_string()),
            amount,
            token,
            data: calldata(payload).map(hex::encode),
            fee_limit: set(raw.fee_limit),
            expiration: set(raw.expiration),
            timestamp: set(raw.timestamp),
            permission_id: set(exact.contract().permission_id.into()),
            memo: (!raw.memo.is_empty()).then(|| effect::text(&raw.memo)),
            signers: signers(form)?.map(|signers| signers.iter().map(Address::to_string).collect()),
        })
    }
}

/// A number that is not at its default.
fn set(number: i64) -> Option<String> {
    (number != 0).then(|| number.to_string())
}

/// The account that acts; only a shielded transfer may have none.
pub(super) fn owner(payload: &Payload) -> Result<Option<Address>, InspectError> {
    match payload {
        Payload::ShieldedTransfer(m) => effect::optional("transparent_from_address", &m.owner_address),
        _ => effect::address("owner_address", payload.owner_address()).map(Some),
    }
}

/// A call's selector and arguments.
pub(super) fn calldata(payload: &Payload) -> Option<&[u8]> {
    match payload {
        Payload::TriggerSmartContract(m) if !m.call_data.is_empty() => Some(&m.call_data),
        _ => None,
    }
}

/// Who signed, if signatures could have been given at all.
pub(super) fn signers(form: &EitherForm) -> Result<Option<Vec<Address>>, InspectError> {
    let EitherForm::Whole { exact, transaction } = form else { return Ok(None) };
    let digest = *exact.txid().as_bytes();
    let signer = |(index, bytes): (usize, &Vec<u8>)| {
        RecoverableSignature::parse_as_chain(bytes)
            .and_then(|signature| signature.signer(&digest))
            .map_err(|source| InspectError::Signature { number: index + 1, source })
    };
    transaction.signatures.iter().enumerate().map(signer).collect::<Result<_, _>>().map(Some)
}
