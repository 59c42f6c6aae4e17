//! From a request to a payout, or to the reason why not.

use api::payout_router::{PayoutAsset, PayoutRequest};
use primitives::{Address, AmountError, PayoutId, PlaneId, Sun, UnixMs, Usdt};
use thiserror::Error;

use super::{Money, Payout, Stage, Unrecorded};
use crate::limits::{LimitError, Limits, TrxLimitError};

/// Why a request makes no payout.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AcceptError {
    /// The id is not the one derived from plane, merchant and reference.
    #[error("the id of this merchant's payout of this reference is {expected}")]
    Id {
        /// The right one.
        expected: PayoutId,
    },
    /// The amount is no amount.
    #[error("amount: {0}")]
    Amount(#[from] AmountError),
    /// The amount is beyond a bound for one payout.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The same, in TRX.
    #[error(transparent)]
    TrxLimit(#[from] TrxLimitError),
    /// Nobody has the key of the zero address.
    #[error("the recipient is the zero address, from which nothing ever returns")]
    ZeroRecipient,
    /// The memo is beyond what we write on the chain.
    #[error("a memo has 1 to 128 bytes of printable text")]
    Memo,
}

/// The longest memo, in bytes.
const MEMO_MAX: usize = 128;

/// Checks a request and makes the payout that it asks for.
pub fn accept(
    id: PayoutId,
    request: PayoutRequest,
    plane: PlaneId,
    limits: &Limits,
    now: UnixMs,
) -> Result<Payout, AcceptError> {
    let expected = PayoutId::of(plane, &request.merchant, &request.reference);
    if id != expected {
        return Err(AcceptError::Id { expected });
    }
    if request.recipient == Address::ZERO {
        return Err(AcceptError::ZeroRecipient);
    }
    if request.memo.as_ref().is_some_and(|memo| !is_memo(memo)) {
        return Err(AcceptError::Memo);
    }
    let money = money(&request, limits)?;
    Ok(Payout {
        id,
        // One spelling of an amount, so that equal requests are equal.
        request: PayoutRequest { amount: money.to_string(), ..request },
        money,
        created_at: now,
        stage: Stage::Accepted,
        attempts: Vec::new(),
        waiting: None,
        cancelling: false,
        allowed: None,
        adopted: None,
        unrecorded: Unrecorded::Equal,
        due_at: Some(now),
    })
}

fn is_memo(memo: &str) -> bool {
    (1..=MEMO_MAX).contains(&memo.len()) && !memo.chars().any(char::is_control)
}

fn money(request: &PayoutRequest, limits: &Limits) -> Result<Money, AcceptError> {
    Ok(match request.asset {
        PayoutAsset::Usdt => {
            let amount = Usdt::parse(&request.amount)?;
            limits.check(amount)?;
            Money::Usdt(amount)
        }
        PayoutAsset::Trx => {
            let amount = Sun::parse(&request.amount)?;
            limits.check_trx(amount)?;
            Money::Trx(amount)
        }
    })
}

impl Payout {
    /// As a plane takes it that was restored: what the lost one had under its id, and paid, nobody knows.
    #[must_use]
    pub fn after_a_restore(self) -> Self {
        Self { unrecorded: Unrecorded::Any, ..self }
    }

    /// Whether a request asks for just this payout, however its amount is spelt.
    pub fn asks_the_same(&self, request: &PayoutRequest) -> bool {
        let amount = match request.asset {
            PayoutAsset::Usdt => Usdt::parse(&request.amount).map(Money::Usdt),
            PayoutAsset::Trx => Sun::parse(&request.amount).map(Money::Trx),
        };
        let canonical = PayoutRequest { amount: self.request.amount.clone(), ..request.clone() };
        amount == Ok(self.money) && canonical == self.request
    }
}
