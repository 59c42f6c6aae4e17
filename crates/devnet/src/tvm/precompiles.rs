//! Contracts that are built into the machine (java-tron `PrecompiledContracts`). Left out: the validators of several
//! signatures (9, 10), shielded transfers and the queries of votes and stake, which behave as accounts without code.

use primitives::Address;
use revm::precompile::{EthPrecompileResult, bn254, identity, modexp, secp256k1};
use revm::primitives::Bytes;
use tron_tx::hash::sha256;

/// Whether an address is one of these.
pub(super) fn exists(address: Address) -> bool {
    let [head @ .., last] = address.evm();
    head == [0; 19] && (1..=8).contains(&last)
}

/// The energy used and the output, or nothing when it failed or the energy did not suffice.
pub(super) fn run(address: Address, input: &[u8], energy: u64) -> Option<(u64, Bytes)> {
    let [.., number] = address.evm();
    match number {
        1 => finished(secp256k1::ec_recover_run(input, energy)),
        2 => hashed(input, energy, 60, 12, sha256),
        // Not RIPEMD-160, in spite of its place: SHA-256 of the first 20 bytes of SHA-256.
        3 => hashed(input, energy, 600, 120, |input| sha256(&sha256(input)[..20])),
        4 => finished(identity::identity_run(input, energy)),
        5 => finished(modexp::byzantium_run(input, energy)),
        6 => finished(bn254::run_add(input, bn254::add::ISTANBUL_ADD_GAS_COST, energy)),
        7 => finished(bn254::run_mul(input, bn254::mul::ISTANBUL_MUL_GAS_COST, energy)),
        8 => finished(bn254::run_pair(
            input,
            bn254::pair::ISTANBUL_PAIR_PER_POINT,
            bn254::pair::ISTANBUL_PAIR_BASE,
            energy,
        )),
        _ => None,
    }
}

fn finished(result: EthPrecompileResult) -> Option<(u64, Bytes)> {
    result.ok().map(|output| (output.gas_used, output.bytes))
}

fn hashed(input: &[u8], energy: u64, base: u64, word: u64, hash: impl Fn(&[u8]) -> [u8; 32]) -> Option<(u64, Bytes)> {
    let cost = base + word * (input.len().div_ceil(32) as u64);
    (cost <= energy).then(|| (cost, Bytes::copy_from_slice(&hash(input))))
}
