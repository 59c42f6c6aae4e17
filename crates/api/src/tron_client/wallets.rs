//! What tron-client knows of wallets that it was told of: what they do on the chain, and who may sign for them there.

use primitives::{Address, BlockRef, HexBytes, TxId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Permission, Receipt};
use crate::Call;

/// A wallet whose transactions are told on the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchView {
    /// The wallet.
    pub address: Address,
    /// The first block that was or will be read for it; what it did before is not told.
    pub from_block: u64,
}

/// A transaction in a solid block in which a watched wallet acts, whoever signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletTransaction {
    /// The transaction.
    pub txid: TxId,
    /// The wallet that acts.
    pub wallet: Address,
    /// What it does, by the protocol's name, such as `TransferContract`; `unknown` and a number for a type that we have
    /// no name for, `unreadable` if not even the number can be told.
    pub contract_type: String,
    /// The solid block.
    pub block: BlockRef,
    /// How it ended, such as `SUCCESS`.
    pub contract_ret: String,
}

/// A transaction of a solid block, read anew from a node, with what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChainTransaction {
    /// Its id, which is the hash of raw_data.
    pub txid: TxId,
    /// The block, whose id was recomputed.
    pub block: BlockRef,
    /// Its bytes.
    pub raw_data: HexBytes,
    /// What it came to.
    pub receipt: Receipt,
}

/// Who may sign for an account, at the solid block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccountPermissions {
    /// The account.
    pub address: Address,
    /// Whether it is on the chain yet; without permissions of its own if not.
    pub activated: bool,
    /// Its permissions, owner first. An account that never set any signs alone, as owner and as active 2.
    pub permissions: Vec<Permission>,
}

/// Has every later transaction of a wallet told on the feed; the same wallet again changes nothing. 503
/// `not_reading_yet` before the first block was read.
pub fn watch_wallet(address: Address) -> Call<WatchView> {
    Call::put(format!("/v1/wallets/{address}"), &serde_json::json!({}))
}

/// A transaction of this solid block; 404 `not_in_block`, 503 `no_node`.
pub fn block_transaction(block: u64, txid: TxId) -> Call<ChainTransaction> {
    Call::get(format!("/v1/blocks/{block}/transactions/{txid}"))
}

/// Who may sign for an account.
pub fn account_permissions(address: Address) -> Call<AccountPermissions> {
    Call::get(format!("/v1/accounts/{address}/permissions"))
}
