//! Exactly the permitted effect is paid; anything else that succeeded is a mismatch.

use primitives::statement::Asset;

use super::*;
use crate::seal::{Envelope, build};
use crate::testing::{NOW, anchor, authorisation, paid_receipt, payer, receipt, recipient, sun, token, transfer_log};

fn sealed(authorisation: &Authorisation) -> SealedTx {
    let envelope =
        Envelope { payer: payer(), fee_limit: sun("10"), memo: None, timestamp: NOW, expiration: NOW.plus_ms(60_000) };
    build(authorisation, &envelope, anchor().unverified()).expect("builds")
}

fn verdict_on(receipt: &Receipt) -> Verdict {
    verdict(&authorisation(), payer(), &sealed(&authorisation()), receipt)
}

#[test]
fn one_exact_transfer_is_paid() {
    assert_eq!(verdict_on(&paid_receipt()), Verdict::Paid);
}

#[test]
fn logs_of_other_contracts_do_not_count() {
    let mut with_noise = paid_receipt();
    with_noise.logs.insert(0, transfer_log(recipient(), payer(), recipient(), 25_000_000));
    assert_eq!(verdict_on(&with_noise), Verdict::Paid);
    let forged = receipt("SUCCESS", vec![transfer_log(recipient(), payer(), recipient(), 25_000_000)]);
    assert_eq!(verdict_on(&forged), Verdict::Mismatch);
}

#[test]
fn success_with_another_effect_is_a_mismatch() {
    let paid = transfer_log(token(), payer(), recipient(), 25_000_000);
    let fee = transfer_log(token(), payer(), payer(), 5_000);
    for logs in [
        vec![],
        vec![transfer_log(token(), payer(), recipient(), 24_999_999)],
        vec![transfer_log(token(), payer(), payer(), 25_000_000)],
        vec![transfer_log(token(), recipient(), recipient(), 25_000_000)],
        // A token that takes a fee: less arrives, and somebody else is paid.
        vec![transfer_log(token(), payer(), recipient(), 24_995_000), fee.clone()],
        vec![paid.clone(), fee],
        vec![paid.clone(), paid.clone()],
    ] {
        assert_eq!(verdict_on(&receipt("SUCCESS", logs.clone())), Verdict::Mismatch, "{logs:?}");
    }
    let mut broken = paid;
    broken.data.0.pop();
    assert_eq!(verdict_on(&receipt("SUCCESS", vec![broken])), Verdict::Mismatch);
}

#[test]
fn what_did_not_succeed_failed_whatever_it_logged() {
    for contract_ret in ["REVERT", "OUT_OF_ENERGY", "OUT_OF_TIME", "TRANSFER_FAILED", "UNKNOWN"] {
        let logs = paid_receipt().logs;
        assert_eq!(verdict_on(&receipt(contract_ret, logs)), Verdict::FailedOnChain, "{contract_ret}");
    }
}

#[test]
fn what_has_no_known_result_is_for_a_person_and_never_paid_again() {
    for contract_ret in ["", "DEFAULT", "success", "SUCCESS ", "A_RESULT_OF_NEXT_YEAR"] {
        let logs = paid_receipt().logs;
        assert_eq!(verdict_on(&receipt(contract_ret, logs)), Verdict::Mismatch, "{contract_ret}");
    }
}

#[test]
fn for_trx_the_contract_itself_is_the_effect() {
    let trx = Authorisation { asset: Asset::Trx, fee_limit_max: sun("0"), ..authorisation() };
    let success = receipt("SUCCESS", vec![]);
    assert_eq!(verdict(&trx, payer(), &sealed(&trx), &success), Verdict::Paid);
    // The transaction of another permission, as a broken register might hand it over.
    let more = Authorisation { amount: 26_000_000, ..trx.clone() };
    assert_eq!(verdict(&trx, payer(), &sealed(&more), &success), Verdict::Mismatch);
    let elsewhere = Authorisation { recipient: payer(), ..trx.clone() };
    assert_eq!(verdict(&trx, payer(), &sealed(&elsewhere), &success), Verdict::Mismatch);
}
