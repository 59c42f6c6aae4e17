//! What does not fit: the chain against the register, the audit log against what was kept of it, the chain's permissions
//! against those that were decided.

use primitives::statement::{Ceremony, Cosigned};
use primitives::{Address, LogPosition, UnixMs, WalletId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Call;
use crate::call::{escape, query};
use crate::payout_router::PayoutAsset;
use crate::tron_client::WalletTransaction;
use crate::wallet_manager::audit::KeptHead;

/// Something that nobody can explain: while one is open nothing is authorised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscrepancyView {
    /// Its name: the txid, or `audit-` and a record's number.
    pub id: String,
    /// What was found.
    pub finding: Finding,
    /// When.
    pub found_at: UnixMs,
    /// Whether wallet-manager has stopped all signing for it.
    pub signing_stopped: bool,
    /// A person's word on it; none while it is open.
    pub resolution: Option<Resolution>,
    /// Whether it is a payment that was kept after a restore: payouts that it may have paid wait.
    #[serde(default, skip_serializing_if = "is_false")]
    pub kept: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Finding {
    /// A wallet of ours acts in a solid block by a transaction that wallet-manager's register does not have: somebody
    /// else can sign for it.
    UnknownTransaction {
        /// The transaction.
        transaction: WalletTransaction,
        /// Whom it has paid, if it is a payment as payouts are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payment: Option<WalletPayment>,
    },
    /// wallet-manager tells another audit log than it told before: it was cut, changed, or goes backwards.
    AuditContradicted {
        /// What was kept.
        kept: LogPosition,
        /// What is told now.
        told: KeptHead,
    },
}

/// What a transaction of a wallet of ours has paid, by what the solid chain has of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletPayment {
    /// In what.
    pub asset: PayoutAsset,
    /// To whom.
    pub recipient: Address,
    /// How much, in the asset's units.
    pub amount: String,
    /// What is written on it, if it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memo: Option<String>,
}

/// Two operators' word on a discrepancy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Resolution {
    /// The operators, by their names.
    pub by: String,
    /// What it was.
    pub note: String,
    /// When.
    pub at: UnixMs,
}

/// Discrepancies, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiscrepancyPage {
    /// Whether nothing is authorised because one is open.
    pub halted: bool,
    /// The discrepancies.
    pub discrepancies: Vec<DiscrepancyView>,
    /// Where the next page begins; none on the last.
    pub next: Option<String>,
}

/// Which discrepancies to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscrepancyFilter {
    /// Only open ones, or only those that stop and hold nothing any more.
    #[serde(default)]
    pub open: Option<bool>,
    /// Only payments that are kept after a restore; goes before `open`.
    #[serde(default)]
    pub kept: Option<bool>,
    /// Where to begin, from a page's `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// How many, 1 to 100; 50 unless said.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Two operators' explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// The decision; it names the discrepancy and says what it was.
    #[schema(value_type = Object)]
    pub ceremony: Cosigned<Ceremony>,
}

/// A wallet of ours as payout-router holds it against the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletStanding {
    /// Its name.
    pub wallet_id: WalletId,
    /// Its address.
    pub address: Address,
    /// The first block from which on every transaction of it is seen; none before tron-client has answered.
    pub watched_from: Option<u64>,
    /// How its permissions on the chain compare with those that it should have.
    pub permissions: PermissionStanding,
    /// When they were last compared.
    pub compared_at: Option<UnixMs>,
}

/// How an account's permissions compare with those that it should have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PermissionStanding {
    /// They were not compared yet.
    #[default]
    Unknown,
    /// They are equal.
    Equal,
    /// One look has found others; a second one decides, since nodes lag.
    Suspected,
    /// They are others: nothing is paid from this wallet.
    Drifted {
        /// In what, a sentence each.
        differences: Vec<String>,
    },
}

/// All wallets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WalletStandings {
    /// Newest first.
    pub wallets: Vec<WalletStanding>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Discrepancies, newest first.
pub fn discrepancies(filter: &DiscrepancyFilter) -> Call<DiscrepancyPage> {
    let parameters = query(&[
        ("open", filter.open.map(|open| open.to_string())),
        ("kept", filter.kept.map(|kept| kept.to_string())),
        ("after", filter.after.clone()),
        ("limit", filter.limit.map(|limit| limit.to_string())),
    ]);
    Call::get(format!("/v1/discrepancies{parameters}"))
}

/// Explains a discrepancy, so that payouts go on once none is open. 404 `unknown_discrepancy`, 409 `resolved` with
/// another note, 403 with the rule's code.
pub fn resolve(id: &str, request: &ResolveRequest) -> Call<DiscrepancyView> {
    Call::put(format!("/v1/discrepancies/{}/resolution", escape(id)), request)
}

/// How the wallets compare with the chain.
pub fn wallet_standings() -> Call<WalletStandings> {
    Call::get("/v1/wallets".into())
}
