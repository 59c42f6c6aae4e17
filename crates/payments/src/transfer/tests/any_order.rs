//! Facts in any order: nothing is held or given back twice, and nothing ends without the register or the chain.

use api::tron_client::SubmissionStage::{Dead, Included, Pending, Solid};
use api::usdt_manager::TransferStage;
use proptest::prelude::*;

use super::*;
use crate::attempt::{Refusal, Verdict};
use crate::testing::{paid_receipt, receipt, submission};

fn facts() -> Vec<Facts> {
    let tx = tx(&sealed());
    let other = SealedTx { txid: primitives::TxId::new([3; 32]), ..tx.clone() };
    let seen = |tx: &SealedTx, stage, receipt| Facts::Attempt(Fact::Submission(submission(tx, stage, receipt)));
    let refused =
        |code: &str| Facts::Attempt(Fact::Signature(SignatureAnswer::Refused(Refusal { code: code.to_owned() })));
    vec![
        Facts::Checks(Box::new(checks())),
        Facts::Checks(Box::new(Checks { recipient_is_contract: true, ..checks() })),
        Facts::Checks(Box::new(Checks { dry_run: None, ..checks() })),
        lease(),
        funds(),
        Facts::Attempt(Fact::Anchor(anchor())),
        Facts::Attempt(Fact::Nothing),
        signature(&tx),
        signature(&other),
        refused("txid_taken"),
        refused("attempt_void"),
        refused("previous_alive"),
        barred(),
        Facts::Attempt(Fact::Void(VoidAnswer::Taken(tx.raw_data.clone(), anchor()))),
        seen(&tx, Pending, None),
        seen(&tx, Included, Some(paid_receipt())),
        seen(&tx, Solid, Some(paid_receipt())),
        seen(&tx, Solid, Some(receipt("REVERT", vec![]))),
        seen(&tx, Dead, None),
        seen(&other, Solid, Some(paid_receipt())),
        Facts::Void { payer: payer() },
        Facts::LeaseReleased,
    ]
}

/// How far a transfer has come; it never goes back.
const fn rank(step: &Step) -> u8 {
    match step {
        Step::Accepted => 0,
        Step::Leasing { .. } => 1,
        Step::Reserving { .. } => 2,
        Step::Attempting { .. } => 3,
        Step::Closing { .. } => 4,
        Step::Over { .. } => 5,
    }
}

proptest! {
    #[test]
    fn any_order(order in proptest::collection::vec((0..22_usize, any::<bool>()), 0..60)) {
        let facts = facts();
        let mut transfer = transfer();
        let (mut holds, mut ends) = (0, 0);
        for (index, short) in order {
            let fact = facts[index].clone();
            let from_chain = matches!(&fact, Facts::Attempt(Fact::Submission(_) | Fact::Void(VoidAnswer::Barred(_))));
            let turn = plan(&transfer, fact, NOW);
            // The store may refuse what a turn wants to hold.
            let turn = if turn.hold.is_some() && short { short_of_funds(&transfer, NOW) } else { turn };
            let next = &turn.next;
            prop_assert!(rank(&next.step) >= rank(&transfer.step));
            holds += usize::from(turn.hold.is_some());
            ends += usize::from(turn.ended);
            prop_assert!(holds <= 1 && ends <= 1);
            prop_assert!(!turn.ended || from_chain, "ended by {index}");
            if let Some(AnyAttempt::Submitted(_)) = transfer.attempt() {
                prop_assert_eq!(next.attempt().and_then(AnyAttempt::txid), Some(tx(&transfer).txid));
            }
            if let Some(ended) = transfer.attempt().and_then(AnyAttempt::ended) {
                prop_assert_eq!(next.attempt().and_then(AnyAttempt::ended), Some(ended));
            }
            if next.stage() == TransferStage::Paid {
                let verdict = next.attempt().and_then(AnyAttempt::ended).map(|ended| ended.ending);
                prop_assert_eq!(verdict, Some(Verdict::Paid));
                // Only what was refused at the checks, and turns out to have been signed, holds nothing.
                prop_assert!(holds == 1 || next.view().energy.is_none(), "paid out of nothing held");
            }
            prop_assert_eq!(next.due_at.is_none(), matches!(next.step, Step::Over { .. }));
            let text = serde_json::to_string(next).expect("writes");
            prop_assert_eq!(&serde_json::from_str::<Transfer>(&text).expect("reads"), next);
            transfer = turn.next;
        }
    }
}
