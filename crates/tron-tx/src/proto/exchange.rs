//! The built-in exchange (Bancor pairs) and the order book. A token is its TRC-10 id, or `_` for TRX.

message! {
    /// Opens a pair.
    ExchangeCreateContract = "ExchangeCreateContract" {
        1 owner_address: address,
        2 first_token_id: text,
        3 first_token_balance: int64,
        4 second_token_id: text,
        5 second_token_balance: int64,
    }
}

message! {
    /// Adds to a pair.
    ExchangeInjectContract = "ExchangeInjectContract" {
        1 owner_address: address,
        2 exchange_id: int64,
        3 token_id: text,
        4 quant: int64,
    }
}

message! {
    /// Takes from a pair.
    ExchangeWithdrawContract = "ExchangeWithdrawContract" {
        1 owner_address: address,
        2 exchange_id: int64,
        3 token_id: text,
        4 quant: int64,
    }
}

message! {
    /// Trades against a pair, for at least `expected` of the other token.
    ExchangeTransactionContract = "ExchangeTransactionContract" {
        1 owner_address: address,
        2 exchange_id: int64,
        3 token_id: text,
        4 quant: int64,
        5 expected: int64,
    }
}

message! {
    /// Places a sell order.
    MarketSellAssetContract = "MarketSellAssetContract" {
        1 owner_address: address,
        2 sell_token_id: text,
        3 sell_token_quantity: int64,
        4 buy_token_id: text,
        5 buy_token_quantity: int64,
    }
}

message! {
    /// Cancels an order.
    MarketCancelOrderContract = "MarketCancelOrderContract" {
        1 owner_address: address,
        2 order_id: bytes,
    }
}
