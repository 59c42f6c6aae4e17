//! The audit key's word for how a key of the token was made.

use prost::Message;

use super::fields::{address, array, ascending, line, number_of, plane, value_of};
use super::key_class::KeyClass;
use super::{Hashed, Statement, StatementError};
use crate::{Address, KeyId, PlaneId, UnixMs};

/// The longest text in bytes.
const LONGEST: usize = 256;

/// An attribute as the token has it now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EffectiveAttribute {
    /// Its PKCS#11 name, for example `CKA_LOCAL`.
    pub name: String,
    /// What was read back, for example `true`; `not answered` where the token refused.
    pub value: String,
}

/// The token that a key was made in, as it describes itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenDescription {
    /// Its label.
    pub label: String,
    /// The maker's name for the model.
    pub model: String,
    /// The serial number.
    pub serial: String,
    /// The firmware's version.
    pub firmware: String,
}

/// A key's birth certificate: what it is, where it was made, with what properties and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The plane that it belongs to.
    pub plane: PlaneId,
    /// The key's name, the hexadecimal form of CKA_ID.
    pub key_id: KeyId,
    /// What it is for.
    pub class: KeyClass,
    /// What people call it: CKA_LABEL.
    pub label: String,
    /// The public key, SEC1 compressed.
    pub public_key: [u8; 33],
    /// The account that this key alone controls.
    pub address: Address,
    /// What was read back of the private key after it was made; ascending by name.
    pub attributes: Vec<EffectiveAttribute>,
    /// The token.
    pub token: TokenDescription,
    /// When it was made and proven.
    pub made_at: UnixMs,
    /// The names of the operators who signed for it; ascending. None for a key that needs no ceremony.
    pub operators: Vec<String>,
    /// The nonce of their ceremony; zeros without one.
    pub ceremony: [u8; 16],
    /// Which key of its class it is in this token, from 1, where such keys are renewed; 0 for all others.
    pub generation: u32,
    /// Since when it signs nothing any more and nothing that it signed is believed; none while it is in force.
    pub retired_at: Option<UnixMs>,
}

#[derive(Clone, PartialEq, Message)]
struct WireAttribute {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, Message)]
struct WireToken {
    #[prost(string, tag = "1")]
    label: String,
    #[prost(string, tag = "2")]
    model: String,
    #[prost(string, tag = "3")]
    serial: String,
    #[prost(string, tag = "4")]
    firmware: String,
}

#[derive(Clone, PartialEq, Message)]
struct Wire {
    #[prost(string, tag = "1")]
    plane: String,
    #[prost(string, tag = "2")]
    key_id: String,
    #[prost(uint32, tag = "3")]
    class: u32,
    #[prost(string, tag = "4")]
    label: String,
    #[prost(bytes = "vec", tag = "5")]
    public_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    address: Vec<u8>,
    #[prost(message, repeated, tag = "7")]
    attributes: Vec<WireAttribute>,
    #[prost(message, optional, tag = "8")]
    token: Option<WireToken>,
    #[prost(uint64, tag = "9")]
    made_at: u64,
    #[prost(string, repeated, tag = "10")]
    operators: Vec<String>,
    #[prost(bytes = "vec", tag = "11")]
    ceremony: Vec<u8>,
    #[prost(uint32, tag = "12")]
    generation: u32,
    #[prost(uint64, optional, tag = "13")]
    retired_at: Option<u64>,
}

/// The numbers of the classes; shared with the ceremony that makes a key.
pub(super) const CLASSES: [(u32, KeyClass); 7] = [
    (1, KeyClass::Hot),
    (2, KeyClass::Energy),
    (3, KeyClass::Treasury),
    (4, KeyClass::Compliance),
    (5, KeyClass::Audit),
    (6, KeyClass::Release),
    (7, KeyClass::Canary),
];

impl Manifest {
    fn from_wire(wire: &Wire) -> Result<Self, StatementError> {
        let attributes = wire.attributes.iter().map(|attribute| {
            Ok(EffectiveAttribute {
                name: line(&attribute.name, LONGEST, "attribute")?,
                value: line(&attribute.value, LONGEST, "attribute")?,
            })
        });
        let token = wire.token.as_ref().ok_or(StatementError::Malformed("token"))?;
        Ok(Self {
            plane: plane(&wire.plane)?,
            key_id: wire.key_id.parse().map_err(|_| StatementError::Malformed("key id"))?,
            class: value_of(&CLASSES, wire.class, "class")?,
            label: line(&wire.label, LONGEST, "label")?,
            public_key: array(&wire.public_key, "public key")?,
            address: address(&wire.address)?,
            attributes: attributes.collect::<Result<_, _>>()?,
            token: TokenDescription {
                label: token.label.clone(),
                model: token.model.clone(),
                serial: token.serial.clone(),
                firmware: token.firmware.clone(),
            },
            made_at: UnixMs(wire.made_at),
            operators: wire.operators.clone(),
            ceremony: array(&wire.ceremony, "ceremony")?,
            generation: wire.generation,
            retired_at: wire.retired_at.map(UnixMs),
        })
    }

    fn check(&self) -> Result<(), StatementError> {
        let once = self.attributes.windows(2).all(|pair| pair[0].name < pair[1].name);
        if !once || !ascending(&self.operators) {
            return Err(StatementError::Malformed("attributes and operators are sorted, none twice"));
        }
        Ok(())
    }
}

impl Hashed for Manifest {}

impl Statement for Manifest {
    const DOMAIN: &'static [u8] = b"lucid-plane/manifest/v1\0";

    fn encode(&self) -> Vec<u8> {
        let attribute = |attribute: &EffectiveAttribute| WireAttribute {
            name: attribute.name.clone(),
            value: attribute.value.clone(),
        };
        Wire {
            plane: self.plane.to_string(),
            key_id: self.key_id.to_string(),
            class: number_of(&CLASSES, &self.class),
            label: self.label.clone(),
            public_key: self.public_key.to_vec(),
            address: self.address.to_bytes21().to_vec(),
            attributes: self.attributes.iter().map(attribute).collect(),
            token: Some(WireToken {
                label: self.token.label.clone(),
                model: self.token.model.clone(),
                serial: self.token.serial.clone(),
                firmware: self.token.firmware.clone(),
            }),
            made_at: self.made_at.0,
            operators: self.operators.clone(),
            ceremony: self.ceremony.to_vec(),
            generation: self.generation,
            retired_at: self.retired_at.map(|at| at.0),
        }
        .encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let wire = Wire::decode(bytes).map_err(|_| StatementError::Malformed("manifest"))?;
        let manifest = Self::from_wire(&wire)?;
        manifest.check()?;
        if manifest.encode() == bytes { Ok(manifest) } else { Err(StatementError::Malformed("not the one encoding")) }
    }
}
