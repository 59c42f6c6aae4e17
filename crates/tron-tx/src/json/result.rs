//! What a scanner needs of a transaction in a block, read straight from the text: a block has hundreds.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::error::JsonError;
use super::parse::{Form, encode};
use super::unknown;
use crate::proto::{ContractResult, Described, TransactionResult};

/// A transaction's parts that hashes cover. `raw_data`, two thirds of the text, repeats `raw_data_hex` and is skipped.
#[derive(Default)]
pub(super) struct TransactionText<'a> {
    pub(super) txid: &'a str,
    pub(super) raw_data_hex: &'a str,
    pub(super) signature: Vec<&'a str>,
    pub(super) ret: Vec<ResultText<'a>>,
    /// Fields that the protocol does not have, by number.
    pub(super) unknown: Map<String, Value>,
}

/// One result; nearly always it is `contractRet` alone.
#[derive(Default)]
pub(super) struct ResultText<'a> {
    contract_ret: Option<&'a str>,
    rest: Map<String, Value>,
}

impl ResultText<'_> {
    /// The result's bytes as they are in the block.
    pub(super) fn encode(mut self) -> Result<Vec<u8>, JsonError> {
        let known = self.contract_ret.map(ContractResult::from_name);
        match known {
            Some(Some(result)) if self.rest.is_empty() && result != ContractResult::Default => {
                Ok(prost::Message::encode_to_vec(&TransactionResult {
                    contract_ret: result.into(),
                    ..Default::default()
                }))
            }
            _ => {
                if let Some(name) = self.contract_ret {
                    self.rest.insert("contractRet".to_owned(), name.into());
                }
                encode(TransactionResult::SCHEMA, &self.rest, Form::HASHED)
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for TransactionText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = TransactionText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transaction")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut text = TransactionText::default();
                while let Some(key) = map.next_key::<&'de str>()? {
                    match key {
                        "txID" => text.txid = map.next_value()?,
                        "raw_data_hex" => text.raw_data_hex = map.next_value()?,
                        "signature" => text.signature = map.next_value()?,
                        "ret" => text.ret = map.next_value()?,
                        number if unknown::is_number(number) => {
                            text.unknown.insert(number.to_owned(), map.next_value()?);
                        }
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(text)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for ResultText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = ResultText<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a transaction's result")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut text = ResultText::default();
                while let Some(key) = map.next_key::<&'de str>()? {
                    if key == "contractRet" {
                        text.contract_ret = Some(map.next_value()?);
                    } else {
                        text.rest.insert(key.to_owned(), map.next_value()?);
                    }
                }
                Ok(text)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}
