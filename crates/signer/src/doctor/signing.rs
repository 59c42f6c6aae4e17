//! Signatures of the key that is thrown away: right, and how fast.

use std::time::{Duration, Instant};

use cryptoki::mechanism::Mechanism;
use cryptoki::session::Session;
use sha2::{Digest as _, Sha256};
use tron_tx::PublicKey;

use super::Examination;
use super::report::{Check, Timing};
use super::sheet::{Ended, Sheet};
use crate::error::TokenError;
use crate::seat::Pair;
use crate::signature;

/// A slow token is timed with fewer signatures than were asked for.
const LONGEST: Duration = Duration::from_secs(5);

/// Half of the order of secp256k1 (SEC 2, 2.4.1), above which an s is high.
const HALF_ORDER: [u8; 32] = [
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x5d, 0x57, 0x6e,
    0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
];

impl Examination {
    /// What is signed: never a transaction's hash, but one of random bytes under a name of its own.
    pub(super) fn digest(&self, number: usize) -> [u8; 32] {
        let hash = Sha256::new().chain_update(b"lucid token doctor").chain_update(self.seed);
        hash.chain_update(number.to_be_bytes()).finalize().into()
    }
}

/// One signature, which is verified and recovered.
pub(super) fn once(
    session: &Session,
    pair: Pair,
    key: &PublicKey,
    examination: &Examination,
    sheet: &Sheet,
) -> Result<(), Ended> {
    sheet.begin(Check::Signature);
    sheet.signs();
    let digest = examination.digest(0);
    let todo = "what it signs is not right: update the vendor's client, or take the device out of service";
    let reply = sheet.need(session.sign(&Mechanism::Ecdsa, pair.private, &digest), "see to the token's policy")?;
    sheet.need(signature::accept(&reply, &digest, key), todo)?;
    sheet.good("r ‖ s of 64 bytes, verified against the public key, the recovery number found");
    Ok(())
}

/// Many in a row, each verified.
pub(super) fn timed(session: &Session, pair: Pair, key: &PublicKey, examination: &Examination, sheet: &Sheet) {
    sheet.begin(Check::Timing);
    let (mut times, mut high_s) = (Vec::new(), 0);
    let begun = Instant::now();
    for number in 1..=examination.signatures.max(1) {
        let digest = examination.digest(usize::try_from(number).unwrap_or(usize::MAX));
        sheet.signs();
        let started = Instant::now();
        let reply = session.sign(&Mechanism::Ecdsa, pair.private, &digest);
        times.push(started.elapsed());
        let accepted = reply.map_err(TokenError::from).and_then(|reply| {
            high_s += usize::from(reply.get(32..).is_some_and(|s| s > HALF_ORDER.as_slice()));
            signature::accept(&reply, &digest, key)
        });
        if let Err(error) = accepted {
            return sheet.bad(format!("signature {number}: {error}"), "it fails now and then: take it out of service");
        }
        if begun.elapsed() > LONGEST {
            break;
        }
    }
    times.sort();
    let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1));
    let us = |percent| at(percent).map_or(0, Duration::as_micros);
    let timing = Timing { signatures: times.len(), min_us: us(0), p50_us: us(50), p99_us: us(99), high_s };
    let Timing { signatures, min_us, p50_us, p99_us, .. } = &timing;
    sheet.good(format!(
        "{signatures} signatures: min {min_us} µs, p50 {p50_us} µs, p99 {p99_us} µs; {high_s} had a high s, made low here"
    ));
    sheet.fact(|report| report.timing = Some(timing));
}
