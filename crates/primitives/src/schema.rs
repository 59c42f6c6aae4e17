//! What the nouns look like in our OpenAPI documents.

use std::borrow::Cow;

use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::statement::{Signed, Statement, VerifyKey};
use crate::{
    Address, AttemptNo, Bandwidth, BlockId, ChainId, DelegationId, Energy, FreezeId, HexBytes, IntentId, KeyId,
    LeaseId, LogHead, MerchantId, MerchantRef, Network, PayoutId, PlaneId, StakeId, Sun, TransferId, TxId, UnixMs,
    Usdt, WalletId,
};

fn text(description: &str, pattern: &str, example: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .description(Some(description))
        .pattern(Some(pattern))
        .examples([example])
        .build()
}

fn integer(description: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Integer))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .description(Some(description))
        .minimum(Some(0))
        .build()
}

macro_rules! schema {
    ($($name:ident => $object:expr;)*) => {
        $(impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                Schema::Object($object).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        })*
    };
}

const UUID: &str = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
const NAME: &str = "^[A-Za-z0-9_-]{1,64}$";
const DECIMAL: &str = r"^[0-9]+(\.[0-9]{1,6})?$";
const HASH: &str = "^[0-9a-f]{64}$";

fn uuid_id(description: &str, prefix: &str) -> Object {
    text(description, &format!("^{prefix}{UUID}"), &format!("{prefix}6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
}

schema! {
    Address => text("A TRON address in base58check.", "^T[1-9A-HJ-NP-Za-km-z]{33}$", "TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy");
    Sun => text("TRX as a decimal string.", DECIMAL, "1.1");
    Usdt => text("USDT as a decimal string.", DECIMAL, "25");
    Energy => integer("Energy.");
    Bandwidth => integer("Bandwidth in bytes.");
    UnixMs => integer("Milliseconds since 1970, UTC.");
    AttemptNo => integer("Which attempt, from 1.");
    ChainId => integer("The last four bytes of the genesis block's id.");
    TxId => text("A transaction id.", HASH, "c93cdd6b4d9f5b3c617060ea0a9c7b6080d9855f599cc987f69105a5e3e9c9b4");
    BlockId => text("A block id.", HASH, "0000000003fe261b42a6c3a19a3e3c6f8a9f2a4c9bb7a0b1c2d3e4f5a6b7c8d9");
    LogHead => text("SHA-256 over a log's record and the head before it.", HASH, "c93cdd6b4d9f5b3c617060ea0a9c7b6080d9855f599cc987f69105a5e3e9c9b4");
    HexBytes => text("Bytes in hexadecimal.", "^([0-9a-f]{2})*$", "0a026431");
    VerifyKey => text("An Ed25519 public key.", HASH, "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
    Network => text("The network's name.", "^(mainnet|shasta|nile|devnet)$", "mainnet");
    PlaneId => uuid_id("A plane.", PlaneId::PREFIX);
    PayoutId => uuid_id("A payout.", PayoutId::PREFIX);
    TransferId => uuid_id("An attempt at moving money.", TransferId::PREFIX);
    LeaseId => uuid_id("A reservation of energy and bandwidth.", LeaseId::PREFIX);
    StakeId => uuid_id("A stake.", StakeId::PREFIX);
    DelegationId => uuid_id("A delegation.", DelegationId::PREFIX);
    FreezeId => uuid_id("A stop of all signing.", FreezeId::PREFIX);
    MerchantId => text("A merchant's name.", NAME, "shop");
    MerchantRef => text("A merchant's own name for a payout.", NAME, "order-1");
    WalletId => text("A wallet's name.", NAME, "hot");
    KeyId => text("A key's CKA_ID.", NAME, "00112233445566778899aabbccddeeff");
    IntentId => text("What a signature is for.", NAME, "po_6ba7b810-9dad-11d1-80b4-00c04fd430c8");
}

impl<T: Statement> PartialSchema for Signed<T> {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .description(Some(
                "A signed statement: its one encoding and an Ed25519 signature over domain tag and encoding.",
            ))
            .property("statement", HexBytes::schema())
            .required("statement")
            .property("signature", HexBytes::schema())
            .required("signature")
            .build();
        Schema::Object(object).into()
    }
}

impl<T: Statement> ToSchema for Signed<T> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("SignedStatement")
    }
}
