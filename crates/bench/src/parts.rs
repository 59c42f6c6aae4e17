//! What single parts cost, each alone in a loop on one thread, microseconds.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use api::wallet_manager::batch::SignatureItem;
use api::wallet_manager::{SignatureView, WalletView};
use primitives::UnixMs;
use service::auth::token::{Claims, Unchecked, sha256};
use signer::Policy;
use signer::check::Consent;
use signer::policy::{Class, Facts, Holder, Surroundings};
use tron_tx::{PreparedKey, PublicKey, RawTransaction, RecoverableSignature};

use crate::line;
use crate::place::{USDT, key, policy};

const TIMES: u32 = 2000;

/// Prints what checking a call token, an authority's word, a transaction under a policy and the token's signature costs.
pub(crate) fn say(wallet: &WalletView, asked: &SignatureItem, signed: &SignatureView) -> anyhow::Result<()> {
    say_token()?;
    let issuer = key(1).verify_key();
    let authorisation = &asked.request.authorisation;
    part("authority", || authorisation.verify(&issuer).is_ok())?;
    let anchor = key(4).verify_key();
    part("anchor_once_a_block", || asked.request.anchor.verify(&anchor).is_ok())?;
    let rules = Policy::parse(&policy()).map_err(|fault| anyhow::anyhow!("{fault}"))?;
    let holder = Holder { wallet: wallet.wallet_id.clone(), class: Class::Hot, key: wallet.key_id.clone() };
    let (usdt, our_wallets) = (BTreeSet::from([USDT]), BTreeSet::from([wallet.address]));
    let surroundings = Surroundings { usdt: &usdt, our_wallets: &our_wallets };
    part("policy", || {
        RawTransaction::decode(asked.request.raw_data.as_ref()).is_ok_and(|raw| {
            let now = UnixMs(raw.expiration.0 - 60_000);
            let facts = Facts::of(&holder, &raw, authorisation.unverified(), Consent::default(), now);
            rules.judge(&facts, &surroundings).is_ok_and(|shares| shares.len() == 7)
        })
    })?;
    let digest = *signed.txid.as_bytes();
    let public = PublicKey::from_sec1(wallet.public_key.as_ref())?;
    let scalars: [u8; 64] = signed.signature.as_ref().get(..64).context("r and s")?.try_into()?;
    part("verify_and_recover_of_any_key", || {
        RecoverableSignature::from_rs_and_key(&scalars, &digest, &public).is_ok()
    })?;
    // As the worker does it for a key that signs often.
    let prepared = PreparedKey::new(public);
    part("verify_and_recover", || prepared.accept(&scalars, &digest).is_ok())
}

fn say_token() -> anyhow::Result<()> {
    let body = vec![b'x'; 1500];
    let token = Claims::of_call("bench", "wallet-manager", UnixMs(0), "PUT", "/", &body).sign(&key(9));
    let verify_key = key(9).verify_key();
    part("http_token", || {
        let claims = Unchecked::parse(&token).and_then(|token| token.verify(&verify_key));
        claims.is_ok_and(|claims| claims.body_sha256().is_ok_and(|hash| hash == sha256(&body)))
    })
}

fn part(name: &str, mut part: impl FnMut() -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    let well = (0..TIMES).all(|_| black_box(part()));
    let each = started.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
    let each = well.then_some(each).with_context(|| format!("the part {name} failed where it was to be measured"))?;
    line::say(&format!("sign.cpu.part.{name}"), each, "us");
    Ok(())
}
