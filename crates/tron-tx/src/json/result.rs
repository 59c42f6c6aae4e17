//! A transaction's `ret` as it stands in a block.
//!
//! Read straight into a struct because a scanner reads hundreds per block; an unknown field is an error because the
//! block's transaction root covers it and could not be recomputed.

use serde::Deserialize;

use super::parse::hexadecimal;
use crate::proto::{ContractResult, MarketOrderDetail, ResultCode, StringMapEntry, TransactionResult};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResultText<'a> {
    #[serde(default)]
    fee: i64,
    ret: Option<&'a str>,
    #[serde(rename = "contractRet")]
    contract_ret: Option<&'a str>,
    #[serde(default, rename = "assetIssueID")]
    asset_issue_id: String,
    #[serde(default)]
    withdraw_amount: i64,
    #[serde(default)]
    unfreeze_amount: i64,
    #[serde(default)]
    exchange_received_amount: i64,
    #[serde(default)]
    exchange_inject_another_amount: i64,
    #[serde(default)]
    exchange_withdraw_another_amount: i64,
    #[serde(default)]
    exchange_id: i64,
    #[serde(default)]
    shielded_transaction_fee: i64,
    #[serde(default, rename = "orderId")]
    order_id: &'a str,
    #[serde(default, borrow, rename = "orderDetails")]
    order_details: Vec<OrderDetailText<'a>>,
    #[serde(default)]
    withdraw_expire_amount: i64,
    #[serde(default, rename = "cancel_unfreezeV2_amount")]
    cancel_unfreeze_v2_amount: Vec<EntryText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderDetailText<'a> {
    #[serde(default, rename = "makerOrderId")]
    maker_order_id: &'a str,
    #[serde(default, rename = "takerOrderId")]
    taker_order_id: &'a str,
    #[serde(default, rename = "fillSellQuantity")]
    fill_sell_quantity: i64,
    #[serde(default, rename = "fillBuyQuantity")]
    fill_buy_quantity: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: i64,
}

impl ResultText<'_> {
    /// The message; `None` if a name or a byte string is not what the protocol has.
    pub(super) fn into_message(self) -> Option<TransactionResult> {
        let order_details = self
            .order_details
            .into_iter()
            .map(|detail| {
                Some(MarketOrderDetail {
                    maker_order_id: hexadecimal(detail.maker_order_id)?,
                    taker_order_id: hexadecimal(detail.taker_order_id)?,
                    fill_sell_quantity: detail.fill_sell_quantity,
                    fill_buy_quantity: detail.fill_buy_quantity,
                })
            })
            .collect::<Option<_>>()?;
        let cancelled =
            self.cancel_unfreeze_v2_amount.into_iter().map(|entry| StringMapEntry::new(entry.key, entry.value));
        Some(TransactionResult {
            fee: self.fee,
            ret: self.ret.map_or(Some(ResultCode::Success), ResultCode::from_name)?.into(),
            contract_ret: self.contract_ret.map_or(Some(ContractResult::Default), ContractResult::from_name)?.into(),
            asset_issue_id: self.asset_issue_id,
            withdraw_amount: self.withdraw_amount,
            unfreeze_amount: self.unfreeze_amount,
            exchange_received_amount: self.exchange_received_amount,
            exchange_inject_another_amount: self.exchange_inject_another_amount,
            exchange_withdraw_another_amount: self.exchange_withdraw_another_amount,
            exchange_id: self.exchange_id,
            shielded_transaction_fee: self.shielded_transaction_fee,
            order_id: hexadecimal(self.order_id)?,
            order_details,
            withdraw_expire_amount: self.withdraw_expire_amount,
            cancel_unfreeze_v2_amount: cancelled.collect(),
        })
    }
}
