//! Calldata of a token's functions, written and read.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use primitives::Address;
use thiserror::Error;

use super::interface::{Token, selector};

/// Why calldata is not exactly one of the calls that we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CalldataError {
    /// Another function, or none.
    #[error("not a call of transfer or approve")]
    Selector,
    /// Not exactly a selector and two words.
    #[error("the call has {0} bytes instead of 68")]
    Length(usize),
    /// An address has bits beyond its 20 bytes, which contracts of old compilers ignore and new ones refuse.
    #[error("an address is not padded with zeros")]
    Padding,
}

/// A call that moves tokens or permits that, with the value in the token's smallest units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenCall {
    /// `transfer`: pays `value` to `to`.
    Transfer {
        /// The recipient.
        to: Address,
        /// How much.
        value: U256,
    },
    /// `approve`: permits `spender` to take up to `value`.
    Approve {
        /// Who may take.
        spender: Address,
        /// Up to how much.
        value: U256,
    },
}

impl TokenCall {
    /// Reads calldata that is exactly a `transfer` or an `approve`: 68 bytes, addresses padded with zeros.
    pub fn decode(calldata: &[u8]) -> Result<Self, CalldataError> {
        Self::read(calldata, word_to_address)
    }

    /// Like [`TokenCall::decode`], but an address may also have the 0x41 of its 21-byte form before it.
    ///
    /// Some wallets write it so and USDT's old compiler ignores it, so such calls do move tokens. For those who look at
    /// transactions of others; never for what we sign.
    pub fn decode_as_executed(calldata: &[u8]) -> Result<Self, CalldataError> {
        Self::read(calldata, |word| match word.split_at_checked(12)? {
            ([zeros @ .., 0x41], body) if zeros.iter().all(|byte| *byte == 0) => {
                body.try_into().ok().map(Address::from_evm)
            }
            _ => word_to_address(word),
        })
    }

    fn read(calldata: &[u8], address: impl Fn(&[u8]) -> Option<Address>) -> Result<Self, CalldataError> {
        let (head, arguments) = calldata.split_at_checked(4).ok_or(CalldataError::Selector)?;
        if head != selector::TRANSFER && head != selector::APPROVE {
            return Err(CalldataError::Selector);
        }
        let arguments: &[u8; 64] = arguments.try_into().map_err(|_| CalldataError::Length(calldata.len()))?;
        let (account, value) = arguments.split_at(32);
        let account = address(account).ok_or(CalldataError::Padding)?;
        let value = U256::from_be_slice(value);
        Ok(if head == selector::TRANSFER {
            Self::Transfer { to: account, value }
        } else {
            Self::Approve { spender: account, value }
        })
    }
}

/// A 32-byte word that holds an address, if nothing else is in it.
pub(super) fn word_to_address(word: &[u8]) -> Option<Address> {
    let (padding, body) = word.split_at_checked(12)?;
    let body: [u8; 20] = body.try_into().ok()?;
    padding.iter().all(|byte| *byte == 0).then(|| Address::from_evm(body))
}

fn evm(address: Address) -> alloy_primitives::Address {
    address.evm().into()
}

/// Calldata of `transfer(to, value)`; 68 bytes.
pub fn transfer(to: Address, value: u64) -> Vec<u8> {
    Token::transferCall { to: evm(to), value: U256::from(value) }.abi_encode()
}

/// Calldata of `approve(spender, value)`; 68 bytes.
pub fn approve(spender: Address, value: u64) -> Vec<u8> {
    Token::approveCall { spender: evm(spender), value: U256::from(value) }.abi_encode()
}

/// Calldata of `balanceOf(account)`; the answer is read by [`u64_result`].
pub fn balance_of(account: Address) -> Vec<u8> {
    Token::balanceOfCall { account: evm(account) }.abi_encode()
}

/// Calldata of `allowance(holder, spender)`.
pub fn allowance(holder: Address, spender: Address) -> Vec<u8> {
    Token::allowanceCall { holder: evm(holder), spender: evm(spender) }.abi_encode()
}

/// Calldata of `isBlackListed(account)`; the answer is read by [`bool_result`].
pub fn is_black_listed(account: Address) -> Vec<u8> {
    Token::isBlackListedCall { account: evm(account) }.abi_encode()
}

/// Calldata of `paused()`; the answer is read by [`bool_result`].
pub fn paused() -> Vec<u8> {
    Token::pausedCall {}.abi_encode()
}

/// Calldata of `calcFee(value)`: what the token takes of a transfer; the answer is read by [`u64_result`].
pub fn calc_fee(value: u64) -> Vec<u8> {
    Token::calcFeeCall { value: U256::from(value) }.abi_encode()
}

/// Calldata of `owner()`.
pub fn owner() -> Vec<u8> {
    Token::ownerCall {}.abi_encode()
}

/// Calldata of `totalSupply()`.
pub fn total_supply() -> Vec<u8> {
    Token::totalSupplyCall {}.abi_encode()
}

/// An answer that is one number, if it is exactly one word and fits; above `u64::MAX` it is no amount we can hold.
pub fn u64_result(answer: &[u8]) -> Option<u64> {
    let word: &[u8; 32] = answer.try_into().ok()?;
    U256::from_be_slice(word).try_into().ok()
}

/// An answer that is one truth value, if it is exactly a word of 0 or 1.
///
/// Never use it on what USDT's `transfer` returns: that is false on success.
pub fn bool_result(answer: &[u8]) -> Option<bool> {
    match u64_result(answer)? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
