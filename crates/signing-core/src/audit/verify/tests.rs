//! Any tampering is found, and nothing is found where nobody tampered.

use primitives::statement::{Checkpoint, Hashed};
use primitives::{AttemptNo, TxId, UnixMs};
use proptest::prelude::*;
use store::LogEntry;
use tron_tx::{LocalKey, TokenSigned};

use super::*;
use crate::audit::entry::{Registered, Signed, Voided};

const PLANE: &str = "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8";

fn key() -> LocalKey {
    LocalKey::from_scalar(&[7; 32]).unwrap()
}

fn checkpoint(position: LogPosition, key: &LocalKey) -> AuditCheckpoint {
    let statement = Checkpoint {
        plane: PLANE.parse().unwrap(),
        incarnation: [1; 16],
        seq: position.seq,
        head: *position.head.as_bytes(),
        at: UnixMs(5),
    };
    let signature = key.sign(&statement.digest());
    StoredCheckpoint(TokenSigned::new(statement, signature)).view()
}

/// A log, what vouches for it, and the register.
#[derive(Debug, Clone)]
struct World {
    records: Vec<AuditRecord>,
    checkpoints: Vec<AuditCheckpoint>,
    token: LogPosition,
    kept: Vec<KeptHead>,
    register: Vec<Known>,
}

fn chained(entries: Vec<(u64, LogEntry)>) -> Vec<AuditRecord> {
    let mut position = LogPosition::EMPTY;
    let link = |(at, entry): (u64, LogEntry)| {
        position = position.next(UnixMs(at), entry.kind, &entry.body, "");
        let (kind, body) = (entry.kind.to_owned(), entry.body);
        AuditRecord { seq: position.seq, at: UnixMs(at), kind, body, changes: String::new(), head: position.head }
    };
    entries.into_iter().map(link).collect()
}

impl World {
    /// `payouts` of three records: registered, signed, and another one barred.
    fn new(payouts: u64) -> Self {
        let mut entries: Vec<(u64, LogEntry)> = Vec::new();
        let mut register = Vec::new();
        for n in 0..payouts {
            let byte = u8::try_from(n).unwrap();
            let (intent, txid): (primitives::IntentId, _) = (format!("po_{n}").parse().unwrap(), TxId::new([byte; 32]));
            let (attempt, key_id) = (AttemptNo::FIRST, "aa".parse::<primitives::KeyId>().unwrap());
            let hash: primitives::HexBytes = vec![byte; 32].into();
            let registered = Registered {
                intent: intent.clone(),
                attempt,
                txid,
                key_id: key_id.clone(),
                recipient: None,
                amount: None,
                authority: hash.clone(),
                request: hash.clone(),
                policy: None,
            };
            entries.push((10 * n, registered.into()));
            entries.push((
                10 * n + 1,
                Signed { intent: intent.clone(), attempt, txid, key_id, signature: hash.clone() }.into(),
            ));
            let barred = Voided { intent: intent.clone(), attempt: AttemptNo(2) };
            entries.push((10 * n + 2, barred.into()));
            let at = |seq: u64| LogPosition { seq, head: LogHead::EMPTY };
            let (signed, voided) = (at(3 * n + 2), at(3 * n + 3));
            register.push(Known {
                intent: intent.clone(),
                attempt,
                txid: Some(txid),
                signature: Some(hash),
                audit: signed,
            });
            register.push(Known { intent, attempt: AttemptNo(2), txid: None, signature: None, audit: voided });
        }
        let records = chained(entries);
        let place = |seq: u64| LogPosition { seq, head: records[usize::try_from(seq).unwrap() - 1].head };
        for known in &mut register {
            known.audit = place(known.audit.seq);
        }
        let kept = register.iter().map(|known| KeptHead {
            intent: known.intent.clone(),
            attempt: known.attempt,
            txid: known.txid,
            audit: known.audit,
        });
        let checkpoints = (1..=records.len() as u64).step_by(4).map(|seq| checkpoint(place(seq), &key())).collect();
        Self { checkpoints, token: place(records.len() as u64), kept: kept.collect(), register, records }
    }

    fn report(&self, token: bool, elsewhere: bool) -> Report {
        let trust = Trust { plane: Some(PLANE.parse().unwrap()), key: Some(key().public_key()) };
        let mut verifier = Verifier::new(trust);
        self.checkpoints.iter().for_each(|checkpoint| verifier.checkpoint(checkpoint));
        self.records.iter().for_each(|record| verifier.record(record));
        if token {
            verifier.vouched("the token", self.token);
        }
        if elsewhere {
            self.kept.iter().for_each(|kept| verifier.kept(kept.clone()));
            self.register.iter().for_each(|known| verifier.attempt(known.clone()));
            verifier.register_is_whole();
        }
        verifier.finish()
    }

    /// Works the chain out anew from this record on, as somebody who can write the store could.
    fn rechain(&mut self, from: usize) {
        let mut position = self.records[..from]
            .last()
            .map_or(LogPosition::EMPTY, |record| LogPosition { seq: record.seq, head: record.head });
        for record in &mut self.records[from..] {
            position = position.next(record.at, &record.kind, &record.body, &record.changes);
            (record.seq, record.head) = (position.seq, position.head);
        }
    }
}

fn codes(report: &Report) -> Vec<(&'static str, Option<u64>)> {
    report.findings.iter().map(|finding| (finding.code, finding.seq)).collect()
}

#[test]
fn nothing_is_found_where_nobody_tampered() {
    let world = World::new(10);
    let report = world.report(true, true);
    assert_eq!(report.findings, []);
    assert_eq!((report.records, report.checkpoints, report.heads, report.attempts), (30, 8, 21, Some(20)));
    assert_eq!(report.position, world.token);
    assert_eq!(Verifier::new(Trust::default()).finish().findings, []);
}

#[test]
fn the_wrong_record_is_named() {
    let world = World::new(10);
    let found = |tamper: &dyn Fn(&mut World)| {
        let mut world = world.clone();
        tamper(&mut world);
        codes(&world.report(false, false))
    };
    assert_eq!(found(&|world| world.records[6].at = UnixMs(9)), [("changed", Some(7))]);
    assert_eq!(found(&|world| world.records[6].head = LogHead::new([1; 32])), [("changed", Some(7))]);
    assert_eq!(found(&|world| drop(world.records.remove(7))), [("dropped", Some(8))]);
    assert_eq!(found(&|world| drop(world.records.drain(6..9))), [("dropped", Some(7)), ("cut", Some(9))]);
    assert_eq!(found(&|world| world.records[7].kind.push('x')), [("changed", Some(8))]);
    let cut = found(&|world| world.records.truncate(28));
    assert_eq!(cut, [("cut", Some(29))], "by the newest checkpoint");
    let other = LocalKey::from_scalar(&[8; 32]).unwrap();
    let forged = found(&|world| {
        let last = world.records.last().map(|record| LogPosition { seq: record.seq, head: record.head });
        world.checkpoints.push(checkpoint(last.unwrap(), &other));
    });
    assert_eq!(forged, [("checkpoint", Some(30))]);
}

#[test]
fn the_newest_record_is_missed_by_the_token_or_by_who_kept_it() {
    let mut world = World::new(10);
    world.records.pop();
    assert_eq!(codes(&world.report(false, false)), [], "no checkpoint covers it");
    assert_eq!(codes(&world.report(true, false)), [("cut", Some(30))]);
    let found = codes(&world.report(false, true));
    assert!(found.contains(&("cut", Some(30))), "{found:?}");
}

#[test]
fn the_register_and_the_log_are_held_against_each_other() {
    let world = World::new(3);
    let found = |tamper: &dyn Fn(&mut World)| {
        let mut world = world.clone();
        world.kept.clear();
        tamper(&mut world);
        codes(&world.report(true, true))
    };
    assert_eq!(found(&|world| world.register[0].txid = Some(TxId::new([9; 32]))), [("register", Some(2))]);
    assert_eq!(found(&|world| world.register[2].signature = Some(vec![9; 32].into())), [("register", Some(5))]);
    assert_eq!(found(&|world| world.register[1].audit.head = LogHead::EMPTY), [("register", Some(3))]);
    assert_eq!(found(&|world| drop(world.register.remove(2))), [("register", Some(4))]);
    let unknown = Known { intent: "po_x".parse().unwrap(), ..world.register[0].clone() };
    assert_eq!(found(&|world| world.register.push(unknown.clone())), [("register", Some(2))]);
    let later = Known { audit: LogPosition { seq: 10, head: LogHead::EMPTY }, ..unknown.clone() };
    assert_eq!(found(&|world| world.register.push(later.clone())), [], "registered after the log was read");
}

/// What somebody does to the store's rows.
#[derive(Debug, Clone)]
enum Tampering {
    Body { row: usize, byte: usize, bit: u8 },
    Delete { row: usize },
    DeleteAndClose { row: usize },
    Swap { row: usize, other: usize },
    SwapBodies { row: usize, other: usize },
    Cut { rows: usize },
    Rechain { row: usize },
}

fn tampering(rows: usize) -> impl Strategy<Value = Tampering> {
    let row = 0..rows;
    let two = (0..rows, 1..rows).prop_map(move |(row, step)| (row, (row + step) % rows));
    prop_oneof![
        (row.clone(), any::<prop::sample::Index>(), 0..7_u8).prop_map(|(row, byte, bit)| Tampering::Body {
            row,
            byte: byte.index(1 << 16),
            bit
        }),
        row.clone().prop_map(|row| Tampering::Delete { row }),
        row.clone().prop_map(|row| Tampering::DeleteAndClose { row }),
        two.clone().prop_map(|(row, other)| Tampering::Swap { row, other }),
        two.prop_map(|(row, other)| Tampering::SwapBodies { row, other }),
        (1..=rows).prop_map(|rows| Tampering::Cut { rows }),
        row.prop_map(|row| Tampering::Rechain { row }),
    ]
}

fn tamper(world: &mut World, tampering: &Tampering) {
    let records = &mut world.records;
    match *tampering {
        Tampering::Body { row, byte, bit } => {
            let mut bytes = std::mem::take(&mut records[row].body).into_bytes();
            let at = byte % bytes.len();
            bytes[at] ^= 1 << bit;
            records[row].body = String::from_utf8_lossy(&bytes).into_owned();
        }
        Tampering::Delete { row } => drop(records.remove(row)),
        Tampering::DeleteAndClose { row } => {
            records.remove(row);
            world.rechain(row);
        }
        Tampering::Swap { row, other } => records.swap(row, other),
        Tampering::SwapBodies { row, other } => {
            let body = records[row].body.clone();
            records[row].body = std::mem::replace(&mut records[other].body, body);
        }
        Tampering::Cut { rows } => records.truncate(records.len() - rows),
        Tampering::Rechain { row } => {
            records[row].body = records[row].body.replace("po_", "po-");
            world.rechain(row);
        }
    }
}

proptest! {
    #[test]
    fn any_tampering_is_found(tampering in tampering(30)) {
        let mut world = World::new(10);
        tamper(&mut world, &tampering);
        prop_assert!(!world.report(true, false).findings.is_empty(), "by the chain, the checkpoints and the token");
        prop_assert!(!world.report(false, true).findings.is_empty(), "by the chain and the heads kept elsewhere");
    }
}
