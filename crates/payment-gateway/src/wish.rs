//! What a merchant asks for, read with care: everything that is wrong for certain is said here, without the router.

use api::payment_gateway::MerchantPayoutRequest;
use api::payout_router::{PayoutAsset, PayoutRequest};
use primitives::{Address, AmountError, MerchantId, MerchantRef, PayoutId, Sun, Usdt};
use thiserror::Error;

/// The longest memo, bytes; payout-router's rule.
const MEMO_MAX: usize = 128;

/// Why a request asks for no payout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum WishError {
    /// The reference could be taken for a payout's id, by which payouts are asked for as well.
    #[error("the reference has the form of a payout's id; choose another")]
    Reference,
    /// The amount is no amount.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// The amount is nothing.
    #[error("the amount is zero")]
    Nothing,
    /// The recipient is the zero address, of which nobody has the key.
    #[error("the recipient is the zero address")]
    ZeroRecipient,
    /// The memo is empty, too long, or has control characters.
    #[error("a memo is 1 to {MEMO_MAX} bytes without control characters")]
    Memo,
}

/// The payout that a merchant asks for, with its amount in the one spelling.
pub(crate) fn read(
    merchant: &MerchantId,
    reference: MerchantRef,
    request: MerchantPayoutRequest,
) -> Result<PayoutRequest, WishError> {
    let MerchantPayoutRequest { asset, recipient, amount, memo } = request;
    if reference.as_str().parse::<PayoutId>().is_ok() {
        return Err(WishError::Reference);
    }
    let (amount, nothing) = match asset {
        PayoutAsset::Usdt => Usdt::parse(&amount).map(|usdt| (usdt.to_string(), usdt.is_zero()))?,
        PayoutAsset::Trx => Sun::parse(&amount).map(|trx| (trx.to_string(), trx.is_zero()))?,
    };
    if nothing {
        return Err(WishError::Nothing);
    }
    if recipient == Address::ZERO {
        return Err(WishError::ZeroRecipient);
    }
    if memo.as_ref().is_some_and(|memo| !is_memo(memo)) {
        return Err(WishError::Memo);
    }
    Ok(PayoutRequest { merchant: merchant.clone(), reference, asset, recipient, amount, memo })
}

fn is_memo(memo: &str) -> bool {
    (1..=MEMO_MAX).contains(&memo.len()) && !memo.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wish(amount: &str) -> Result<PayoutRequest, WishError> {
        let recipient = Address::from_evm([9; 20]);
        let request =
            MerchantPayoutRequest { asset: PayoutAsset::Usdt, recipient, amount: amount.to_owned(), memo: None };
        read(&"shop".parse().unwrap(), "order-1".parse().unwrap(), request)
    }

    #[test]
    fn spellings_of_one_amount_are_one_request() {
        assert_eq!(wish("25").unwrap().amount, "25");
        assert_eq!(wish("25.000000").unwrap(), wish("025").unwrap());
        assert_ne!(wish("25.000001").unwrap(), wish("25").unwrap());
    }

    proptest! {
        #[test]
        fn an_amount_is_read_as_what_it_says_or_not_at_all(units in 0..=u64::MAX, text in "[0-9.+-]{0,24}") {
            let spelt = format!("{}.{:06}", units / 1_000_000, units % 1_000_000);
            match wish(&spelt) {
                Ok(request) => prop_assert_eq!(request.amount.parse::<Usdt>().unwrap().units(), units),
                Err(WishError::Nothing) => prop_assert_eq!(units, 0),
                Err(error) => prop_assert!(units > i64::MAX as u64, "{}: {}", spelt, error),
            }
            if let Ok(request) = wish(&text) {
                prop_assert_eq!(wish(&request.amount).unwrap(), request);
            }
        }
    }
}
