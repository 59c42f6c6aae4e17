//! A transaction read once: id, size, contract and signers, which no state can change.

use primitives::{Address, TxId};
use prost::Message as _;
use tron_tx::proto::{Transaction, TransactionContract, TransactionRaw};
use tron_tx::{ContractType, Payload, RecoverableSignature, hash};

/// A transaction with what is costly to find out about it.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    /// Without results.
    pub(crate) transaction: Transaction,
    pub(crate) id: TxId,
    /// Bytes without results.
    pub(crate) size: i64,
    /// Bytes without results and signatures.
    pub(crate) unsigned_size: i64,
    pub(crate) payload: Payload,
    pub(crate) owner: Address,
    /// Who made each signature, or why that cannot be said.
    pub(crate) signers: Vec<Result<Address, String>>,
}

impl Admitted {
    /// The id alone, which is cheap.
    pub(crate) fn id_of(transaction: &Transaction) -> TxId {
        hash::txid(&transaction.raw_data.as_ref().map(TransactionRaw::encode_to_vec).unwrap_or_default())
    }

    /// Reads a transaction and recovers its signers. The error is what the node says: `No contract!` for one without a contract that it knows.
    pub(crate) fn read(transaction: Transaction) -> Result<Self, (TxId, &'static str)> {
        let mut admitted = Self::read_trusted(transaction)?;
        let id = admitted.id;
        admitted.signers = admitted.transaction.signature.iter().map(|bytes| signer(bytes, &id)).collect();
        Ok(admitted)
    }

    /// Reads a transaction of a block that was checked before, without the costly recovery of its signers.
    pub(crate) fn read_trusted(mut transaction: Transaction) -> Result<Self, (TxId, &'static str)> {
        transaction.ret.clear();
        let raw_bytes = transaction.raw_data.as_ref().map(TransactionRaw::encode_to_vec).unwrap_or_default();
        let id = hash::txid(&raw_bytes);
        let contracts = transaction.raw_data.as_ref().map_or(&[][..], |raw| raw.contract.as_slice());
        let [contract] = contracts else {
            let why = if contracts.is_empty() { "No contract!" } else { "tx should contain only one contract" };
            return Err((id, why));
        };
        let payload = payload_of(contract).ok_or((id, "No contract!"))?;
        let owner = owner_of(&payload).ok_or((id, "this kind of contract is not part of the devnet"))?;
        let owner = Address::from_bytes21(owner).map_err(|_| (id, invalid_owner(&payload)))?;
        let size = length(transaction.encoded_len());
        let unsigned_size = {
            let raw = raw_bytes.len();
            length(raw + 1 + prost::length_delimiter_len(raw))
        };
        Ok(Self { transaction, id, size, unsigned_size, payload, owner, signers: Vec::new() })
    }

    /// The part that the id covers.
    pub(crate) fn raw(&self) -> &TransactionRaw {
        self.transaction.raw_data.as_ref().expect("a contract was read from it")
    }

    /// The one contract's envelope.
    pub(crate) fn contract(&self) -> &TransactionContract {
        &self.raw().contract[0]
    }
}

fn length(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn payload_of(contract: &TransactionContract) -> Option<Payload> {
    let kind = ContractType::from_number(contract.contract_type)?;
    let bytes = &contract.parameter.as_ref()?.value;
    Payload::decode_exactly(kind, bytes).ok()
}

fn owner_of(payload: &Payload) -> Option<&[u8]> {
    Some(match payload {
        Payload::AccountCreate(contract) => &contract.owner_address,
        Payload::Transfer(contract) => &contract.owner_address,
        Payload::TransferAsset(contract) => &contract.owner_address,
        Payload::VoteWitness(contract) => &contract.owner_address,
        Payload::WithdrawBalance(contract) => &contract.owner_address,
        Payload::CreateSmartContract(contract) => &contract.owner_address,
        Payload::TriggerSmartContract(contract) => &contract.owner_address,
        Payload::AccountPermissionUpdate(contract) => &contract.owner_address,
        Payload::FreezeBalanceV2(contract) => &contract.owner_address,
        Payload::UnfreezeBalanceV2(contract) => &contract.owner_address,
        Payload::WithdrawExpireUnfreeze(contract) => &contract.owner_address,
        Payload::DelegateResource(contract) => &contract.owner_address,
        Payload::UnDelegateResource(contract) => &contract.owner_address,
        Payload::CancelAllUnfreezeV2(contract) => &contract.owner_address,
        Payload::AccountUpdate(contract) => &contract.owner_address,
        Payload::UpdateSetting(contract) => &contract.owner_address,
        Payload::UpdateEnergyLimit(contract) => &contract.owner_address,
        Payload::ClearAbi(contract) => &contract.owner_address,
        _ => return None,
    })
}

const fn invalid_owner(payload: &Payload) -> &'static str {
    match payload {
        Payload::Transfer(_) => "Invalid ownerAddress!",
        Payload::AccountCreate(_) | Payload::AccountUpdate(_) | Payload::TransferAsset(_) => "Invalid ownerAddress",
        Payload::AccountPermissionUpdate(_) => "invalidate ownerAddress",
        _ => "Invalid address",
    }
}

/// The signer of the id. Bytes after the 65th are ignored, as java-tron 4.8.0 does.
fn signer(bytes: &[u8], id: &TxId) -> Result<Address, String> {
    let Some(exact) = bytes.get(..65) else { return Err(format!("Signature size is {}", bytes.len())) };
    RecoverableSignature::parse(exact)
        .and_then(|signature| signature.signer(id.as_bytes()))
        .map_err(|error| error.to_string())
}
