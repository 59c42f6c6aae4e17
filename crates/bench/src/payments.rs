//! Requests for signatures, complete with their call tokens before the clock starts.

use api::wallet_manager::batch::{SignatureBatch, SignatureItem, put_signatures};
use api::wallet_manager::{SignatureRequest, WalletView, put_signature};
use primitives::statement::{Anchor, Asset, Authorisation, Kind, SignKey, Signed};
use primitives::{Address, AttemptNo, BlockId};
use service::auth::token::Claims;
use service::clock::{Clock, SystemClock};
use tron_tx::contract::Trigger;
use tron_tx::{Contract, RawTransaction, trc20};

use crate::place::{CHAIN, PLANE, USDT, key};

/// A request as it goes over the wire.
pub(crate) type Wire = Vec<u8>;

/// Makes payments, each another one.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    made: u64,
}

impl Payments {
    /// As many requests, each for so many payments that nobody has asked for yet, all under one anchor as in life. They
    /// have to be sent within half a minute.
    pub(crate) fn requests(&mut self, wallet: &WalletView, count: usize, items: usize) -> anyhow::Result<Vec<Wire>> {
        let anchor = anchor();
        let mut requests = Vec::with_capacity(count);
        for _ in 0..count {
            requests.push(if items == 1 {
                let SignatureItem { txid, request } = self.next(wallet, &anchor)?;
                wire(&put_signature(txid, &request))
            } else {
                let items = (0..items).map(|_| self.next(wallet, &anchor)).collect::<anyhow::Result<_>>()?;
                wire(&put_signatures(&SignatureBatch { items }))
            });
        }
        Ok(requests)
    }

    /// One payment that nobody has asked for yet.
    pub(crate) fn one(&mut self, wallet: &WalletView) -> anyhow::Result<SignatureItem> {
        self.next(wallet, &anchor())
    }

    fn next(&mut self, wallet: &WalletView, anchor: &Signed<Anchor>) -> anyhow::Result<SignatureItem> {
        self.made += 1;
        let now = SystemClock.now();
        // To a thousand people in turn, about 3 USDT each: another time or amount for each, so that no two hash alike, and
        // no time past the expiration however many are made.
        let (round, place) = (self.made / 30_000, self.made % 30_000);
        let mut person = [0x33; 20];
        person[..2].copy_from_slice(&u16::try_from(self.made % 1_000)?.to_be_bytes());
        let (recipient, fee) = (Address::from_evm(person), primitives::Sun::new(30_000_000)?);
        let amount = 3_000_000 + round;
        let transfer = Contract::Trigger(Trigger::new(wallet.address, USDT, trc20::transfer(recipient, amount)));
        let block_id = anchor.unverified().block_id;
        let raw =
            RawTransaction::new(transfer, block_id.into(), now.plus_ms(place), now.plus_ms(60_000)).with_fee_limit(fee);
        let authorisation = Authorisation {
            chain_id: CHAIN,
            plane: PLANE.parse()?,
            kind: Kind::Payout,
            intent: format!("po_{}", self.made).parse()?,
            attempt: AttemptNo::FIRST,
            previous: vec![],
            key_id: wallet.key_id.clone(),
            permission_id: wallet.permission_id,
            asset: Asset::Token(USDT),
            resource: None,
            recipient,
            amount,
            memo_hash: None,
            fee_limit_max: fee,
            expiration_max: now.plus_ms(120_000),
            valid_until: now.plus_ms(60_000),
        };
        let txid = raw.txid();
        // Nobody's consent is needed but the issuer's.
        let authorisation = Signed::sign(authorisation, &key(1));
        let request = SignatureRequest::new(raw.encode().into(), authorisation, anchor.clone());
        Ok(SignatureItem { txid, request })
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
