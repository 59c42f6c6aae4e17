//! What single parts cost, each alone in a loop on one thread, microseconds.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Context;
use api::wallet_manager::{SignatureView, WalletView};
use primitives::statement::Anchor;
use primitives::{BlockId, UnixMs};
use service::auth::token::{Claims, Unchecked, sha256};
use tron_tx::{PublicKey, RecoverableSignature};

use crate::line;
use crate::place::{CHAIN, key};

const TIMES: u32 = 2000;

/// Prints what checking a call token, an authority's word and the token's signature costs.
pub(crate) fn say(wallet: &WalletView, signed: &SignatureView) -> anyhow::Result<()> {
    let body = vec![b'x'; 1500];
    let token = Claims::of_call("bench", "wallet-manager", UnixMs(0), "PUT", "/", &body).sign(&key(9));
    let verify_key = key(9).verify_key();
    line::say(
        "sign.cpu.part.http_token",
        micros(|| {
            let claims = Unchecked::parse(&token).and_then(|token| token.verify(&verify_key));
            claims.is_ok_and(|claims| claims.body_sha256().is_ok_and(|hash| hash == sha256(&body)))
        })?,
        "us",
    );
    let anchor = Anchor { chain_id: CHAIN, number: 1, block_id: BlockId::new([1; 32]), solid_time: UnixMs(1) };
    let anchor = primitives::statement::Signed::sign(anchor, &key(4));
    let tron_client = key(4).verify_key();
    line::say("sign.cpu.part.authority", 2.0 * micros(|| anchor.verify(&tron_client).is_ok())?, "us");
    let digest = *signed.txid.as_bytes();
    let public = PublicKey::from_sec1(wallet.public_key.as_ref())?;
    let scalars: [u8; 64] = signed.signature.as_ref().get(..64).context("r and s")?.try_into()?;
    line::say(
        "sign.cpu.part.verify_and_recover",
        micros(|| RecoverableSignature::from_rs_and_key(&scalars, &digest, &public).is_ok())?,
        "us",
    );
    Ok(())
}

fn micros(mut part: impl FnMut() -> bool) -> anyhow::Result<f64> {
    let started = Instant::now();
    let well = (0..TIMES).all(|_| black_box(part()));
    let each = started.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES);
    well.then_some(each).context("a part that was to be measured failed")
}
