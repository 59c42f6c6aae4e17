//! What two operators say of transactions that a restored plane does not know, and of payouts that none of them has paid.
//!
//! A txid and an id tell a person nothing: what was paid to whom, and for which merchant's request, is part of the
//! statement, and whoever acts upon it compares that with the chain and with its own records.

use prost::Message;

use super::StatementError;
use super::fields::{address, array, ascending, line, number_of, value_of};
use crate::{Address, MerchantId, MerchantRef, PayoutId, TxId};

/// The most transactions, and the most payouts, that one decision is about: what a person can still look at.
pub const RECOVERED_MAX: usize = 200;

/// The longest memo as it is shown, characters.
const MEMO_MAX: usize = 160;
/// As many bytes as those characters can have.
const MEMO_BYTES_MAX: usize = 4 * (MEMO_MAX + 1);
/// The longest name of what a transaction did, bytes.
const DEED_MAX: usize = 200;

/// A transaction, and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The transaction.
    pub txid: TxId,
    /// What it did and how that ended, by the protocol's names: `TransferContract SUCCESS`.
    pub deed: String,
    /// What it has paid by what the chain has of it, if it is a payment as payouts are.
    pub paid: Option<PaidOut>,
    /// What it was.
    pub was: RecoveredAs,
}

/// What a transaction was that nobody has a record of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveredAs {
    /// The payment of this payout, which it settles.
    Payout(NamedPayout),
    /// The payment of a payout that was not asked for again yet: those that may be it wait until it is decided.
    Kept,
    /// No payment of a payout.
    Other,
}

/// A payout by all its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPayout {
    /// Its id.
    pub payout: PayoutId,
    /// Who asked for it.
    pub merchant: MerchantId,
    /// What they call it.
    pub reference: MerchantRef,
}

/// A payout that none of the kept payments has paid: it is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpaid {
    /// The payout.
    pub payout: NamedPayout,
    /// What it asks for.
    pub asks: PaidOut,
}

/// How much of what was, or is to be, paid to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidOut {
    /// In what.
    pub currency: Currency,
    /// To whom.
    pub recipient: Address,
    /// How much, in millionths of it, from 1 to `i64::MAX`.
    pub units: u64,
    /// What is written on it, as [`shown_memo`] has it.
    pub memo: Option<String>,
}

/// In what payouts are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Currency {
    /// TRX.
    Trx,
    /// The plane's USDT.
    Usdt,
}

const CURRENCIES: [(u32, Currency); 2] = [(1, Currency::Trx), (2, Currency::Usdt)];

/// A memo as people are shown it: in one line, and nothing in it that turns or hides what stands beside it. None is left
/// of an empty one.
pub fn shown_memo(memo: &str) -> Option<String> {
    let mut shown: String = memo.escape_debug().take(MEMO_MAX).collect();
    if memo.escape_debug().nth(MEMO_MAX).is_some() {
        shown.push('…');
    }
    (!shown.is_empty()).then_some(shown)
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WirePaidOut {
    #[prost(uint32, tag = "1")]
    currency: u32,
    #[prost(bytes = "vec", tag = "2")]
    recipient: Vec<u8>,
    #[prost(uint64, tag = "3")]
    units: u64,
    #[prost(string, tag = "4")]
    memo: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireNamedPayout {
    #[prost(string, tag = "1")]
    payout: String,
    #[prost(string, tag = "2")]
    merchant: String,
    #[prost(string, tag = "3")]
    reference: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireRecovered {
    #[prost(bytes = "vec", tag = "1")]
    txid: Vec<u8>,
    #[prost(uint32, tag = "2")]
    was: u32,
    #[prost(message, optional, tag = "3")]
    payout: Option<WireNamedPayout>,
    #[prost(string, tag = "4")]
    deed: String,
    #[prost(message, optional, tag = "5")]
    paid: Option<WirePaidOut>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireUnpaid {
    #[prost(message, optional, tag = "1")]
    payout: Option<WireNamedPayout>,
    #[prost(message, optional, tag = "2")]
    asks: Option<WirePaidOut>,
}

impl PaidOut {
    fn to_wire(&self) -> WirePaidOut {
        WirePaidOut {
            currency: number_of(&CURRENCIES, &self.currency),
            recipient: self.recipient.to_bytes21().to_vec(),
            units: self.units,
            memo: self.memo.clone().unwrap_or_default(),
        }
    }

    fn from_wire(wire: &WirePaidOut) -> Result<Self, StatementError> {
        if wire.units == 0 || i64::try_from(wire.units).is_err() {
            return Err(StatementError::Malformed("amount"));
        }
        let memo = if wire.memo.is_empty() { None } else { Some(line(&wire.memo, MEMO_BYTES_MAX, "memo")?) };
        Ok(Self {
            currency: value_of(&CURRENCIES, wire.currency, "currency")?,
            recipient: address(&wire.recipient)?,
            units: wire.units,
            memo,
        })
    }
}

impl NamedPayout {
    fn to_wire(&self) -> WireNamedPayout {
        WireNamedPayout {
            payout: self.payout.to_string(),
            merchant: self.merchant.to_string(),
            reference: self.reference.to_string(),
        }
    }

    fn from_wire(wire: &WireNamedPayout) -> Result<Self, StatementError> {
        Ok(Self {
            payout: wire.payout.parse().map_err(|_| StatementError::Malformed("payout"))?,
            merchant: wire.merchant.parse().map_err(|_| StatementError::Malformed("merchant"))?,
            reference: wire.reference.parse().map_err(|_| StatementError::Malformed("reference"))?,
        })
    }
}

impl Recovered {
    pub(super) fn to_wire(&self) -> WireRecovered {
        let (was, payout) = match &self.was {
            RecoveredAs::Payout(payout) => (1, Some(payout.to_wire())),
            RecoveredAs::Kept => (2, None),
            RecoveredAs::Other => (3, None),
        };
        WireRecovered {
            txid: self.txid.as_bytes().to_vec(),
            was,
            payout,
            deed: self.deed.clone(),
            paid: self.paid.as_ref().map(PaidOut::to_wire),
        }
    }

    fn from_wire(wire: &WireRecovered) -> Result<Self, StatementError> {
        let was = match (wire.was, &wire.payout) {
            (1, Some(payout)) => RecoveredAs::Payout(NamedPayout::from_wire(payout)?),
            (2, None) => RecoveredAs::Kept,
            (3, None) => RecoveredAs::Other,
            _ => return Err(StatementError::Malformed("what a transaction was")),
        };
        Ok(Self {
            txid: TxId::new(array(&wire.txid, "txid")?),
            deed: line(&wire.deed, DEED_MAX, "what a transaction did")?,
            paid: wire.paid.as_ref().map(PaidOut::from_wire).transpose()?,
            was,
        })
    }

    /// All of them: ascending by txid, none twice, at most [`RECOVERED_MAX`].
    pub(super) fn all_from_wire(wires: &[WireRecovered]) -> Result<Vec<Self>, StatementError> {
        let all = wires.iter().map(Self::from_wire).collect::<Result<Vec<_>, _>>()?;
        let txids: Vec<_> = all.iter().map(|one| one.txid).collect();
        in_order(&txids, "transactions").map(|()| all)
    }
}

impl Unpaid {
    pub(super) fn to_wire(&self) -> WireUnpaid {
        WireUnpaid { payout: Some(self.payout.to_wire()), asks: Some(self.asks.to_wire()) }
    }

    fn from_wire(wire: &WireUnpaid) -> Result<Self, StatementError> {
        let (Some(payout), Some(asks)) = (&wire.payout, &wire.asks) else {
            return Err(StatementError::Malformed("payouts"));
        };
        Ok(Self { payout: NamedPayout::from_wire(payout)?, asks: PaidOut::from_wire(asks)? })
    }

    /// All of them: ascending by id, none twice, at most [`RECOVERED_MAX`].
    pub(super) fn all_from_wire(wires: &[WireUnpaid]) -> Result<Vec<Self>, StatementError> {
        let all = wires.iter().map(Self::from_wire).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<_> = all.iter().map(|one| one.payout.payout).collect();
        in_order(&ids, "payouts").map(|()| all)
    }
}

fn in_order<T: PartialOrd>(list: &[T], what: &'static str) -> Result<(), StatementError> {
    if ascending(list) && list.len() <= RECOVERED_MAX { Ok(()) } else { Err(StatementError::Malformed(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_is_shown_in_one_line_and_bounded() {
        assert_eq!(shown_memo(""), None);
        assert_eq!(shown_memo("invoice 7 für Zoë").as_deref(), Some("invoice 7 für Zoë"));
        let turned = shown_memo("a\nPaid to\u{202e}b\0").expect("a memo");
        assert_eq!(turned, r"a\nPaid to\u{202e}b\0");
        let long = shown_memo(&"é".repeat(500)).expect("a memo");
        assert_eq!((long.chars().count(), long.chars().last()), (MEMO_MAX + 1, Some('…')));
        assert!(line(&long, MEMO_BYTES_MAX, "memo").is_ok());
    }
}
