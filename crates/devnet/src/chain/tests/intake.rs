use tron_tx::proto::{Transaction, TransactionRaw, TransferContract};

use crate::broadcast::ResponseCode as Code;
use crate::chain::{At, Chain};
use crate::testing::{PURSE, TRX, World, at, bytes, config, signed, transfer};

#[test]
fn a_transfer_is_taken_in_shown_as_waiting_and_included() {
    let mut world = World::new();
    let id = world.send(transfer("alice", "bob", 5 * TRX), "alice").unwrap();
    assert_eq!(world.chain.pending_ids(), [id]);
    assert_eq!(world.balance("bob"), PURSE);
    let ahead = world.chain.view(At::Pending).account(&at("bob")).unwrap();
    assert_eq!(ahead.balance, PURSE + 5 * TRX);
    world.mine();
    assert!(world.chain.pending_ids().is_empty());
    assert_eq!((world.balance("alice"), world.balance("bob")), (PURSE - 5 * TRX, PURSE + 5 * TRX));
    let included = world.chain.view(At::Head).transaction(&id).unwrap();
    assert_eq!(included.ret.len(), 1);
}

#[test]
fn an_id_answers_dup_even_after_a_refusal() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "alice", 1));
    let transaction = signed(raw, &["alice"]);
    let first = world.broadcast(transaction.clone()).unwrap_err();
    assert_eq!(first.code, Code::ContractValidateError);
    assert_eq!(first.message, "Contract validate error : Cannot transfer TRX to yourself.");
    let second = world.broadcast(transaction).unwrap_err();
    assert_eq!((second.code, second.message.as_str()), (Code::DupTransactionError, "Transaction already exists."));
}

#[test]
fn an_included_transaction_is_a_duplicate_once_its_id_is_forgotten() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let raw = TransactionRaw { expiration: raw.expiration + 7_200_000, ..raw };
    let transaction = signed(raw, &["alice"]);
    world.settle_signed(transaction.clone());
    // The cache of ids forgets after an hour, the chain never.
    world.wait_ms(3_700_000);
    let refusal = world.broadcast(transaction).unwrap_err();
    assert_eq!((refusal.code, refusal.message.as_str()), (Code::DupTransactionError, "Dup transaction."));
}

#[test]
fn a_dropped_transaction_may_be_sent_again() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let transaction = signed(raw, &["alice"]);
    let id = world.broadcast(transaction.clone()).unwrap();
    assert!(world.chain.drop_pending(&id));
    assert!(!world.chain.drop_pending(&id));
    world.mine();
    assert!(world.chain.view(At::Head).transaction(&id).is_none());
    assert_eq!(world.broadcast(transaction), Ok(id));
}

#[test]
fn expirations() {
    let mut world = World::new();
    let send = |world: &mut World, expiration: u64| {
        let raw = world.raw(transfer("alice", "bob", 1));
        let raw = TransactionRaw { expiration: i64::try_from(expiration).unwrap(), ..raw };
        world.broadcast(signed(raw, &["alice"])).map_err(|refusal| (refusal.code, refusal.message))
    };
    let expired = Err((Code::TransactionExpirationError, "Transaction expired".to_owned()));
    let (head, next) = (world.chain.head().time().0, world.chain.next_slot().0);
    assert_eq!(next, head + 3_000);
    // Not before the next slot, not more than a day after the head.
    assert_eq!(send(&mut world, next - 1), expired);
    assert!(send(&mut world, next).is_ok());
    assert!(send(&mut world, head + 86_400_000).is_ok());
    assert_eq!(send(&mut world, head + 86_400_001), expired);
}

#[test]
fn what_expires_while_it_waits_is_not_included() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let raw = TransactionRaw { expiration: world.chain.next_slot().to_i64(), ..raw };
    let id = world.broadcast(signed(raw, &["alice"])).unwrap();
    // An empty block takes the slot; the transaction is put aside for it.
    let before = world.chain.pending_ids();
    assert_eq!(before, [id]);
    let fork = world.chain.fork(0, &[], world.now);
    assert!(fork.adopted.is_empty());
    world.wait_ms(61_000);
    assert!(world.chain.view(At::Head).transaction(&id).is_none());
    assert!(world.chain.pending_ids().is_empty());
}

#[test]
fn the_reference_block_must_be_here() {
    let mut world = World::new();
    for (number, hash) in
        [(vec![0, 9], vec![0; 8]), (vec![0, 1], vec![0; 8]), (vec![], vec![]), (vec![0, 1, 2], vec![1])]
    {
        let raw = world.raw(transfer("alice", "bob", 1));
        let raw = TransactionRaw { ref_block_bytes: number, ref_block_hash: hash, ..raw };
        let refusal = world.broadcast(signed(raw, &["alice"])).unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (Code::TaposError, "Tapos check error."));
    }
}

#[test]
fn a_wrong_signature_is_told_before_a_wrong_reference() {
    let mut world = World::new();
    let raw = world.raw(transfer("alice", "bob", 1));
    let raw = TransactionRaw { ref_block_hash: vec![0; 8], ..raw };
    assert_eq!(world.broadcast(signed(raw, &["bob"])).unwrap_err().code, Code::SigError);
}

#[test]
fn the_reference_ring_has_65536_places() {
    let mut chain = Chain::new(config()).unwrap();
    let producer = chain.config().producer_key(0).address();
    let early = chain.head().id;
    for _ in 0..65_536u32 {
        let made = chain.assemble(chain.next_slot(), producer, &[], false);
        chain.adopt(made);
        if chain.head_number() == 65_535 {
            assert!(stands(&chain, &early), "the genesis still has its place");
        }
    }
    assert!(!stands(&chain, &early), "block 65536 has taken the genesis block's place");
    assert!(stands(&chain, &chain.head().id), "the head itself is in the ring");
}

fn stands(chain: &Chain, reference: &primitives::BlockId) -> bool {
    let raw = TransactionRaw {
        ref_block_bytes: reference.as_bytes()[6..8].to_vec(),
        ref_block_hash: reference.as_bytes()[8..16].to_vec(),
        contract: vec![tron_tx::Payload::from(transfer("alice", "bob", 1)).into_contract(0)],
        ..TransactionRaw::default()
    };
    let admitted = crate::admitted::Admitted::read_trusted(signed(raw, &["alice"])).unwrap();
    chain.place(&admitted).is_ok()
}

#[test]
fn too_big_and_too_many() {
    let mut world = World::with(crate::genesis::GenesisConfig { max_pending: 1, ..config() });
    let raw = world.raw(transfer("alice", "bob", 1));
    let raw = TransactionRaw { scripts: vec![0; 500 * 1024], ..raw };
    let refusal = world.broadcast(signed(raw, &["alice"])).unwrap_err();
    assert_eq!(refusal.code, Code::TooBigTransactionError);
    assert!(refusal.message.contains("maxTxSize 512000"), "{}", refusal.message);

    world.send(transfer("alice", "bob", 1), "alice").unwrap();
    let busy = world.refused(transfer("alice", "bob", 1), "alice");
    assert_eq!(busy, (Code::ServerBusy, "Server busy.".to_owned()));
}

#[test]
fn what_is_no_transaction() {
    let mut world = World::new();
    let refusal = world.broadcast(Transaction::default()).unwrap_err();
    let expected = (Code::ContractValidateError, "Contract validate error : No contract!");
    assert_eq!((refusal.code, refusal.message.as_str()), expected);
    let mut raw = world.raw(transfer("alice", "bob", 1));
    raw.contract[0].contract_type = 200;
    let refusal = world.broadcast(signed(raw, &["alice"])).unwrap_err();
    assert_eq!((refusal.code, refusal.message.as_str()), expected);
}

#[test]
fn transfers_that_the_contract_refuses() {
    let mut world = World::new();
    let mut says = |contract: TransferContract, signer: &str| {
        let (code, text) = world.refused(contract, signer);
        assert_eq!(code, Code::ContractValidateError);
        text.strip_prefix("Contract validate error : ").unwrap().to_owned()
    };
    let short = "Validate TransferContract error, balance is not sufficient.";
    assert_eq!(says(transfer("alice", "bob", 0), "alice"), "Amount must be greater than 0.");
    assert_eq!(says(transfer("alice", "bob", -5), "alice"), "Amount must be greater than 0.");
    assert_eq!(says(transfer("alice", "bob", PURSE + 1), "alice"), short);
    // A new account takes 1 TRX beside the amount.
    assert_eq!(says(transfer("alice", "nobody", PURSE - TRX + 1), "alice"), short);
    let nowhere = TransferContract { to_address: vec![0; 21], ..transfer("alice", "bob", 1) };
    assert_eq!(says(nowhere, "alice"), "Invalid toAddress!");
    let stranger = format!("account [{}] does not exist", at("stranger"));
    assert_eq!(says(transfer("stranger", "bob", 1), "stranger"), stranger);
    let unreadable =
        TransferContract { owner_address: bytes(at("alice"))[1..].to_vec(), ..transfer("alice", "bob", 1) };
    assert_eq!(says(unreadable, "alice"), "Invalid ownerAddress!");
}
