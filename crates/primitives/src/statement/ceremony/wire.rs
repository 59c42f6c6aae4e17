//! The messages that a decision is encoded as.

use prost::{Message, Oneof};

use super::WireSpending;
use crate::statement::recovered::{WireRecovered, WireUnpaid};

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireMakeKey {
    #[prost(uint32, tag = "1")]
    pub(super) class: u32,
    #[prost(string, tag = "2")]
    pub(super) name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireRetireKey {
    #[prost(string, tag = "1")]
    pub(super) key_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireThaw {
    #[prost(string, tag = "1")]
    pub(super) freeze: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireWeight {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) address: Vec<u8>,
    #[prost(uint32, tag = "2")]
    pub(super) weight: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WirePermission {
    #[prost(uint32, tag = "1")]
    pub(super) threshold: u32,
    #[prost(message, repeated, tag = "2")]
    pub(super) keys: Vec<WireWeight>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireHarden {
    #[prost(string, tag = "1")]
    pub(super) wallet: String,
    #[prost(message, optional, tag = "2")]
    pub(super) owner: Option<WirePermission>,
    #[prost(message, optional, tag = "3")]
    pub(super) active: Option<WirePermission>,
    #[prost(bytes = "vec", tag = "4")]
    pub(super) operations: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    pub(super) account: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireSetPolicy {
    #[prost(uint32, tag = "1")]
    pub(super) version: u32,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) sha256: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireAdoptSettings {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) sha256: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireAttemptAgain {
    #[prost(string, tag = "1")]
    pub(super) intent: String,
    #[prost(uint32, tag = "2")]
    pub(super) attempt: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireExplain {
    #[prost(string, tag = "1")]
    pub(super) discrepancy: String,
    #[prost(string, tag = "2")]
    pub(super) note: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct WireRecover {
    #[prost(message, repeated, tag = "1")]
    pub(super) transactions: Vec<WireRecovered>,
    #[prost(string, tag = "2")]
    pub(super) note: String,
    #[prost(string, tag = "3")]
    pub(super) freeze: String,
    #[prost(message, repeated, tag = "4")]
    pub(super) unpaid: Vec<WireUnpaid>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum WireAction {
    #[prost(message, tag = "10")]
    MakeKey(WireMakeKey),
    #[prost(message, tag = "11")]
    RetireKey(WireRetireKey),
    #[prost(message, tag = "12")]
    Thaw(WireThaw),
    #[prost(message, tag = "13")]
    Harden(WireHarden),
    #[prost(message, tag = "14")]
    SetPolicy(WireSetPolicy),
    #[prost(message, tag = "15")]
    Spend(WireSpending),
    #[prost(message, tag = "16")]
    AdoptSettings(WireAdoptSettings),
    #[prost(message, tag = "17")]
    AttemptAgain(WireAttemptAgain),
    #[prost(message, tag = "18")]
    Explain(WireExplain),
    #[prost(message, tag = "19")]
    Recover(WireRecover),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Wire {
    #[prost(string, tag = "1")]
    pub(super) plane: String,
    #[prost(uint32, tag = "2")]
    pub(super) chain_id: u32,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) nonce: Vec<u8>,
    #[prost(uint64, tag = "4")]
    pub(super) issued_at: u64,
    #[prost(uint64, tag = "5")]
    pub(super) valid_until: u64,
    #[prost(oneof = "WireAction", tags = "10, 11, 12, 13, 14, 15, 16, 17, 18, 19")]
    pub(super) action: Option<WireAction>,
}
