//! The words that a policy's lists are made of.

use std::collections::BTreeSet;
use std::fmt;

use primitives::Address;
use primitives::statement::Kind;
use serde::Deserialize;
use tron_tx::ContractType;
use tron_tx::hash::keccak256;

/// The name of a kind of authorisation.
pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Payout => "payout",
        Kind::Refund => "refund",
        Kind::Sweep => "sweep",
        Kind::Stake => "stake",
        Kind::Unstake => "unstake",
        Kind::Delegation => "delegation",
        Kind::Reclaim => "reclaim",
    }
}

/// A contract's type by the protocol's name, such as `TransferContract`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct ContractName(pub(super) ContractType);

impl TryFrom<String> for ContractName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        ContractType::from_name(&text).map(Self).ok_or_else(|| format!("there is no contract type {text:?}"))
    }
}

impl fmt::Display for ContractName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// A token's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum TokenName {
    /// `usdt`: the one that the plane is configured with.
    Usdt,
    /// An address.
    At(Address),
}

impl TokenName {
    pub(super) fn names(self, token: Address, usdt: &BTreeSet<Address>) -> bool {
        match self {
            Self::Usdt => usdt.contains(&token),
            Self::At(address) => address == token,
        }
    }
}

impl TryFrom<String> for TokenName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "usdt" { Ok(Self::Usdt) } else { address(&text, "usdt").map(Self::At) }
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usdt => f.write_str("usdt"),
            Self::At(address) => address.fmt(f),
        }
    }
}

/// Where something may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) enum Destination {
    /// `anyone`: wherever the authorisation says.
    Anyone,
    /// `our_wallets`: the wallets of this signer.
    OurWallets,
    /// An address.
    At(Address),
}

impl Destination {
    pub(super) fn admits(self, recipient: Address, our_wallets: &BTreeSet<Address>) -> bool {
        match self {
            Self::Anyone => true,
            Self::OurWallets => our_wallets.contains(&recipient),
            Self::At(address) => address == recipient,
        }
    }
}

impl TryFrom<String> for Destination {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "anyone" => Ok(Self::Anyone),
            "our_wallets" => Ok(Self::OurWallets),
            _ => address(&text, "anyone, our_wallets").map(Self::At),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("anyone"),
            Self::OurWallets => f.write_str("our_wallets"),
            Self::At(address) => address.fmt(f),
        }
    }
}

fn address(text: &str, words: &str) -> Result<Address, String> {
    Address::parse(text).map_err(|error| format!("{text:?} is neither {words} nor an address: {error}"))
}

/// The first four bytes of a call: eight hexadecimal digits, or the signature that hashes to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Selector(pub(super) [u8; 4]);

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut bytes = [0; 4];
        if hex::decode_to_slice(&text, &mut bytes).is_ok() {
            return Ok(Self(bytes));
        }
        let is_signature = text.split_once('(').is_some_and(|(name, rest)| {
            let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            let types = rest.strip_suffix(')').unwrap_or("(");
            !name.is_empty()
                && name.bytes().all(word)
                && types.bytes().all(|byte| word(byte) || matches!(byte, b',' | b'[' | b']'))
        });
        if !is_signature {
            return Err(format!("{text:?} is neither 8 hexadecimal digits nor such as transfer(address,uint256)"));
        }
        let [a, b, c, d, ..] = keccak256(text.as_bytes());
        Ok(Self([a, b, c, d]))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
