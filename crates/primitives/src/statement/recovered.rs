//! What two operators say of transactions that a restored plane does not know.

use super::StatementError;
use super::fields::array;
use crate::{PayoutId, TxId};

/// The most that one decision is about: what a person can still look at.
pub const RECOVERED_MAX: usize = 200;

/// A transaction, and what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// The transaction.
    pub txid: TxId,
    /// What it was.
    pub was: RecoveredAs,
}

/// What a transaction was that nobody has a record of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveredAs {
    /// The payment of this payout, which it settles.
    Payout(PayoutId),
    /// The payment of a payout that was not asked for again yet: an equal one waits until it is decided.
    Kept,
    /// No payment of a payout.
    Other,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct WireRecovered {
    #[prost(bytes = "vec", tag = "1")]
    txid: Vec<u8>,
    #[prost(uint32, tag = "2")]
    was: u32,
    #[prost(string, tag = "3")]
    payout: String,
}

impl Recovered {
    pub(super) fn to_wire(self) -> WireRecovered {
        let (was, payout) = match self.was {
            RecoveredAs::Payout(payout) => (1, payout.to_string()),
            RecoveredAs::Kept => (2, String::new()),
            RecoveredAs::Other => (3, String::new()),
        };
        WireRecovered { txid: self.txid.as_bytes().to_vec(), was, payout }
    }

    fn from_wire(wire: &WireRecovered) -> Result<Self, StatementError> {
        let payout = || wire.payout.parse().map_err(|_| StatementError::Malformed("payout"));
        let was = match wire.was {
            1 => RecoveredAs::Payout(payout()?),
            2 => RecoveredAs::Kept,
            3 => RecoveredAs::Other,
            _ => return Err(StatementError::Malformed("what a transaction was")),
        };
        Ok(Self { txid: TxId::new(array(&wire.txid, "txid")?), was })
    }

    /// All of them: ascending by txid, none twice, 1 to [`RECOVERED_MAX`].
    pub(super) fn all_from_wire(wires: &[WireRecovered]) -> Result<Vec<Self>, StatementError> {
        let all = wires.iter().map(Self::from_wire).collect::<Result<Vec<_>, _>>()?;
        let ordered = all.windows(2).all(|pair| pair[0].txid < pair[1].txid);
        if ordered && (1..=RECOVERED_MAX).contains(&all.len()) {
            Ok(all)
        } else {
            Err(StatementError::Malformed("transactions"))
        }
    }
}
