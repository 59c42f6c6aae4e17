//! An inventory as CycloneDX and as SPDX: the same bytes for the same image, so no time and no random number.

mod cyclonedx;
mod spdx;

use crate::canonical;
use crate::digest::Digest;
use crate::inventory::Inventory;

/// The CycloneDX 1.6 document, as JSON.
pub fn cyclonedx(inventory: &Inventory) -> Vec<u8> {
    canonical::pretty(&cyclonedx::document(inventory))
}

/// The SPDX 2.3 document, as JSON.
pub fn spdx(inventory: &Inventory) -> Vec<u8> {
    canonical::pretty(&spdx::document(inventory))
}

/// A UUID (RFC 9562, version 8) made of these bytes: the same serial for the same content, another for other content.
fn serial(bytes: &[u8]) -> String {
    let mut uuid = Digest::of(bytes).bytes();
    uuid[6] = uuid[6] & 0x0f | 0x80;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let hex = hex::encode(&uuid[..16]);
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_a_uuid_of_version_8() {
        let serial = serial(b"");
        assert_eq!(serial, "urn:uuid:e3b0c442-98fc-8c14-9afb-f4c8996fb924");
    }
}
