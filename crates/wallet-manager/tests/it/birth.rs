//! kill -9 between the birth of a key in the token and the commit of its manifest: asked again there is exactly one key,
//! nothing in the token is without its name, and no address is shown before the key was proven.

use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use api::wallet_manager::key::{KeyStage, KeyView, keys};
use api::wallet_manager::{WalletView, put_signature, wallet};
use primitives::statement::{KeyClass, Manifest};
use rustix::process::Signal;
use service::Outcome;
use tron_tx::{PublicKey, TokenSigned};

use crate::faults;
use crate::place::{Place, Process, payment, signal, until, wallet_request};

/// Moves the kills; any number does.
const SEED: u64 = 0x5eed_b127_2026;

/// After the birth, over all that follows it: attributes, the directory synced, a fresh process's proof, the manifest.
const LONGEST_MS: u64 = 240;

/// Every call is late by a little, so that a kill falls between two of them.
const LATE: &str = "C_GetAttributeValue delay 4\nC_FindObjectsInit delay 4\nC_Sign delay 8\nC_OpenSession delay 4";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Worker,
    Service,
}

/// Whom each round kills, and how long after the birth; none: while the token is asked for the key, before there is one.
fn rounds() -> impl Iterator<Item = (Victim, Option<Duration>)> {
    let mut state = SEED;
    let drawn = std::iter::repeat_with(move || {
        // Knuth's MMIX generator; its high bits.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(Duration::from_millis((state >> 33) % LONGEST_MS))
    });
    let victims = [Victim::Worker, Victim::Service].into_iter().cycle();
    victims.zip([None, None].into_iter().chain(drawn).take(12))
}

/// What is stored of the key, which nobody may have been shown unless it was proven and vouched for.
async fn stored(process: &Process, name: &str) -> Option<KeyView> {
    let mut list = process.done(&keys()).await;
    // Without a token nobody knows; a new worker opens it in a moment.
    while list.unknown.is_none() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        list = process.done(&keys()).await;
    }
    assert_eq!(list.unknown.as_deref(), Some(&[][..]), "every key of the token has a name here");
    let key = list.keys.into_iter().find(|key| key.name.as_str() == name)?;
    let shown = [key.address.is_some(), key.public_key.is_some(), key.manifest.is_some()];
    assert_eq!(shown, [key.stage == KeyStage::Ready; 3], "{key:?}");
    if key.stage == KeyStage::Making {
        let unfinished = process.client.call(&wallet(&name.parse().unwrap())).await;
        assert!(!matches!(unfinished, Outcome::Done(_)), "{unfinished:?}");
    }
    Some(key)
}

/// The manifest of every key is signed by the audit key, and is of this key.
async fn vouched(process: &Process) {
    let keys = process.done(&keys()).await.keys;
    let audit = keys.iter().find(|key| key.class == KeyClass::Audit).unwrap().public_key.clone().unwrap();
    let audit = PublicKey::from_sec1(&audit.0).unwrap();
    for key in keys {
        let manifest = serde_json::to_value(key.manifest.unwrap()).unwrap();
        let manifest: TokenSigned<Manifest> = serde_json::from_value(manifest).unwrap();
        let manifest = manifest.verify(&audit).unwrap();
        assert_eq!((&manifest.key_id, Some(manifest.address)), (&key.key_id, key.address));
    }
}

async fn made(process: &Process, name: &str) -> WalletView {
    for _ in 0..400 {
        match process.client.call(&wallet_request(name)).await {
            Outcome::Done(made) => return made,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
            Outcome::Unknown(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    panic!("never made: {}", process.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_birth_and_manifest_leaves_one_key_and_shows_none_too_early() {
    let mut place = Place::new();
    assert!(place.init_token().status.success());
    let plan = faults::begin(&mut place);
    let mut process = place.serve();
    process.ready();
    let (mut finished, mut unfinished) = (0, 0);
    for (number, (victim, after)) in rounds().enumerate() {
        let name = format!("key{number}");
        let before = plan.calls("C_GenerateKeyPair");
        plan.set(if after.is_none() { "C_GenerateKeyPair delay 300" } else { LATE });
        let (client, request) = (process.client.clone(), wallet_request(&name));
        let asked = tokio::spawn(async move { client.call(&request).await });
        let pid = if victim == Victim::Worker { process.worker() } else { process.child.id() };
        tokio::task::block_in_place(|| match after {
            // The call has begun once the decision is stored: nothing else is between the two.
            None => sleep(Duration::from_millis(120)),
            Some(after) => {
                until("a birth", || (plan.calls("C_GenerateKeyPair") > before).then_some(()));
                sleep(after);
            }
        });
        signal(pid, Signal::KILL);
        let answer = match asked.await.unwrap() {
            Outcome::Done(made) => Some(made),
            Outcome::Unknown(_) => None,
            Outcome::Refused(problem) => panic!("refused: {problem}"),
        };
        plan.set("");
        if victim == Victim::Service {
            drop(process);
            process = place.serve();
            process.ready();
        } else {
            process.renewed(pid);
        }
        let left = stored(&process, &name).await;
        let ready = left.as_ref().is_some_and(|key| key.stage == KeyStage::Ready);
        assert!(ready || answer.is_none(), "round {number}: what was answered was stored");
        if ready {
            finished += 1;
        } else {
            unfinished += 1;
        }

        let hot = made(&process, &name).await;
        assert!(answer.is_none_or(|answer| answer == hot), "round {number}: the same answer for ever");
        let key = stored(&process, &name).await.unwrap();
        assert!(left.is_none_or(|left| left.key_id == key.key_id), "round {number}: the key that was decided on");
        assert_eq!((key.address, key.stage), (Some(hot.address), KeyStage::Ready));
        let (raw, request) = payment(&hot, &format!("po_{number}"), number as u64);
        process.done(&put_signature(raw.txid(), &request)).await;
    }
    // The kills were of both kinds, or the moments are to be moved.
    assert!(unfinished > 2 && finished + unfinished == 12, "{finished} {unfinished}");
    vouched(&process).await;
    drop(process);
    place.verify_audit(std::iter::empty(), true);
    let config = place.write_config();
    let words = ["token", "--json", "doctor", "--signatures", "5", "--config"];
    let mut doctor = place.command(&words.map(Path::new));
    let doctor = doctor.arg(config).envs(place.environment.iter().map(|(name, value)| (name, value))).output().unwrap();
    assert!(doctor.status.success(), "{doctor:?}");
}
