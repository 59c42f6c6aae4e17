//! SoftHSM 2's files, opened with the PIN: the one way to have the value of a key that no call gives.
//!
//! Facts from SoftHSM 2.6's `SecureDataManager.cpp`, `RFC4880.cpp` and `File.cpp`.

use std::fs;
use std::path::{Path, PathBuf};

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use sha2::{Digest, Sha256};

/// CKA_VALUE.
const VALUE: u64 = 0x11;
/// CKA_OS_USERPIN: the token's own key, encrypted under the PIN.
const USER_PIN: u64 = 0x8000_534d;
/// The kind of an attribute that is bytes.
const BYTES: u64 = 3;
/// Precedes the token's own key.
const MAGIC: &[u8] = b"RJR";

/// The values of all private keys in this token's directory.
pub(crate) fn private_values(tokens: &Path, pin: &[u8]) -> Vec<Vec<u8>> {
    let files = objects(tokens);
    let token = files.iter().find(|file| file.file_name().unwrap() == "token.object").unwrap();
    let wrapped = attribute(&fs::read(token).unwrap(), USER_PIN).unwrap();
    let (salt, rest) = wrapped.split_at(8);
    let mut key = Sha256::new().chain_update(salt).chain_update(pin).finalize();
    for _ in 1..1_500 + u32::from(salt[7]) {
        key = Sha256::digest(key);
    }
    let opened = decrypted(&key, rest);
    let own = opened.strip_prefix(MAGIC).expect("the PIN opens the token");
    let values = files.iter().filter_map(|file| attribute(&fs::read(file).unwrap(), VALUE));
    values.map(|value| decrypted(own, &value)).collect()
}

fn objects(tokens: &Path) -> Vec<PathBuf> {
    let directories = fs::read_dir(tokens).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = directories.flat_map(|directory| fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()));
    files.filter(|path| path.extension().is_some_and(|extension| extension == "object")).collect()
}

/// The bytes of this attribute, after its number, its kind and its length, 8 bytes each.
fn attribute(file: &[u8], number: u64) -> Option<Vec<u8>> {
    let head = [number.to_be_bytes(), BYTES.to_be_bytes()].concat();
    let at = file.windows(head.len()).position(|window| window == head)? + head.len();
    let length = usize::try_from(u64::from_be_bytes(file[at..at + 8].try_into().unwrap())).unwrap();
    Some(file[at + 8..at + 8 + length].to_vec())
}

/// AES-256 in CBC mode, the first block being the initialisation vector.
fn decrypted(key: &[u8], text: &[u8]) -> Vec<u8> {
    let (iv, text) = text.split_at(16);
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).unwrap();
    cipher.decrypt_padded_vec::<Pkcs7>(text).unwrap()
}
