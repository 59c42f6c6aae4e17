//! SoftHSM 2's files, opened with the PIN: the one way to have the value of a key that no call gives.
//!
//! Facts from SoftHSM 2.6's `SecureDataManager.cpp`, `RFC4880.cpp` and `File.cpp`.

use std::fs;
use std::path::{Path, PathBuf};

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use k256::ecdsa::SigningKey;
use sha2::{Digest, Sha256};

/// CKA_VALUE.
const VALUE: u64 = 0x11;
/// CKA_OS_USERPIN: the token's own key, encrypted under the PIN.
const USER_PIN: u64 = 0x8000_534d;
/// The kind of an attribute that is bytes.
const BYTES: u64 = 3;
/// Precedes the token's own key.
const MAGIC: &[u8] = b"RJR";

/// The value of the private key with this uncompressed public key, from the files of the one token in this directory.
///
/// # Panics
/// If it is no directory of a SoftHSM 2 token, the PIN is not its own, or it has no such key.
pub fn key_value(tokens: &Path, pin: &[u8], public_key: &[u8]) -> Vec<u8> {
    // A data object has a value too, which is no key's.
    let is_its = |value: &Vec<u8>| {
        let key = SigningKey::from_slice(value).ok();
        key.is_some_and(|key| key.verifying_key().to_sec1_point(false).as_bytes() == public_key)
    };
    values(tokens, pin).into_iter().find(is_its).expect("the key is one of the token's")
}

/// The values of all private keys and data objects.
fn values(tokens: &Path, pin: &[u8]) -> Vec<Vec<u8>> {
    let files = objects(tokens);
    let token = files
        .iter()
        .find(|file| file.file_name().is_some_and(|name| name == "token.object"))
        .expect("a token has its own file");
    let wrapped = attribute(&read(token), USER_PIN).expect("its PIN was set");
    let (salt, rest) = wrapped.split_at(8);
    let mut key = Sha256::new().chain_update(salt).chain_update(pin).finalize();
    for _ in 1..1_500 + u32::from(salt[7]) {
        key = Sha256::digest(key);
    }
    let opened = decrypted(&key, rest);
    let own = opened.strip_prefix(MAGIC).expect("the PIN opens the token");
    let values = files.iter().filter_map(|file| attribute(&read(file), VALUE));
    values.map(|value| decrypted(own, &value)).collect()
}

fn objects(tokens: &Path) -> Vec<PathBuf> {
    let directories = entries(tokens).filter(|path| path.is_dir());
    let files = directories.flat_map(|directory| entries(&directory));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "object")).collect()
}

/// The bytes of this attribute, after its number, its kind and its length, 8 bytes each.
fn attribute(file: &[u8], number: u64) -> Option<Vec<u8>> {
    let head = [number.to_be_bytes(), BYTES.to_be_bytes()].concat();
    let at = file.windows(head.len()).position(|window| window == head)? + head.len();
    let length = u64::from_be_bytes(file[at..at + 8].try_into().expect("eight bytes"));
    let length = usize::try_from(length).expect("a length within the file");
    Some(file[at + 8..at + 8 + length].to_vec())
}

/// AES-256 in CBC mode, the first block being the initialisation vector.
fn decrypted(key: &[u8], text: &[u8]) -> Vec<u8> {
    let (iv, text) = text.split_at(16);
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).expect("32 bytes and 16");
    cipher.decrypt_padded_vec::<Pkcs7>(text).expect("the PIN opens the token")
}

fn read(file: &Path) -> Vec<u8> {
    fs::read(file).expect("the token is ours to read")
}

fn entries(directory: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(directory).expect("the token is ours to read");
    entries.map(|entry| entry.expect("the token is ours to read").path())
}
