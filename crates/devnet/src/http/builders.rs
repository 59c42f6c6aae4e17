//! Endpoints that build an unsigned transaction from a contract's fields.

use primitives::UnixMs;
use serde_json::Value;
use tron_tx::proto::{Transaction, TransactionRaw};
use tron_tx::{ContractType, Payload};

use super::answer::{Answer, NodeError};
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::params::Params;
use super::wire;
use crate::chain::View;

/// How long a built transaction lives from the head's time (java-tron `Constant.TRANSACTION_DEFAULT_EXPIRATION_TIME`).
const LIFE_MS: u64 = 60_000;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post_full("createtransaction", |ask| build(ask, ContractType::Transfer)),
    Endpoint::post_full("createaccount", |ask| build(ask, ContractType::AccountCreate)),
    Endpoint::post_full("updateaccount", |ask| build(ask, ContractType::AccountUpdate)),
    Endpoint::post_full("accountpermissionupdate", |ask| build(ask, ContractType::AccountPermissionUpdate)),
    Endpoint::post_full("freezebalancev2", |ask| build(ask, ContractType::FreezeBalanceV2)),
    Endpoint::post_full("unfreezebalancev2", |ask| build(ask, ContractType::UnfreezeBalanceV2)),
    Endpoint::post_full("withdrawexpireunfreeze", |ask| build(ask, ContractType::WithdrawExpireUnfreeze)),
    Endpoint::post_full("cancelallunfreezev2", |ask| build(ask, ContractType::CancelAllUnfreezeV2)),
    Endpoint::post_full("delegateresource", |ask| build(ask, ContractType::DelegateResource)),
    Endpoint::post_full("undelegateresource", |ask| build(ask, ContractType::UnDelegateResource)),
    Endpoint::post_full("votewitnessaccount", |ask| build(ask, ContractType::VoteWitness)),
    Endpoint::post_full("withdrawbalance", |ask| build(ask, ContractType::WithdrawBalance)),
    Endpoint::post_full("updatesetting", |ask| build(ask, ContractType::UpdateSetting)),
    Endpoint::post_full("updateenergylimit", |ask| build(ask, ContractType::UpdateEnergyLimit)),
    Endpoint::post_full("clearabi", |ask| build(ask, ContractType::ClearAbi)),
];

fn build(ask: &Ask<'_>, kind: ContractType) -> Answer {
    let payload = wire::parse_payload(kind, &ask.params.object(), ask.visible())?;
    ask.view(|view| {
        view.validate(&payload).map_err(NodeError::validate)?;
        let built = unsigned(view, payload, &ask.params, ask.now)?;
        Ok(wire::built(&built, ask.visible()))
    })
}

/// An unsigned transaction as the node builds it: the solid block as reference, a minute to live.
pub(super) fn unsigned(
    view: View<'_>,
    payload: Payload,
    params: &Params,
    now: UnixMs,
) -> Result<Transaction, NodeError> {
    let permission_id =
        i32::try_from(params.int("Permission_id")?).map_err(|_| NodeError::parse("Number out of range"))?;
    let reference = view.reference_block();
    let raw = TransactionRaw {
        ref_block_bytes: reference.as_bytes()[6..8].to_vec(),
        ref_block_hash: reference.as_bytes()[8..16].to_vec(),
        expiration: view.head_time().plus_ms(LIFE_MS).to_i64(),
        timestamp: now.to_i64(),
        contract: vec![payload.into_contract(permission_id)],
        memo: memo(params)?,
        ..TransactionRaw::default()
    };
    Ok(Transaction { raw_data: Some(raw), ..Transaction::default() })
}

/// `extra_data`: hexadecimal, or text in the visible form.
fn memo(params: &Params) -> Result<Vec<u8>, NodeError> {
    match params.get("extra_data") {
        None => Ok(Vec::new()),
        Some(Value::String(text)) if params.visible() => Ok(text.clone().into_bytes()),
        Some(_) => Ok(params.bytes("extra_data")?.unwrap_or_default()),
    }
}
