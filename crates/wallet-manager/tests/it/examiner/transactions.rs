//! raw_data, altered in every place that it has.

use super::wire::{Message, Value, varint};
use super::{ANY, CALL, CONTRACT, Case, PAYEE, TOKEN, address21};

/// The rule, what was done, and how.
pub(super) type Row = (&'static str, &'static str, fn(&mut Case));

fn bytes(bytes: impl Into<Vec<u8>>) -> Value {
    Value::Bytes(bytes.into())
}

const fn integer(value: u64) -> Value {
    Value::Integer(value)
}

/// A negative number as protobuf writes it.
const fn minus_one() -> Value {
    Value::Integer(u64::MAX)
}

fn calldata(case: &mut Case, change: impl FnOnce(&mut Vec<u8>)) {
    let mut data = super::calldata(PAYEE, 25_000_000);
    change(&mut data);
    case.raw.within(&CALL).set(4, bytes(data));
}

/// Another contract in place of the call: its number, the name of its message, its fields after the owner.
fn other(case: &mut Case, number: u64, name: &str, fields: &[(u64, Value)]) {
    let mut message = Message::of([(1, bytes(case.owner.clone()))]);
    for (number, value) in fields {
        message.set(*number, value.clone());
    }
    let url = format!("type.googleapis.com/protocol.{name}");
    let contract = case.raw.within(&CONTRACT);
    contract.set(2, Value::Message(Message::of([(1, bytes(url)), (2, Value::Message(message))])));
    contract.set(1, integer(number));
}

/// Of a call of USDT's transfer.
pub(super) const CALLS: &[Row] = &[
    ("recipient", "another recipient", |it| calldata(it, |data| data[35] ^= 1)),
    ("recipient", "the recipient's first byte", |it| calldata(it, |data| data[16] ^= 0x80)),
    ("amount", "a unit more", |it| calldata(it, |data| data[67] ^= 1)),
    ("amount", "nothing", |it| calldata(it, |data| data[36..].fill(0))),
    ("amount", "above 64 bits", |it| calldata(it, |data| data[59] = 1)),
    ("amount", "all that there is", |it| calldata(it, |data| data[36..].fill(0xff))),
    ("calldata", "approve", |it| calldata(it, |data| data[..4].copy_from_slice(&[0x09, 0x5e, 0xa7, 0xb3]))),
    ("calldata", "transferFrom", |it| {
        calldata(it, |data| {
            data[..4].copy_from_slice(&[0x23, 0xb8, 0x72, 0xdd]);
            data.splice(4..4, [0; 32]);
        });
    }),
    ("calldata", "increaseAllowance", |it| calldata(it, |data| data[..4].copy_from_slice(&[0x39, 0x50, 0x93, 0x51]))),
    ("calldata", "a bit of the selector", |it| calldata(it, |data| data[3] ^= 1)),
    ("calldata", "none", |it| it.raw.within(&CALL).unset(4)),
    ("calldata", "the selector alone", |it| calldata(it, |data| data.truncate(4))),
    ("calldata", "a byte less", |it| calldata(it, |data| data.truncate(67))),
    ("calldata", "a byte more", |it| calldata(it, |data| data.push(0))),
    ("calldata", "a word more", |it| calldata(it, |data| data.extend([0; 32]))),
    ("calldata", "two calls", |it| calldata(it, |data| data.extend(data.clone()))),
    ("calldata", "0x41 before the recipient", |it| calldata(it, |data| data[15] = 0x41)),
    ("calldata", "a bit above the recipient", |it| calldata(it, |data| data[4] = 0x80)),
    ("token", "another contract", |it| it.raw.within(&CALL).set(2, bytes(address21([0x77; 20])))),
    ("token", "the recipient as the contract", |it| it.raw.within(&CALL).set(2, bytes(address21(PAYEE)))),
    ("owner", "another owner", |it| it.raw.within(&CALL).set(1, bytes(address21([0x78; 20])))),
    ("call_value", "a sun of call_value", |it| it.raw.within(&CALL).set(3, integer(1))),
    ("call_value", "call_token_value", |it| it.raw.within(&CALL).set(5, integer(1))),
    ("call_value", "token_id", |it| it.raw.within(&CALL).set(6, integer(1_000_001))),
    ("undecodable", "call_value of zero written out", |it| it.raw.within(&CALL).set(3, integer(0))),
    ("undecodable", "call_token_value of zero written out", |it| it.raw.within(&CALL).set(5, integer(0))),
    ("undecodable", "token_id of zero written out", |it| it.raw.within(&CALL).set(6, integer(0))),
    ("undecodable", "a negative call_value", |it| it.raw.within(&CALL).set(3, minus_one())),
    ("undecodable", "a negative call_token_value", |it| it.raw.within(&CALL).set(5, minus_one())),
    ("undecodable", "a negative token_id", |it| it.raw.within(&CALL).set(6, minus_one())),
    ("undecodable", "no owner", |it| it.raw.within(&CALL).unset(1)),
    ("undecodable", "an owner of 20 bytes", |it| it.raw.within(&CALL).set(1, bytes(it.owner[1..].to_vec()))),
    ("undecodable", "an owner of another net", |it| {
        let mut owner = it.owner.clone();
        owner[0] = 0xa0;
        it.raw.within(&CALL).set(1, bytes(owner));
    }),
    ("undecodable", "no contract to call", |it| it.raw.within(&CALL).unset(2)),
    ("undecodable", "a contract of 22 bytes", |it| {
        it.raw.within(&CALL).set(2, bytes([address21(TOKEN), vec![0]].concat()));
    }),
    ("fee_limit", "no fee_limit", |it| it.raw.unset(18)),
    ("fee_limit", "a sun above the fee_limit", |it| it.raw.set(18, integer(30_000_001))),
    ("fee_limit", "the highest fee_limit", |it| it.raw.set(18, integer(i64::MAX.cast_unsigned()))),
    ("undecodable", "a fee_limit of zero written out", |it| it.raw.set(18, integer(0))),
    ("undecodable", "a negative fee_limit", |it| it.raw.set(18, minus_one())),
    ("fee_limit_cap", "a fee_limit above the policy's", |it| {
        it.raw.set(18, integer(1_000_000_000_000));
        it.authorisation.fee_limit_max = primitives::Sun::new(1_000_000_000_000).unwrap();
    }),
];

/// Of what is around the contract, and of the contract's frame.
pub(super) const FRAMES: &[Row] = &[
    ("undecodable", "nothing", |it| it.raw = Message::default()),
    ("undecodable", "no contract", |it| it.raw.unset(11)),
    ("undecodable", "an empty contract", |it| it.raw.set(11, Value::Message(Message::default()))),
    ("undecodable", "a second contract", |it| it.again(|_| ())),
    ("undecodable", "another contract beside it", |it| {
        it.again(|raw| raw.within(&CALL).set(2, bytes(address21([9; 20]))));
    }),
    ("undecodable", "no parameter", |it| it.raw.within(&CONTRACT).unset(2)),
    ("undecodable", "no value", |it| it.raw.within(&ANY).unset(2)),
    ("undecodable", "no type_url", |it| it.raw.within(&ANY).unset(1)),
    ("undecodable", "another type_url", |it| it.url("type.googleapis.com/protocol.TransferContract")),
    ("undecodable", "a bare type_url", |it| it.url("TriggerSmartContract")),
    ("undecodable", "another host's type_url", |it| it.url("example.com/protocol.TriggerSmartContract")),
    ("undecodable", "a longer type_url", |it| it.url("type.googleapis.com/protocol.TriggerSmartContract\0")),
    ("undecodable", "a type_url that is no text", |it| it.raw.within(&ANY).set(1, bytes([0xff, 0xfe]))),
    ("undecodable", "another type", |it| it.raw.within(&CONTRACT).set(1, integer(1))),
    ("undecodable", "no type", |it| it.raw.within(&CONTRACT).unset(1)),
    ("undecodable", "the first type written out", |it| it.raw.within(&CONTRACT).set(1, integer(0))),
    ("undecodable", "a gap among the types", |it| it.raw.within(&CONTRACT).set(1, integer(7))),
    ("undecodable", "CustomContract", |it| it.raw.within(&CONTRACT).set(1, integer(20))),
    ("undecodable", "GetContract", |it| it.raw.within(&CONTRACT).set(1, integer(32))),
    ("undecodable", "a type of the future", |it| it.raw.within(&CONTRACT).set(1, integer(60))),
    ("undecodable", "a negative type", |it| it.raw.within(&CONTRACT).set(1, minus_one())),
    ("undecodable", "a type of more than 32 bits", |it| it.raw.within(&CONTRACT).set(1, integer((1 << 32) + 31))),
    ("undecodable", "a provider", |it| it.raw.within(&CONTRACT).set(3, bytes("x"))),
    ("undecodable", "a name", |it| it.raw.within(&CONTRACT).set(4, bytes("x"))),
    ("undecodable", "permission 0 written out", |it| it.raw.within(&CONTRACT).set(5, integer(0))),
    ("undecodable", "permission 10", |it| it.raw.within(&CONTRACT).set(5, integer(10))),
    ("undecodable", "a negative permission", |it| it.raw.within(&CONTRACT).set(5, minus_one())),
    ("undecodable", "a permission of more than 32 bits", |it| it.raw.within(&CONTRACT).set(5, integer(1 << 32))),
    ("permission", "the witness's permission", |it| it.raw.within(&CONTRACT).set(5, integer(1))),
    ("permission", "the active permission", |it| it.raw.within(&CONTRACT).set(5, integer(2))),
    ("permission", "another active permission", |it| it.raw.within(&CONTRACT).set(5, integer(9))),
    ("undecodable", "ref_block_num", |it| it.raw.set(3, integer(500))),
    ("undecodable", "ref_block_num of zero", |it| it.raw.set(3, integer(0))),
    ("undecodable", "an empty authority", |it| it.raw.set(9, Value::Message(Message::default()))),
    ("undecodable", "an authority", |it| {
        let account = Message::of([(1, bytes("x")), (2, bytes(it.owner.clone()))]);
        it.raw.set(9, Value::Message(Message::of([(1, Value::Message(account)), (2, bytes("owner"))])));
    }),
    ("undecodable", "scripts", |it| it.raw.set(12, bytes("x"))),
    ("undecodable", "empty scripts", |it| it.raw.set(12, bytes(""))),
    ("undecodable", "an empty memo", |it| it.raw.set(10, bytes(""))),
    ("memo", "a memo", |it| it.raw.set(10, bytes("hello"))),
    ("undecodable", "a reference of one byte", |it| it.raw.set(1, bytes([0xf4]))),
    ("undecodable", "a reference of three bytes", |it| it.raw.set(1, bytes([0, 1, 0xf4]))),
    ("undecodable", "no reference", |it| it.raw.unset(1)),
    ("undecodable", "a hash of seven bytes", |it| it.raw.set(4, bytes([9; 7]))),
    ("undecodable", "a hash of nine bytes", |it| it.raw.set(4, bytes([9; 9]))),
    ("undecodable", "no hash", |it| it.raw.unset(4)),
    ("reference_block", "another block's number", |it| it.raw.set(1, bytes([1, 0xf5]))),
    ("reference_block", "another block's hash", |it| it.raw.set(4, bytes([8; 8]))),
    ("undecodable", "a negative expiration", |it| it.raw.set(8, minus_one())),
    ("undecodable", "a negative timestamp", |it| it.raw.set(14, minus_one())),
    ("expiration_past", "no expiration", |it| it.raw.unset(8)),
    ("expiration_past", "an expiration that is over", |it| it.raw.set(8, integer(it.now.0 - 1))),
    ("expiration", "a later expiration", |it| it.raw.set(8, integer(it.authorisation.expiration_max.0 + 1))),
    ("expiration", "the last expiration", |it| it.raw.set(8, integer(i64::MAX.cast_unsigned()))),
    ("expiration_cap", "an expiration beyond the policy's", |it| {
        it.authorisation.expiration_max = it.now.plus_ms(3_600_000);
        it.raw.set(8, integer(it.now.0 + 3_600_000));
    }),
    ("timestamp", "made after its end", |it| it.raw.set(14, integer(it.now.0 + 60_001))),
    ("timestamp", "made at the end of time", |it| it.raw.set(14, integer(i64::MAX.cast_unsigned()))),
];

/// Contracts of other types, each well formed and of the right owner.
pub(super) const OTHERS: &[Row] = &[
    ("contract_type", "AccountCreate", |it| {
        other(it, 0, "AccountCreateContract", &[(2, bytes(address21(PAYEE)))]);
        it.raw.within(&CONTRACT).unset(1);
    }),
    ("contract_type", "Transfer", |it| {
        other(it, 1, "TransferContract", &[(2, bytes(address21(PAYEE))), (3, integer(25_000_000))]);
    }),
    ("contract_type", "VoteWitness", |it| {
        let vote = Message::of([(1, bytes(address21(PAYEE))), (2, integer(3))]);
        other(it, 4, "VoteWitnessContract", &[(2, Value::Message(vote))]);
    }),
    ("contract_type", "WithdrawBalance", |it| other(it, 13, "WithdrawBalanceContract", &[])),
    ("contract_type", "CreateSmartContract", |it| {
        let new = Message::of([(1, bytes(it.owner.clone())), (4, bytes([0x60, 0]))]);
        other(it, 30, "CreateSmartContract", &[(2, Value::Message(new))]);
    }),
    ("contract_type", "UpdateSetting", |it| {
        other(it, 33, "UpdateSettingContract", &[(2, bytes(address21(TOKEN))), (3, integer(100))]);
    }),
    ("contract_type", "AccountPermissionUpdate", |it| {
        let key = Message::of([(1, bytes(address21(PAYEE))), (2, integer(1))]);
        let owner = Message::of([(3, bytes("owner")), (4, integer(1)), (7, Value::Message(key))]);
        other(it, 46, "AccountPermissionUpdateContract", &[(2, Value::Message(owner))]);
    }),
    ("contract_type", "FreezeBalanceV2", |it| {
        other(it, 54, "FreezeBalanceV2Contract", &[(2, integer(25_000_000)), (3, integer(1))]);
    }),
    ("contract_type", "UnfreezeBalanceV2", |it| {
        other(it, 55, "UnfreezeBalanceV2Contract", &[(2, integer(25_000_000)), (3, integer(1))]);
    }),
    ("contract_type", "WithdrawExpireUnfreeze", |it| other(it, 56, "WithdrawExpireUnfreezeContract", &[])),
    ("contract_type", "DelegateResource", |it| {
        let fields = [(2, integer(1)), (3, integer(25_000_000)), (4, bytes(address21(PAYEE)))];
        other(it, 57, "DelegateResourceContract", &fields);
    }),
    ("contract_type", "CancelAllUnfreezeV2", |it| other(it, 59, "CancelAllUnfreezeV2Contract", &[])),
    ("undecodable", "TransferContract of a negative amount", |it| {
        other(it, 1, "TransferContract", &[(2, bytes(address21(PAYEE))), (3, minus_one())]);
    }),
    ("undecodable", "TransferAsset of a token without a number", |it| {
        other(it, 2, "TransferAssetContract", &[(2, bytes(it.owner.clone())), (3, bytes(address21(PAYEE)))]);
    }),
];

/// What no message is.
pub(super) fn broken(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    // Cut before the fee_limit (6 bytes), or the timestamp (7), it is a transaction of another kind, and no broken one.
    let whole = [good.len() - 6, good.len() - 13];
    let lengths = (1..good.len()).filter(|length| !whole.contains(length));
    let cut = lengths.map(|length| (format!("cut at {length}"), good[..length].to_vec()));
    let tails: [(&str, Vec<u8>); 5] = [
        ("a zero after the end", vec![0]),
        ("a half key after the end", vec![0x80]),
        ("a length without end after the end", [varint(100 << 3 | 2), vec![0xff; 9], vec![1]].concat()),
        ("itself after the end", good.to_vec()),
        ("many zeros after the end", vec![0; 1 << 16]),
    ];
    let tails = tails.into_iter().map(|(what, tail)| (what.to_owned(), [good, &tail].concat()));
    cut.chain(tails).collect()
}
