//! Transfers: every step by itself, then facts in any order.

mod any_order;
mod steps;

use api::tron_client::ConstantCallView;
use api::trx_staking::LeaseView;
use api::usdt_manager::TransferRequest;
use primitives::statement::{Signed, Unsigned};
use primitives::{AttemptNo, Bandwidth, Energy, HexBytes, LeaseId, PayoutId, TransferId, Usdt};

use super::*;
use crate::attempt::{SealedTx, SignatureAnswer, VoidAnswer};
use crate::testing::{NOW, anchor, authorisation, chain, key, payer, plane, sun, wallet};

fn usdt(text: &str) -> Usdt {
    Usdt::parse(text).expect("an amount")
}

fn transfer() -> Transfer {
    let payout: PayoutId = authorisation().intent.as_str().parse().expect("a payout");
    Transfer {
        id: TransferId::of(payout, AttemptNo::FIRST),
        request: TransferRequest {
            wallet_id: "hot".parse().expect("a name"),
            authorisation: Signed::sign(authorisation(), &key()),
            memo: None,
        },
        created_at: NOW,
        step: Step::Accepted,
        waiting: None,
        due_at: Some(NOW),
    }
}

fn checks() -> Checks {
    let dry_run = ConstantCallView { success: true, result: HexBytes(vec![]), energy: Energy(64_285), message: None };
    Checks {
        wallet: wallet(),
        balance: usdt("25"),
        paused: false,
        fee: Usdt::ZERO,
        payer_blacklisted: false,
        recipient_blacklisted: false,
        recipient_is_contract: false,
        dry_run: Some(dry_run),
    }
}

/// A lease that gives all energy and no bandwidth.
fn lease() -> Facts {
    let view = LeaseView {
        lease_id: LeaseId::of(transfer().id),
        address: payer(),
        released: false,
        energy: Energy(70_713),
        energy_lacking: Energy(0),
        bandwidth: Bandwidth(0),
        bandwidth_lacking: Bandwidth(350),
    };
    Facts::Lease(view, chain())
}

fn funds() -> Facts {
    Facts::Funds { usdt: usdt("30"), trx: sun("2") }
}

fn signature(tx: &SealedTx) -> Facts {
    Facts::Attempt(Fact::Signature(SignatureAnswer::Signed(api::wallet_manager::SignatureView {
        txid: tx.txid,
        intent: authorisation().intent,
        attempt: AttemptNo::FIRST,
        raw_data: tx.raw_data.clone(),
        signature: vec![7; 65].into(),
        audit: primitives::LogPosition::EMPTY,
    })))
}

fn barred() -> Facts {
    let unsigned =
        Unsigned { plane: plane(), intent: authorisation().intent, attempt: AttemptNo::FIRST, voided_at: NOW };
    Facts::Attempt(Fact::Void(VoidAnswer::Barred(Signed::sign(unsigned, &key()))))
}

fn step(transfer: &Transfer, facts: Facts) -> Transfer {
    plan(transfer, facts, NOW).next
}

fn leasing() -> Transfer {
    step(&transfer(), Facts::Checks(Box::new(checks())))
}

fn reserving() -> Transfer {
    step(&leasing(), lease())
}

fn sealed() -> Transfer {
    step(&step(&reserving(), funds()), Facts::Attempt(Fact::Anchor(anchor())))
}

fn tx(transfer: &Transfer) -> SealedTx {
    transfer.attempt().and_then(AnyAttempt::tx).expect("a transaction").clone()
}

fn submitted() -> Transfer {
    let sealed = sealed();
    step(&sealed, signature(&tx(&sealed)))
}
