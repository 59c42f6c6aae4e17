//! The Transfer event, the only proof that tokens moved.

use alloy_primitives::U256;
use primitives::Address;
use thiserror::Error;

use super::call::word_to_address;
use super::event::topic;

/// Why a log whose first topic is Transfer's cannot be read as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransferLogError {
    /// Not three topics of 32 bytes and one word of data: another event of the same name.
    #[error("a Transfer log has three topics and one word of data")]
    Shape,
    /// A topic holds more than an address.
    #[error("a Transfer log's address is not padded with zeros")]
    Padding,
    /// More than `u64::MAX` units, which no token that we handle has.
    #[error("a Transfer log's value does not fit 64 bits")]
    Value,
}

/// Tokens that moved from one account to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferLog {
    /// Who lost them; the zero address when tokens are made.
    pub from: Address,
    /// Who has them now.
    pub to: Address,
    /// How many, in the token's smallest units: what the recipient got, fees taken off.
    pub value: u64,
}

impl TransferLog {
    /// Reads a log's topics and data; `Ok(None)` if it is another event. Whose log it is, the caller has to check.
    pub fn parse<T: AsRef<[u8]>>(topics: &[T], payload: &[u8]) -> Result<Option<Self>, TransferLogError> {
        if topics.first().is_none_or(|first| first.as_ref() != topic::TRANSFER) {
            return Ok(None);
        }
        let [_, from, to] = topics else {
            return Err(TransferLogError::Shape);
        };
        let (from, to) = (from.as_ref(), to.as_ref());
        let value: &[u8; 32] = payload.try_into().map_err(|_| TransferLogError::Shape)?;
        if from.len() != 32 || to.len() != 32 {
            return Err(TransferLogError::Shape);
        }
        Ok(Some(Self {
            from: word_to_address(from).ok_or(TransferLogError::Padding)?,
            to: word_to_address(to).ok_or(TransferLogError::Padding)?,
            value: U256::from_be_slice(value).try_into().map_err(|_| TransferLogError::Value)?,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(body: [u8; 20]) -> Vec<u8> {
        [[0; 12].as_slice(), &body].concat()
    }

    fn value(units: u128) -> Vec<u8> {
        [[0; 16].as_slice(), &units.to_be_bytes()].concat()
    }

    #[test]
    fn reads_a_transfer() {
        let topics = [topic::TRANSFER.to_vec(), word([1; 20]), word([2; 20])];
        let log = TransferLog::parse(&topics, &value(25_000_000)).unwrap().unwrap();
        assert_eq!((log.from, log.to), (Address::from_evm([1; 20]), Address::from_evm([2; 20])));
        assert_eq!(log.value, 25_000_000);
    }

    #[test]
    fn refuses_what_only_looks_like_one() {
        let topics = [topic::TRANSFER.to_vec(), word([1; 20]), word([2; 20])];
        assert_eq!(TransferLog::parse(&topics, &value(1 << 64)), Err(TransferLogError::Value));
        assert_eq!(TransferLog::parse(&topics, &[0; 31]), Err(TransferLogError::Shape));
        // ERC-721's Transfer has the value as a fourth topic.
        assert_eq!(TransferLog::parse(&[&topics[..], &[value(1)]].concat(), &[]), Err(TransferLogError::Shape));
        let dirty = [topic::TRANSFER.to_vec(), vec![9; 32], word([2; 20])];
        assert_eq!(TransferLog::parse(&dirty, &value(1)), Err(TransferLogError::Padding));
        assert_eq!(TransferLog::parse(&[topic::APPROVAL], &value(1)), Ok(None));
        assert_eq!(TransferLog::parse::<Vec<u8>>(&[], &value(1)), Ok(None));
    }
}
