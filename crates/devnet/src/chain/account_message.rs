//! An account as the node's message (java-tron `GetAccountServlet`, `Wallet.getAccount`).

use primitives::UnixMs;
use tron_tx::proto::{self, AccountResource, AccountType, FreezeV2, Permission, ResourceCode, UnFreezeV2, Vote};

use crate::resource::{SLOT_MS, recovery};
use crate::state::{Account, AccountKind, Permissions, StakedResource, State, Usage, WINDOW_SLOTS};

/// The message, with use of resources recovered to `slot` and slots turned into milliseconds since 1970.
pub(super) fn message(state: &State, account: &Account, slot: i64, genesis: UnixMs) -> proto::Account {
    let (owner, witness, active) = permissions(account);
    let time = |slot: i64| if slot == 0 { 0 } else { slot_time(slot, genesis) };
    let net = &account.usage.bandwidth;
    let (net_window_size, net_window_optimized) = window(net);
    proto::Account {
        account_name: account.name.clone(),
        account_type: match account.kind {
            AccountKind::Normal => AccountType::Normal.into(),
            AccountKind::Contract => AccountType::Contract.into(),
        },
        address: account.address.to_bytes21().to_vec(),
        balance: account.balance,
        votes: account.votes.iter().map(|(to, count)| vote(to.to_bytes21(), *count)).collect(),
        net_usage: recovery::recovered(net, slot),
        create_time: account.created_at.to_i64(),
        latest_opration_time: account.last_operation_at.to_i64(),
        allowance: account.allowance,
        latest_withdraw_time: account.last_withdraw_at.to_i64(),
        is_witness: state.witnesses.contains_key(&account.address),
        free_net_usage: recovery::plain(account.free_net_usage, 0, account.free_net_slot, slot),
        latest_consume_time: time(net.slot),
        latest_consume_free_time: time(account.free_net_slot),
        net_window_size,
        net_window_optimized,
        account_resource: Some(energy_part(account, slot, genesis)),
        owner_permission: Some(owner),
        witness_permission: witness,
        active_permission: active,
        frozen_v2: vec![
            frozen(ResourceCode::Bandwidth, account.frozen.bandwidth),
            frozen(ResourceCode::Energy, account.frozen.energy),
            frozen(ResourceCode::TronPower, 0),
        ],
        unfrozen_v2: account
            .unfreezing
            .iter()
            .map(|entry| UnFreezeV2 {
                resource_type: code(entry.resource).into(),
                unfreeze_amount: entry.amount,
                unfreeze_expire_time: entry.expires_at.to_i64(),
            })
            .collect(),
        delegated_frozen_v2_balance_for_bandwidth: account.delegated.bandwidth,
        acquired_delegated_frozen_v2_balance_for_bandwidth: account.acquired.bandwidth,
        ..proto::Account::default()
    }
}

fn energy_part(account: &Account, slot: i64, genesis: UnixMs) -> AccountResource {
    let energy = &account.usage.energy;
    let (energy_window_size, energy_window_optimized) = window(energy);
    AccountResource {
        energy_usage: recovery::recovered(energy, slot),
        latest_consume_time_for_energy: if energy.slot == 0 { 0 } else { slot_time(energy.slot, genesis) },
        energy_window_size,
        delegated_frozen_v2_balance_for_energy: account.delegated.energy,
        acquired_delegated_frozen_v2_balance_for_energy: account.acquired.energy,
        energy_window_optimized,
        ..AccountResource::default()
    }
}

fn slot_time(slot: i64, genesis: UnixMs) -> i64 {
    genesis.plus_ms(slot.unsigned_abs().saturating_mul(SLOT_MS)).to_i64()
}

/// Size and form of the recovery window. java-tron shows 28 800 until the account first used the resource.
const fn window(usage: &Usage) -> (i64, bool) {
    if usage.touched { (usage.window, true) } else { (WINDOW_SLOTS, false) }
}

fn frozen(resource: ResourceCode, amount: i64) -> FreezeV2 {
    FreezeV2 { resource_type: resource.into(), amount }
}

const fn code(resource: StakedResource) -> ResourceCode {
    match resource {
        StakedResource::Bandwidth => ResourceCode::Bandwidth,
        StakedResource::Energy => ResourceCode::Energy,
    }
}

fn vote(to: [u8; 21], count: i64) -> Vote {
    Vote { vote_address: to.to_vec(), vote_count: count }
}

fn permissions(account: &Account) -> (Permission, Option<Permission>, Vec<Permission>) {
    let set = account.permissions.as_deref().cloned().unwrap_or_else(|| Permissions::default_of(account.address));
    (set.owner, set.witness, set.actives)
}
