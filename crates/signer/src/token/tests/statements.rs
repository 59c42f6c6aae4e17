//! Which key signs which statement: every pairing, and that a wrong one never reaches the token.

use primitives::UnixMs;
use primitives::statement::{
    Attestation, Canary, Checkpoint, Hashed, ImageDigest, KycLevel, Manifest, Release, TokenDescription,
};
use tron_tx::TokenSigned;

use super::*;
use crate::AUDIT_KEY;
use crate::check::Checked;
use crate::statement::Statement;

/// The keys of a token: a wallet's, and one of each class that has one key.
struct Keys {
    wallet: PinnedKey,
    compliance: PinnedKey,
    audit: PinnedKey,
    release: PinnedKey,
    canary: PinnedKey,
}

impl Keys {
    fn make(token: &Token) -> Self {
        Self {
            wallet: make(token, FIRST),
            compliance: make(token, CkaId::COMPLIANCE),
            audit: make(token, AUDIT_KEY),
            release: make(token, CkaId::RELEASE),
            canary: make(token, CkaId::CANARY),
        }
    }

    const fn all(&self) -> [PinnedKey; 5] {
        [self.wallet, self.compliance, self.audit, self.release, self.canary]
    }
}

fn checked(key: &PinnedKey) -> Checked {
    let mut case = Case::usdt();
    case.paid_by(key);
    case.run().unwrap()
}

fn attestation() -> Attestation {
    Attestation {
        chain_id: primitives::ChainId(1),
        plane: fresh(1).plane,
        payout_id: "po_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        node_id: "node-1".to_owned(),
        kyc_hash: [3; 32],
        level: KycLevel::Basic,
        recipient: primitives::Address::from_evm([0x33; 20]),
        amount: primitives::Usdt::new(5).unwrap(),
        reason: "rewards".to_owned(),
        not_before: UnixMs(1),
        expires_at: UnixMs(2),
        nonce: [4; 32],
    }
}

fn checkpoint() -> Checkpoint {
    Checkpoint { plane: fresh(1).plane, incarnation: [1; 16], seq: 7, head: [2; 32], at: UnixMs(3) }
}

fn manifest(key: &PinnedKey) -> Manifest {
    Manifest {
        plane: fresh(1).plane,
        key_id: key.key_id(),
        class: primitives::statement::KeyClass::Hot,
        label: "hot".to_owned(),
        public_key: key.public_key.to_compressed(),
        address: key.address(),
        attributes: Vec::new(),
        token: TokenDescription::default(),
        made_at: UnixMs(1),
        operators: Vec::new(),
        ceremony: [0; 16],
        generation: 0,
        retired_at: None,
    }
}

fn release() -> Release {
    let image = ImageDigest { image: "tron-client".to_owned(), platform: "linux/amd64".to_owned(), sha256: [7; 32] };
    Release { name: "lucid-plane".to_owned(), version: "0.1.0".to_owned(), source: [5; 32], digests: vec![image] }
}

fn signed<'a, S: Hashed + Clone>(token: &Token, key: PinnedKey, statement: &'a S)
where
    Statement<'a>: From<&'a S>,
{
    let signature = token.sign(key, statement).wait().unwrap().verify().unwrap();
    let signed = TokenSigned::new(statement.clone(), signature);
    assert!(signed.verify(&key.public_key).is_ok());
}

#[test]
fn every_statement_is_signed_by_its_class_alone() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = hsm.open();
    let keys = Keys::make(&token);
    let canary = |key: &PinnedKey| fresh(5).canary(key);
    let (attestation, checkpoint, release) = (attestation(), checkpoint(), release());
    let manifest = manifest(&keys.wallet);
    signed(&token, keys.compliance, &attestation);
    signed(&token, keys.audit, &checkpoint);
    signed(&token, keys.audit, &manifest);
    signed(&token, keys.release, &release);
    signed(&token, keys.canary, &canary(&keys.canary));
    let transaction = checked(&keys.wallet);
    let signature = token.sign(keys.wallet, &transaction).wait().unwrap().verify().unwrap();
    assert_eq!(signature.signer(transaction.txid().as_bytes()).unwrap(), keys.wallet.address());

    plan.set("");
    let mut refused = 0;
    for key in keys.all() {
        // A transaction and a canary that name this very key: the class alone stands against it.
        let (transaction, canary) = (checked(&key), canary(&key));
        let pairs: [(Statement<'_>, &PinnedKey); 6] = [
            ((&transaction).into(), &keys.wallet),
            ((&attestation).into(), &keys.compliance),
            ((&checkpoint).into(), &keys.audit),
            ((&manifest).into(), &keys.audit),
            ((&release).into(), &keys.release),
            ((&canary).into(), &keys.canary),
        ];
        for (statement, _) in pairs.into_iter().filter(|(_, right)| **right != key) {
            let error = token.sign(key, statement).wait().unwrap_err();
            assert!(matches!(error, TokenError::KeyClass { id, .. } if id == key.id), "{statement:?}: {error}");
            refused += 1;
        }
    }
    assert_eq!(refused, 5 * 6 - 6);
    assert!(plan.never_called(), "the token was asked for a refused statement");
    // What counts the calls does count.
    signed(&token, keys.audit, &checkpoint);
    assert_eq!(plan.calls("C_SignInit"), 1);
}

#[test]
fn a_statement_for_another_key_of_the_class_does_not_reach_the_token() {
    let (hsm, plan) = SoftHsm::faulty(1);
    let token = hsm.open();
    let (wallet, other, canary) = (make(&token, FIRST), make(&token, SECOND), make(&token, CkaId::CANARY));
    plan.set("");
    let transaction = checked(&wallet);
    let error = token.sign(other, &transaction).wait().unwrap_err();
    assert!(matches!(error, TokenError::OtherKey { id: SECOND }), "{error}");
    let foreign: Canary = fresh(1).canary(&wallet);
    let error = token.sign(canary, &foreign).wait().unwrap_err();
    assert!(matches!(error, TokenError::OtherKey { id: CkaId::CANARY }), "{error}");
    assert!(plan.never_called());
}

#[test]
fn a_key_proves_itself_by_a_canary_that_names_it() {
    let hsm = SoftHsm::new(1);
    let token = hsm.open();
    let key = make(&token, FIRST);
    let proof = token.prove_possession(key, fresh(7)).wait().unwrap();
    let signed = TokenSigned::new(fresh(7).canary(&key), proof);
    assert_eq!(signed.verify(&key.public_key), Ok(&fresh(7).canary(&key)));
    assert!(crate::verify_possession(&key, &fresh(7), &proof));
    assert!(!crate::verify_possession(&key, &fresh(8), &proof));
}
