//! Requests for signatures, complete with their call tokens before the clock starts.

use api::wallet_manager::{SignatureRequest, WalletView, put_signature};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, BlockId, TxId};
use service::auth::token::Claims;
use service::clock::{Clock, SystemClock};
use tron_tx::contract::Transfer;
use tron_tx::{Contract, RawTransaction};

use crate::place::{CHAIN, PLANE, key};

/// A request as it goes over the wire.
pub(crate) type Wire = Vec<u8>;

/// Makes payments, each another one.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    made: u64,
}

impl Payments {
    /// As many requests, each with a payment that nobody has asked for yet, all under one anchor as in life. They have
    /// to be sent within half a minute.
    pub(crate) fn singly(&mut self, wallet: &WalletView, count: usize) -> anyhow::Result<Vec<Wire>> {
        let anchor = anchor();
        (0..count)
            .map(|_| {
                let (txid, request) = self.next(wallet, &anchor)?;
                Ok(wire(&put_signature(txid, &request)))
            })
            .collect()
    }

    fn next(&mut self, wallet: &WalletView, anchor: &Signed<Anchor>) -> anyhow::Result<(TxId, SignatureRequest)> {
        self.made += 1;
        let now = SystemClock.now();
        let (recipient, amount) = (Address::from_evm([0x33; 20]), primitives::Sun::new(3_000_000)?);
        let transfer = Contract::Transfer(Transfer { owner: wallet.address, to: recipient, amount });
        let block_id = anchor.unverified().block_id;
        // Another time for each, so that no two hash alike.
        let raw = RawTransaction::new(transfer, block_id.into(), now.plus_ms(self.made), now.plus_ms(60_000));
        let authorisation = Authorisation {
            chain_id: CHAIN,
            plane: PLANE.parse()?,
            kind: Kind::Payout,
            intent: format!("po_{}", self.made).parse()?,
            attempt: AttemptNo::FIRST,
            previous: vec![],
            key_id: wallet.key_id.clone(),
            permission_id: wallet.permission_id,
            asset: Asset::Trx,
            resource: None,
            recipient,
            amount: amount.units(),
            memo_hash: None,
            fee_limit_max: primitives::Sun::ZERO,
            expiration_max: now.plus_ms(120_000),
            valid_until: now.plus_ms(60_000),
        };
        let txid = raw.txid();
        // As a caller writes it: nobody's consent is needed but the issuer's.
        let request = serde_json::from_value(serde_json::json!({
            "raw_data": primitives::HexBytes::from(raw.encode()),
            "authorisation": Signed::sign(authorisation, &key(1)),
            "anchor": anchor,
        }))?;
        Ok((txid, request))
    }
}

/// A fresh anchor, by tron-client.
fn anchor() -> Signed<Anchor> {
    let mut id = [9; 32];
    id[..8].copy_from_slice(&500_u64.to_be_bytes());
    let solid_time = SystemClock.now().minus_ms(3_000);
    Signed::sign(Anchor { chain_id: CHAIN, number: 500, block_id: BlockId::new(id), solid_time }, &key(4))
}

/// The call over HTTP/1.1, with its token.
pub(crate) fn wire<A: serde::de::DeserializeOwned>(call: &api::Call<A>) -> Wire {
    let body = call.body().unwrap_or_default();
    let (method, path) = (call.method().as_str(), call.path());
    let token = Claims::of_call("bench", "wallet-manager", SystemClock.now(), method, path, body).sign(&caller());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The caller's key.
fn caller() -> SignKey {
    key(9)
}
