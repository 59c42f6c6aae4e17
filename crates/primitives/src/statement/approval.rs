//! A person's word that one payment may be made, beside the service that authorises it.

use prost::Message;
use sha2::{Digest as _, Sha256};

use super::authorisation::kind_number;
use super::{Asset, Authorisation, Kind, Statement, StatementError, VerifyKey, fields};
use crate::{Address, IntentId, PlaneId, UnixMs};

/// What a payment comes to for the one who approves it: the same for every attempt at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What it is for.
    pub kind: Kind,
    /// What is moved.
    pub asset: Asset,
    /// Who receives.
    pub recipient: Address,
    /// How much, in the asset's smallest units.
    pub amount: u64,
}

#[derive(Clone, PartialEq, Message)]
struct WireTerms {
    #[prost(uint32, tag = "1")]
    kind: u32,
    /// 21 bytes of a contract, or none for TRX.
    #[prost(bytes = "vec", tag = "2")]
    asset: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    recipient: Vec<u8>,
    #[prost(uint64, tag = "4")]
    amount: u64,
}

/// The domain of the hash of [`Terms`].
const TERMS: &[u8] = b"lucid-plane/terms/v1\0";

impl Terms {
    /// SHA-256 of a tag of its own and the one encoding.
    pub fn hash(&self) -> [u8; 32] {
        let wire = WireTerms {
            kind: kind_number(self.kind),
            asset: match self.asset {
                Asset::Trx => Vec::new(),
                Asset::Token(contract) => contract.to_bytes21().to_vec(),
            },
            recipient: self.recipient.to_bytes21().to_vec(),
            amount: self.amount,
        };
        Sha256::new().chain_update(TERMS).chain_update(wire.encode_to_vec()).finalize().into()
    }
}

impl From<&Authorisation> for Terms {
    fn from(authorisation: &Authorisation) -> Self {
        let Authorisation { kind, asset, recipient, amount, .. } = *authorisation;
        Self { kind, asset, recipient, amount }
    }
}

/// The approval of one intent by one person. It is good for that intent alone, and so for one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The plane it is good in.
    pub plane: PlaneId,
    /// The intent that is approved.
    pub intent: IntentId,
    /// The [`Terms::hash`] of what was approved.
    pub terms_hash: [u8; 32],
    /// Who approves: the key that signs this.
    pub approver: VerifyKey,
    /// Who asked for the payment, as the approver was told; none if nobody is named.
    pub requester: Option<VerifyKey>,
    /// Until when the signer may act on this.
    pub valid_until: UnixMs,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(string, tag = "2")]
    intent: String,
    #[prost(bytes = "vec", tag = "3")]
    terms_hash: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    approver: Vec<u8>,
    /// None if nobody is named.
    #[prost(bytes = "vec", tag = "5")]
    requester: Vec<u8>,
    #[prost(uint64, tag = "6")]
    valid_until: u64,
}

impl Statement for Approval {
    const DOMAIN: &'static [u8] = b"lucid-plane/approval/v1\0";

    fn encode(&self) -> Vec<u8> {
        Wire {
            plane: self.plane.to_string(),
            intent: self.intent.to_string(),
            terms_hash: self.terms_hash.to_vec(),
            approver: self.approver.to_bytes().to_vec(),
            requester: self.requester.map(|key| key.to_bytes().to_vec()).unwrap_or_default(),
            valid_until: self.valid_until.0,
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let malformed = StatementError::Malformed;
        let wire = Wire::decode(bytes).map_err(|_| malformed("approval"))?;
        let approval = Self {
            plane: fields::plane(&wire.plane)?,
            intent: wire.intent.parse().map_err(|_| malformed("intent"))?,
            terms_hash: fields::array(&wire.terms_hash, "terms hash")?,
            approver: VerifyKey::from_bytes(&wire.approver)?,
            requester: fields::optional(&wire.requester, VerifyKey::from_bytes)?,
            valid_until: UnixMs(wire.valid_until),
        };
        if approval.encode() == bytes { Ok(approval) } else { Err(malformed("not the one encoding")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{SignKey, Signed};
    use super::*;

    fn key(number: u8) -> SignKey {
        SignKey::from_seed(&[number; 32])
    }

    fn terms() -> Terms {
        Terms {
            kind: Kind::Payout,
            asset: Asset::Token(Address::parse("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t").expect("an address")),
            recipient: Address::parse("TVEZYjZyemfJoLUdGtzsM2ua1HAnbsNgAF").expect("an address"),
            amount: 2_500_000_000,
        }
    }

    fn approval() -> Approval {
        Approval {
            plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().expect("a plane id"),
            intent: "po_6ba7b811-9dad-11d1-80b4-00c04fd430c8".parse().expect("an intent"),
            terms_hash: terms().hash(),
            approver: key(1).verify_key(),
            requester: Some(key(2).verify_key()),
            valid_until: UnixMs(1_751_466_600_000),
        }
    }

    #[test]
    fn golden() {
        assert_eq!(hex::encode(terms().hash()), GOLDEN_TERMS);
        assert_eq!(hex::encode(approval().encode()), GOLDEN);
    }

    const GOLDEN_TERMS: &str = "944990777169d6b3dd19c2b899c8391c2f0f0a46743f4fdf943de9fc89ca6937";
    const GOLDEN: &str = concat!(
        "0a27706c5f36626137623831302d396461642d313164312d383062342d3030633034666434333063381227706f5f36626137",
        "623831312d396461642d313164312d383062342d3030633034666434333063381a20944990777169d6b3dd19c2b899c8391c",
        "2f0f0a46743f4fdf943de9fc89ca693722208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
        "2a208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b39430c0ccaddcfc32",
    );

    #[test]
    fn every_term_changes_the_hash() {
        let changes: [fn(&mut Terms); 4] = [
            |terms| terms.kind = Kind::Refund,
            |terms| terms.asset = Asset::Trx,
            |terms| terms.recipient = Address::ZERO,
            |terms| terms.amount += 1,
        ];
        for change in changes {
            let mut changed = terms();
            change(&mut changed);
            assert_ne!(changed.hash(), terms().hash());
        }
    }

    #[test]
    fn round_trips_and_is_believed_from_its_approver_alone() {
        for requester in [None, Some(key(2).verify_key())] {
            let approval = Approval { requester, ..approval() };
            assert_eq!(Approval::decode(&approval.encode()), Ok(approval.clone()));
            let signed = Signed::sign(approval.clone(), &key(1));
            assert_eq!(signed.verify(&key(1).verify_key()), Ok(&approval));
            assert_eq!(signed.verify(&key(2).verify_key()), Err(StatementError::Signature));
        }
    }

    proptest! {
        #[test]
        fn another_byte_is_another_approval_or_none(at in any::<proptest::sample::Index>(), bit in 0..8_u8) {
            let mut bytes = approval().encode();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert_ne!(Approval::decode(&bytes), Ok(approval()));
        }

        #[test]
        fn the_decoder_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Approval::decode(&bytes);
        }
    }
}
