//! What makes a payout and what does not.

use api::payout_router::{PayoutAsset, PayoutRequest};
use primitives::{Address, AmountError, Usdt};

use super::*;
use crate::limits::{LimitError, TrxLimitError};
use crate::payout::AcceptError;

fn refused(request: PayoutRequest) -> AcceptError {
    accept(id_of(&request), request, plane(), &limits(), NOW).expect_err("refused")
}

#[test]
fn amounts() {
    let usdt = |text| Usdt::parse(text).expect("an amount");
    let (min, max) = (limits().payout_min, limits().v0_payout_max);
    for (amount, expected) in [
        ("", AmountError::Format.into()),
        ("-1", AmountError::Format.into()),
        ("+1", AmountError::Format.into()),
        ("1e3", AmountError::Format.into()),
        ("1,5", AmountError::Format.into()),
        (" 1", AmountError::Format.into()),
        (".5", AmountError::Format.into()),
        ("1.", AmountError::Format.into()),
        ("1.0000001", AmountError::Decimals.into()),
        ("9223372036854.775808", AmountError::TooLarge.into()),
        ("99999999999999999999999", AmountError::TooLarge.into()),
        ("0", LimitError::BelowMinimum { amount: usdt("0"), min }.into()),
        ("0.009999", LimitError::BelowMinimum { amount: usdt("0.009999"), min }.into()),
        ("1000.000001", LimitError::AboveLimit { amount: usdt("1000.000001"), max }.into()),
    ] as [(&str, AcceptError); 14]
    {
        assert_eq!(refused(request(PayoutAsset::Usdt, amount)), expected, "{amount:?}");
    }
    let too_much = TrxLimitError::AboveLimit { amount: sun("1000.000001"), max: sun("1000") };
    assert_eq!(refused(request(PayoutAsset::Trx, "1000.000001")), too_much.into());
    assert_eq!(refused(request(PayoutAsset::Trx, "0.0")), TrxLimitError::Zero.into());
}

#[test]
fn ids_recipients_and_memos() {
    let mut other = request(PayoutAsset::Usdt, "25");
    let expected = id_of(&other);
    let id = PayoutId::of(plane(), &"other".parse().expect("a name"), &other.reference);
    let error = accept(id, other.clone(), plane(), &limits(), NOW).expect_err("refused");
    assert_eq!(error, AcceptError::Id { expected });

    other.recipient = Address::ZERO;
    assert_eq!(refused(other.clone()), AcceptError::ZeroRecipient);
    other.recipient = recipient();
    for memo in [String::new(), "x".repeat(129), "é".repeat(65), "a\nb".to_owned(), "\u{7f}".to_owned()] {
        other.memo = Some(memo.clone());
        assert_eq!(refused(other.clone()), AcceptError::Memo, "{memo:?}");
    }
    other.memo = Some("x".repeat(128));
    accept(id_of(&other), other, plane(), &limits(), NOW).expect("a memo of the longest");
}

#[test]
fn one_payout_however_its_amount_is_spelt() {
    let payout = payout(PayoutAsset::Usdt);
    assert_eq!(payout.request.amount, "25");
    for amount in ["25", "25.0", "25.000000", "025"] {
        assert!(payout.asks_the_same(&request(PayoutAsset::Usdt, amount)), "{amount}");
    }
    let with = |change: fn(&mut PayoutRequest)| {
        let mut request = request(PayoutAsset::Usdt, "25");
        change(&mut request);
        request
    };
    for other in [
        request(PayoutAsset::Usdt, "25.000001"),
        request(PayoutAsset::Usdt, "x"),
        request(PayoutAsset::Trx, "25"),
        with(|request| request.memo = Some("x".to_owned())),
        with(|request| request.recipient = token()),
    ] {
        assert!(!payout.asks_the_same(&other), "{other:?}");
    }
    assert_eq!(payout.money, Money::Usdt(Usdt::parse("25").expect("an amount")));
}
