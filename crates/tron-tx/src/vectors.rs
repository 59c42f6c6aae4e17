//! Known answers that tronpy and tronweb agree on, for tests. Every key here is published: never fund one.

use primitives::{Address, UnixMs};

use crate::{LocalKey, RefBlock};

/// A published key, `TPX6HK2NRN4XKRX1JAhbC827bm7gMmy5w1`.
pub(crate) const KEY: &str = "279ff36d9bf9f305af3280034bb4187c6dd299bac6b26a3c20b999c7c0d50e6e";
pub(crate) const OWNER: &str = "TPX6HK2NRN4XKRX1JAhbC827bm7gMmy5w1";
pub(crate) const COUNTERPARTY: &str = "TFVfhkyJAULWQbHMgVfgbkmgeGBkHo5zru";
pub(crate) const TOKEN: &str = "THi2qJf6XmvTJSpZHc17HgQsmJop6kb3ia";

/// 1 sun from OWNER to COUNTERPARTY.
pub(crate) const TRANSFER_RAW: &str = "0a0264312208212a13dbe72ac5c040e381a7dcfc325a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412300a154194a15629b2b2bbd3a5453e6d6696b2875278633b1215413c9b65b212316904572826240224750eccce29a218017083ada3dcfc32";
pub(crate) const TRANSFER_TXID: &str = "c93cdd6b4d9f5b3c617060ea0a9c7b6080d9855f599cc987f69105a5e3e9c9b4";
pub(crate) const TRANSFER_SIGNATURE: &str = "c12c0f224331b898f5f054e132e9a84c6e3adeb507e3e7d78e72a71d94c5f34e41dec754b0f4732fbed356948459937d13eae34908a087239d2a373b227fcaf701";

/// transfer(COUNTERPARTY, 1) on TOKEN, fee limit 50 TRX.
pub(crate) const TRIGGER_RAW: &str = "0a0264312208212a13dbe72ac5c040c7f89586fd325aae01081f12a9010a31747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412740a154194a15629b2b2bbd3a5453e6d6696b2875278633b12154154e24764f19b0450d49d4b66270da289666cf82a2244a9059cbb0000000000000000000000003c9b65b212316904572826240224750eccce29a2000000000000000000000000000000000000000000000000000000000000000170e7a39286fd32900180e1eb17";
pub(crate) const TRIGGER_TXID: &str = "cc0928c7734c9c9cc8e8e9636c3ad47308197f4b42fce6b93eb6fa4b3247b58f";
pub(crate) const TRIGGER_SIGNATURE: &str = "927d81654059eeb69eaccc831a50042f9a8df27c7dd0673e054aa3234c207ca11971db58181ecc9b299d8ee8d3a0a54888d7c613ae8fac74bb8fecfda11f718401";

/// A transfer on Shasta.
pub(crate) const SHASTA_RAW: &str = "0a026ecf22083c083e47cbea43ec40f8dfe182a82e520302c75f5a66080112620a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412310a15419cf784b4cc7531f1598c4c322de9afdc597fe760121541340967e825557559dc46bbf0eabe5ccf99fd134e18e80770f5a2de82a82e";
pub(crate) const SHASTA_TXID: &str = "17821228a79904c23bd35e566f320c2d43e6940c0d44bc8d70f257f3485459bb";
pub(crate) const SHASTA_SIGNATURE: &str = "c4cfe5c76bf89fe004ff59de1a33934a9419301e21fbe1f00ee5b5faf17189797a7292e872a693e7bff145e76c43ea6f26c425be70d0e0d0440331390d0d65a401";
pub(crate) const SHASTA_SIGNER: &str = "TQHAvs2ZFTbsd93ycTfw1Wuf1e4WsPZWCp";

/// java-tron's own test transaction.
pub(crate) const JAVA_TRON_RAW: &str = "0a02d8ed22082e066c3259e756f540a090bcea89305a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412300a1541c076305e35aea1fe45a772fcaaab8a36e87bdb551215415624c12e308b03a1a6b21d9b86e3942fac1ab92b180a70b2ccb8ea8930";
pub(crate) const JAVA_TRON_TXID: &str = "fc33817936b06e50d4b6f1797e62f52d69af6c0da580a607241a9c03a48e390e";

pub(crate) const REFERENCE: RefBlock =
    RefBlock { bytes: [0x64, 0x31], hash: [0x21, 0x2a, 0x13, 0xdb, 0xe7, 0x2a, 0xc5, 0xc0] };
pub(crate) const TIMESTAMP: UnixMs = UnixMs(1_751_466_432_131);
pub(crate) const EXPIRATION: UnixMs = UnixMs(1_751_466_492_131);

pub(crate) fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).expect("a vector is hexadecimal")
}

pub(crate) fn word(text: &str) -> [u8; 32] {
    bytes(text).try_into().expect("a vector of 32 bytes")
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).expect("a vector's address")
}

pub(crate) fn key(text: &str) -> LocalKey {
    LocalKey::from_scalar(&word(text)).expect("a vector's key")
}
