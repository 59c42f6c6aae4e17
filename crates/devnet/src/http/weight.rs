//! Who has signed a transaction and whether that is enough: `getsignweight`, `getapprovedlist`.

use primitives::{Address, TxId};
use serde_json::{Map, Value, json};
use tron_tx::RecoverableSignature;
use tron_tx::proto::{Permission, PermissionType, Transaction};

use super::answer::Answer;
use super::ask::Ask;
use super::endpoint::Endpoint;
use super::wire;
use crate::chain::View;

pub(super) const ENDPOINTS: &[Endpoint] =
    &[Endpoint::post_full("getsignweight", weight), Endpoint::post_full("getapprovedlist", approved)];

/// Why the weight of a transaction cannot be told (api.proto `TransactionSignWeight.Result`).
#[derive(Debug)]
struct Unweighable(&'static str, String);

impl Unweighable {
    fn permission(text: impl Into<String>) -> Self {
        Self("PERMISSION_ERROR", text.into())
    }
}

/// tronpy calls this for every transaction that it builds, to learn the id; so it also answers for accounts that do
/// not exist and for signatures that do not fit.
fn weight(ask: &Ask<'_>) -> Answer {
    let (transaction, visible) = wire::parse_transaction(&ask.params.object())?;
    let mut document = Map::new();
    let result = match ask.view(|view| permission_of(view, &transaction)) {
        Err(Unweighable(code, text)) => json!({ "code": code, "message": text }),
        Ok(permission) => {
            document.insert("permission".to_owned(), wire::message(&permission, visible));
            match signers(&transaction).and_then(|signers| sum(&permission, &transaction, &signers)) {
                Err(Unweighable(code, text)) => json!({ "code": code, "message": text }),
                Ok((signers, current)) => {
                    if !signers.is_empty() {
                        document.insert("approved_list".to_owned(), addresses(&signers, visible));
                        document.insert("current_weight".to_owned(), current.into());
                    }
                    if current >= permission.threshold { json!({}) } else { json!({ "code": "NOT_ENOUGH_PERMISSION" }) }
                }
            }
        }
    };
    Ok(answer(document, result, &transaction, visible))
}

fn approved(ask: &Ask<'_>) -> Answer {
    let (transaction, visible) = wire::parse_transaction(&ask.params.object())?;
    let mut document = Map::new();
    let result = match signers(&transaction) {
        Err(Unweighable(code, text)) => json!({ "code": code, "message": text }),
        Ok(signers) => {
            if !signers.is_empty() {
                document.insert("approved_list".to_owned(), addresses(&signers, visible));
            }
            json!({})
        }
    };
    Ok(answer(document, result, &transaction, visible))
}

fn answer(mut document: Map<String, Value>, result: Value, transaction: &Transaction, visible: bool) -> Value {
    let extension = json!({
        "result": { "result": true },
        "txid": wire::txid(transaction).to_string(),
        "transaction": wire::built(transaction, visible),
    });
    document.insert("result".to_owned(), result);
    document.insert("transaction".to_owned(), extension);
    Value::Object(document)
}

fn addresses(signers: &[Address], visible: bool) -> Value {
    let shown = |signer: &Address| if visible { signer.to_string() } else { signer.to_hex21() };
    signers.iter().map(shown).collect()
}

/// The permission that the transaction is signed under (java-tron `TransactionUtil.getTransactionSignWeight`).
fn permission_of(view: View<'_>, transaction: &Transaction) -> Result<Permission, Unweighable> {
    let contract = transaction.raw_data.as_ref().and_then(|raw| raw.contract.first());
    let contract =
        contract.ok_or_else(|| Unweighable("OTHER_ERROR", "Invalid transaction: no valid contract".to_owned()))?;
    let owner = wire::owner(contract).ok_or_else(|| Unweighable::permission("Account does not exist!"))?;
    let account = view.account(&owner).ok_or_else(|| Unweighable::permission("Account does not exist!"))?;
    let id = contract.permission_id;
    let found = match id {
        0 => account.owner_permission,
        1 => account.witness_permission,
        _ => account.active_permission.into_iter().find(|active| active.id == id),
    };
    let permission = found.ok_or_else(|| Unweighable::permission("Permission for this, does not exist!"))?;
    if id != 0 {
        if permission.permission_type() != PermissionType::Active {
            return Err(Unweighable::permission("Permission type is wrong!"));
        }
        let kind = usize::try_from(contract.contract_type).unwrap_or(usize::MAX);
        let allowed = permission.operations.get(kind / 8).is_some_and(|byte| byte >> (kind % 8) & 1 == 1);
        if !allowed {
            return Err(Unweighable::permission("Permission denied!"));
        }
    }
    Ok(permission)
}

fn signers(transaction: &Transaction) -> Result<Vec<Address>, Unweighable> {
    let txid: TxId = wire::txid(transaction);
    let one = |signature: &Vec<u8>| {
        if signature.len() < 65 {
            let text = format!("Signature size is {}", signature.len());
            return Err(Unweighable("SIGNATURE_FORMAT_ERROR", text));
        }
        RecoverableSignature::parse(&signature[..65])
            .and_then(|signature| signature.signer(txid.as_bytes()))
            .map_err(|error| Unweighable("COMPUTE_ADDRESS_ERROR", error.to_string()))
    };
    transaction.signature.iter().map(one).collect()
}

/// The signers with their joint weight; each must be a key of the permission, and sign once.
fn sum(
    permission: &Permission,
    transaction: &Transaction,
    signers: &[Address],
) -> Result<(Vec<Address>, i64), Unweighable> {
    if signers.len() > permission.keys.len() {
        return Err(Unweighable::permission(format!(
            "Signature count is {} more than key counts of permission : {}",
            signers.len(),
            permission.keys.len()
        )));
    }
    let mut weight = 0_i64;
    for (at, signer) in signers.iter().enumerate() {
        let key = permission.keys.iter().find(|key| key.address == signer.to_bytes21()).ok_or_else(|| {
            let signature = hex::encode(&transaction.signature[at]);
            Unweighable::permission(format!("{signature} is signed by {signer} but it is not contained of permission."))
        })?;
        if signers[..at].contains(signer) {
            return Err(Unweighable::permission(format!("{signer} has signed twice!")));
        }
        weight = weight.saturating_add(key.weight);
    }
    Ok((signers.to_vec(), weight))
}
