//! Shielded transfers; only their transparent ends can be told.

message! {
    /// A note spent.
    SpendDescription = "SpendDescription" {
        1 value_commitment: bytes,
        2 anchor: bytes,
        3 nullifier: bytes,
        4 rk: bytes,
        5 zkproof: bytes,
        6 spend_authority_signature: bytes,
    }
}

message! {
    /// A note made.
    ReceiveDescription = "ReceiveDescription" {
        1 value_commitment: bytes,
        2 note_commitment: bytes,
        3 epk: bytes,
        4 c_enc: bytes,
        5 c_out: bytes,
        6 zkproof: bytes,
    }
}

message! {
    /// Moves value into, within or out of the shielded pool; the owner is the transparent sender, if any.
    ShieldedTransferContract = "ShieldedTransferContract" {
        1 owner_address "transparent_from_address": address,
        2 from_amount: int64,
        3 spend_description: [SpendDescription],
        4 receive_description: [ReceiveDescription],
        5 binding_signature: bytes,
        6 transparent_to_address: address,
        7 to_amount: int64,
    }
}
