//! Policies that two operators must have signed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use primitives::ChainId;
use primitives::statement::{Action, Ceremony, Cosigned, Operators, SignKey};
use signer::check::Issuers;

use super::*;

const NOW: UnixMs = UnixMs(1_751_466_492_000);
const HOUR_MS: u64 = 3_600_000;
const OTHER_PLANE: &str = "pl_6ba7b811-9dad-11d1-80b4-00c04fd430c8";

fn key(number: u8) -> SignKey {
    SignKey::from_seed(&[number; 32])
}

/// Alice's key is 1, Bob's 2, Carol's 3.
fn rules() -> Rules {
    let nobody = key(99).verify_key();
    let operators = ["alice", "bob", "carol"].into_iter().zip(1..);
    Rules {
        plane: "pl_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap(),
        chain_id: ChainId(7),
        issuers: Issuers { payout: nobody, sweep: nobody, staking: nobody },
        anchor: nobody,
        tokens: BTreeSet::new(),
        compliance: signer::check::Desks::default(),
        approvers: BTreeMap::new(),
        operators: Operators::new(operators.map(|(name, number)| (name.to_owned(), key(number).verify_key()))).unwrap(),
        chain_time: signer::check::ChainTime::default(),
    }
}

fn decision(text: &str) -> Ceremony {
    let policy = Policy::parse(text).unwrap();
    Ceremony {
        plane: rules().plane,
        chain_id: rules().chain_id,
        action: Action::SetPolicy { version: policy.version(), sha256: policy.sha256() },
        nonce: [7; 16],
        issued_at: NOW,
        valid_until: NOW.plus_ms(24 * HOUR_MS),
    }
}

fn signed(decision: Ceremony, signers: &[u8]) -> String {
    let signed = signers.iter().fold(Cosigned::proposed(decision), |it, number| it.signed_by(&key(*number)));
    serde_json::to_string(&signed).unwrap()
}

/// A place with both files, and the source that reads them.
struct Place {
    path: PathBuf,
    clock: Arc<ManualClock>,
    _directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("policy.toml");
        Self { path, clock: ManualClock::at(NOW), _directory: directory }
    }

    fn put(&self, text: &str, signatures: &str) {
        put(&self.path.with_extension("toml.signed"), signatures);
        put(&self.path, text);
    }

    fn put_signed(&self, text: &str) {
        self.put(text, &signed(decision(text), &[1, 2]));
    }

    fn start(&self, known: Option<HighestPolicy>) -> PolicySource {
        let file = PolicyFile { path: Some(self.path.clone()), council: Some(Arc::new(rules())) };
        opened(file, known, self.clock.clone())
    }

    /// What is wrong with it for a start.
    fn fault(&self) -> String {
        let source = self.start(None);
        assert_eq!(source.current().unwrap_err(), Refusal::PolicyUnusable);
        source.finding().unwrap_err()
    }
}

#[test]
fn two_operators_bring_a_policy_into_force() {
    let place = Place::new();
    for signers in [[1, 2], [3, 1]] {
        place.put(&of_version(1), &signed(decision(&of_version(1)), &signers));
        let source = place.start(None);
        assert_eq!(version(&source), 1);
        let finding = source.finding().unwrap();
        let names = if signers == [1, 2] { "alice and bob" } else { "alice and carol" };
        assert!(finding.ends_with(&format!("signed by {names}")), "{finding}");
    }
    // Another spelling of the same rules is the same policy.
    put(&place.path, &format!("# respelt\n{}", of_version(1)));
    assert_eq!(version(&place.start(None)), 1);
}

#[test]
fn nothing_less_does() {
    let place = Place::new();
    let text = of_version(1);
    put(&place.path, &text);
    assert!(place.fault().contains("policy.toml.signed cannot be read"));
    let with = |change: fn(&mut Ceremony), signers: &[u8]| {
        let mut decision = decision(&text);
        change(&mut decision);
        signed(decision, signers)
    };
    let same: fn(&mut Ceremony) = |_| ();
    let cases: [(String, &str); 10] = [
        ("{}".to_owned(), "is no decision of operators"),
        (with(same, &[]), "signed by 0 operators, 2 are needed"),
        (with(same, &[1]), "signed by 1 operators, 2 are needed"),
        (with(same, &[1, 99]), "which is no operator's key"),
        (with(|decision| decision.chain_id = ChainId(8), &[1, 2]), "is for the chain"),
        (with(|decision| decision.plane = OTHER_PLANE.parse().unwrap(), &[1, 2]), "is for the plane"),
        (with(|decision| decision.valid_until = NOW.plus_ms(1), &[1, 2]), "propose and sign it again"),
        (with(|decision| decision.issued_at = NOW.plus_ms(HOUR_MS), &[1, 2]), "yet to come"),
        (signed(decision(&of_version(2)), &[1, 2]), "is for another policy: version 2"),
        (
            with(
                |decision| {
                    decision.action =
                        Action::Thaw { freeze: "fz_6ba7b810-9dad-11d1-80b4-00c04fd430c8".parse().unwrap() }
                },
                &[1, 2],
            ),
            "on something else than a policy",
        ),
    ];
    place.clock.advance_ms(1);
    for (signatures, said) in cases {
        place.put(&text, &signatures);
        let fault = place.fault();
        assert!(fault.contains(said), "{said}: {fault}");
    }
    // A signature over other words than the file has now.
    let good = signed(decision(&text), &[1, 2]);
    place.put(&text.replace("\"5000\"", "\"5001\""), &good);
    assert!(place.fault().contains("is for another policy: version 1"));
    let mut spoilt: serde_json::Value = serde_json::from_str(&good).unwrap();
    spoilt["signatures"][0]["signature"] = spoilt["signatures"][1]["signature"].clone();
    place.put(&text, &spoilt.to_string());
    assert!(place.fault().contains("the signature of operator alice is not good"));
    place.put(&text, &good);
    assert_eq!(version(&place.start(None)), 1);
}

#[test]
fn a_decision_outlives_its_day_only_for_the_policy_that_it_brought_into_force() {
    let place = Place::new();
    place.put_signed(&of_version(4));
    let source = place.start(None);
    let four = HighestPolicy(source.current().unwrap().version.clone());
    place.clock.advance_ms(1_000 * 24 * HOUR_MS);
    assert_eq!(version(&place.start(Some(four.clone()))), 4, "a start years later");
    let strange = place.start(None);
    assert!(strange.finding().unwrap_err().contains("propose and sign it again"), "a store that knows nothing of it");
    // Nor does an old decision bring in what it was made for and nobody used.
    place.put_signed(&of_version(5));
    assert!(place.start(Some(four)).finding().unwrap_err().contains("propose and sign it again"));
}

#[test]
fn a_reload_asks_for_signatures_too_and_keeps_what_holds() {
    let place = Place::new();
    place.put_signed(&of_version(1));
    let source = place.start(None);
    let wrong = |said: &str| {
        assert_eq!(version(&source), 1);
        let finding = source.finding().unwrap();
        assert!(finding.starts_with("version 1, ") && finding.contains(said), "{finding}");
    };
    // The file first, as somebody does who cannot sign.
    put(&place.path, &of_version(2));
    wrong("is for another policy: version 1");
    place.put(&of_version(2), &signed(decision(&of_version(2)), &[2]));
    wrong("2 are needed");
    fs::remove_file(place.path.with_extension("toml.signed")).unwrap();
    wrong("policy.toml.signed cannot be read");
    // The signatures alone are a change too.
    put(&place.path.with_extension("toml.signed"), &signed(decision(&of_version(2)), &[2, 3]));
    assert_eq!(version(&source), 2);
    assert_eq!(source.current().unwrap().operators, ["bob", "carol"]);
    // Signed once, and rolled back to now.
    place.put_signed(&of_version(1));
    assert_eq!(version(&source), 2);
    assert!(source.finding().unwrap().contains("cannot follow"));
}
